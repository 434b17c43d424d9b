"""The lines of one stream: each submitted while the one before it sounds, heard in order."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from domain.errors import EngineBusyError
from domain.ports import Chunk, Clock, SpeechEngine, SpokenLine

_LONGEST_PAUSE_S = 0.25


class Lines:
    """Hears lines one after another; `leave` may be called by any task, at any moment."""

    def __init__(
        self,
        engine: SpeechEngine,
        clock: Clock,
        lines: Sequence[SpokenLine],
        lead_s: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._lines = lines
        self._lead_s = lead_s
        self._index = 0
        self._left = asyncio.Event()
        self._open: dict[int, _Open] = {}

    async def next(self) -> tuple[int, Chunk] | None:
        """Return the next chunk and the index of its line; None at the end, or once left."""
        if self._index == len(self._lines):
            return None
        index = self._index
        opened = await self._opened(index)
        chunk = await anext(opened[1], None) if opened else None
        if chunk is None or self._left.is_set():
            return None
        if chunk.last:
            await self._close(index)
            self._index += 1
        await self._open_ahead(index + 1)
        return index, chunk

    async def leave(self) -> None:
        """Free the engine of every line; a task still waiting in `next` is given None."""
        self._left.set()
        for index in tuple(self._open):
            await self._close(index)

    async def _opened(self, index: int) -> "_Open | None":
        """Return the open line, None once left; the first is refused at once, later ones wait."""
        patience_ends_s = self._clock.monotonic() + self._lines[index].start_within_s
        while index not in self._open and not self._left.is_set():
            try:
                await self._enter(index)
            except EngineBusyError as busy:
                if index == 0 or self._clock.monotonic() > patience_ends_s:
                    raise
                await self._pause(busy.retry_after_s or 0.0)
        return self._open.get(index)

    async def _pause(self, seconds: float) -> None:
        """Wait a little, or until left."""
        try:
            async with asyncio.timeout(min(seconds, _LONGEST_PAUSE_S)):
                await self._left.wait()
        except TimeoutError:
            return

    async def _open_ahead(self, index: int) -> None:
        """Submit the line that comes next; an engine that is busy now is asked again later."""
        if index == len(self._lines) or index in self._open or self._left.is_set():
            return
        try:
            await self._enter(index)
        except EngineBusyError:
            return

    async def _enter(self, index: int) -> None:
        line = self._engine.speak(replace(self._lines[index], lead_s=self._lead_s()))
        sound = await line.__aenter__()
        self._open[index] = (line, sound)
        if self._left.is_set():
            await self._close(index)

    async def _close(self, index: int) -> None:
        opened = self._open.pop(index, None)
        if opened is not None:
            await opened[0].__aexit__(None, None, None)


_Open = tuple[AbstractAsyncContextManager[AsyncIterator[Chunk]], AsyncIterator[Chunk]]
