"""The engine as the server sees it, over a child that stands in for the model's."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from domain.audio import Pcm
from domain.errors import (
    EngineBusyError,
    EngineFailedError,
    InputError,
    LanguageUnknownError,
    LatentsForeignError,
)
from domain.events import GuardTripped
from tests.fakes.xtts_worker import AHEAD_S, RATE_HZ, timbre
from tests.unit.adapters.xtts.standing_in import LONG, TEXT, Stage, made, opened, unread_s, until

pytestmark = pytest.mark.usefixtures("stand_in")


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with opened() as stage:
        yield stage


def clip(seconds: float) -> Pcm:
    return Pcm(np.zeros(int(seconds * 1000), np.float32), 1000)


async def test_two_hundred_lines_at_once_are_all_spoken_and_each_as_alone(stage: Stage) -> None:
    texts = [f"This is line {number}." for number in range(200)]
    alone = await stage.says(texts[150])
    sounds = await asyncio.gather(*map(stage.says, texts))
    assert len(set(sounds)) == 200
    assert sounds[150] == alone
    pulse = await stage.engine.pulse()
    assert (pulse.speaking, pulse.waiting, pulse.expected_wait_s) == (0, (), 0)


async def test_as_many_lines_speak_as_the_child_has_slots(stage: Stage) -> None:
    os.kill(stage.pid, signal.SIGSTOP)
    async with AsyncExitStack() as stack:
        for stream in "abcd":
            await stack.enter_async_context(stage.engine.speak(stage.line(stream=stream)))
        pulse = await stage.engine.pulse()
        assert (pulse.speaking, pulse.waiting) == (2, ("c", "d"))
        assert pulse.expected_wait_s > 0
    os.kill(stage.pid, signal.SIGCONT)


async def test_who_runs_dry_first_is_spoken_to_first(stage: Stage) -> None:
    os.kill(stage.pid, signal.SIGSTOP)
    async with AsyncExitStack() as stack:
        for stream, lead_s in (("a", 0.0), ("b", 0.0), ("c", 9.0), ("d", 0.0), ("e", 4.0)):
            line = stage.line(stream=stream, lead_s=lead_s)
            await stack.enter_async_context(stage.engine.speak(line))
        assert (await stage.engine.pulse()).waiting == ("d", "e", "c")
    os.kill(stage.pid, signal.SIGCONT)


async def test_a_reader_who_stops_reading_parks_the_line_and_no_other(stage: Stage) -> None:
    async with stage.engine.speak(stage.line(LONG)) as chunks:
        await until(lambda: unread_s(chunks) >= AHEAD_S)
        parked_s = unread_s(chunks)
        await stage.says()
        assert unread_s(chunks) == parked_s < 1.5 * AHEAD_S
        before = [await anext(chunks) for _ in range(2)]
        rest = [chunk async for chunk in chunks]
    heard = sum(len(chunk.samples) for chunk in (*before, *rest)) / RATE_HZ
    assert heard == pytest.approx(len(LONG) / 50)
    assert rest[-1].last


async def test_a_line_that_is_left_is_silent_whatever_was_made_of_it(stage: Stage) -> None:
    manager = stage.engine.speak(stage.line(LONG))
    chunks = await manager.__aenter__()
    await until(lambda: unread_s(chunks) > 0)
    await manager.__aexit__(None, None, None)
    assert [chunk async for chunk in chunks] == []
    assert (await stage.engine.pulse()).speaking == 0


async def test_leaving_frees_the_slot_for_the_next_line_at_once(
    stand_in: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in.setenv("XTTS_STAND_IN_LOG", str(tmp_path / "log"))
    async with opened(slots=1) as stage:
        first = stage.engine.speak(stage.line(LONG))
        await anext(await first.__aenter__())
        async with stage.engine.speak(stage.line(stream="b")) as chunks:
            assert (await stage.engine.pulse()).waiting == ("b",)
            await first.__aexit__(None, None, None)
            pulse = await stage.engine.pulse()
            assert (pulse.speaking, pulse.waiting) == (1, ())
            assert (await anext(chunks)).samples.any()
        log = (tmp_path / "log").read_text().split("\n")
    told = [line.split()[:2] for line in log if line and not line.startswith("Taken")]
    assert told[:3] == [["Speak", "1"], ["Leave", "1"], ["Speak", "2"]]


async def test_a_line_that_is_left_while_it_waits_never_reaches_the_child(
    stand_in: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in.setenv("XTTS_STAND_IN_LOG", str(tmp_path / "log"))
    async with opened(slots=1) as stage:
        async with stage.engine.speak(stage.line()) as chunks:
            waiting = stage.engine.speak(stage.line(stream="b"))
            await waiting.__aenter__()
            await waiting.__aexit__(None, None, None)
            assert [chunk async for chunk in chunks][-1].last
        await stage.says()
        log = (tmp_path / "log").read_text()
    assert [line for line in log.split("\n") if line.startswith("Speak")] == [
        "Speak 1 ",
        "Speak 3 ",
    ]


async def test_lines_that_came_too_late_cost_those_behind_them_nothing(stage: Stage) -> None:
    os.kill(stage.pid, signal.SIGSTOP)
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(stage.engine.speak(stage.line()))
        late = [
            await stack.enter_async_context(stage.engine.speak(stage.line(start_within_s=0.01)))
            for _ in range(400)
        ]
        good = await stack.enter_async_context(stage.engine.speak(stage.line(lead_s=1.0)))
        await asyncio.sleep(0.02)
        os.kill(stage.pid, signal.SIGCONT)
        assert (await anext(good)).samples.any()
        for chunks in late:
            with pytest.raises(EngineBusyError):
                await anext(chunks)


async def test_a_line_the_child_cannot_speak_fails_alone_and_says_why(stage: Stage) -> None:
    failed, sound = await asyncio.gather(
        stage.says("Now [fail] if you please, will you."), stage.says(), return_exceptions=True
    )
    assert isinstance(failed, EngineFailedError)
    assert str(failed) == "Its tokens ran out."
    assert isinstance(sound, bytes)
    assert (await stage.engine.pulse()).speaking == 0


async def test_a_guard_that_trips_is_told_on_the_bus(stage: Stage) -> None:
    await stage.says("Now [trip] a guard.")
    assert stage.bus.heard == [GuardTripped("silence")]


async def test_an_unknown_language_and_foreign_arrays_never_reach_the_child(stage: Stage) -> None:
    with pytest.raises(LanguageUnknownError):
        stage.engine.speak(stage.line(language="tlh"))
    foreign = replace(
        timbre(1), arrays={**timbre(1).arrays, "speaker_embedding": np.zeros(3, "f4")}
    )
    with pytest.raises(LatentsForeignError):
        stage.engine.speak(stage.line(timbre=foreign))
    async with stage.engine.speak(stage.line(language="zh")) as chunks:
        assert (await anext(chunks)).samples.any()


async def test_a_timbre_that_has_our_shapes_is_passed_on_as_it_is(stage: Stage) -> None:
    known = timbre(1)
    assert stage.engine._own(known) is known
    latent = known.arrays["gpt_cond_latent"][None]
    carried = replace(known, arrays={**known.arrays, "gpt_cond_latent": latent})
    assert stage.engine._own(carried).sha256 == known.sha256


async def test_voices_are_learnt_one_at_a_time_without_a_slot(
    stand_in: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in.setenv("XTTS_STAND_IN_LOG", str(tmp_path / "log"))
    async with opened(slots=1) as stage, stage.engine.speak(stage.line(LONG)) as chunks:
        learnt = await asyncio.gather(*(stage.engine.condition([clip(n)]) for n in range(1, 6)))
        assert [each.sha256 for each in learnt] == [timbre(n * 1000).sha256 for n in range(1, 6)]
        assert [chunk async for chunk in chunks][-1].last


async def test_only_so_many_voices_wait_to_be_learnt(stage: Stage) -> None:
    os.kill(stage.pid, signal.SIGSTOP)
    asked = [asyncio.ensure_future(stage.engine.condition([clip(2)])) for _ in range(17)]
    await asyncio.sleep(0)
    with pytest.raises(EngineBusyError) as refused:
        await stage.engine.condition([clip(2)])
    assert (refused.value.retry_after_s or 0) > 1
    asked[5].cancel()
    await asyncio.wait({asked[5]})
    asked.append(asyncio.ensure_future(stage.engine.condition([clip(2)])))
    os.kill(stage.pid, signal.SIGCONT)
    learnt = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(each).__name__ for each in learnt].count("Timbre") == 17


async def test_a_clip_the_child_cannot_learn_from_fails_and_the_next_is_learnt(
    stage: Stage,
) -> None:
    short, learnt = await asyncio.gather(
        stage.engine.condition([clip(0.2)]),
        stage.engine.condition([clip(2)]),
        return_exceptions=True,
    )
    assert isinstance(short, InputError)
    assert str(short) == "There is too little of it."
    assert not isinstance(learnt, BaseException)


async def test_a_voice_nobody_waits_for_any_more_is_left_and_the_next_is_learnt(
    stand_in: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in.setenv("XTTS_STAND_IN_LOG", str(tmp_path / "log"))
    async with opened() as stage:
        os.kill(stage.pid, signal.SIGSTOP)
        asked = [asyncio.ensure_future(stage.engine.condition([clip(n)])) for n in (2, 3, 4)]
        await asyncio.sleep(0)
        asked[0].cancel()
        asked[1].cancel()
        await asyncio.wait(asked[:2])
        os.kill(stage.pid, signal.SIGCONT)
        assert (await asked[2]).sha256 == timbre(4000).sha256
        told = [line.split() for line in (tmp_path / "log").read_text().splitlines()]
    assert told == [["Learn", "1"], ["Leave", "1"], ["Learn", "3"]]


async def test_a_second_engine_is_refused_while_one_is_open() -> None:
    second = made()
    async with opened() as first:
        with pytest.raises(EngineFailedError, match="open in this process already"):
            await second.engine.__aenter__()
        assert await first.says()
    async with second.engine:
        assert await second.says()


async def test_it_may_be_entered_and_left_by_different_tasks_and_again() -> None:
    stage = made()
    for _ in range(2):
        await asyncio.create_task(stage.engine.__aenter__())
        assert await asyncio.create_task(stage.says(TEXT))
        await asyncio.create_task(stage.engine.__aexit__())


async def test_before_and_after_it_is_open_it_says_so() -> None:
    stage = made()
    with pytest.raises(EngineFailedError, match="not open"):
        _ = stage.engine.card
    assert not (await stage.engine.pulse()).alive
    async with stage.engine:
        manager = stage.engine.speak(stage.line())
    with pytest.raises(EngineFailedError, match="closed"):
        await manager.__aenter__()
    with pytest.raises(EngineFailedError, match="not open"):
        stage.engine.speak(stage.line())
    assert not (await stage.engine.pulse()).alive
