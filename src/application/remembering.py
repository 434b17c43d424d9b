"""Speech remembered: a line spoken before is heard again without the engine."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Self

from typing_extensions import override

from application.keeping import Keeping
from domain.audio import Pcm
from domain.events import CacheAsked
from domain.ports import (
    AudioCache,
    CacheStats,
    Chunk,
    EngineCard,
    EventBus,
    Pulse,
    SpeechEngine,
    SpokenLine,
)
from domain.recording import Recording, recording_key
from domain.replay import Take, replayed
from domain.speech import Latents
from domain.voice import Timbre

_PATIENCE_S = 0.02


class Tiers(AudioCache):
    """A quick cache above a large one; what is found below is put above."""

    def __init__(self, above: AudioCache, below: AudioCache) -> None:
        self.above = above
        self.below = below
        self._cleared = 0

    @override
    async def get(self, key: str) -> Recording | None:
        cleared = self._cleared
        recording = await self.above.get(key)
        if recording is not None:
            return recording
        recording = await self.below.get(key)
        if recording is not None and cleared == self._cleared:
            await self.above.put(key, recording)
        return recording

    @override
    async def put(self, key: str, recording: Recording) -> None:
        await self.above.put(key, recording)
        await self.below.put(key, recording)

    @override
    async def clear(self) -> int:
        self._cleared += 1
        return max(await self.above.clear(), await self.below.clear())

    @override
    async def stats(self) -> CacheStats:
        """Tell of both as of one; a recording kept in both counts once, its bytes twice."""
        above, below = await self.above.stats(), await self.below.stats()
        return CacheStats(
            entries=max(above.entries, below.entries),
            size_bytes=above.size_bytes + below.size_bytes,
            limit_bytes=above.limit_bytes + below.limit_bytes,
            hits=above.hits + below.hits,
            misses=below.misses,
        )


class RememberingEngine(SpeechEngine):
    """Speaks through another engine, and keeps what was heard to its end.

    Enter it after that engine and leave it before: what waits to be kept is kept until then.
    """

    def __init__(
        self,
        engine: SpeechEngine,
        cache: AudioCache,
        bus: EventBus,
        *,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        self.behind = engine
        self._bus = bus
        self._keeping = Keeping(cache, patience_s)

    async def __aenter__(self) -> Self:
        await self._keeping.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._keeping.__aexit__(kind, error, trace)

    @property
    @override
    def card(self) -> EngineCard:
        return self.behind.card

    @override
    async def condition(self, clips: Sequence[Pcm]) -> Timbre:
        return await self.behind.condition(clips)

    @override
    async def recall(self, latents: Latents) -> Timbre:
        return await self.behind.recall(latents)

    @override
    async def mix(self, timbres: Sequence[Timbre], weights: Sequence[float]) -> Timbre:
        return await self.behind.mix(timbres, weights)

    @override
    def speak(self, line: SpokenLine) -> "_Line":
        return _Line(line, self.behind, self._keeping, self._bus)

    @override
    async def pulse(self) -> Pulse:
        return await self.behind.pulse()

    async def forget(self) -> int:
        """Clear the cache; lines that are being spoken now are not kept either."""
        return await self._keeping.clear()


class _Line(AsyncIterator[Chunk]):
    """One line, either remembered or spoken; which of the two is known once it is entered."""

    def __init__(
        self,
        line: SpokenLine,
        engine: SpeechEngine,
        keeping: Keeping,
        bus: EventBus,
    ) -> None:
        self._line = line
        self._engine = engine
        self._keeping = keeping
        self._bus = bus
        self._key = ""
        self._era = keeping.era
        self._take = Take()
        self._remembered: Iterator[Chunk] | None = None
        self._spoken: AbstractAsyncContextManager[AsyncIterator[Chunk]] | None = None
        self._sound: AsyncIterator[Chunk] | None = None
        self._left = False

    async def __aenter__(self) -> Self:
        card = self._engine.card
        self._key = recording_key(
            f"{card.fingerprint} {card.precision} {card.alignment}", self._line
        )
        recording = await self._keeping.recall(self._key)
        self._bus.publish(CacheAsked("audio", hit=recording is not None))
        if recording is not None:
            self._remembered = replayed(recording, card.rate_hz)
            return self
        spoken = self._engine.speak(self._line)
        self._sound = await spoken.__aenter__()
        self._spoken = spoken
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._left = True
        spoken, self._spoken = self._spoken, None
        if spoken is not None:
            await spoken.__aexit__(kind, error, trace)

    @override
    async def __anext__(self) -> Chunk:
        if self._remembered is not None:
            return self._next_remembered(self._remembered)
        if self._sound is None:
            raise StopAsyncIteration
        chunk = await anext(self._sound)
        self._take.hear(chunk)
        if chunk.last:
            self._keeping.keep(self._key, self._take.recording(), self._era)
        return chunk

    def _next_remembered(self, remembered: Iterator[Chunk]) -> Chunk:
        chunk = None if self._left else next(remembered, None)
        if chunk is None:
            raise StopAsyncIteration
        return chunk
