"""How coarsely the transformer may be kept: as far as its latents are still the same speech."""

import logging
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from adapters.xtts.model.gpt import Gpt
from adapters.xtts.model.linear import Precision
from adapters.xtts.vocoder.vocoder import Vocoder
from domain.errors import ModelUnusableError

log = logging.getLogger(__name__)

SOUND_GATE_DB = 40.0
GATE_DB = 30.0
"""What `auto` asks of the latents: signal over the error that a coarse matrix makes."""

_IDS = range(40, 64)
_TOKENS = tuple(37 * place % 1024 for place in range(24))


def best_gpt(gpt: Any, wanted: str, device: torch.device, latent: Tensor) -> Gpt:
    """Return the transformer in the wanted precision; `auto` takes the quickest that is good."""
    if wanted != "auto":
        return Gpt(gpt, _allowed(Precision(wanted), device), device)
    for precision in _quickest_first(device):
        made = Gpt(gpt, precision, device)
        if precision is Precision.FP32:
            return made
        if (found := snr_db(gpt, made, latent)) >= GATE_DB:
            return made
        log.warning("%s is too coarse for this model (%.1f dB)", precision, found)
    raise AssertionError


def snr_db(gpt: Any, made: Gpt, latent: Tensor) -> float:
    """Compare latents to the reference's, both led by the same voice, text and tokens."""
    wanted = _reference(gpt, latent)
    error = wanted - _made(made, latent).cpu()
    return float(10 * torch.log10(wanted.square().sum() / error.square().sum()))


def sound_snr_db(fine: Vocoder, coarse: Vocoder, width: int) -> float:
    """Compare the sound of two vocoders, led by the same latents."""
    dice = torch.Generator().manual_seed(1)
    latents, speaker = torch.randn(16, width, generator=dice), torch.randn(512, generator=dice)
    wanted, made = (_sound(vocoder, latents, speaker / 512**0.5) for vocoder in (fine, coarse))
    return float(10 * torch.log10(wanted.square().sum() / (wanted - made).square().sum()))


def multiplies_bf16() -> bool:
    """Whether the processor itself knows bfloat16."""
    return bool(torch.cpu._is_avx512_bf16_supported())  # noqa: SLF001 - there is no public question


def _sound(vocoder: Vocoder, latents: Tensor, speaker: Tensor) -> Tensor:
    tape = vocoder.tape(speaker)
    tape.add(latents)
    return vocoder.speak(tape, last=True).cpu()


def _quickest_first(device: torch.device) -> Sequence[Precision]:
    if device.type == "cuda":
        return Precision.FP16, Precision.BF16, Precision.FP32
    quick = []
    if torch.cpu._is_vnni_supported():  # noqa: SLF001 - there is no public question
        quick.append(Precision.INT8)
    if multiplies_bf16():
        quick.append(Precision.BF16)
    return *quick, Precision.FP32


def _allowed(precision: Precision, device: torch.device) -> Precision:
    if precision is Precision.FP16 and device.type == "cpu":
        raise ModelUnusableError("xtts_precision", "fp16 needs a GPU; use bf16 or int8 on a CPU")
    if precision is Precision.INT8 and device.type != "cpu":
        raise ModelUnusableError("xtts_precision", "int8 is for CPUs; use fp16 or bf16 on a GPU")
    return precision


def _reference(gpt: Any, latent: Tensor) -> Tensor:
    text = torch.tensor((gpt.start_text_token, *_IDS, gpt.stop_text_token))
    sounds = torch.tensor((gpt.start_audio_token, *_TOKENS))
    texts = gpt.text_embedding(text) + gpt.text_pos_embedding.emb.weight[: len(text)]
    heard = gpt.mel_embedding(sounds) + gpt.mel_pos_embedding.emb.weight[: len(sounds)]
    states = gpt.gpt(inputs_embeds=torch.cat((latent, texts, heard))[None]).last_hidden_state
    said: Tensor = gpt.final_norm(states[0, -len(sounds) :])
    return said


def _made(gpt: Gpt, latent: Tensor) -> Tensor:
    slots = gpt.slots(1)
    gpt.read(slots, 0, latent.to(gpt.device))
    first, _ = gpt.read(slots, 0, gpt.prompt(_IDS))
    latents = [first]
    for place, token in enumerate(_TOKENS, start=1):
        latents.append(gpt.step(slots, [0], torch.tensor([token], device=gpt.device), [place])[0])
    return torch.cat(latents)
