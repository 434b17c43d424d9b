"""The shelf of jobs: a folder for each, on a disk that may be full, slow or gone."""

import asyncio
import errno
import fcntl
import logging
import os
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from typing_extensions import override

from adapters.files import journal, passages
from adapters.files.tapes import FileResult, FileTape, whole
from domain.audio import HOUSE_RATE_HZ, Samples
from domain.errors import StoreFullError, StoreUnavailableError
from domain.job import is_job_id
from domain.passages import Passage
from domain.ports.jobs import JobShelf, JobSound, ResultFile, Spoken, Tape

log = logging.getLogger(__name__)

T = TypeVar("T")

_THREADS = 4
_BLOCK_S = 10
_LINES = 50
_IDLE_S = 3600.0
_MOST_IDLE = 500
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class FileJobs(JobShelf, JobSound):
    """Enter it once; where the folder cannot be used, jobs are refused and all else goes on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="jobs")
        self._name = ""
        self._lock: int | None = None

    async def __aenter__(self) -> Self:
        try:
            self._name = await self._done(self._named)
        except (OSError, StoreFullError) as error:
            log.warning("the folder of jobs %s cannot be used: %s", self._folder, error)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        self._pool.shutdown(wait=False)

    @property
    @override
    def name(self) -> str:
        return self._name

    @override
    async def hold(self) -> bool:
        if self._lock is None:
            with self._usable():
                self._lock = await self._done(self._locked, let_go=_unlocked)
        return self._lock is not None

    @override
    async def begin(self, job_id: str, passages: Iterable[Passage]) -> None:
        try:
            with self._usable():
                await self._done(self._begun, self._place(job_id), passages)
        except StoreFullError:
            await self.remove(job_id)
            raise

    @override
    async def passages(self, job_id: str) -> tuple[Passage, ...]:
        with whole(job_id, "its text"):
            return await self._done(passages.read, self._place(job_id) / "passages.gz")

    @override
    async def remove(self, job_id: str) -> None:
        await self._done(partial(shutil.rmtree, ignore_errors=True), self._place(job_id))

    @override
    async def idle(self) -> tuple[str, ...]:
        with self._usable():
            return await self._done(self._untouched)

    @override
    @asynccontextmanager
    async def tape(self, job_id: str) -> AsyncIterator[Tape]:
        with whole(job_id, "its sound"):
            place = self._place(job_id)
            writer = await self._done(journal.Writer, place, let_go=journal.Writer.close)
        try:
            yield FileTape(job_id, writer, self._done)
        finally:
            writer.close()

    @override
    async def sound(self, job_id: str) -> AsyncIterator[Samples]:
        blocks = journal.blocks(self._place(job_id), _BLOCK_S * HOUSE_RATE_HZ)
        with whole(job_id, "its sound"):
            while (block := await self._done(next, blocks, None)) is not None:
                yield block

    @override
    async def spoken(self, job_id: str) -> AsyncIterator[Spoken]:
        told = _told(self._place(job_id) / "journal")
        with whole(job_id, "its journal"):
            while some := await self._done(_listed, islice(told, _LINES)):
                for spoken in some:
                    yield spoken

    @override
    @asynccontextmanager
    async def binding(self, job_id: str) -> AsyncIterator[Path]:
        place = self._place(job_id)
        draft = place / "book.part"
        try:
            yield draft
            with self._usable():
                await self._done(_published, draft, place / "book")
        finally:
            await self._done(partial(draft.unlink, missing_ok=True))

    @override
    @asynccontextmanager
    async def result(self, job_id: str) -> AsyncIterator[ResultFile]:
        with whole(job_id, "its file"):
            file = await self._done(_opened, self._place(job_id) / "book", let_go=os.close)
        try:
            yield FileResult(file, self._done)
        finally:
            os.close(file)

    @contextmanager
    def _usable(self) -> Iterator[None]:
        """Say plainly that the folder has no name, or that the disk under it fails."""
        wrong = f"The folder of jobs {self._folder} cannot be used"
        if not self._name:
            raise StoreUnavailableError(f"{wrong}; the log tells why.")
        try:
            yield
        except OSError as error:
            raise StoreUnavailableError(f"{wrong} ({error.strerror}).") from error

    def _place(self, job_id: str) -> Path:
        if not is_job_id(job_id):
            msg = "An id that was not made here names no folder."
            raise ValueError(msg)
        return self._folder / job_id

    async def _done(
        self, work: Callable[..., T], *given: object, let_go: Callable[[T], object] | None = None
    ) -> T:
        """Do it in a thread, to its end: nobody lets go of a file that is still written.

        What was opened for somebody who is cancelled meanwhile is let go of: a lock would stay.
        """
        working = asyncio.get_running_loop().run_in_executor(self._pool, partial(work, *given))
        try:
            return await asyncio.shield(working)
        except asyncio.CancelledError:
            await asyncio.wait({working})
            if let_go is not None and working.exception() is None:
                let_go(working.result())
            raise
        except OSError as error:
            if error.errno in _FULL:
                raise StoreFullError from error
            raise

    def _named(self) -> str:
        """Return the name of this folder, which it is given once."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._folder / "name"
        draft = self._folder / f"name.{secrets.token_hex(8)}"
        draft.write_text(secrets.token_hex(16))
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return file.read_text().strip()[:64]

    def _locked(self) -> int | None:
        lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        return lock

    def _begun(self, place: Path, what: Iterable[Passage]) -> None:
        place.mkdir(mode=0o700)
        passages.written(what, place / "passages.gz")
        for path in (place / "passages.gz", place, self._folder):
            _synced(path)

    def _untouched(self) -> tuple[str, ...]:
        with os.scandir(self._folder) as entries:
            folders = [entry for entry in entries if is_job_id(entry.name)]
        now = time.time()
        old = [entry.name for entry in folders if now - entry.stat().st_mtime > _IDLE_S]
        return tuple(old[:_MOST_IDLE])


def _told(path: Path) -> Iterator[Spoken]:
    passed = 0
    with path.open("rb") as file:
        for line, _ in journal.lines(file):
            start_s, passed = passed / HOUSE_RATE_HZ, passed + line.samples
            yield Spoken(line.passage, start_s, passed / HOUSE_RATE_HZ, line.words)


def _unlocked(lock: int | None) -> None:
    if lock is not None:
        os.close(lock)


def _listed(told: Iterator[Spoken]) -> list[Spoken]:
    return list(told)


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)


def _published(draft: Path, place: Path) -> None:
    _synced(draft)
    draft.replace(place)
    _synced(place.parent)


def _synced(path: Path) -> None:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
