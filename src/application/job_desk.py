"""The desk where jobs are spoken: so many at a time, from the queue, through kills and restarts."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self, TypeVar

from application.narrating import Narrating
from domain.errors import (
    ConflictError,
    NotFoundError,
    SpeechError,
    StoreFullError,
    UnavailableError,
)
from domain.job import FAIL, Fault, Job
from domain.ports.jobs import JobArchive, JobQueue, JobShelf, JobStore

log = logging.getLogger(__name__)

_LOOK_S = 2.0
_SWEEP_S = 3600.0
_BROKEN = Fault("broken", "Something broke here; the log knows more.")

T = TypeVar("T")


class JobDesk:
    """Enter it after all that it speaks through; leaving it stops jobs where they are.

    Of many processes with one shelf, one speaks; another takes over when that one is gone.
    """

    def __init__(
        self,
        *,
        store: JobStore,
        queue: JobQueue,
        archive: JobArchive,
        shelf: JobShelf,
        narrating: Narrating,
        at_once: int,
        keep_days: int,
        look_s: float = _LOOK_S,
    ) -> None:
        self._store = store
        self._queue = queue
        self._archive = archive
        self._shelf = shelf
        self._narrating = narrating
        self._at_once = at_once
        self._keep_days = keep_days
        self._look_s = look_s
        self._something = asyncio.Event()
        self._group = asyncio.TaskGroup()
        self._working: asyncio.Task[None] | None = None
        self._speaking: dict[str, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Self:
        self._group = await asyncio.TaskGroup().__aenter__()
        self._working = self._group.create_task(self._work())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave what is not spoken yet to the next start."""
        for task in (self._working, *self._speaking.values()):
            if task is not None:
                task.cancel()
        await self._group.__aexit__(None, None, None)

    def look(self) -> None:
        """Look into the queue now: there is something new."""
        self._something.set()

    async def interrupt(self, job_id: str) -> None:
        """Stop speaking a job, if that is done here; the engine is free of it on return."""
        narrating = self._speaking.get(job_id)
        if narrating is not None:
            narrating.cancel()
            await asyncio.wait({narrating})

    async def _work(self) -> None:
        while not await self._surely(self._shelf.hold):  # noqa: ASYNC110 - another process lets go
            await asyncio.sleep(self._look_s)
        waiting = await self._surely(lambda: self._queue.requeue(self._shelf.name))
        if waiting:
            log.info("%d jobs go on where they were left", waiting)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._sweep())
            for _ in range(self._at_once):
                tasks.create_task(self._speak_on())

    async def _speak_on(self) -> None:
        while True:
            job = await self._next()
            # stopped elsewhere and resumed before that was noticed here
            await self.interrupt(job.id)
            narrating = self._group.create_task(self._narrate(job))
            self._speaking[job.id] = narrating
            await asyncio.wait({narrating})
            if self._speaking.get(job.id) is narrating:
                del self._speaking[job.id]

    async def _next(self) -> Job:
        while True:
            self._something.clear()
            job = await self._surely(lambda: self._queue.claim(self._shelf.name))
            if job is not None:
                return job
            try:
                async with asyncio.timeout(self._look_s):
                    await self._something.wait()
            except TimeoutError:
                continue

    async def _narrate(self, job: Job) -> None:
        try:
            done = await self._narrating.narrate(job)
            log.info("job %s %s", job.id, "is done" if done else "was stopped")
        except SpeechError as error:
            log.warning("job %s failed: %s", job.id, error)
            await self._fail(job, Fault(_kind(error), str(error)))
        except Exception:  # the next job may do better
            log.exception("job %s failed", job.id)
            await self._fail(job, _BROKEN)

    async def _fail(self, job: Job, fault: Fault) -> None:
        try:
            await self._surely(lambda: self._store.take(job.owner, job.id, FAIL, fault))
        except (ConflictError, NotFoundError):
            log.info("job %s was stopped meanwhile", job.id)

    async def _sweep(self) -> None:
        """Let go of jobs that ended long ago, and of folders that a kill left without a job."""
        shelf, archive = self._shelf, self._archive
        while True:
            for job in await self._surely(lambda: archive.outdated(shelf.name, self._keep_days)):
                await self._let_go(job.id, self._store.remove(job.owner, job.id))
            idle = await self._surely(shelf.idle)
            for job_id in set(idle) - await self._surely(lambda: archive.known(idle)):  # noqa: B023 - asked at once
                await self._let_go(job_id)
            await asyncio.sleep(_SWEEP_S)

    async def _let_go(self, job_id: str, first: Awaitable[object] | None = None) -> None:
        try:
            if first is not None:
                await first
            await self._shelf.remove(job_id)
        except SpeechError as error:
            log.warning("job %s could not be removed: %s", job_id, error)

    async def _surely(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask until there is an answer: a database that is away comes back."""
        while True:
            try:
                return await ask()
            except UnavailableError as error:
                log.warning("jobs wait: %s", error)
                await asyncio.sleep(self._look_s)


def _kind(error: SpeechError) -> str:
    """Name an error for programs, as in `voice_unknown`."""
    if isinstance(error, StoreFullError):
        return "storage_full"
    name = type(error).__name__.removesuffix("Error")
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name).lstrip("_")
