"""What may befall the child while it is on duty, and what becomes of those it spoke for."""

import asyncio
import logging
import os
import signal
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np
import pytest

from adapters.xtts import deaths, turns
from adapters.xtts.child import Child
from domain.audio import Pcm
from domain.errors import EngineBusyError, EngineFailedError
from domain.ports import Chunk
from tests.fakes.xtts_worker import AHEAD_S
from tests.unit.adapters.xtts.standing_in import (
    LONG,
    TEXT,
    Stage,
    children,
    descriptors,
    is_gone,
    opened,
    unread_s,
    until,
)

BROKE = "The XTTS engine broke while it worked on this; try again."
SILENT = "The XTTS engine gave no more sign of life; try again."
CLIP = Pcm(np.zeros(2000, np.float32), 1000)

pytestmark = pytest.mark.usefixtures("stand_in")


async def fails(line: Coroutine[object, object, bytes], within_s: float = 1.0) -> str:
    with pytest.raises(EngineFailedError) as failed:
        await asyncio.wait_for(line, within_s)
    return str(failed.value)


async def rest(chunks: AsyncIterator[Chunk]) -> bytes:
    return b"".join([chunk.samples.tobytes() async for chunk in chunks])


async def back(stage: Stage, child: int) -> None:
    """Wait for another child than this one."""
    await until(lambda: stage.alive and stage.keeper.pid != child)
    assert is_gone(child)


async def test_a_killed_child_fails_what_it_spoke_and_the_next_one_speaks_what_waited() -> None:
    async with opened(slots=1) as stage, AsyncExitStack() as stack:
        alone, child = await stage.says(), stage.pid
        spoken = await stack.enter_async_context(stage.engine.speak(stage.line(LONG)))
        await anext(spoken)
        waiting = [asyncio.ensure_future(stage.says()) for _ in range(5)]
        await until(lambda: stage.engine._turns and len(stage.engine._turns.streams()) == 5)
        os.kill(child, signal.SIGKILL)
        killed_s = time.monotonic()
        assert await fails(rest(spoken)) == BROKE
        assert time.monotonic() - killed_s < 1.0
        assert await asyncio.gather(*waiting) == [alone] * 5
        await back(stage, child)


async def test_while_there_is_no_child_new_lines_are_refused_at_once() -> None:
    async with opened() as stage:
        child = stage.pid
        os.kill(child, signal.SIGKILL)
        await until(lambda: not stage.alive)
        began_s = time.monotonic()
        with pytest.raises(EngineBusyError) as refused:
            await stage.says()
        with pytest.raises(EngineBusyError):
            await stage.engine.condition([CLIP])
        assert time.monotonic() - began_s < 0.05
        assert 0.1 <= (refused.value.retry_after_s or 0) < 5
        pulse = await stage.engine.pulse()
        assert not pulse.alive
        assert (pulse.speaking, pulse.waiting) == (0, ())
        await back(stage, child)
        assert await stage.says()
        assert (await stage.engine.pulse()).alive


async def test_a_line_that_waited_for_the_next_child_too_long_says_busy(
    stand_in: pytest.MonkeyPatch,
) -> None:
    async with opened(slots=1) as stage, AsyncExitStack() as stack:
        stand_in.setenv("XTTS_STAND_IN_START", "slow")
        await stack.enter_async_context(stage.engine.speak(stage.line(LONG)))
        late = stage.line(start_within_s=0.2)
        chunks = await stack.enter_async_context(stage.engine.speak(late))
        os.kill(stage.pid, signal.SIGKILL)
        with pytest.raises(EngineBusyError):
            await anext(chunks)
        assert not stage.alive


async def test_what_was_made_before_the_child_ended_is_still_heard() -> None:
    async with opened(slots=1) as stage, stage.engine.speak(stage.line("Soon over.")) as chunks:
        await stage.speaking(0)
        os.kill(stage.pid, signal.SIGKILL)
        await until(lambda: not stage.alive)
        assert (await anext(chunks)).last


async def test_what_was_made_of_a_line_is_heard_before_its_failure() -> None:
    async with opened() as stage, stage.engine.speak(stage.line(LONG)) as chunks:
        await until(lambda: unread_s(chunks) >= AHEAD_S)
        os.kill(stage.pid, signal.SIGKILL)
        await until(lambda: not stage.alive)
        for _ in range(5):
            assert (await anext(chunks)).samples.any()
        assert await fails(rest(chunks)) == BROKE


@pytest.mark.parametrize("silent", ["stopped", "hanging"])
async def test_a_child_that_is_silent_for_too_long_is_replaced(silent: str) -> None:
    async with opened(patience_s=0.8) as stage:
        child = stage.pid
        text = LONG if silent == "stopped" else "And then [hang] it did."
        if silent == "stopped":
            os.kill(child, signal.SIGSTOP)
        line = asyncio.ensure_future(stage.says(text))
        await stage.speaking(1)
        began_s = time.monotonic()
        assert await fails(shielded(line), within_s=10.0) == SILENT
        assert time.monotonic() - began_s > 0.6
        await back(stage, child)
        assert await stage.says()


async def shielded(line: "asyncio.Future[bytes]") -> bytes:
    return await line


async def test_a_silence_shorter_than_the_patience_is_borne() -> None:
    async with opened(patience_s=1.5) as stage:
        child = stage.pid
        os.kill(child, signal.SIGSTOP)
        line = asyncio.ensure_future(stage.says(LONG))
        await stage.speaking(1)
        await asyncio.sleep(0.7)
        os.kill(child, signal.SIGCONT)
        assert await line
        assert stage.pid == child


async def test_a_server_that_was_halted_itself_does_not_blame_the_child() -> None:
    async with opened(patience_s=0.4) as stage:
        child = stage.pid
        os.kill(child, signal.SIGSTOP)
        line = asyncio.ensure_future(stage.says(LONG))
        await stage.speaking(1)
        time.sleep(0.8)  # noqa: ASYNC251 - nothing else may run meanwhile
        os.kill(child, signal.SIGCONT)
        assert await line
        assert stage.pid == child


async def test_a_child_that_talks_nonsense_is_replaced() -> None:
    async with opened() as stage:
        child = stage.pid
        assert await fails(stage.says("All this [garbage] is nonsense.")) == BROKE
        await back(stage, child)
        assert await stage.says()


async def test_a_process_that_the_child_left_behind_goes_with_it() -> None:
    async with opened(patience_s=0.8) as stage:
        child = stage.pid
        assert await fails(stage.says("Soon an [orphan] it was.")) == BROKE
        await back(stage, child)
        await until(lambda: child not in sessions())


def sessions() -> set[int]:
    """Of all processes that have not ended."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] not in "ZX":
            found.add(int(fields[3]))
    return found


async def test_five_children_that_die_as_they_start_are_followed_by_one_that_lives(
    stand_in: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in.setattr(deaths, "_FIRST_REST_S", 0.1)
    unlucky = tmp_path / "deaths"
    unlucky.write_text("0")
    stand_in.setenv("XTTS_STAND_IN_DEATHS", str(unlucky))
    async with opened(slots=1) as stage:
        unlucky.write_text("5")
        child = stage.pid
        os.kill(child, signal.SIGSTOP)
        line = asyncio.ensure_future(stage.says(LONG))
        waiting = asyncio.ensure_future(stage.says())
        await stage.speaking(1)
        os.kill(child, signal.SIGKILL)
        assert await fails(shielded(line)) == BROKE
        assert await waiting
        assert unlucky.read_text() == "-1"
        await back(stage, child)


async def test_after_too_many_deaths_the_next_child_has_to_wait(
    stand_in: pytest.MonkeyPatch,
) -> None:
    stand_in.setattr(deaths, "_BORNE", 0)
    stand_in.setattr(deaths, "_FIRST_REST_S", 1.0)
    async with opened() as stage:
        child = stage.pid
        os.kill(child, signal.SIGKILL)
        await until(lambda: stage.keeper.pid is None)
        with pytest.raises(EngineBusyError) as refused:
            await stage.says()
        assert (refused.value.retry_after_s or 0) > 1.0
        await asyncio.sleep(0.8)
        assert stage.keeper.pid is None
        await back(stage, child)


async def test_another_model_in_the_same_files_is_not_taken_for_the_first(
    stand_in: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened() as stage:
        child = stage.pid
        stand_in.setenv("XTTS_STAND_IN_MODEL", "stand-in/2")
        os.kill(child, signal.SIGKILL)
        await until(lambda: "hold another model now" in caplog.text)
        assert not (await stage.engine.pulse()).alive
        stand_in.delenv("XTTS_STAND_IN_MODEL")
        await back(stage, child)


async def test_a_lesson_fails_with_its_child_and_those_that_waited_may_be_asked_again() -> None:
    deadly = Pcm(np.zeros(101_000, np.float32), 1000)
    async with opened() as stage:
        given, *waited = await asyncio.gather(
            stage.engine.condition([deadly]),
            *(stage.engine.condition([CLIP]) for _ in range(3)),
            return_exceptions=True,
        )
        assert str(given) == BROKE
        assert [type(each) for each in waited] == [EngineBusyError] * 3
        await until(lambda: stage.alive)
        assert (await stage.engine.condition([CLIP])).fingerprint == "stand-in/1"


async def test_how_a_child_ended_is_logged_without_what_else_it_wrote(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with opened() as stage:
        child = stage.pid
        assert await fails(stage.says("So they [cry] all day.")) == BROKE
        await back(stage, child)
        os.kill(stage.pid, signal.SIGKILL)
        await until(lambda: "by signal 9" in caplog.text)
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.name for record in errors] == ["adapters.xtts.keeper"] * 2
    assert "RuntimeError: the stand-in cries" in errors[0].getMessage()
    assert "with code 1" in errors[0].getMessage()
    assert "[cry]" not in caplog.text
    assert TEXT not in caplog.text


async def test_leaving_the_engine_fails_its_lines_and_leaves_no_process() -> None:
    before = children()
    async with opened(slots=1) as stage:
        child = stage.pid
        os.kill(child, signal.SIGSTOP)
        lines = [asyncio.ensure_future(stage.says(LONG)) for _ in range(3)]
        lesson = asyncio.ensure_future(stage.engine.condition([CLIP]))
        await stage.speaking(1)
    closed = "The XTTS engine was closed while it worked on this."
    ended = await asyncio.gather(*lines, lesson, return_exceptions=True)
    assert [str(each) for each in ended[:3]] == [closed] * 3
    assert isinstance(ended[3], EngineFailedError)
    assert is_gone(child)
    assert children() == before


async def test_leaving_while_the_next_child_starts_leaves_no_process(
    stand_in: pytest.MonkeyPatch,
) -> None:
    before = children()
    async with opened(slots=1) as stage:
        child = stage.pid
        stand_in.setenv("XTTS_STAND_IN_START", "silent")
        os.kill(child, signal.SIGKILL)
        await until(lambda: stage.keeper.pid not in {child, None})
        second = stage.pid
    assert is_gone(second)
    assert children() == before


async def test_the_child_holds_no_socket_but_the_one_to_us() -> None:
    async with opened() as stage:
        held = descriptors(stage.pid)
        assert sum(name.startswith("socket:") for name in held) == 1
        assert os.getsid(stage.pid) == stage.pid


async def test_a_child_that_takes_nothing_in_is_not_given_ever_more(
    stand_in: pytest.MonkeyPatch,
) -> None:
    stand_in.setattr(turns, "_MOST_UNSENT", 2**20)
    async with opened(slots=1) as stage, AsyncExitStack() as stack:
        os.kill(stage.pid, signal.SIGSTOP)
        child = stage.keeper._child
        assert isinstance(child, Child)
        for _ in range(300):
            manager = stage.engine.speak(stage.line())
            await manager.__aenter__()
            await manager.__aexit__(None, None, None)
        assert 2**20 < child.unsent < 2**21
        chunks = await stack.enter_async_context(stage.engine.speak(stage.line()))
        os.kill(child.pid, signal.SIGCONT)
        assert (await anext(chunks)).samples.any()
