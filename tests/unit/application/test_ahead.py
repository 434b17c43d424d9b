"""What stands ready before it is needed, and rests where nothing comes."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from application.ahead import Rest, read_ahead, with_rests


class Source:
    def __init__(self, *items: int | Exception) -> None:
        self.given = list(items)
        self.yielded = 0
        self.closed = False
        self.more = asyncio.Event()
        self.more.set()

    async def each(self) -> AsyncGenerator[int]:
        try:
            for item in self.given:
                await self.more.wait()
                if isinstance(item, Exception):
                    raise item
                self.yielded += 1
                yield item
        finally:
            self.closed = True


async def test_what_comes_is_handed_on_in_order_and_so_much_of_it_is_early() -> None:
    source = Source(*range(10))
    async with read_ahead(source.each(), 3) as early:
        assert await anext(early) == 0
        await asyncio.sleep(0.01)
        # three stand ready, and one more waits for room
        assert source.yielded == 5
        assert [each async for each in early] == [*range(1, 10)]
    assert source.closed


async def test_what_somebody_waits_for_is_handed_on_before_the_next_is_made() -> None:
    source = Source(1, 2)
    async with read_ahead(source.each(), 3) as early:
        assert await anext(early) == 1
        assert source.yielded == 1
        assert await anext(early) == 2


async def test_what_the_source_raises_comes_behind_all_that_it_yielded() -> None:
    async with read_ahead(Source(1, 2, ValueError("broke")).each(), 8) as early:
        assert [await anext(early), await anext(early)] == [1, 2]
        with pytest.raises(ValueError, match="broke"):
            await anext(early)


async def test_who_leaves_closes_the_source() -> None:
    source = Source(*range(10))
    async with read_ahead(source.each(), 3) as early:
        await anext(early)
    assert source.closed


async def test_a_source_that_loses_one_cancellation_is_ended_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("application.closing._PUTS_AWAY_WITHIN_S", 0.01)

    async def deaf() -> AsyncGenerator[int]:
        yield 1
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(60)

    async with asyncio.timeout(5), read_ahead(deaf(), 3) as early:
        assert await anext(early) == 1
        await asyncio.sleep(0.01)


async def test_a_rest_is_told_where_nothing_comes_for_so_long() -> None:
    source = Source(1, 2)
    rested = with_rests(source.each(), 0.01)
    assert await anext(rested) == 1
    source.more.clear()
    assert isinstance(await anext(rested), Rest)
    source.more.set()
    assert [each async for each in rested] == [2]
    assert source.closed


async def test_who_leaves_while_nothing_comes_closes_the_source() -> None:
    source = Source(1, 2)
    rested = with_rests(source.each(), 0.01)
    assert await anext(rested) == 1
    source.more.clear()
    assert isinstance(await anext(rested), Rest)
    await rested.aclose()
    assert source.closed
