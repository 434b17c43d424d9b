import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager

import pytest
from typing_extensions import override

from application.lines import Lines
from domain.errors import EngineBusyError
from domain.ports import Chunk, SpokenLine
from tests.fakes.clock import FakeClock
from tests.fakes.engine import FakeEngine, timbre

TEXTS = ("The first of three lines.", "The second one.", "And the third.")


def lines(engine: FakeEngine, clock: FakeClock | None = None) -> Lines:
    spoken = [SpokenLine("s", n, text, "en", timbre()) for n, text in enumerate(TEXTS)]
    return Lines(engine, clock or FakeClock(), spoken, lambda: 3.5)


async def heard(lines: Lines) -> Sequence[int]:
    indices = []
    while found := await lines.next():
        indices.append(found[0])
    return indices


async def test_lines_are_heard_in_order_and_the_next_is_open_before_it_is_due() -> None:
    engine = FakeEngine(step=100)
    opened = lines(engine)
    await opened.next()
    assert [line.line.index for line in engine.lines] == [1]
    assert await heard(opened) == [1, 2]
    assert engine.lines == []
    assert [line.lead_s for line in engine.spoken] == [3.5, 3.5, 3.5]


async def test_the_first_line_is_refused_at_once() -> None:
    with pytest.raises(EngineBusyError):
        await lines(FakeEngine(slots=0, max_waiting=0)).next()


async def test_once_left_there_is_nothing_more() -> None:
    opened = lines(FakeEngine())
    await opened.next()
    await opened.leave()
    assert await opened.next() is None


async def test_a_listener_who_leaves_while_a_later_line_waits_does_not_spin() -> None:
    engine = FakeEngine(slots=1, max_waiting=0, step=100)
    opened = lines(engine)
    engine.refusing_after = 1
    await opened.next()
    engine.refused.clear()
    waiting = asyncio.create_task(opened.next())
    await engine.refused.wait()
    await opened.leave()
    engine.refusing_after = None
    assert await asyncio.wait_for(waiting, 1) is None
    assert engine.lines == []


class SlowToLeave(FakeEngine):
    """An engine whose lines take a moment to let go."""

    @override
    def speak(self, line: SpokenLine) -> AbstractAsyncContextManager[AsyncIterator[Chunk]]:  # type: ignore[override]
        inner = super().speak(line)

        class Slow(AbstractAsyncContextManager[AsyncIterator[Chunk]]):
            @override
            async def __aenter__(self) -> AsyncIterator[Chunk]:
                return await inner.__aenter__()

            @override
            async def __aexit__(self, *_: object) -> None:
                await asyncio.sleep(0)
                await inner.__aexit__(None, None, None)

        return Slow()


async def test_two_may_leave_at_once() -> None:
    engine = SlowToLeave()
    opened = lines(engine)
    await opened.next()
    await asyncio.gather(opened.leave(), opened.leave(), opened.leave())
    assert engine.lines == []
