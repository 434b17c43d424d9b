"""Reading ahead: what comes from a slow source stands ready before it is needed."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from typing import TypeVar

from application.closing import stopped, to_the_end

T = TypeVar("T")


@asynccontextmanager
async def read_ahead(source: AsyncGenerator[T], most: int) -> AsyncGenerator[AsyncGenerator[T]]:
    """Enter: what the source yields, up to so many of it early; leave: the source is closed.

    What the source raises is raised behind all that it yielded.
    """
    ready: asyncio.Queue[T | _End] = asyncio.Queue(most)

    async def read() -> None:
        failure: Exception | None = None
        async with aclosing(source):
            try:
                async for each in source:
                    awaited = ready.empty()
                    await ready.put(each)
                    if awaited:
                        # whoever waits for it goes first: the next may take its time
                        await asyncio.sleep(0)
            except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
                failure = error
        await ready.put(_End(failure))

    async def every() -> AsyncGenerator[T]:
        while not isinstance(each := await ready.get(), _End):
            yield each
        if each.failure is not None:
            raise each.failure

    reading = asyncio.create_task(read())
    try:
        async with aclosing(every()) as read_early:
            yield read_early
    finally:
        await to_the_end(stopped(reading))


class Rest:
    """Stands where nothing has come for a while."""


async def with_rests(source: AsyncGenerator[T], rest_s: float) -> AsyncGenerator[T | Rest]:
    """Yield what the source yields, and a rest each time it takes so long."""
    coming: asyncio.Task[T | None] | None = None
    async with aclosing(source):
        try:
            while True:
                coming = asyncio.create_task(_next(source))
                if not (await asyncio.wait({coming}, timeout=rest_s))[0]:
                    yield Rest()
                each = await coming
                if each is None:
                    return
                yield each
        finally:
            if coming is not None and not coming.done():
                await to_the_end(stopped(coming))


async def _next(source: AsyncGenerator[T]) -> T | None:
    return await anext(source, None)


class _End:
    def __init__(self, failure: Exception | None) -> None:
        self.failure = failure
