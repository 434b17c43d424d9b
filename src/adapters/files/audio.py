"""Lines in files: bounded in bytes, shared by processes, and never a reason to fail."""

import asyncio
import errno
import logging
import os
import stat
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import aiofiles
from typing_extensions import override

from adapters.files.ledger import Totals
from adapters.files.shelf import Shelf, is_key
from domain.ports import AudioCache, CacheStats
from domain.recording import Recording
from domain.recording_file import packed, unpacked

log = logging.getLogger(__name__)

T = TypeVar("T")

_THREADS = 4
_MOST_WORKING = 128
_PATIENCE_S = 1.0
_RETRY_S = 0.005
_FAREWELL_S = 2.0
_NOT_THE_ENTRYS_FAULT = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOTDIR}


class FileAudioCache(AudioCache):
    """Enter it once; a folder that cannot be used makes every get a miss, told by one line of log.

    Its few threads are its own: a disk that hangs holds up nobody else's.
    """

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._shelf = Shelf(folder, limit_bytes)
        self._pool: ThreadPoolExecutor | None = None
        self._turn = asyncio.Lock()
        self._working: set[asyncio.Task[Any]] = set()
        self._known = Totals()
        self._hits = 0
        self._misses = 0
        self._in_trouble = False
        self.failures = 0

    async def __aenter__(self) -> Self:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="audio-cache")
        await self._quietly(self._alone(self._shelf.open_up))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._working:
            _, slow = await asyncio.wait(self._working, timeout=_FAREWELL_S)
            for task in slow:
                task.cancel()
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    @override
    async def get(self, key: str) -> Recording | None:
        recording = None
        if is_key(key) and len(self._working) < _MOST_WORKING:
            recording = await self._to_the_end(self._read(key))
        if recording is None:
            self._misses += 1
        else:
            self._hits += 1
        return recording

    @override
    async def put(self, key: str, recording: Recording) -> None:
        fits = recording.samples.nbytes < self._limit_bytes
        if is_key(key) and fits and len(self._working) < _MOST_WORKING:
            await self._to_the_end(self._quietly(self._write(key, recording)))

    @override
    async def clear(self) -> int:
        return await self._to_the_end(self._quietly(self._alone(self._shelf.clear))) or 0

    @override
    async def stats(self) -> CacheStats:
        known = await self._to_the_end(self._quietly(self._alone(self._shelf.totals)))
        self._known = known or self._known
        return CacheStats(
            entries=self._known.entries,
            size_bytes=self._known.size_bytes,
            limit_bytes=self._limit_bytes,
            hits=self._hits,
            misses=self._misses,
        )

    async def _read(self, key: str) -> Recording | None:
        place = self._shelf.place(key)
        try:
            async with aiofiles.open(
                place,
                "rb",
                buffering=0,
                opener=self._to_read,
                executor=self._pool,
            ) as file:
                data = await file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            await self._unreadable(key, error)
            return None
        recording = await self._in_thread(self._heard, key, data)
        if recording is None:
            await self._discard(key)
        return recording

    def _to_read(self, path: str, flags: int) -> int:
        """Open a plain file of a size we could have written; anything else would hold us up."""
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
        now = os.fstat(descriptor)
        if stat.S_ISREG(now.st_mode) and now.st_size <= self._limit_bytes:
            return descriptor
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not an entry", path)

    def _heard(self, key: str, data: bytes) -> Recording | None:
        recording = unpacked(key, data)
        if recording is not None:
            self._shelf.heard(self._shelf.place(key))
        return recording

    async def _unreadable(self, key: str, error: OSError) -> None:
        if error.errno in _NOT_THE_ENTRYS_FAULT:
            self._trouble(error)
        else:
            await self._discard(key)

    async def _discard(self, key: str) -> None:
        await self._quietly(self._alone(partial(self._shelf.discard, key)))

    async def _write(self, key: str, recording: Recording) -> None:
        data = await self._in_thread(packed, key, recording)
        if len(data) > self._limit_bytes:
            return
        draft = await self._in_thread(self._shelf.draft)
        try:
            async with aiofiles.open(draft, "xb", opener=_private, executor=self._pool) as file:
                await file.write(data)
            await self._alone(partial(self._shelf.keep, draft, key))
        finally:
            await self._in_thread(partial(draft.unlink, missing_ok=True))
        self._in_trouble = False

    async def _alone(self, work: Callable[[], T]) -> T:
        """Do what only one process may do at a time; wait for the others, but not for ever."""
        async with self._turn:
            patience_ends_s = asyncio.get_running_loop().time() + _PATIENCE_S
            while True:
                try:
                    return await self._in_thread(work)
                except BlockingIOError:
                    if asyncio.get_running_loop().time() > patience_ends_s:
                        raise
                await asyncio.sleep(_RETRY_S)

    async def _in_thread(self, work: Callable[..., T], *given: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *given)

    async def _quietly(self, work: Coroutine[Any, Any, T]) -> T | None:
        try:
            return await work
        except OSError as error:
            self._trouble(error)
            return None

    async def _to_the_end(self, work: Coroutine[Any, Any, T]) -> T:
        """Let the work end though its caller gives up: no file stays open, no draft behind."""
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)
        return await asyncio.shield(task)

    def _trouble(self, error: OSError) -> None:
        """Count it, and tell the first of a row."""
        self.failures += 1
        if not self._in_trouble:
            log.warning(
                "The audio cache in %s fails (%s); lines are spoken anew until it can be used.",
                self._folder,
                error,
            )
        self._in_trouble = True


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)
