"""Closing what is held to the end, however often the one who closes it is cancelled."""

import asyncio
from collections.abc import Awaitable


async def to_the_end(closing: Awaitable[None]) -> None:
    """Wait until this is done; a cancellation that comes meanwhile is raised afterwards."""
    task = asyncio.ensure_future(closing)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
    task.result()


async def stopped(task: asyncio.Task[None]) -> None:
    """End a task, whatever it was at; how it ended is of no concern any more."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
