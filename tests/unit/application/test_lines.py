import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest
from typing_extensions import override

from application.lines import Lines
from domain.errors import EngineBusyError, EngineFailedError
from domain.forecast import Forecast
from domain.pieces import Piece
from domain.ports import Chunk, EngineCard, SpokenLine
from tests.fakes.clock import FakeClock
from tests.fakes.engine import FakeEngine, FakeLine, timbre

TEXTS = ("The first of three lines.", "The second one.", "And the third.")


MANY = tuple(f"This is number {n} of a dozen lines." for n in range(10, 22))
SHORT = TEXTS[1]


def lines(
    engine: FakeEngine,
    texts: Sequence[str] = TEXTS,
    lead_s: Callable[[], float] = lambda: 3.5,
    clock: FakeClock | None = None,
) -> Lines:
    spoken = [SpokenLine("s", n, text, "en", timbre()) for n, text in enumerate(texts)]
    forecast = Forecast([Piece(text, 0.25) for text in texts], 1.0)
    return Lines(engine, clock or FakeClock(), spoken, forecast, lead_s)


def submitted(engine: FakeEngine) -> list[int]:
    return [line.line.index for line in engine.lines]


async def heard(lines: Lines) -> Sequence[int]:
    indices = []
    while found := await lines.next():
        indices.append(found[0])
    return indices


async def test_lines_are_heard_in_order_and_the_next_is_open_before_it_is_due() -> None:
    engine = FakeEngine(step=100)
    opened = lines(engine)
    await opened.next()
    assert submitted(engine) == [1]
    assert await heard(opened) == [1, 2]
    assert engine.lines == []


@pytest.mark.parametrize(("slots", "ahead"), [(1, 1), (3, 3), (8, 8), (100, 8)])
async def test_as_many_lines_are_ahead_as_there_are_slots_and_never_more_than_eight(
    slots: int, ahead: int
) -> None:
    engine = FakeEngine(slots=slots)
    opened = lines(engine, MANY)
    for _ in range(3):
        await opened.next()
        assert len(engine.lines) <= 1 + ahead
    assert submitted(engine) == list(range(1 + ahead))
    await opened.next()
    assert submitted(engine) == list(range(1, 1 + ahead))
    await opened.next()
    assert submitted(engine) == list(range(1, 2 + ahead))


async def test_an_engine_that_names_no_slots_has_one_line_ahead() -> None:
    engine = WithoutSlots()
    opened = lines(engine, MANY)
    for _ in range(3):
        await opened.next()
    assert submitted(engine) == [0, 1]


async def test_the_first_sound_waits_for_one_line_ahead_only() -> None:
    engine = FakeEngine(slots=4)
    opened = lines(engine, MANY)
    await opened.next()
    assert submitted(engine) == [0, 1]


async def test_many_lines_ahead_are_heard_in_order() -> None:
    engine = FakeEngine(slots=5, step=7)
    indices = await heard(lines(engine, MANY))
    assert sorted(set(indices)) == list(range(12))
    assert indices == sorted(indices)
    assert engine.lines == []


async def test_a_line_ahead_says_when_its_sound_will_be_needed() -> None:
    engine = FakeEngine(slots=8, step=5)
    opened = lines(engine, [SHORT * 2, SHORT, SHORT, SHORT])
    await opened.next()
    assert leads(engine) == pytest.approx([3.5, 3.5 + 2 + 0.25])
    await opened.next()
    assert leads(engine)[2:] == pytest.approx(
        [3.5 + 0.05 + (2 - 0.1) + 0.25 + 1 + 0.25, 3.5 + 0.05 + (2 - 0.1) + 0.25 + 2.5]
    )


async def test_a_line_heard_to_its_end_tells_how_long_others_last() -> None:
    engine = FakeEngine(slots=2, step=100)
    opened = lines(engine, [SHORT] * 5)
    await opened.next()
    await opened.next()
    # line 1 was just given out, with its pause: the listener's own lead is without both
    assert leads(engine) == pytest.approx([3.5 + 0.15 + 0.25, 3.5 + 0.15 + 0.25 + 0.15 + 0.25])


async def test_no_line_is_needed_before_an_earlier_one_that_waits() -> None:
    engine = FakeEngine(slots=2, step=100)
    leading = iter([0.0, 60.0, 60.0])
    opened = lines(engine, [SHORT * 4, *[SHORT] * 5], lambda: next(leading, 0.0))
    await opened.next()
    await opened.next()
    await opened.next()
    assert submitted(engine) == [3, 4]
    assert leads(engine)[1] >= leads(engine)[0] > 60


async def test_a_line_ahead_may_wait_to_begin_until_it_is_needed() -> None:
    engine = FakeEngine()
    await lines(engine).next()
    for line in (each.line for each in engine.lines):
        assert line.start_within_s == 30.0 + line.lead_s


async def test_behind_a_line_that_was_refused_none_is_asked_for() -> None:
    engine = FakeEngine(slots=4, max_waiting=0, step=5)
    opened = lines(engine, MANY)
    engine.refusing_after = 2
    for _ in range(3):
        await opened.next()
    assert submitted(engine) == [0, 1]
    engine.refusing_after = None
    await opened.next()
    assert submitted(engine) == [0, 1, 2, 3]


async def test_a_refused_line_is_never_overtaken_by_one_behind_it() -> None:
    engine = RefusesOnce(2)
    opened = lines(engine, MANY)
    await opened.next()
    await opened.next()
    assert submitted(engine) == [0, 1]
    await opened.next()
    assert submitted(engine) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("entering", [True, False])
async def test_the_error_of_a_later_line_is_met_behind_all_lines_before_it(
    *, entering: bool
) -> None:
    engine = BrokenFrom(2, entering=entering)
    opened = lines(engine, MANY)
    found = None
    while found is None or found[0] == 0 or not found[1].last:
        found = await opened.next()
        assert found is not None
    assert found[0] == 1
    with pytest.raises(EngineFailedError):
        await opened.next()


async def test_leaving_frees_all_lines_ahead_and_gives_no_seat_to_another_of_them() -> None:
    engine = NotesExits(slots=3, max_waiting=3)
    opened = lines(engine, MANY)
    await opened.next()
    await opened.next()
    assert submitted(engine) == [0, 1, 2, 3]
    await opened.leave()
    assert engine.lines == []
    assert engine.exits == [3, 2, 1, 0]


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


def leads(engine: FakeEngine) -> list[float]:
    return [each.line.lead_s for each in engine.lines]


class WithoutSlots(FakeEngine):
    @property
    @override
    def card(self) -> EngineCard:
        return replace(super().card, slots=None)


class RefusesOnce(FakeEngine):
    """An engine that has no room for one of the lines when it is first asked for it."""

    def __init__(self, index: int) -> None:
        super().__init__(slots=4)
        self.index: int | None = index

    @override
    def speak(self, line: SpokenLine) -> FakeLine:
        if line.index == self.index:
            self.index = None
            raise EngineBusyError(1.0)
        return super().speak(line)


class BrokenFrom(FakeEngine):
    """An engine that cannot speak some lines: it says so at once, or once they are heard."""

    def __init__(self, index: int, *, entering: bool) -> None:
        super().__init__(slots=4)
        self.index = index
        self.entering = entering

    @override
    def speak(self, line: SpokenLine) -> AbstractAsyncContextManager[AsyncIterator[Chunk]]:  # type: ignore[override]
        if line.index < self.index:
            return super().speak(line)
        if self.entering:
            msg = "This line is not for me."
            raise EngineFailedError(msg)
        return Unspoken()


class Unspoken(AbstractAsyncContextManager[AsyncIterator[Chunk]], AsyncIterator[Chunk]):
    @override
    async def __aenter__(self) -> AsyncIterator[Chunk]:
        return self

    @override
    async def __aexit__(self, *_: object) -> None:
        return

    @override
    async def __anext__(self) -> Chunk:
        msg = "The engine broke."
        raise EngineFailedError(msg)


class NotesExits(FakeEngine):
    """An engine that remembers in which order its lines were left."""

    def __init__(self, *, slots: int, max_waiting: int) -> None:
        super().__init__(slots=slots, max_waiting=max_waiting)
        self.exits: list[int] = []

    @override
    def speak(self, line: SpokenLine) -> AbstractAsyncContextManager[AsyncIterator[Chunk]]:  # type: ignore[override]
        inner, exits = super().speak(line), self.exits

        class Noted(AbstractAsyncContextManager[AsyncIterator[Chunk]]):
            @override
            async def __aenter__(self) -> AsyncIterator[Chunk]:
                return await inner.__aenter__()

            @override
            async def __aexit__(self, *_: object) -> None:
                exits.append(line.index)
                await inner.__aexit__(None, None, None)

        return Noted()


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
