"""Lines through the model's own loop: exact, whatever the chunks, and what happens to bad ones."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from adapters.xtts.checkpoint import Checkpoint
from adapters.xtts.files import ModelFiles
from adapters.xtts.guards import Fault
from adapters.xtts.messages import Setup, Tripped
from adapters.xtts.model import Model, open_model
from domain.audio import Samples
from domain.ports import SpokenLine
from domain.speech import SpeechSettings
from tests.desk import Desk, sound, spoken

TEXT = "three small boats were waiting for the morning tide."


@pytest.fixture(autouse=True)
def _inferring() -> Iterator[None]:
    with torch.inference_mode():
        yield


@pytest.fixture(scope="module")
def model(files: ModelFiles) -> Model:
    with torch.inference_mode():
        model = open_model(Setup(files, precision="fp32", threads=1, slots=3, guards=False))
    model.runner.longest_audio = 60
    return model


def line(model: Model, text: str = TEXT, *, rate: float = 1.0, seed: int = 5) -> SpokenLine:
    timbre = model.card.speakers[model.card.default_speaker]
    return SpokenLine("s", 0, text, "en", timbre, rate=rate, settings=SpeechSettings(seed=seed))


def reference(checkpoint: Checkpoint, latents: torch.Tensor, rate: float) -> Samples:
    """What coqui makes of the same latents in one pass."""
    voice = next(iter(checkpoint.speakers.values()))["speaker_embedding"]
    rows = latents[None]
    if rate != 1.0:
        rows = functional.interpolate(
            rows.transpose(1, 2), scale_factor=1 / rate, mode="linear"
        ).transpose(1, 2)
    embedding = torch.from_numpy(voice)[None, :, None]
    made: Samples = checkpoint.model.hifigan_decoder(rows, g=embedding).flatten().numpy()
    return made


class Overheard:
    """Listens to what the runner gives its vocoder."""

    def __init__(self, model: Model) -> None:
        self._vocoder = model.runner._vocoder
        self.latents: list[torch.Tensor] = []

    def tape(self, *given: object) -> object:
        tape = self._vocoder.tape(*given)
        add = tape.add

        def overhear(latents: torch.Tensor) -> None:
            self.latents.append(latents.clone())
            add(latents)

        tape.add = overhear
        return tape


@pytest.mark.parametrize("rate", [1.0, 0.6, 1.7])
@pytest.mark.parametrize("cap", [None, 1, 5, 20])
def test_a_stream_is_what_one_pass_makes_of_its_latents(
    model: Model, checkpoint: Checkpoint, rate: float, cap: int | None
) -> None:
    latents: list[torch.Tensor] = []
    voice = model.runner.voice

    def overheard(sequence: object) -> Samples:
        latents.extend(model.runner._spoken[0].unvoiced)
        return voice(sequence)

    model.runner.voice = overheard
    try:
        heard = sound(model, line(model, rate=rate), cap)
    finally:
        model.runner.voice = voice
    wanted = reference(checkpoint, torch.cat(latents), rate)
    assert len(heard) == len(wanted)
    assert np.abs(wanted).max() > 0.1
    assert np.abs(heard - wanted).max() < 1e-5


def test_chunk_sizes_do_not_change_the_samples(model: Model) -> None:
    heard = [sound(model, line(model), cap) for cap in (None, 1, 3, 20, 1000)]
    assert all(len(each) == len(heard[0]) for each in heard)
    assert max(np.abs(each - heard[0]).max() for each in heard) < 1e-6
