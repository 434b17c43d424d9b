"""XTTS beside its reference: the same process, weights, text and number of tokens.

`python -m bench.xtts [--model DIR] [--seconds 5 20] [--precisions fp32 bf16 int8]`; without a model
one of full size is built with random weights, whose cost is that of the real ones.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import torch

from adapters.xtts.files import ModelFiles
from adapters.xtts.messages import Setup, Sound
from adapters.xtts.model.capacity import TOKENS_PER_S
from adapters.xtts.model.checkpoint import Checkpoint, load
from adapters.xtts.model.gpt import Gpt
from adapters.xtts.model.linear import Precision
from adapters.xtts.model.opening import Model, open_model
from adapters.xtts.model.precision import GATE_DB, snr_db
from adapters.xtts.model.runner import Failure
from adapters.xtts.vocoder.vocoder import Fidelity, Vocoder
from bench.serving import machine
from domain.ports import SpokenLine
from tests.checkpoints import ENDLESS, FULL, build, named
from tests.desk import spoken

TEXT = "Three small boats were waiting for the morning tide, and nothing moved on the water."
_REFERENCE_CHUNK = 20
VOCODER_GATE_DB = 40.0


@dataclass(frozen=True, slots=True)
class Run:
    """One line, start to end."""

    first_s: float
    took_s: float
    audio_s: float

    @property
    def rtf(self) -> float:
        """Seconds of work for a second of sound."""
        return self.took_s / self.audio_s


def main() -> None:
    """Print the table."""
    options = _options()
    torch.set_num_threads(options.threads)
    with torch.inference_mode(), full_model(options.model) as files:
        print(f"{machine()}, {options.threads} threads, torch {torch.__version__}\n")
        theirs = {seconds: _reference(files, seconds, options.runs) for seconds in options.seconds}
        print("| audio s | precision | first audio ms | sooner | RTF | lower | a token ms |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        for seconds, run in theirs.items():
            _row(seconds, "coqui fp32", run, run, "")
        for precision in options.precisions:
            model = open_model(
                Setup(files, precision=precision, threads=options.threads, guards=False)
            )
            for seconds in options.seconds:
                run, pace_ms = _ours(model, seconds, options.runs)
                _row(seconds, model.card.precision, run, theirs[seconds], f"{pace_ms:.1f}")
        _gates(files, options.precisions)


def _row(seconds: int, what: str, run: Run, reference: Run, step: str) -> None:
    sooner, lower = reference.first_s / run.first_s, reference.rtf / run.rtf
    print(
        f"| {seconds} | {what} | {run.first_s * 1e3:.0f} | {sooner:.1f}x"
        f" | {run.rtf:.3f} | {lower:.1f}x | {step} |",
        flush=True,
    )


def _reference(files: ModelFiles, seconds: int, runs: int) -> Run:
    """Time coqui's own stream, as its servers use it."""
    checkpoint = load(files)
    model, voice = checkpoint.model, _voice(checkpoint)
    model.gpt.init_gpt_for_inference()
    model.gpt.max_gen_mel_tokens = _tokens(seconds)
    return _median([_reference_run(model, voice) for _ in range(runs)])


def _reference_run(model: Any, voice: tuple[torch.Tensor, torch.Tensor]) -> Run:
    began = time.perf_counter()
    stream = model.inference_stream(TEXT, "en", *voice, stream_chunk_size=_REFERENCE_CHUNK)
    first, samples = 0.0, 0
    for chunk in stream:
        first = first or time.perf_counter() - began
        samples += len(chunk)
    return Run(first, time.perf_counter() - began, samples / 24_000)


def _ours(model: Model, seconds: int, runs: int) -> tuple[Run, float]:
    model.runner.longest_audio = _tokens(seconds)
    card = model.card
    line = SpokenLine("bench", 0, TEXT, "en", card.speakers[card.default_speaker])
    spoken(model, [line])
    made = _median([_our_run(model, line) for _ in range(runs)])
    return made, step_ms(model, line)


def _our_run(model: Model, line: SpokenLine) -> Run:
    began = time.perf_counter()
    heard = [(at, told) for at, told in spoken(model, [line]).told if isinstance(told, Sound)]
    samples = sum(len(told.chunk.samples) for _, told in heard)
    return Run(heard[0][0] - began, heard[-1][0] - began, samples / 24_000)


def step_ms(model: Model, line: SpokenLine) -> float:
    """Time the transformer and the dice alone."""
    steps: list[float] = []
    step = model.runner.step

    def timed(sequences: Any) -> list[Failure]:
        began = time.perf_counter()
        failed = step(sequences)
        steps.append(time.perf_counter() - began)
        return failed

    model.runner.step = timed  # type: ignore[method-assign]
    spoken(model, [line])
    model.runner.step = step  # type: ignore[method-assign]
    return median(steps) * 1e3


def _median(runs: list[Run]) -> Run:
    return Run(
        median(run.first_s for run in runs),
        median(run.took_s for run in runs),
        median(run.audio_s for run in runs),
    )


def _gates(files: ModelFiles, precisions: list[str]) -> None:
    """Print how far each precision is from the reference, led by the same tokens."""
    checkpoint = load(files)
    latent, _ = _voice(checkpoint)
    print("\n| what | precision | SNR dB | gate dB |\n| --- | --- | --- | --- |")
    for precision in precisions:
        gpt = Gpt(checkpoint.model.gpt, Precision(precision), torch.device("cpu"))
        found = snr_db(checkpoint.model.gpt, gpt, latent[0])
        print(f"| latents | {precision} | {found:.1f} | {GATE_DB:.0f} |", flush=True)
    print(f"| sound | mixed | {_vocoder_db(checkpoint):.1f} | {VOCODER_GATE_DB:.0f} |")


def _vocoder_db(checkpoint: Checkpoint) -> float:
    decoder = checkpoint.model.hifigan_decoder
    _, embedding = _voice(checkpoint)
    latents = torch.randn(100, checkpoint.model.gpt.model_dim, generator=_dice())
    fine, coarse = (_said(Vocoder(decoder, each), latents, embedding) for each in Fidelity)
    return float(10 * torch.log10(fine.square().sum() / (fine - coarse).square().sum()))


def _said(vocoder: Vocoder, latents: torch.Tensor, embedding: torch.Tensor) -> torch.Tensor:
    tape = vocoder.tape(embedding)
    tape.add(latents)
    return vocoder.speak(tape, last=True)


def _dice() -> torch.Generator:
    return torch.Generator().manual_seed(1)


def _voice(checkpoint: Checkpoint) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the first built-in speaker in coqui's own shapes."""
    arrays = next(iter(checkpoint.speakers.values()))
    latent = torch.from_numpy(arrays["gpt_cond_latent"])[None]
    return latent, torch.from_numpy(arrays["speaker_embedding"])[None, :, None]


def _tokens(seconds: int) -> int:
    return round(seconds * TOKENS_PER_S)


@contextmanager
def full_model(folder: Path | None) -> Iterator[ModelFiles]:
    """Give the model named, or one of full size with random weights that goes with the block."""
    with tempfile.TemporaryDirectory() as made:
        yield named(folder or build(Path(made), FULL, leanings=ENDLESS))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, help="a checkpoint that never stops by itself")
    parser.add_argument("--seconds", type=int, nargs="+", default=[5, 20])
    parser.add_argument("--precisions", nargs="+", default=["fp32", "bf16", "int8"])
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
