"""Closing what is held to the end, however often the one who closes it is cancelled."""

import asyncio
from collections.abc import Awaitable
from typing import Any

_PUTS_AWAY_WITHIN_S = 3.0


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


async def stopped(task: asyncio.Task[Any]) -> None:
    """End a task, whatever it was at; how it ended is of no concern any more.

    It has time to put away what it holds; one whose cancellation a library swallowed is told again.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=_PUTS_AWAY_WITHIN_S)
    await asyncio.gather(task, return_exceptions=True)
