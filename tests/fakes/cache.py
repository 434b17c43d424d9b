"""Recordings to keep, and a cache that a test can hold back or break."""

import asyncio
import hashlib

import numpy as np
from typing_extensions import override

from domain.ports import AudioCache, CacheStats, Word
from domain.recording import Recording


def key(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def recording(seed: int, samples: int = 1000, words: int = 3) -> Recording:
    """Noise with every kind of bits in it, NaN and minus zero included."""
    sound = np.random.default_rng(seed).standard_normal(samples, dtype=np.float32)
    sound[: min(3, samples)] = (np.nan, -0.0, np.inf)[: min(3, samples)]
    return Recording(sound, tuple(Word(n, n + 1, n * 10, n * 10 + 7) for n in range(words)))


def same(one: Recording | None, other: Recording | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.samples.tobytes() == other.samples.tobytes() and one.words == other.words


class FakeCache(AudioCache):
    """Keeps everything while `running` is set; raises what it is `broken` by."""

    def __init__(self) -> None:
        self.kept: dict[str, Recording] = {}
        self.running = asyncio.Event()
        self.running.set()
        self.broken: Exception | None = None
        self.asked = 0
        self.puts = 0

    async def _serve(self) -> None:
        await self.running.wait()
        if self.broken is not None:
            raise self.broken

    @override
    async def get(self, key: str) -> Recording | None:
        self.asked += 1
        await self._serve()
        return self.kept.get(key)

    @override
    async def put(self, key: str, recording: Recording) -> None:
        self.puts += 1
        await self._serve()
        self.kept[key] = recording

    @override
    async def clear(self) -> int:
        forgotten = len(self.kept)
        self.kept.clear()
        return forgotten

    @override
    async def stats(self) -> CacheStats:
        size_bytes = sum(each.size_bytes for each in self.kept.values())
        return CacheStats(len(self.kept), size_bytes, 2**40, 0, 0)
