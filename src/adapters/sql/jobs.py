"""Jobs as their owners see them: each change one transaction."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from typing_extensions import override

from adapters.sql.database import Database
from adapters.sql.dialects import upsert
from adapters.sql.job_rows import chapter_rows, job_row, read_job
from adapters.sql.tables import job_chapters, jobs
from domain.errors import InputError, OnceKeyReusedError
from domain.errors.jobs import JobStateError, JobUnknownError
from domain.job import Fault, Job, Step
from domain.ports import Once
from domain.ports.jobs import JobPage, JobSearch, JobStore

_Row = Row[*tuple[Any, ...]]
_MOST = 1000


def _now() -> datetime:
    return datetime.now(UTC)


class SqlJobs(JobStore):
    """The jobs of a database."""

    def __init__(self, database: Database, *, now: Callable[[], datetime] = _now) -> None:
        self._database = database
        self._now = now

    @override
    async def add(self, job: Job, once: Once | None = None) -> Job:
        async with self._database.writing() as connection:
            row = await _inserted(connection, job, once)
            if row is None:
                return await _first(connection, job, once)
            rows = chapter_rows(row.key, job.chapters)
            if rows:
                await connection.execute(insert(job_chapters), rows)
        return job

    @override
    async def get(self, owner: str, job_id: str) -> Job | None:
        async with self._database.reading() as connection:
            query = select(jobs).where(this(owner, job_id))
            row = (await connection.execute(query)).one_or_none()
            return None if row is None else (await whole(connection, [row]))[0]

    @override
    async def find(self, search: JobSearch) -> JobPage:
        states = [str(state) for state in search.states]
        these = and_(jobs.c.owner == search.owner, jobs.c.state.in_(states))
        most = min(max(search.limit, 1), _MOST)
        async with self._database.reading() as connection:
            behind = await _behind(connection, search)
            query = select(jobs).where(these, *behind).order_by(jobs.c.key.desc()).limit(most + 1)
            rows = (await connection.execute(query)).all()
            how_many = select(func.count()).select_from(jobs).where(these)
            total = (await connection.execute(how_many)).scalar_one()
            found = await whole(connection, rows[:most])
        return JobPage(tuple(found), total, found[-1].id if rows[most:] else None)

    @override
    async def take(self, owner: str, job_id: str, step: Step, fault: Fault | None = None) -> Job:
        told = fault or Fault("", "")
        values = {
            "state": str(step.ends),
            "updated_at": self._now(),
            "fault_kind": told.kind or None,
            "fault": told.detail or None,
        }
        begins = jobs.c.state.in_([str(state) for state in step.begins])
        async with self._database.writing() as connection:
            statement = update(jobs).where(this(owner, job_id), begins).values(values)
            row = (await connection.execute(statement.returning(*jobs.c))).one_or_none()
            if row is None:
                await _refuse(connection, owner, job_id, step)
            return (await whole(connection, [row] if row else []))[0]

    @override
    async def remove(self, owner: str, job_id: str) -> Job:
        async with self._database.writing() as connection:
            query = select(jobs).where(this(owner, job_id)).with_for_update()
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                raise JobUnknownError(job_id)
            (job,) = await whole(connection, [row])
            await connection.execute(delete(jobs).where(jobs.c.key == row.key))
        return job


def this(owner: str, job_id: str) -> ColumnElement[bool]:
    """Say which job is meant."""
    return and_(jobs.c.owner == owner, jobs.c.id == job_id)


async def whole(connection: AsyncConnection, rows: Sequence[_Row]) -> list[Job]:
    """Return the jobs of rows, with their chapters."""
    if not rows:
        return []
    query = (
        select(job_chapters)
        .where(job_chapters.c.job_key.in_([row.key for row in rows]))
        .order_by(job_chapters.c.position)
    )
    chapters = defaultdict(list)
    for chapter in (await connection.execute(query)).all():
        chapters[chapter.job_key].append(chapter)
    return [read_job(row, chapters[row.key]) for row in rows]


async def _inserted(connection: AsyncConnection, job: Job, once: Once | None) -> _Row | None:
    """Insert a job; None if the key was used before: of two at once the second waits here."""
    told = {"once_sha256": once and _sha256(once.key), "once_content": once and once.content}
    statement = upsert(connection, jobs).values(job_row(job) | told)
    if once is not None:
        statement = statement.on_conflict_do_nothing(
            index_elements=[jobs.c.owner, jobs.c.once_sha256]
        )
    row: _Row | None = (await connection.execute(statement.returning(jobs.c.key))).one_or_none()
    return row


async def _first(connection: AsyncConnection, job: Job, once: Once | None) -> Job:
    key = "" if once is None else once.key
    query = select(jobs).where(jobs.c.owner == job.owner, jobs.c.once_sha256 == _sha256(key))
    row = (await connection.execute(query)).one()
    if once is None or row.once_content != once.content:
        raise OnceKeyReusedError(key)
    return (await whole(connection, [row]))[0]


async def _behind(connection: AsyncConnection, search: JobSearch) -> list[ColumnElement[bool]]:
    if search.after is None:
        return []
    query = select(jobs.c.key).where(this(search.owner, search.after))
    key = (await connection.execute(query)).scalar_one_or_none()
    if key is None:
        raise InputError("There is no page of jobs behind this 'after'; begin the list anew.")
    return [jobs.c.key < key]


async def _refuse(connection: AsyncConnection, owner: str, job_id: str, step: Step) -> None:
    query = select(jobs.c.state).where(this(owner, job_id))
    state = (await connection.execute(query)).scalar_one_or_none()
    if state is None:
        raise JobUnknownError(job_id)
    raise JobStateError(job_id, state, step.name)


def _sha256(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
