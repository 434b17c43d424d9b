"""Jobs in memory: the queue, the shelf and the binder without a database, a disk or a program."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from typing_extensions import override

from domain.audio import HOUSE_RATE_HZ, Samples
from domain.errors import InputError, OnceKeyReusedError
from domain.errors.jobs import JobDamagedError, JobStateError, JobUnknownError
from domain.job import ENDED, Bound, Chapter, Fault, Job, JobState, Progress, Step
from domain.passages import Passage
from domain.ports import Once
from domain.ports.jobs import (
    Book,
    Bookbinder,
    JobArchive,
    JobPage,
    JobQueue,
    JobSearch,
    JobShelf,
    JobSound,
    JobStore,
    ResultFile,
    Spoken,
    Take,
    Tape,
)


class FakeJobs(JobStore, JobQueue, JobArchive):
    """Keeps jobs while it lives; raises what it is `broken` by, so often."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self.kept: dict[str, Job] = {}
        self._once: dict[tuple[str, str], tuple[str, str]] = {}
        self.broken: list[Exception] = []

    def _serve(self) -> None:
        if self.broken:
            raise self.broken.pop()

    @override
    async def add(self, job: Job, once: Once | None = None) -> Job:
        self._serve()
        if once is not None:
            first = self._once.get((job.owner, once.key))
            if first is not None and first[0] in self.kept:
                if first[1] != once.content:
                    raise OnceKeyReusedError(once.key)
                return self.kept[first[0]]
            self._once[job.owner, once.key] = job.id, once.content
        self.kept[job.id] = job
        return job

    @override
    async def get(self, owner: str, job_id: str) -> Job | None:
        self._serve()
        job = self.kept.get(job_id)
        return job if job is not None and job.owner == owner else None

    @override
    async def find(self, search: JobSearch) -> JobPage:
        self._serve()
        own = [job for job in reversed(self.kept.values()) if job.owner == search.owner]
        these = [job for job in own if job.state in search.states]
        behind = these
        if search.after is not None:
            ids = [job.id for job in own]
            if search.after not in ids:
                raise InputError("There is no page of jobs behind this 'after'.")
            rest = set(ids[ids.index(search.after) + 1 :])
            behind = [job for job in these if job.id in rest]
        shown = behind[: search.limit]
        return JobPage(tuple(shown), len(these), shown[-1].id if behind[search.limit :] else None)

    @override
    async def take(self, owner: str, job_id: str, step: Step, fault: Fault | None = None) -> Job:
        job = await self.get(owner, job_id)
        if job is None:
            raise JobUnknownError(job_id)
        if job.state not in step.begins:
            raise JobStateError(job_id, job.state, step.name)
        return self._put(replace(job, state=step.ends, fault=fault))

    @override
    async def remove(self, owner: str, job_id: str) -> Job:
        if await self.get(owner, job_id) is None:
            raise JobUnknownError(job_id)
        return self.kept.pop(job_id)

    @override
    async def requeue(self, shelf: str) -> int:
        self._serve()
        left = [job for job in self._on(shelf) if job.state is JobState.SPEAKING]
        for job in left:
            self._put(replace(job, state=JobState.QUEUED))
        return len(left)

    @override
    async def claim(self, shelf: str) -> Job | None:
        self._serve()
        waiting = (job for job in self._on(shelf) if job.state is JobState.QUEUED)
        job = next(waiting, None)
        return job and self._put(replace(job, state=JobState.SPEAKING))

    @override
    async def progress(self, job_id: str, progress: Progress) -> bool:
        self._serve()
        return self._spoken(job_id, progress=progress)

    @override
    async def finish(self, job_id: str, chapters: Sequence[Chapter], bound: Bound) -> bool:
        self._serve()
        done = {"state": JobState.DONE, "chapters": tuple(chapters), "bound": bound}
        if not self._spoken(job_id, **done):
            return False
        job = self.kept[job_id]
        self._put(replace(job, progress=replace(job.progress, seconds=bound.seconds)))
        return True

    @override
    async def outdated(self, shelf: str, days: int) -> tuple[Job, ...]:
        before = self._now() - timedelta(days=days)
        ended = (job for job in self._on(shelf) if job.state in ENDED)
        return tuple(job for job in ended if job.updated_at < before)

    @override
    async def known(self, job_ids: Iterable[str]) -> frozenset[str]:
        return frozenset(job_ids) & self.kept.keys()

    def _on(self, shelf: str) -> list[Job]:
        return [job for job in self.kept.values() if job.shelf == shelf]

    def _spoken(self, job_id: str, **told: object) -> bool:
        job = self.kept.get(job_id)
        if job is None or job.state is not JobState.SPEAKING:
            return False
        self._put(replace(job, **told))  # type: ignore[arg-type]
        return True

    def _put(self, job: Job) -> Job:
        self.kept[job.id] = replace(job, updated_at=self._now())
        return self.kept[job.id]


@dataclass
class Folder:
    passages: tuple[Passage, ...]
    takes: list[Take] = field(default_factory=list)
    book: bytes | None = None


class FakeShelf(JobShelf, JobSound):
    """Folders in memory; a book is bound at a path of the test's."""

    def __init__(self, place: Path) -> None:
        self.folders: dict[str, Folder] = {}
        self.free = asyncio.Event()
        self.free.set()
        self.left: tuple[str, ...] = ()
        self.full: Exception | None = None
        self._place = place

    @property
    @override
    def name(self) -> str:
        return "fake"

    @override
    async def hold(self) -> bool:
        return self.free.is_set()

    @override
    async def begin(self, job_id: str, passages: Iterable[Passage]) -> None:
        if self.full is not None:
            raise self.full
        self.folders[job_id] = Folder(tuple(passages))

    @override
    async def passages(self, job_id: str) -> tuple[Passage, ...]:
        return self._folder(job_id).passages

    @override
    async def remove(self, job_id: str) -> None:
        self.folders.pop(job_id, None)

    @override
    async def idle(self) -> tuple[str, ...]:
        return self.left

    @override
    @asynccontextmanager
    async def tape(self, job_id: str) -> AsyncIterator[Tape]:
        yield FakeTape(self, self._folder(job_id).takes)

    @override
    async def sound(self, job_id: str) -> AsyncIterator[Samples]:
        for take in self._folder(job_id).takes:
            yield take.samples

    @override
    async def spoken(self, job_id: str) -> AsyncIterator[Spoken]:
        passed = 0
        for index, take in enumerate(self._folder(job_id).takes):
            start_s, passed = passed / HOUSE_RATE_HZ, passed + len(take.samples)
            yield Spoken(index, start_s, passed / HOUSE_RATE_HZ, take.words)

    @override
    @asynccontextmanager
    async def binding(self, job_id: str) -> AsyncIterator[Path]:
        path = self._place / job_id
        yield path
        self._folder(job_id).book = path.read_bytes()

    @override
    @asynccontextmanager
    async def result(self, job_id: str) -> AsyncIterator[ResultFile]:
        book = self._folder(job_id).book
        if book is None:
            raise JobDamagedError(job_id, "its file")
        yield FakeResult(book)

    def _folder(self, job_id: str) -> Folder:
        if job_id not in self.folders:
            raise JobDamagedError(job_id, "its folder")
        return self.folders[job_id]


class FakeTape(Tape):
    def __init__(self, shelf: FakeShelf, takes: list[Take]) -> None:
        self._shelf = shelf
        self._takes = takes

    @property
    @override
    def spoken(self) -> int:
        return len(self._takes)

    @property
    @override
    def seconds(self) -> float:
        return sum(len(take.samples) for take in self._takes) / HOUSE_RATE_HZ

    @override
    async def append(self, take: Take) -> None:
        if self._shelf.full is not None:
            raise self._shelf.full
        self._takes.append(take)


class FakeResult(ResultFile):
    def __init__(self, book: bytes) -> None:
        self._book = book

    @property
    @override
    def size_bytes(self) -> int:
        return len(self._book)

    @override
    async def read(self, offset: int, count: int) -> bytes:
        return self._book[offset : offset + count]


class FakeBinder(Bookbinder):
    """Writes float samples as they are."""

    def __init__(self) -> None:
        self.bound: list[Book] = []

    @override
    async def bind(self, book: Book, sound: AsyncIterator[Samples], place: Path) -> None:
        self.bound.append(book)
        data = b"".join([samples.tobytes() async for samples in sound])
        place.write_bytes(data)  # noqa: ASYNC240 - a test's few bytes
