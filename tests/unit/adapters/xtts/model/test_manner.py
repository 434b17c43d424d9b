"""Whole lines in a GPU's manner, on a processor: still tensors, late tokens, sound in company."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from adapters.xtts.files import ModelFiles
from adapters.xtts.messages import Setup
from adapters.xtts.model import runner, warming
from adapters.xtts.model.manner import Manner
from adapters.xtts.model.opening import Model, open_model
from domain.audio import Samples
from domain.ports import SpokenLine
from domain.speech import SpeechSettings
from tests.desk import sound, spoken

CPU, GPU = torch.device("cpu"), torch.device("cuda")
TEXT = "three small boats were waiting for the morning tide."
WORDS = ("yes", "no", "perhaps")


@pytest.fixture(autouse=True)
def _inferring() -> Iterator[None]:
    with torch.inference_mode():
        yield


@pytest.fixture(scope="module")
def like_a_gpu(files: ModelFiles) -> Model:
    way = replace(Manner.of(GPU), together=3)
    with pytest.MonkeyPatch.context() as patched, torch.inference_mode():
        patched.setattr(Manner, "of", lambda _: way)
        patched.setattr(torch.backends.mkldnn, "is_available", lambda: False)
        # A processor would rehearse for minutes.
        patched.setattr(warming, "SIZES", (4,))
        return opened(files)


@pytest.fixture(autouse=True)
def _unguarded(like_a_gpu: Model) -> Iterator[None]:
    yield
    like_a_gpu.runner.guarded = False


def opened(files: ModelFiles) -> Model:
    model = open_model(Setup(files, precision="fp32", threads=1, slots=3, guards=False))
    model.runner.longest_audio = 40
    return model


def lines(model: Model, **settings: Any) -> list[SpokenLine]:
    timbre = model.card.speakers[model.card.default_speaker]
    return [
        SpokenLine("s", 0, f"{TEXT} {word}", "en", timbre, settings=SpeechSettings(**settings))
        for word in WORDS
    ]


def all_spoken(model: Model, each: list[SpokenLine]) -> list[Samples]:
    desk = spoken(model, each)
    assert not desk.failures()
    return [np.concatenate(desk.chunks(ticket)) for ticket in range(len(each))]


def assert_alike(made: list[Samples], wanted: list[Samples]) -> None:
    assert [len(each) for each in made] == [len(each) for each in wanted]
    assert max(np.abs(a - b).max() for a, b in zip(made, wanted, strict=True)) < 1e-4


def test_a_gpu_has_a_manner_of_its_own() -> None:
    assert Manner.of(CPU) == Manner()
    assert Manner.of(GPU).still
    assert Manner.of(GPU).late
    assert Manner.of(GPU).together > 1


def test_lines_without_dice_are_those_of_a_processor(files: ModelFiles, like_a_gpu: Model) -> None:
    likeliest = lines(like_a_gpu, seed=1, top_k=1)
    together = all_spoken(like_a_gpu, likeliest)
    alone = [sound(like_a_gpu, each) for each in likeliest]
    model = opened(files)
    assert model.runner.manner == Manner()
    wanted = all_spoken(model, likeliest)
    assert_alike(together, wanted)
    assert_alike(alone, wanted)


def test_a_seed_makes_a_line_repeatable_alone_and_in_company(like_a_gpu: Model) -> None:
    seeded = lines(like_a_gpu, seed=5)
    together = all_spoken(like_a_gpu, seeded)
    assert_alike([sound(like_a_gpu, each) for each in seeded[::-1]], together[::-1])
    other = sound(like_a_gpu, replace(seeded[0], settings=SpeechSettings(seed=6)))
    assert len(other) != len(together[0]) or not np.allclose(other, together[0], atol=1e-3)


def test_a_second_try_goes_on_behind_what_was_heard(
    like_a_gpu: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    like_a_gpu.runner.guarded = True
    due = [20]

    def once(tokens: list[int]) -> bool:
        return bool(due) and len(tokens) == due[0] and due.pop() == 20

    (line, *_) = lines(like_a_gpu, seed=5)
    untroubled = sound(like_a_gpu, line)
    monkeypatch.setattr(runner, "in_a_loop", once)
    tried = sound(like_a_gpu, line)
    assert not due
    same = np.abs(tried[:2000] - untroubled[:2000]).max()
    assert same < 1e-4
    assert len(tried) > 4000


def test_a_line_that_breaks_the_vocoder_fails_alone(
    like_a_gpu: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeded = lines(like_a_gpu, seed=5)
    wanted = all_spoken(like_a_gpu, seeded)
    vocoder = like_a_gpu.runner._vocoder
    speak, lots = vocoder.speak_together, []

    def breaking(tapes: list[Any], lasts: list[bool]) -> Any:
        lots.append(len(tapes))
        if any(tape.speed == 2.0 for tape in tapes):
            raise RuntimeError("a broken vocoder")
        return speak(tapes, lasts)

    monkeypatch.setattr(vocoder, "speak_together", breaking)
    desk = spoken(like_a_gpu, [seeded[0], replace(seeded[1], rate=2.0), seeded[2]])
    assert ["a broken vocoder" in reason for reason in desk.failures()] == [True]
    assert max(lots) > 1
    made = [np.concatenate(desk.chunks(ticket)) for ticket in (0, 2)]
    assert_alike(made, [wanted[0], wanted[2]])
