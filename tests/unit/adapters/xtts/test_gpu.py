"""What a CUDA device alone can show: recordings, streams, and whole lines side by side."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from adapters.xtts.files import ModelFiles
from adapters.xtts.messages import Setup
from adapters.xtts.model.checkpoint import Checkpoint
from adapters.xtts.model.dice import WrittenDice
from adapters.xtts.model.gpt import Gpt
from adapters.xtts.model.graphs import Graphs
from adapters.xtts.model.linear import Precision
from adapters.xtts.model.opening import Model, _device, open_model
from adapters.xtts.model.slots import Remembered
from adapters.xtts.model.static import StaticStep
from adapters.xtts.vocoder.vocoder import Vocoder
from domain.audio import Samples
from domain.ports import SpokenLine
from domain.speech import SpeechSettings
from tests.desk import sound, spoken

pytestmark = pytest.mark.gpu

CUDA = torch.device("cuda")
LINES = 8
TEXT = "three small boats were waiting for the morning tide."


@pytest.fixture(autouse=True)
def _inferring() -> Iterator[None]:
    with torch.inference_mode():
        yield


@pytest.fixture(scope="module")
def model(files: ModelFiles) -> Model:
    with torch.inference_mode():
        return opened(files, "fp32")


def opened(files: ModelFiles, precision: str) -> Model:
    setup = Setup(files, device="cuda", precision=precision, slots=LINES, guards=False)
    model = open_model(setup)
    model.runner.longest_audio = 60
    return model


def lines(model: Model, count: int = LINES) -> list[SpokenLine]:
    timbre = model.card.speakers[model.card.default_speaker]
    return [
        SpokenLine("s", 0, f"{TEXT} {n}", "en", timbre, settings=SpeechSettings(seed=n, top_k=1))
        for n in range(count)
    ]


def all_spoken(model: Model, each: list[SpokenLine]) -> list[Samples]:
    desk = spoken(model, each)
    assert not desk.failures()
    return [np.concatenate(desk.chunks(ticket)) for ticket in range(len(each))]


@pytest.mark.parametrize("precision", [Precision.FP32, Precision.FP16, Precision.BF16])
def test_a_recorded_step_is_the_step(checkpoint: Checkpoint, precision: Precision) -> None:
    gpt = Gpt(checkpoint.model.gpt, precision, CUDA)
    made = []
    for records in (False, True):
        slots = gpt.slots(LINES + 1, spare=True)
        dice = torch.Generator().manual_seed(1)
        layers, _, _, heads, _, width = slots.states.shape
        for slot in range(LINES):
            known = torch.randn(layers, 2, heads, 100 * slot + 20, width, generator=dice)
            slots.begin(slot, Remembered(known.to(slots.states)))
        step = StaticStep(gpt, slots, LINES)
        graphs = Graphs(step)
        if records:
            graphs.record()
            assert set(graphs._recorded) == set(step.shapes)
        said: list[torch.Tensor] = []
        for place, rows in enumerate(([0], [2, 1], [7, 0, 3], [1], list(range(LINES))), start=1):
            tokens = torch.tensor([37 * row + place for row in rows], device=CUDA)
            said += graphs.step(rows, tokens, [place] * len(rows))
        made.append([each.cpu() for each in said])
    torch.testing.assert_close(made[1], made[0], rtol=1e-5, atol=1e-5)


def test_a_still_step_makes_the_numbers_of_a_processor(checkpoint: Checkpoint) -> None:
    said = []
    for device in (CUDA, torch.device("cpu")):
        gpt = Gpt(checkpoint.model.gpt, Precision.FP32, device)
        slots = gpt.slots(3, spare=True)
        gpt.read(slots, 0, gpt.prompt(range(40, 70)))
        gpt.read(slots, 1, gpt.prompt(range(40, 50)))
        graphs = Graphs(StaticStep(gpt, slots, 2))
        graphs.record()
        made = graphs.step([1, 0], torch.tensor([5, 9], device=device), [1, 1])
        said.append([each.cpu() for each in made])
    torch.testing.assert_close(said[0], said[1], rtol=1e-3, atol=1e-3)


def test_every_step_of_an_engine_is_recorded(model: Model) -> None:
    graphs = model.runner._graphs
    assert graphs is not None
    assert set(graphs._recorded) == set(graphs._step.shapes)


@pytest.mark.parametrize("precision", ["fp32", "fp16"])
def test_lines_side_by_side_sound_as_they_do_alone(files: ModelFiles, precision: str) -> None:
    model = opened(files, precision)
    each = lines(model)
    alone = [sound(model, line) for line in each]
    together = all_spoken(model, each)
    if precision == "fp32":
        # Other shapes take other kernels: the last digits may differ, the tokens do not.
        assert [len(made) for made in together] == [len(made) for made in alone]
        assert max(np.abs(a - b).max() for a, b in zip(together, alone, strict=True)) < 1e-3
    assert all(len(made) > 2000 and np.isfinite(made).all() for made in together)


def test_lines_without_dice_are_those_of_a_processor(files: ModelFiles, model: Model) -> None:
    setup = Setup(files, device="cpu", precision="fp32", slots=2, guards=False)
    processor = open_model(setup)
    processor.runner.longest_audio = 60
    (line,) = lines(model, 1)
    made, wanted = sound(model, line), sound(processor, line)
    assert len(made) == len(wanted)
    assert np.abs(made - wanted).max() < 1e-2


def test_a_seed_makes_a_line_repeatable(model: Model) -> None:
    (line,) = lines(model, 1)
    seeded = replace(line, settings=SpeechSettings(seed=5))
    first, again = sound(model, seeded), sound(model, seeded)
    assert len(first) == len(again)
    assert np.abs(first - again).max() < 1e-3


def test_written_dice_are_exponential() -> None:
    dice = WrittenDice(2, 1026, 20, CUDA)
    dice.begin(1, 3)
    noise = torch.cat([dice.throw([1], torch.tensor([1], device=CUDA)) for _ in range(20)])
    assert noise.min() > 0
    assert abs(noise.mean() - 1) < 0.05


def test_lines_share_a_pass_of_the_vocoder(checkpoint: Checkpoint) -> None:
    vocoder = Vocoder(checkpoint.model.hifigan_decoder, device=_device("cuda"))
    dice = torch.Generator().manual_seed(1)
    width = checkpoint.model.gpt.model_dim
    voices = [torch.randn(512, generator=dice) / 20 for _ in range(5)]
    latents = torch.randn(5, 24, width, generator=dice)
    tapes, alone = ([vocoder.tape(voice) for voice in voices] for _ in range(2))
    for start in range(0, 24, 8):
        for line in range(5):
            tapes[line].add(latents[line, start : start + 8])
            alone[line].add(latents[line, start : start + 8])
        last = start == 16
        made = vocoder.speak_together(tapes, [last] * 5)
        wanted = [vocoder.speak(tape, last=last) for tape in alone]
        torch.testing.assert_close(made, wanted, rtol=0, atol=1e-4)


def test_an_engine_takes_no_more_memory_with_each_line(model: Model) -> None:
    each = lines(model)
    taken = []
    for _ in range(4):
        all_spoken(model, each)
        torch.cuda.synchronize()
        taken.append(torch.cuda.memory_allocated())
    assert taken[-1] <= taken[1] * 1.01
