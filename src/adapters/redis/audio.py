"""Lines in Redis: shared by servers, bounded in bytes and in time, and never a reason to fail."""

import asyncio
import logging
import re
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from redis.exceptions import ResponseError
from typing_extensions import override

from adapters.redis.address import AWAY, client
from adapters.redis.breaker import Breaker
from adapters.redis.shelf import Shelf
from domain.ports import AudioCache, CacheStats
from domain.recording import Recording
from domain.recording_file import packed, unpacked

log = logging.getLogger(__name__)

T = TypeVar("T")

LARGEST_LINE = 8 * 2**20
_KEY = re.compile(r"[0-9a-f]{64}")
_KEEPING_S = 1.0
_CLEARING_S = 10.0
_QUICK_BYTES = 2**17
"""What is hashed sooner than a thread begins to."""


class RedisAudioCache(AudioCache):
    """Enter it once; a Redis that is away makes every get a miss, told by one line of log.

    A get takes at most `patience_s`. What fails is left alone for a while, when a get is a miss at
    once. Lines that were to be cleared while Redis was away are not heard again.
    """

    def __init__(
        self,
        url: str,
        *,
        prefix: str,
        limit_bytes: int,
        ttl_s: float,
        patience_s: float,
        breaker: Breaker | None = None,
    ) -> None:
        self._redis = client(url)
        self._shelf = Shelf(self._redis, prefix, limit_bytes, ttl_s)
        self._limit_bytes = limit_bytes
        self._largest_bytes = min(limit_bytes, LARGEST_LINE)
        self._patience_s = patience_s
        self._breaker = breaker or Breaker()
        self._known = (0, 0)
        self._hits = 0
        self._misses = 0
        self._clear_owed = False
        self._in_trouble = False
        self.failures = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._redis.aclose()

    @override
    async def get(self, key: str) -> Recording | None:
        recording = await self._read(key) if _KEY.fullmatch(key) else None
        if recording is None:
            self._misses += 1
        else:
            self._hits += 1
        return recording

    @override
    async def put(self, key: str, recording: Recording) -> None:
        if not _KEY.fullmatch(key) or recording.samples.nbytes >= self._largest_bytes:
            return
        data = await _aside(recording.samples.nbytes, packed, key, recording)
        if len(data) > self._largest_bytes:
            return
        if self._clear_owed and self._breaker.lets_try():
            await self.clear()
        if not self._clear_owed:
            await self._asked(self._shelf.keep(key, data), max(_KEEPING_S, self._patience_s))

    @override
    async def clear(self) -> int:
        self._clear_owed = True
        # Whoever clears wants it done: the breaker is not heard.
        count = await self._tried(self._shelf.clear(), _CLEARING_S)
        self._clear_owed = count is None
        return count or 0

    @override
    async def stats(self) -> CacheStats:
        patience_s = max(_KEEPING_S, self._patience_s)
        self._known = await self._asked(self._shelf.totals(), patience_s) or self._known
        entries, size_bytes = self._known
        return CacheStats(entries, size_bytes, self._limit_bytes, self._hits, self._misses)

    async def _read(self, key: str) -> Recording | None:
        if self._clear_owed:
            return None
        data = await self._asked(self._shelf.read(key, LARGEST_LINE), self._patience_s)
        if data is None:
            return None
        recording = await _aside(len(data), unpacked, key, data)
        if recording is None:
            log.warning("a line in Redis is damaged and was dropped")
            await self._asked(self._shelf.drop(key), self._patience_s)
        return recording

    async def _asked(self, question: Coroutine[Any, Any, T], within_s: float) -> T | None:
        """Return the answer; None where there is none in time, or none was to be expected."""
        if not self._breaker.lets_try():
            question.close()
            return None
        return await self._tried(question, within_s)

    async def _tried(self, question: Coroutine[Any, Any, T], within_s: float) -> T | None:
        try:
            async with asyncio.timeout(within_s):
                answer = await question
        except ResponseError as error:
            # It answers, and would not: it is full, say, or wants another password.
            self._trouble(error)
            return None
        except AWAY as error:
            self._breaker.failed()
            self._trouble(error)
            return None
        self._breaker.succeeded()
        self._in_trouble = False
        return answer

    def _trouble(self, error: Exception) -> None:
        """Count it, and tell the first of a row."""
        self.failures += 1
        if not self._in_trouble:
            why = str(error) or "no answer in time"
            log.warning("Redis gives no lines (%s); they are spoken anew until it does.", why)
        self._in_trouble = True


async def _aside(size_bytes: int, work: Callable[..., T], *given: object) -> T:
    """Do what takes its time in a thread: others are spoken to meanwhile."""
    if size_bytes <= _QUICK_BYTES:
        return work(*given)
    return await asyncio.to_thread(work, *given)
