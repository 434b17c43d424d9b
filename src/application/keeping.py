"""Asks a cache for recordings and gives it new ones, without anybody waiting for it."""

import asyncio
import logging
from types import TracebackType
from typing import Self

from domain.ports import AudioCache
from domain.recording import Recording

log = logging.getLogger(__name__)

_MOST_PENDING_BYTES = 32 * 2**20
_MOST_LATE = 8
_FAREWELL_S = 2.0


class Keeping:
    """Recordings wait here, bounded in bytes, until the one task that writes has kept them.

    Who asks meanwhile is given them from here. A cache that answers late is not waited for; one
    that does so many times at once is not asked until it has answered. Everything that was begun
    before the cache was cleared belongs to an `era` that is over, and is not kept.
    """

    def __init__(self, cache: AudioCache, patience_s: float) -> None:
        self._cache = cache
        self._patience_s = patience_s
        self._pending: dict[str, Recording] = {}
        self._turn = asyncio.Lock()
        self.era = 0
        self._something = asyncio.Event()
        self._closing = False
        self._late: set[asyncio.Task[Recording | None]] = set()
        self._writing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._closing = False
        self._writing = asyncio.create_task(self._write())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Keep what waits to be kept, for a moment at most."""
        self._closing = True
        self._something.set()
        tasks = {*self._late, *([self._writing] if self._writing else [])}
        if tasks:
            _, slow = await asyncio.wait(tasks, timeout=_FAREWELL_S)
            for task in slow:
                task.cancel()
            await asyncio.wait(tasks, timeout=_FAREWELL_S)

    async def recall(self, key: str) -> Recording | None:
        """Return the recording, if the cache has it at hand."""
        if key in self._pending:
            return self._pending[key]
        if len(self._late) >= _MOST_LATE:
            return None
        asking = asyncio.create_task(self._ask(key))
        try:
            await asyncio.wait({asking}, timeout=self._patience_s)
        finally:
            if not asking.done():
                self._late.add(asking)
                asking.add_done_callback(self._late.discard)
        return asking.result() if asking.done() else None

    def keep(self, key: str, recording: Recording, era: int) -> None:
        """Have it kept soon; one too many is let go, for the cache may forget."""
        waiting = sum(each.size_bytes for each in self._pending.values())
        if era == self.era and waiting + recording.size_bytes <= _MOST_PENDING_BYTES:
            self._pending[key] = recording
            self._something.set()

    async def clear(self) -> int:
        """Forget everything, with what waits to be kept and what is being spoken now."""
        self.era += 1
        self._pending.clear()
        async with self._turn:
            return await self._cache.clear()

    async def _ask(self, key: str) -> Recording | None:
        try:
            return await self._cache.get(key)
        except Exception:  # whatever is wrong with a cache, the engine can speak
            log.exception("The audio cache failed when it was asked; the line is spoken anew.")
            return None

    async def _write(self) -> None:
        while self._pending or not self._closing:
            if not self._pending:
                self._something.clear()
                await self._something.wait()
                continue
            key, recording = next(iter(self._pending.items()))
            async with self._turn:
                await self._put(key, recording)
            if self._pending.get(key) is recording:
                del self._pending[key]

    async def _put(self, key: str, recording: Recording) -> None:
        try:
            await self._cache.put(key, recording)
        except Exception:  # the next one may go well
            log.exception("The audio cache failed to keep a line; it will be spoken anew.")
