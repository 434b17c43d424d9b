"""How a task that speaks to Redis is ended."""

import asyncio

_AGAIN_S = 0.05


async def end(task: asyncio.Task[None]) -> None:
    """Cancel a task until it has ended.

    The library sends by `asyncio.wait_for`, which in Python 3.11 swallows a cancellation that
    comes in the moment when it is done.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=_AGAIN_S)
