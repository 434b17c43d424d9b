"""What jobs need: a queue that survives, a shelf for what was spoken, a binder for the end."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from domain.audio import Samples
from domain.job import Binding, Bound, Chapter, Fault, Job, JobState, Progress, Step
from domain.passages import Passage
from domain.ports.stores import Once
from domain.script import TimedWord


@dataclass(frozen=True, slots=True)
class JobSearch:
    """Which jobs of an owner are wanted, newest first; `after` is the `next` of the page before."""

    owner: str
    states: frozenset[JobState] = frozenset(JobState)
    limit: int = 100
    after: str | None = None


@dataclass(frozen=True, slots=True)
class JobPage:
    """Some of the jobs, how many there are, and where the next page begins."""

    jobs: tuple[Job, ...]
    total: int
    next: str | None


class JobStore(Protocol):
    """Keeps jobs as their owners see them.

    `StoreUnavailableError` when it does not answer, `StoreFullError` when the disk is full.
    """

    async def add(self, job: Job, once: Once | None = None) -> Job:
        """Keep a new job; under a key used before, return the job of the first time instead.

        `OnceKeyReusedError` if that one was asked for otherwise.
        """
        ...

    async def get(self, owner: str, job_id: str) -> Job | None:
        """Return the owner's job."""
        ...

    async def find(self, search: JobSearch) -> JobPage:
        """Return a page of jobs, the newest first."""
        ...

    async def take(self, owner: str, job_id: str, step: Step, fault: Fault | None = None) -> Job:
        """Take a step, all at once; `JobUnknownError`, `JobStateError`."""
        ...

    async def remove(self, owner: str, job_id: str) -> Job:
        """Forget a job and return it; `JobUnknownError`."""
        ...


class JobQueue(Protocol):
    """The same jobs as those who speak them see them: by the shelf their sound lies on."""

    async def requeue(self, shelf: str) -> int:
        """Let jobs wait again that were being spoken when their speaker died; return how many."""
        ...

    async def claim(self, shelf: str) -> Job | None:
        """Begin the job that waits longest: from now on it is being spoken, by one only."""
        ...

    async def progress(self, job_id: str, progress: Progress) -> bool:
        """Write down how far a job is; False, and nothing is written, if nobody speaks it now."""
        ...

    async def finish(self, job_id: str, chapters: Sequence[Chapter], bound: Bound) -> bool:
        """Call a job done; False if somebody stopped it before."""
        ...


class JobArchive(Protocol):
    """The same jobs as whoever tidies up sees them."""

    async def outdated(self, shelf: str, days: int) -> tuple[Job, ...]:
        """Return some of the jobs that ended longer ago."""
        ...

    async def known(self, job_ids: Iterable[str]) -> frozenset[str]:
        """Return those of which there is still a job."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """One passage as it was spoken; times count from its beginning."""

    samples: Samples
    words: tuple[TimedWord, ...] = ()


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the journal says of a passage: when it is heard and what lies in it."""

    passage: int
    start_s: float
    end_s: float
    words: tuple[TimedWord, ...]


class Tape(Protocol):
    """What of a job was spoken so far; one at a time may add to it."""

    @property
    def spoken(self) -> int:
        """How many passages it holds."""
        ...

    @property
    def seconds(self) -> float:
        """How long they last."""
        ...

    async def append(self, take: Take) -> None:
        """Add the next passage; it outlives a kill and a power cut once this returns."""
        ...


class JobShelf(Protocol):
    """A folder for each job: its passages, what was spoken of them, and the file in the end.

    `StoreFullError` when the disk is full, `JobDamagedError` when files are gone or broken.
    """

    @property
    def name(self) -> str:
        """What tells this shelf from every other; it stays the same as long as the folder does."""
        ...

    async def hold(self) -> bool:
        """Become the only process that speaks this shelf's jobs; False while another one is."""
        ...

    async def begin(self, job_id: str, passages: Iterable[Passage]) -> None:
        """Keep the passages of a new job."""
        ...

    async def passages(self, job_id: str) -> tuple[Passage, ...]:
        """Return them."""
        ...

    async def remove(self, job_id: str) -> None:
        """Forget all of a job; one that is not there is forgotten already."""
        ...

    async def idle(self) -> tuple[str, ...]:
        """Return the jobs whose folders nobody has written to for an hour."""
        ...


class ResultFile(Protocol):
    """The finished file, open."""

    @property
    def size_bytes(self) -> int:
        """How large it is."""
        ...

    async def read(self, offset: int, count: int) -> bytes:
        """Return bytes from a place on; none behind the end."""
        ...


class JobSound(Protocol):
    """The sound on a shelf: as it was spoken, and bound."""

    def tape(self, job_id: str) -> AbstractAsyncContextManager[Tape]:
        """Go on where the last whole passage ended; what a kill left behind it is cut off."""
        ...

    def sound(self, job_id: str) -> AsyncIterator[Samples]:
        """Yield the whole of it, some seconds at a time, at the house's rate."""
        ...

    def spoken(self, job_id: str) -> AsyncIterator[Spoken]:
        """Yield what the journal says of each passage, in order."""
        ...

    def binding(self, job_id: str) -> AbstractAsyncContextManager[Path]:
        """Enter: a path to write the file to; leave in peace: it is in its place, whole."""
        ...

    def result(self, job_id: str) -> AbstractAsyncContextManager[ResultFile]:
        """Open the bound file."""
        ...


@dataclass(frozen=True, slots=True)
class Book:
    """What a bound file says of itself."""

    to: Binding
    title: str
    rate_hz: int
    seconds: float
    chapters: tuple[Chapter, ...]
    tags: Mapping[str, str]


class Bookbinder(Protocol):
    """Makes one file of a sound that does not fit into memory."""

    async def bind(self, book: Book, sound: AsyncIterator[Samples], place: Path) -> None:
        """Encode it as it comes; `StudioBusyError`, `StoreFullError`."""
        ...
