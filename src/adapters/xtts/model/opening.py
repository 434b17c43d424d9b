"""All that one child speaks with, put together and warm."""

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from adapters.xtts.messages import Setup
from adapters.xtts.model import warming
from adapters.xtts.model.capacity import room, slots_for
from adapters.xtts.model.checkpoint import Checkpoint, load
from adapters.xtts.model.conditioning import Conditioning
from adapters.xtts.model.gpt import Gpt
from adapters.xtts.model.linear import Precision
from adapters.xtts.model.precision import (
    SOUND_GATE_DB,
    best_gpt,
    multiplies_bf16,
    sound_snr_db,
)
from adapters.xtts.model.runner import Runner
from adapters.xtts.model.sampler import Taste
from adapters.xtts.model.text import Text
from adapters.xtts.vocoder.vocoder import Fidelity, Vocoder
from domain.audio import HOUSE_RATE_HZ
from domain.errors import ModelUnusableError
from domain.ports import EngineCard
from domain.voice import Timbre

_NAME = "xtts"
_AHEAD_S = 5.0
_MOST_SLOTS = {"cpu": 16, "cuda": 128}
_RATES = (0.25, 4.0)
_MEMORY = Path("/proc/meminfo")
_BOUND = Path("/sys/fs/cgroup/memory.max")
_USED = Path("/sys/fs/cgroup/memory.current")
_UNKNOWN_BYTES = 2**31


@dataclass(frozen=True, slots=True)
class Model:
    """What reads, speaks and learns, and what it says of itself."""

    card: EngineCard
    width: int
    text: Text
    runner: Runner
    conditioning: Conditioning


def open_model(setup: Setup) -> Model:
    """Load what the setup names; `ModelUnusableError` says why not."""
    threads = setup.threads or len(os.sched_getaffinity(0))
    torch.set_num_threads(threads)
    device = _device(setup.device)
    checkpoint = load(setup.files, setup.sha256)
    leader = _leader(checkpoint)
    gpt = best_gpt(checkpoint.model.gpt, setup.precision, device, leader)
    vocoder, fidelity = _vocoder(checkpoint, gpt)
    text = Text(checkpoint.model.tokenizer, checkpoint.model.config.languages)
    if not text.languages:
        raise ModelUnusableError(str(setup.files.vocabulary), "knows none of XTTS's languages")
    most = setup.slots or room(_free_bytes(device), gpt.slot_bytes, _MOST_SLOTS[device.type])
    runner = Runner(
        gpt=gpt,
        vocoder=vocoder,
        threads=threads,
        taste=_taste(checkpoint.model.config),
        slots=max(most, warming.LINES),
    )
    conditioning = Conditioning(checkpoint.model, setup.conditioning)
    pace = warming.warm(runner, text, leader)
    runner.guarded = setup.guards
    side_by_side = device.type == "cpu" and len(os.sched_getaffinity(0)) > 1
    slots = setup.slots or slots_for(pace, side_by_side=side_by_side, most=most)
    card = _card(checkpoint, text, gpt, fidelity, slots, conditioning.lengths_s)
    return Model(card, gpt.width, text, runner, conditioning)


def _free_bytes(device: torch.device) -> int:
    """Return what may still be used: of the device, or of this machine and this container."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return free
    kilobytes = re.search(r"^MemAvailable:\s+(\d+)", _MEMORY.read_text(), re.MULTILINE)
    free = int(kilobytes[1]) * 1024 if kilobytes else _UNKNOWN_BYTES
    with suppress(OSError, ValueError):  # no bound, or no container
        free = min(free, int(_BOUND.read_text()) - int(_USED.read_text()))
    return free


def _device(wanted: str) -> torch.device:
    if wanted == "cuda" and not torch.cuda.is_available():
        raise ModelUnusableError("device", "cuda is not there for torch; use auto or cpu")
    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "cpu"
    if wanted == "cuda":
        # Unless it is told, torch reads ten bits of what it convolves; the vocoder is to be exact.
        torch.backends.cudnn.allow_tf32 = False
    return torch.device(wanted)


def _vocoder(checkpoint: Checkpoint, gpt: Gpt) -> tuple[Vocoder, Fidelity]:
    """Return the vocoder: a coarse one beside a coarse transformer, if it sounds the same."""
    decoder, width = checkpoint.model.hifigan_decoder, gpt.width
    fine = Vocoder(decoder, Fidelity.FP32, gpt.device)
    if gpt.device.type == "cuda" or gpt.precision is Precision.FP32 or not multiplies_bf16():
        return fine, Fidelity.FP32
    coarse = Vocoder(decoder, Fidelity.MIXED, gpt.device)
    if sound_snr_db(fine, coarse, width) < SOUND_GATE_DB:
        return fine, Fidelity.FP32
    return coarse, Fidelity.MIXED


def _leader(checkpoint: Checkpoint) -> torch.Tensor:
    """A voice to try the model with."""
    for arrays in checkpoint.speakers.values():
        return torch.from_numpy(arrays["gpt_cond_latent"])
    dice = torch.Generator().manual_seed(1)
    return torch.randn(32, checkpoint.model.gpt.model_dim, generator=dice)


def _taste(config: Any) -> Taste:
    return Taste(config.temperature, config.top_k, config.top_p, config.repetition_penalty)


def _card(
    checkpoint: Checkpoint,
    text: Text,
    gpt: Gpt,
    fidelity: Fidelity,
    slots: int,
    lengths_s: tuple[int, ...],
) -> EngineCard:
    heard = "-".join(map(str, lengths_s))
    fingerprint = f"{_NAME}/{checkpoint.sha256[:32]}/{heard}"
    speakers = {name: Timbre(fingerprint, kept) for name, kept in checkpoint.speakers.items()}
    coarse = " and a vocoder in bf16" if fidelity is Fidelity.MIXED else ""
    return EngineCard(
        name=_NAME,
        fingerprint=fingerprint,
        rate_hz=HOUSE_RATE_HZ,
        languages=text.languages,
        speakers=speakers,
        default_speaker=next(iter(speakers), ""),
        cloning="latents",
        alignment="energy",
        device=str(gpt.device),
        precision=f"{gpt.precision}{coarse}",
        ahead_s=_AHEAD_S,
        slots=slots,
        slot_mib=gpt.slot_bytes / 2**20,
        rates=_RATES,
        rates_exact=True,
        longest_text=text.longest_text,
    )
