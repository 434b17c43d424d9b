"""The lines of one stream: several submitted while one of them sounds, heard in order."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

from domain.errors import EngineBusyError, SpeechError
from domain.forecast import Forecast
from domain.ports import Chunk, Clock, SpeechEngine, SpokenLine

_LONGEST_PAUSE_S = 0.25
_MOST_AHEAD = 8


@dataclass(frozen=True, slots=True)
class _Open:
    """A line the engine has admitted, and when it was said to be needed."""

    spoken: AbstractAsyncContextManager[AsyncIterator[Chunk]]
    sound: AsyncIterator[Chunk]
    needed_s: float


class Lines:
    """Hears lines one after another; `leave` may be called by any task, at any moment.

    Lines are submitted one by one and are needed one after the other: an engine that seats whoever
    runs dry first never seats one before an earlier one of the same stream. Otherwise two streams
    could fill every seat with lines that cannot be heard yet, since those before them have none.
    """

    def __init__(
        self,
        engine: SpeechEngine,
        clock: Clock,
        lines: Sequence[SpokenLine],
        forecast: Forecast,
        lead_s: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._lines = lines
        self._forecast = forecast
        self._lead_s = lead_s
        self._rate_hz = engine.card.rate_hz
        self._ahead = min(_MOST_AHEAD, engine.card.slots or 1)
        self._index = 0
        self._chunks = 0
        self._fresh_s = 0.0
        self._left = asyncio.Event()
        self._open: dict[int, _Open] = {}

    @property
    def all_submitted(self) -> bool:
        """Whether the engine has been given every line that will be."""
        return self._left.is_set() or self._index + len(self._open) >= len(self._lines)

    @property
    def until_end_s(self) -> float:
        """The sound that is heard before the end of the last line, as far as can be foreseen."""
        return self._lead_before_s(len(self._lines))

    async def admit(self) -> None:
        """Have the engine take in the first line, or refuse it."""
        await self._opened(0)

    async def next(self) -> tuple[int, Chunk] | None:
        """Return the next chunk and the index of its line; None at the end, or once left."""
        if self._index == len(self._lines):
            return None
        index = self._index
        opened = await self._opened(index)
        chunk = await anext(opened.sound, None) if opened else None
        if chunk is None or self._left.is_set():
            return None
        self._chunks += 1
        self._fresh_s = self._forecast.hear(len(chunk.samples) / self._rate_hz, last=chunk.last)
        if chunk.last:
            await self._close(index)
            self._index += 1
        await self._open_ahead(index + 1)
        # from now on it is the listener's
        self._fresh_s = 0.0
        return index, chunk

    async def leave(self) -> None:
        """Free the engine of every line; a task still waiting in `next` is given None."""
        self._left.set()
        # the last first: a seat that an earlier one frees must not go to a later one for nothing
        for index in reversed(tuple(self._open)):
            await self._close(index)

    async def _opened(self, index: int) -> _Open | None:
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

    async def _open_ahead(self, first: int) -> None:
        """Submit the lines that come next; the first that is refused is asked again later.

        Whatever refuses a line ahead is no concern of the listener's until the line is due. The
        first sound of a stream waits for one line only: each may first be sought in a cache.
        """
        ahead = self._ahead if self._chunks > 1 else 1
        for index in range(first, min(first + ahead, len(self._lines))):
            if self._left.is_set():
                return
            try:
                await self._enter(index)
            except SpeechError:
                return

    async def _enter(self, index: int) -> None:
        """Submit a line, unless it is open; the engine's patience begins when it is needed."""
        if index in self._open:
            return
        lead_s = self._lead_before_s(index)
        line = self._lines[index]
        patience_s = line.start_within_s + lead_s
        spoken = self._engine.speak(replace(line, lead_s=lead_s, start_within_s=patience_s))
        sound = await spoken.__aenter__()
        self._open[index] = _Open(spoken, sound, self._clock.monotonic() + lead_s)
        if self._left.is_set():
            await self._close(index)

    def _lead_before_s(self, index: int) -> float:
        """Return the sound that is heard before a line, never less than before an earlier one."""
        lead_s = self._lead_s() + self._fresh_s + self._forecast.until_s(index)
        earlier = self._open.get(index - 1)
        return max(lead_s, earlier.needed_s - self._clock.monotonic()) if earlier else lead_s

    async def _close(self, index: int) -> None:
        opened = self._open.pop(index, None)
        if opened is not None:
            await opened.spoken.__aexit__(None, None, None)
