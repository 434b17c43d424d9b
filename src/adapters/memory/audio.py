"""Lines in this process's memory: bounded in bytes, each for a time, the latest heard stay."""

from collections import OrderedDict

from typing_extensions import override

from domain.ports import AudioCache, CacheStats, Clock
from domain.recording import Recording


class MemoryAudioCache(AudioCache):
    """Keeps copies that no reader can change."""

    def __init__(self, limit_bytes: int, ttl_s: float, clock: Clock) -> None:
        self._limit_bytes = limit_bytes
        self._ttl_s = ttl_s
        self._clock = clock
        self._kept: OrderedDict[str, tuple[Recording, float]] = OrderedDict()
        self._size_bytes = 0
        self._hits = 0
        self._misses = 0

    @override
    async def get(self, key: str) -> Recording | None:
        recording = self._fresh(key)
        if recording is None:
            self._misses += 1
            return None
        self._hits += 1
        self._kept.move_to_end(key)
        return recording

    @override
    async def put(self, key: str, recording: Recording) -> None:
        self._drop(key)
        if recording.size_bytes > self._limit_bytes:
            return
        while self._size_bytes + recording.size_bytes > self._limit_bytes:
            self._drop(next(iter(self._kept)))
        self._kept[key] = recording.sealed(), self._clock.monotonic()
        self._size_bytes += recording.size_bytes

    @override
    async def clear(self) -> int:
        forgotten = len(self._kept)
        self._kept.clear()
        self._size_bytes = 0
        return forgotten

    @override
    async def stats(self) -> CacheStats:
        for key in tuple(self._kept):
            self._fresh(key)
        return CacheStats(
            entries=len(self._kept),
            size_bytes=self._size_bytes,
            limit_bytes=self._limit_bytes,
            hits=self._hits,
            misses=self._misses,
        )

    def _fresh(self, key: str) -> Recording | None:
        """Return what is kept under the key; what has had its time is dropped."""
        recording, since_s = self._kept.get(key, (None, 0.0))
        if recording is not None and self._clock.monotonic() - since_s >= self._ttl_s:
            self._drop(key)
            return None
        return recording

    def _drop(self, key: str) -> None:
        recording, _ = self._kept.pop(key, (None, 0.0))
        if recording is not None:
            self._size_bytes -= recording.size_bytes
