"""A few recording booths: so many work at once, a short line waits, the rest is sent away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.errors import StudioBusyError

_WAITING_PER_BOOTH = 8


class Booths:
    """Bounds how many programs run at once, how many callers wait for one, and how long."""

    def __init__(
        self,
        count: int,
        patience_s: float,
        what: str = "clips are being read",
        *,
        waiting: int | None = None,
    ) -> None:
        self._refusal = f"Too many {what} at once; try again in a few seconds."
        self._free = asyncio.Semaphore(count)
        self._room = count * _WAITING_PER_BOOTH if waiting is None else waiting
        self._patience_s = patience_s
        self._waiting = 0

    @asynccontextmanager
    async def take(self) -> AsyncIterator[None]:
        """Enter: a booth is ours, or `StudioBusyError`; leave: it is free."""
        await self._wait()
        try:
            yield
        finally:
            self._free.release()

    async def _wait(self) -> None:
        if self._waiting >= self._room:
            raise StudioBusyError(self._refusal)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._patience_s):
                await self._free.acquire()
        except TimeoutError as e:
            raise StudioBusyError(self._refusal) from e
        finally:
            self._waiting -= 1
