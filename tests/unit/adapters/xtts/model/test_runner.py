"""Lines through the model's own loop: exact, whatever the chunks, and what happens to bad ones."""

from collections.abc import Callable, Iterator
from collections.abc import Sequence as Several
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from time import perf_counter
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional
from typing_extensions import override

from adapters.xtts.files import ModelFiles
from adapters.xtts.messages import Beat, Leave, Setup, Speak, ToChild, Tripped
from adapters.xtts.model import runner
from adapters.xtts.model.booth import Outcome, Voiced
from adapters.xtts.model.checkpoint import Checkpoint
from adapters.xtts.model.guards import Fault
from adapters.xtts.model.opening import Model, open_model
from adapters.xtts.model.scheduler import Scheduler
from adapters.xtts.model.sequence import Sequence
from adapters.xtts.pipe import ServerGoneError
from adapters.xtts.worker import Worker
from domain.audio import Samples
from domain.ports import SpokenLine
from domain.speech import SpeechSettings
from domain.voice import Timbre
from tests.checkpoints import ENDLESS, build, named
from tests.desk import Desk, sound, spoken

LONG = 5
"""A seed that does not end too soon."""
TEXT = "three small boats were waiting for the morning tide."


@pytest.fixture(autouse=True)
def _inferring() -> Iterator[None]:
    with torch.inference_mode():
        yield


@pytest.fixture(scope="module")
def model(files: ModelFiles) -> Model:
    with torch.inference_mode():
        return opened(files)


def opened(
    files: ModelFiles, precision: str = "fp32", *, guards: bool = False, threads: int = 1
) -> Model:
    model = open_model(Setup(files, precision=precision, threads=threads, slots=3, guards=guards))
    model.runner.longest_audio = 60
    return model


def written(folder: Path, **how: Any) -> ModelFiles:
    return named(build(folder, **how))


def tripped(desk: Desk) -> list[str]:
    return [message.guard for _, message in desk.told if isinstance(message, Tripped)]


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


@contextmanager
def overheard(model: Model, slot: int = 0) -> Iterator[list[torch.Tensor]]:
    """Note the latents that become sound."""
    voice = model.runner.voice
    heard: list[torch.Tensor] = []

    def noting(
        sequences: Several[Sequence], now_s: float, tell: Callable[[Sequence, Voiced], None]
    ) -> Future[list[Outcome]]:
        waiting = {each.slot: list(model.runner._spoken[each.slot].unvoiced) for each in sequences}

        def noted(sequence: Sequence, voiced: Voiced) -> None:
            if sequence.slot == slot and voiced.fault is None:
                heard.extend(waiting[slot][: sequence.sounding])
            tell(sequence, voiced)

        return voice(sequences, now_s, noted)

    model.runner.voice = noting  # type: ignore[method-assign]
    yield heard
    model.runner.voice = voice  # type: ignore[method-assign]


@pytest.mark.parametrize("rate", [1.0, 0.6, 1.7])
@pytest.mark.parametrize("cap", [None, 5])
def test_a_stream_is_what_one_pass_makes_of_its_latents(
    model: Model, checkpoint: Checkpoint, rate: float, cap: int | None
) -> None:
    with overheard(model) as latents:
        heard = sound(model, line(model, rate=rate), cap)
    wanted = reference(checkpoint, torch.cat(latents), rate)
    assert len(heard) == len(wanted)
    assert np.abs(wanted).max() > 0.1
    assert np.abs(heard - wanted).max() < 1e-5


def test_chunk_sizes_do_not_change_the_samples(model: Model) -> None:
    heard = [sound(model, line(model), cap) for cap in (None, 1, 3, 20, 1000)]
    assert all(len(each) == len(heard[0]) for each in heard)
    assert max(np.abs(each - heard[0]).max() for each in heard) < 1e-6


def test_a_seed_makes_the_samples_repeatable(model: Model) -> None:
    first, again, other = (sound(model, line(model, seed=seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert len(first) != len(other) or not np.array_equal(first, other)


def test_without_a_seed_no_two_readings_are_the_same(model: Model) -> None:
    unseeded = replace(line(model), settings=SpeechSettings())
    first, second = sound(model, unseeded), sound(model, unseeded)
    assert len(first) != len(second) or not np.array_equal(first, second)


@pytest.mark.parametrize("precision", ["fp32", "bf16", "int8"])
def test_lines_side_by_side_sound_as_they_do_alone(files: ModelFiles, precision: str) -> None:
    model = opened(files, precision=precision, threads=2)
    lines = [line(model, f"{TEXT} {word}", seed=seed) for seed, word in enumerate(("no", "yes"))]
    alone = [sound(model, each) for each in lines]
    together = spoken(model, lines)
    assert not together.failures()
    for ticket, wanted in enumerate(alone):
        assert np.array_equal(np.concatenate(together.chunks(ticket)), wanted)


def test_a_line_of_no_numbers_fails_alone_and_its_neighbour_is_unchanged(files: ModelFiles) -> None:
    model = opened(files, precision="int8")
    good = line(model)
    wanted = sound(model, good)
    arrays = {**good.timbre.arrays, "gpt_cond_latent": np.full((32, 128), np.nan, np.float32)}
    bad = replace(good, timbre=Timbre(good.timbre.fingerprint, arrays))
    desk = spoken(model, [good, bad])
    assert tripped(desk) == [Fault.NUMBERS] * 2
    assert ["sound that is none" in reason for reason in desk.failures()] == [True]
    assert np.array_equal(np.concatenate(desk.chunks(0)), wanted)


def test_a_model_that_never_stops_is_stopped(tmp_path: Path) -> None:
    model = opened(written(tmp_path, leanings=ENDLESS), guards=True)
    model.runner.longest_audio = 600
    desk = spoken(model, [line(model, "no.")])
    assert tripped(desk) == [Fault.LENGTH] * 2
    assert "would not end" in desk.failures()[0]
    seconds = sum(map(len, desk.chunks(0))) / 24_000
    assert 0.1 < seconds < 10


def test_a_model_that_hums_is_stopped_before_it_bores(tmp_path: Path) -> None:
    model = opened(written(tmp_path, leanings={7: 60.0}), guards=True)
    desk = spoken(model, [line(model)])
    assert tripped(desk) == [Fault.LOOP] * 2
    assert "in circles" in desk.failures()[0]


def test_a_model_that_falls_silent_is_not_listened_to(tmp_path: Path) -> None:
    model = opened(written(tmp_path, leanings=ENDLESS, loudness=1e-9), guards=True)
    model.runner.longest_audio = 600
    desk = spoken(model, [line(model)])
    assert tripped(desk) == [Fault.SILENCE] * 2
    assert "silent" in desk.failures()[0]
    assert sum(map(len, desk.chunks(0))) < 2.6 * 24_000


@pytest.mark.parametrize("at", [3, 20])
def test_a_second_try_goes_on_where_the_sound_had_come_to(
    files: ModelFiles, checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    model = opened(files, guards=True)
    model.runner.longest_audio = 600
    due = [at]

    def once(tokens: list[int]) -> bool:
        return bool(due) and len(tokens) == due[0] and due.pop() == at

    monkeypatch.setattr(runner, "in_a_loop", once)
    with overheard(model) as latents:
        desk = spoken(model, [line(model, seed=LONG)])
    assert tripped(desk) == [Fault.LOOP]
    assert not desk.failures()
    heard = np.concatenate(desk.chunks(0))
    assert np.abs(heard - reference(checkpoint, torch.cat(latents), 1.0)).max() < 1e-5


def test_without_guards_a_model_speaks_to_its_own_end(tmp_path: Path) -> None:
    model = opened(written(tmp_path, leanings=ENDLESS))
    model.runner.longest_audio = 40
    desk = spoken(model, [line(model)])
    assert not desk.failures()
    assert not tripped(desk)
    assert sum(map(len, desk.chunks(0))) == 40 * 1024 * 24_000 // 22_050 // 256 * 256


@pytest.mark.parametrize("where", ["_gpt.step", "_sampler.draw"])
def test_an_error_in_one_line_of_a_batch_fails_that_line_alone(
    files: ModelFiles, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    model = opened(files, precision="int8")
    lines = [line(model, f"{TEXT} {word}", seed=seed) for seed, word in enumerate(("a", "b", "c"))]
    alone = [sound(model, each) for each in lines]
    owner, name = where.split(".")
    work = getattr(getattr(model.runner, owner), name)
    bad = 1

    def breaking(*args: Any) -> Any:
        rows = args[1] if name == "step" else args[0]
        spoken_at = {row: model.runner._slots.lengths[row] for row in rows}
        if bad in rows and spoken_at[bad] > 70:
            raise RuntimeError("a broken row")
        return work(*args)

    monkeypatch.setattr(getattr(model.runner, owner), name, breaking)
    desk = spoken(model, lines)
    assert ["a broken row" in reason for reason in desk.failures()] == [True]
    assert sum(map(len, desk.chunks(1))) < len(alone[1])
    for ticket in (0, 2):
        assert np.array_equal(np.concatenate(desk.chunks(ticket)), alone[ticket])


def test_an_error_in_the_vocoder_fails_its_line_alone(
    files: ModelFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = opened(files, precision="int8")
    lines = [line(model, f"{TEXT} {word}", seed=seed) for seed, word in enumerate(("a", "b"))]
    wanted = sound(model, lines[1])
    speak, calls = model.runner._vocoder.speak, iter(range(1000))

    def breaking(*args: Any, **how: Any) -> Any:
        if next(calls) == 0:
            raise RuntimeError("a broken vocoder")
        return speak(*args, **how)

    monkeypatch.setattr(model.runner._vocoder, "speak", breaking)
    desk = spoken(model, lines)
    assert ["a broken vocoder" in reason for reason in desk.failures()] == [True]
    assert np.array_equal(np.concatenate(desk.chunks(1)), wanted)


def test_a_line_that_leaves_while_it_becomes_sound_leaves_its_slot_to_another(
    files: ModelFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = opened(files)
    first, second = (line(model, f"{TEXT} {word}", seed=seed) for seed, word in enumerate("ab"))
    wanted = sound(model, second)
    speak = model.runner._vocoder.speak
    held, let_go = Event(), Event()

    def holding(*args: Any, **how: Any) -> Any:
        if not held.is_set():
            held.set()
            let_go.wait(20)
        return speak(*args, **how)

    class Impatient(Desk):
        @override
        def hear(self, within_s: float = 0.0) -> ToChild | None:
            if held.is_set() and 0 in self._open:
                self._open.discard(0)
                return Leave(0)
            if held.is_set():
                let_go.set()
            return super().hear(within_s)

    monkeypatch.setattr(model.runner._vocoder, "speak", holding)
    desk = Impatient([Speak(0, first), Speak(1, second)])
    worker = Worker(desk, model, None)
    worker._scheduler = Scheduler(1)
    with pytest.raises(ServerGoneError):
        worker.work()
    assert np.array_equal(np.concatenate(desk.chunks(1)), wanted)


def test_a_vocoder_that_hangs_is_not_covered_for(
    files: ModelFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = opened(files)
    monkeypatch.setattr("adapters.xtts.worker._BEAT_S", 0.01)
    monkeypatch.setattr("adapters.xtts.worker._VOCODER_HANGS_S", 0.2)
    let_go = Event()
    speak = model.runner._vocoder.speak

    def hanging(*args: Any, **how: Any) -> Any:
        let_go.wait(20)
        return speak(*args, **how)

    class Waiting(Desk):
        @override
        def hear(self, within_s: float = 0.0) -> ToChild | None:
            since_s = perf_counter() - self.told[-1][0] if self.told else 0.0
            if since_s > 1.0:
                let_go.set()
            return super().hear(within_s)

    monkeypatch.setattr(model.runner._vocoder, "speak", hanging)
    desk = Waiting([Speak(0, line(model))])
    with pytest.raises(ServerGoneError):
        Worker(desk, model, None).work()
    silences = np.diff([at for at, _ in desk.told])
    assert sum(isinstance(message, Beat) for _, message in desk.told) > 3
    assert silences.max() > 0.9
