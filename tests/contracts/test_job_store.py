"""What every store of jobs promises: in memory, in SQLite, in PostgreSQL."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.sql.database import Database
from adapters.sql.job_queue import SqlJobQueue
from adapters.sql.jobs import SqlJobs
from domain.errors import InputError, OnceKeyReusedError
from domain.errors.jobs import JobStateError, JobUnknownError
from domain.job import (
    CANCEL,
    FAIL,
    PAUSE,
    RESUME,
    Binding,
    Bound,
    Chapter,
    Fault,
    Job,
    JobOrder,
    JobState,
    Progress,
    new_job_id,
)
from domain.loudness import Target
from domain.ports import Once
from domain.ports.jobs import JobSearch
from domain.script import Prosody
from domain.speech import SpeechSettings
from tests.databases import sqlite_url
from tests.fakes.clock import FakeClock
from tests.fakes.jobs import FakeJobs

CHAPTERS = (Chapter("Öne", 0), Chapter("Two", 3))
ORDER = JobOrder(
    "A böok",
    to=Binding.MP3,
    voice="ana",
    language="de",
    settings=SpeechSettings(speed=1.5, seed=7),
    prosody=Prosody(pitch=0.8),
    in_words=True,
    target=Target(None, -3.0),
)
BOUND = Bound(6_000_000_000, 12.5, -16.25, -1.5)


@dataclass
class Kept:
    store: FakeJobs | SqlJobs
    queue: FakeJobs | SqlJobQueue
    clock: FakeClock = field(default_factory=FakeClock)

    async def added(self, **told: object) -> Job:
        now = self.clock.now()
        job = Job(
            new_job_id(), "o", ORDER, JobState.QUEUED, Progress(5, 90), CHAPTERS, "s", now, now
        )
        return await self.store.add(replace(job, **told))  # type: ignore[arg-type]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    clock = FakeClock()
    if request.param == "memory":
        fake = FakeJobs(clock.now)
        yield Kept(fake, fake, clock)
        return
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path)
        url = sqlite_url(tmp_path)
    else:
        url = request.getfixturevalue("migrated_postgres")
    async with Database(url) as database:
        async with database.writing() as connection:
            await connection.execute(text("DELETE FROM jobs"))
        yield Kept(SqlJobs(database, now=clock.now), SqlJobQueue(database, now=clock.now), clock)


async def test_a_job_comes_back_as_it_was_kept(kept: Kept) -> None:
    job = await kept.added()
    assert await kept.store.get("o", job.id) == job
    assert await kept.store.get("p", job.id) is None
    assert await kept.store.get("o", new_job_id()) is None


async def test_pages_lead_from_the_newest_to_the_oldest(kept: Kept) -> None:
    jobs = [await kept.added() for _ in range(5)]
    await kept.added(owner="p")
    first = await kept.store.find(JobSearch("o", limit=3))
    assert (first.jobs, first.total) == (tuple(reversed(jobs[2:])), 5)
    second = await kept.store.find(JobSearch("o", limit=3, after=first.next))
    assert (second.jobs, second.total, second.next) == (tuple(reversed(jobs[:2])), 5, None)


async def test_only_the_states_that_are_wanted_are_listed(kept: Kept) -> None:
    job, other = await kept.added(), await kept.added()
    await kept.store.take("o", job.id, PAUSE)
    page = await kept.store.find(JobSearch("o", frozenset({JobState.PAUSED})))
    assert [each.id for each in page.jobs] == [job.id]
    behind = await kept.store.find(JobSearch("o", frozenset({JobState.PAUSED}), after=other.id))
    assert [each.id for each in behind.jobs] == [job.id]


async def test_a_page_behind_nothing_is_refused(kept: Kept) -> None:
    foreign = await kept.added(owner="p")
    for after in (new_job_id(), foreign.id):
        with pytest.raises(InputError, match="after"):
            await kept.store.find(JobSearch("o", after=after))


async def test_under_one_key_there_is_one_job(kept: Kept) -> None:
    now = kept.clock.now()
    jobs = [
        Job(new_job_id(), "o", ORDER, JobState.QUEUED, Progress(1, 2), CHAPTERS, "s", now, now)
        for _ in range(4)
    ]
    first = await kept.store.add(jobs[0], Once("k\0é", "c"))
    again = await kept.store.add(jobs[1], Once("k\0é", "c"))
    assert again == first == jobs[0]
    with pytest.raises(OnceKeyReusedError):
        await kept.store.add(jobs[2], Once("k\0é", "other"))
    foreign = replace(jobs[3], owner="p")
    assert await kept.store.add(foreign, Once("k\0é", "other")) == foreign
    assert (await kept.store.find(JobSearch("o"))).total == 1


async def test_of_many_at_once_under_one_key_one_is_kept(kept: Kept) -> None:
    now = kept.clock.now()
    job = Job("", "o", ORDER, JobState.QUEUED, Progress(1, 2), CHAPTERS, "s", now, now)
    made = await asyncio.gather(
        *(kept.store.add(replace(job, id=new_job_id()), Once("k", "c")) for _ in range(8))
    )
    assert len({each.id for each in made}) == 1
    assert (await kept.store.find(JobSearch("o"))).total == 1


async def test_steps_follow_only_where_they_may(kept: Kept) -> None:
    job = await kept.added()
    kept.clock.turn(5)
    paused = await kept.store.take("o", job.id, PAUSE)
    assert paused == replace(job, state=JobState.PAUSED, updated_at=kept.clock.now())
    with pytest.raises(JobStateError, match="is paused and cannot be paused"):
        await kept.store.take("o", job.id, PAUSE)
    assert (await kept.store.take("o", job.id, RESUME)).state is JobState.QUEUED
    assert (await kept.store.take("o", job.id, CANCEL)).state is JobState.CANCELLED
    with pytest.raises(JobStateError, match="is cancelled and cannot be resumed"):
        await kept.store.take("o", job.id, RESUME)
    with pytest.raises(JobUnknownError):
        await kept.store.take("p", job.id, RESUME)


async def test_a_fault_is_told_until_the_job_is_resumed(kept: Kept) -> None:
    job = await kept.added()
    await kept.queue.claim("s")
    fault = Fault("storage_full", "The disk is full.")
    assert (await kept.store.take("o", job.id, FAIL, fault)).fault == fault
    assert (await kept.store.take("o", job.id, RESUME)).fault is None


async def test_the_job_that_waits_longest_is_claimed_once_and_on_its_shelf(kept: Kept) -> None:
    first, second = await kept.added(), await kept.added()
    elsewhere = await kept.added(shelf="t")
    claimed = [await kept.queue.claim("s") for _ in range(3)]
    assert [job and job.id for job in claimed] == [first.id, second.id, None]
    assert claimed[0] is not None
    assert claimed[0].state is JobState.SPEAKING
    assert claimed[0].chapters == CHAPTERS
    other = await kept.queue.claim("t")
    assert other is not None
    assert other.id == elsewhere.id


async def test_many_who_claim_at_once_never_get_the_same(kept: Kept) -> None:
    jobs = {(await kept.added()).id for _ in range(6)}
    claimed = await asyncio.gather(*(kept.queue.claim("s") for _ in range(6)))
    got = [job.id for job in claimed if job is not None]
    assert len(set(got)) == len(got)
    while (job := await kept.queue.claim("s")) is not None:
        got.append(job.id)
    assert set(got) == jobs


async def test_progress_is_written_only_of_what_is_being_spoken(kept: Kept) -> None:
    job = await kept.added()
    progress = Progress(5, 90, 2, 40, 3.5)
    assert not await kept.queue.progress(job.id, progress)
    await kept.queue.claim("s")
    assert await kept.queue.progress(job.id, progress)
    now = await kept.store.get("o", job.id)
    assert now is not None
    assert now.progress == progress
    await kept.store.take("o", job.id, PAUSE)
    assert not await kept.queue.progress(job.id, Progress(5, 90, 3, 50, 4.5))
    assert not await kept.queue.finish(job.id, CHAPTERS, BOUND)


async def test_what_was_left_speaking_waits_again_in_its_old_place(kept: Kept) -> None:
    first, second = await kept.added(), await kept.added()
    await kept.queue.claim("s")
    assert await kept.queue.requeue("t") == 0
    assert await kept.queue.requeue("s") == 1
    claimed = [await kept.queue.claim("s") for _ in range(2)]
    assert [job and job.id for job in claimed] == [first.id, second.id]


async def test_a_finished_job_has_its_chapters_times_and_its_file(kept: Kept) -> None:
    job = await kept.added()
    await kept.queue.claim("s")
    placed = (Chapter("Öne", 0, 0.0), Chapter("Two", 3, 7.25))
    assert await kept.queue.finish(job.id, placed, BOUND)
    done = await kept.store.get("o", job.id)
    assert done is not None
    assert (done.state, done.chapters, done.bound) == (JobState.DONE, placed, BOUND)
    assert done.progress.seconds == 12.5


async def test_a_removed_job_is_gone_with_its_chapters(kept: Kept) -> None:
    job, other = await kept.added(), await kept.added()
    assert await kept.store.remove("o", job.id) == job
    with pytest.raises(JobUnknownError):
        await kept.store.remove("o", job.id)
    assert await kept.queue.known([job.id, other.id]) == {other.id}
    assert await kept.store.get("o", other.id) == other


async def test_only_what_ended_long_ago_is_outdated(kept: Kept) -> None:
    ended, waiting = await kept.added(), await kept.added()
    await kept.store.take("o", ended.id, CANCEL)
    kept.clock.turn(29 * 86_400)
    late = await kept.added()
    await kept.store.take("o", late.id, CANCEL)
    assert await kept.queue.outdated("s", 30) == ()
    kept.clock.turn(2 * 86_400)
    assert [job.id for job in await kept.queue.outdated("s", 30)] == [ended.id]
    assert await kept.queue.outdated("t", 30) == ()
    assert waiting.id not in {job.id for job in await kept.queue.outdated("s", 0)}
