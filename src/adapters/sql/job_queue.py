"""Jobs as those who speak them see them, and those who tidy up."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, insert, select, update
from typing_extensions import override

from adapters.sql.database import Database
from adapters.sql.job_rows import chapter_rows, progress_row
from adapters.sql.jobs import whole
from adapters.sql.tables import job_chapters, jobs
from domain.job import ENDED, Bound, Chapter, Job, JobState, Progress
from domain.ports.jobs import JobArchive, JobQueue

_SPOKEN = jobs.c.state == str(JobState.SPEAKING)
_AT_ONCE = 100


def _now() -> datetime:
    return datetime.now(UTC)


class SqlJobQueue(JobQueue, JobArchive):
    """The jobs of a database, by the shelf their sound lies on."""

    def __init__(self, database: Database, *, now: Callable[[], datetime] = _now) -> None:
        self._database = database
        self._now = now

    @override
    async def requeue(self, shelf: str) -> int:
        statement = (
            update(jobs)
            .where(jobs.c.shelf == shelf, _SPOKEN)
            .values(state=str(JobState.QUEUED), updated_at=self._now())
        )
        async with self._database.writing() as connection:
            return (await connection.execute(statement)).rowcount

    @override
    async def claim(self, shelf: str) -> Job | None:
        waiting = (
            select(jobs.c.key)
            .where(jobs.c.shelf == shelf, jobs.c.state == str(JobState.QUEUED))
            .order_by(jobs.c.key)
            .limit(1)
        )
        # a look that finds nothing, which most do, keeps no writer waiting
        async with self._database.reading() as connection:
            if (await connection.execute(waiting)).first() is None:
                return None
        async with self._database.writing() as connection:
            query = waiting.with_for_update(skip_locked=True)
            key = (await connection.execute(query)).scalar_one_or_none()
            if key is None:
                return None
            told = {"state": str(JobState.SPEAKING), "updated_at": self._now()}
            statement = update(jobs).where(jobs.c.key == key).values(told).returning(*jobs.c)
            rows = (await connection.execute(statement)).all()
            return (await whole(connection, rows))[0]

    @override
    async def progress(self, job_id: str, progress: Progress) -> bool:
        told = progress_row(progress) | {"updated_at": self._now()}
        statement = update(jobs).where(_speaking(job_id)).values(told)
        async with self._database.writing() as connection:
            return (await connection.execute(statement)).rowcount == 1

    @override
    async def finish(self, job_id: str, chapters: Sequence[Chapter], bound: Bound) -> bool:
        told = {
            "state": str(JobState.DONE),
            "updated_at": self._now(),
            "seconds": bound.seconds,
            "size_bytes": bound.size_bytes,
            "lufs": bound.lufs,
            "peak_dbtp": bound.peak_dbtp,
        }
        statement = update(jobs).where(_speaking(job_id)).values(told).returning(jobs.c.key)
        async with self._database.writing() as connection:
            key = (await connection.execute(statement)).scalar_one_or_none()
            if key is None:
                return False
            await connection.execute(delete(job_chapters).where(job_chapters.c.job_key == key))
            rows = chapter_rows(key, chapters)
            if rows:
                await connection.execute(insert(job_chapters), rows)
        return True

    @override
    async def outdated(self, shelf: str, days: int) -> tuple[Job, ...]:
        ended = jobs.c.state.in_([str(state) for state in ENDED])
        before = jobs.c.updated_at < self._now() - timedelta(days=days)
        query = select(jobs).where(jobs.c.shelf == shelf, ended, before).limit(_AT_ONCE)
        async with self._database.reading() as connection:
            return tuple(await whole(connection, (await connection.execute(query)).all()))

    @override
    async def known(self, job_ids: Iterable[str]) -> frozenset[str]:
        query = select(jobs.c.id).where(jobs.c.id.in_(list(job_ids)))
        async with self._database.reading() as connection:
            return frozenset((await connection.execute(query)).scalars())


def _speaking(job_id: str) -> ColumnElement[bool]:
    return and_(jobs.c.id == job_id, _SPOKEN)
