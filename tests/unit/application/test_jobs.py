"""Jobs: submitted, spoken, stopped, resumed, bound; over fakes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from domain.captions import Cue
from domain.errors import (
    EngineFailedError,
    OnceKeyReusedError,
    StoreFullError,
    StoreUnavailableError,
    TextTooLongError,
    VoiceUnknownError,
)
from domain.errors.jobs import (
    JobsFullError,
    JobStateError,
    JobUnfinishedError,
    JobUnknownError,
)
from domain.job import Job, JobState
from domain.loudness import Target
from domain.peaks import true_peak_dbtp
from domain.ports.jobs import JobSearch
from tests.integration.waiting import until
from tests.unit.application.job_house import JobHouse, manuscript

OWNER = "house"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[JobHouse]:
    house = JobHouse(tmp_path)
    async with house.desk:
        yield house


async def reaches(house: JobHouse, job: Job, state: JobState) -> Job:
    await until(lambda: house.store.kept[job.id].state is state, 10)
    return house.store.kept[job.id]


async def test_a_job_is_spoken_to_its_end_and_bound(house: JobHouse) -> None:
    job = await house.jobs.submit(manuscript("# One\nIt began.\n# Two\nIt ended."))
    assert (job.state, job.progress.passages) == (JobState.QUEUED, 4)
    done = await reaches(house, job, JobState.DONE)
    assert house.spoken == ["One.", "It began.", "Two.", "It ended."]
    (book,) = house.binder.bound
    # ten milliseconds a character, half a second behind a heading, a second between chapters
    two_s = 0.04 + 0.5 + 0.09 + 1.0
    assert [(each.title, each.start_s) for each in book.chapters] == [("One", 0), ("Two", two_s)]
    assert done.chapters == book.chapters
    assert done.bound is not None
    assert done.bound.seconds == pytest.approx(two_s + 0.04 + 0.5 + 0.09)
    assert done.progress.share == 1.0
    assert book.tags == {"comment": "Synthetic speech made by Rhapsode"}


async def test_a_job_takes_turns_with_those_who_listen(
    house: JobHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns, leads_s = house.house.turns, list[float]()
    take = turns.take

    async def noted(lead_s: float) -> None:
        leads_s.append(lead_s)
        await take(lead_s)

    monkeypatch.setattr(turns, "take", noted)
    job = await house.jobs.submit(manuscript("It began. It ended."))
    await reaches(house, job, JobState.DONE)
    assert len(leads_s) >= 2
    assert min(leads_s) > 1


async def test_the_file_has_the_loudness_that_was_asked_for(house: JobHouse) -> None:
    text = "All of this is about as loud as it is, and nothing is said twice in it. " * 4
    job = await house.jobs.submit(manuscript(text, target=Target(-30.0, -1.5)))
    done = await reaches(house, job, JobState.DONE)
    assert done.bound is not None
    assert done.bound.lufs == pytest.approx(-30.0)
    _, file = await house.jobs.result(OWNER, job.id)
    async with file as result:
        bound = np.frombuffer(await result.read(0, result.size_bytes), np.float32)
    spoken = np.concatenate([take.samples for take in house.shelf.folders[job.id].takes])
    gains = bound[np.abs(spoken) > 0.1] / spoken[np.abs(spoken) > 0.1]
    assert np.ptp(gains) < 1e-5
    assert true_peak_dbtp(bound) == pytest.approx(done.bound.peak_dbtp, abs=0.02)


async def test_every_line_lets_whoever_listens_go_first(house: JobHouse) -> None:
    job = await house.jobs.submit(manuscript())
    await reaches(house, job, JobState.DONE)
    assert {line.lead_s for line in house.engine.spoken} == {300.0}
    assert {line.stream for line in house.engine.spoken} == {f"job-{job.id}"}


async def test_captions_are_heard_where_they_are_seen(house: JobHouse) -> None:
    job = await house.jobs.submit(manuscript("Hi there. Go."))
    await reaches(house, job, JobState.DONE)
    found = [cue async for cue in await house.jobs.captions(OWNER, job.id)]
    assert found == [Cue("Hi there. Go.", 0.0, 0.13)]


async def test_what_is_not_done_has_no_file_and_no_captions(house: JobHouse) -> None:
    house.engine.running.clear()
    job = await house.jobs.submit(manuscript())
    with pytest.raises(JobUnfinishedError, match="once it is done"):
        await house.jobs.result(OWNER, job.id)
    with pytest.raises(JobUnfinishedError):
        await house.jobs.captions(OWNER, job.id)


async def test_another_owners_job_is_unknown(house: JobHouse) -> None:
    job = await house.jobs.submit(manuscript())
    for ask in (house.jobs.get, house.jobs.cancel, house.jobs.pause, house.jobs.delete):
        with pytest.raises(JobUnknownError):
            await ask("stranger", job.id)
    with pytest.raises(JobUnknownError):
        await house.jobs.get(OWNER, "../" + job.id)


async def test_what_cannot_be_spoken_is_refused_and_leaves_nothing(house: JobHouse) -> None:
    with pytest.raises(TextTooLongError):
        await house.jobs.submit(manuscript("x" * 10_001))
    with pytest.raises(VoiceUnknownError):
        await house.jobs.submit(manuscript(voice="nobody"))
    house.shelf.full = StoreFullError()
    with pytest.raises(StoreFullError):
        await house.jobs.submit(manuscript())
    assert not house.store.kept
    assert not house.shelf.folders


async def test_too_many_that_wait_are_refused(house: JobHouse) -> None:
    house.engine.running.clear()
    first = await house.jobs.submit(manuscript())
    await reaches(house, first, JobState.SPEAKING)
    for _ in range(3):
        await house.jobs.submit(manuscript())
    with pytest.raises(JobsFullError, match="3 jobs wait"):
        await house.jobs.submit(manuscript())


async def test_under_a_key_a_text_is_submitted_once(house: JobHouse) -> None:
    job = await house.jobs.submit(manuscript(), "key")
    assert (await house.jobs.submit(manuscript(), "key")).id == job.id
    with pytest.raises(OnceKeyReusedError):
        await house.jobs.submit(manuscript("Other."), "key")
    assert list(house.shelf.folders) == [job.id]


async def test_a_paused_job_frees_the_engine_and_goes_on_where_it_was(house: JobHouse) -> None:
    house.engine.pause_after(2)
    job = await house.jobs.submit(manuscript())
    await until_spoken(house, job, 1)
    assert (await house.jobs.pause(OWNER, job.id)).state is JobState.PAUSED
    assert not house.engine.lines
    house.engine.running.set()
    await asyncio.sleep(0.05)
    assert len(house.shelf.folders[job.id].takes) == 1
    await house.jobs.resume(OWNER, job.id)
    await reaches(house, job, JobState.DONE)
    assert len(house.spoken) <= 3 + 1
    assert len(house.shelf.folders[job.id].takes) == 3


async def until_spoken(house: JobHouse, job: Job, takes: int) -> None:
    await until(lambda: len(house.shelf.folders[job.id].takes) >= takes, 10)


async def test_a_cancelled_job_is_remembered_without_its_sound(house: JobHouse) -> None:
    house.engine.running.clear()
    job = await house.jobs.submit(manuscript())
    await reaches(house, job, JobState.SPEAKING)
    assert (await house.jobs.cancel(OWNER, job.id)).state is JobState.CANCELLED
    assert not house.engine.lines
    assert not house.shelf.folders
    with pytest.raises(JobStateError):
        await house.jobs.resume(OWNER, job.id)


async def test_a_deleted_job_is_gone_whatever_it_was_doing(house: JobHouse) -> None:
    house.engine.running.clear()
    job = await house.jobs.submit(manuscript())
    await reaches(house, job, JobState.SPEAKING)
    await house.jobs.delete(OWNER, job.id)
    assert not house.engine.lines
    assert not house.store.kept
    assert not house.shelf.folders


async def test_the_next_server_goes_on_behind_the_last_whole_passage(tmp_path: Path) -> None:
    house = JobHouse(tmp_path)
    house.engine.pause_after(3)
    async with house.desk:
        job = await house.jobs.submit(manuscript())
        await until_spoken(house, job, 1)
    assert house.store.kept[job.id].state is JobState.SPEAKING
    house.engine.running.set()
    async with house.new_desk():
        await reaches(house, job, JobState.DONE)
    assert len(house.spoken) <= 3 + 1
    assert len(house.shelf.folders[job.id].takes) == 3


async def test_only_who_holds_the_shelf_speaks(tmp_path: Path) -> None:
    house = JobHouse(tmp_path)
    house.shelf.free.clear()
    async with house.desk:
        job = await house.jobs.submit(manuscript())
        await asyncio.sleep(0.05)
        assert not house.spoken
        house.shelf.free.set()
        await reaches(house, job, JobState.DONE)


async def test_a_job_stopped_by_another_process_is_left_soon(house: JobHouse) -> None:
    house.engine.pause_after(4)
    job = await house.jobs.submit(manuscript("A sentence of its own. " * 40))
    await until_spoken(house, job, 1)
    house.store.kept[job.id] = replace(house.store.kept[job.id], state=JobState.PAUSED)
    house.house.clock.turn(2.0)
    house.engine.running.set()
    await asyncio.sleep(0.1)
    assert not house.engine.lines
    assert len(house.shelf.folders[job.id].takes) == 2


async def test_a_busy_engine_is_waited_for(house: JobHouse) -> None:
    house.engine.max_waiting = -house.engine.slots
    job = await house.jobs.submit(manuscript())
    await asyncio.wait_for(house.engine.refused.wait(), 5)
    house.engine.max_waiting = 8
    await reaches(house, job, JobState.DONE)


async def test_an_engine_that_comes_back_is_tried_again_and_one_that_does_not_fails_the_job(
    house: JobHouse,
) -> None:
    house.engine.broken = EngineFailedError("The engine has stopped.")
    job = await house.jobs.submit(manuscript())
    failed = await reaches(house, job, JobState.FAILED)
    assert failed.fault is not None
    assert (failed.fault.kind, failed.fault.detail) == ("engine_failed", "The engine has stopped.")
    house.engine.broken = None
    await house.jobs.resume(OWNER, job.id)
    assert (await reaches(house, job, JobState.DONE)).fault is None


async def test_a_full_disk_fails_the_job_cleanly_and_it_can_go_on(house: JobHouse) -> None:
    house.engine.running.clear()
    job = await house.jobs.submit(manuscript())
    house.shelf.full = StoreFullError()
    house.engine.running.set()
    failed = await reaches(house, job, JobState.FAILED)
    assert failed.fault is not None
    assert failed.fault.kind == "storage_full"
    house.shelf.full = None
    await house.jobs.resume(OWNER, job.id)
    await reaches(house, job, JobState.DONE)


async def test_a_voice_that_was_deleted_fails_the_job(house: JobHouse) -> None:
    house.engine.running.clear()
    job = await house.jobs.submit(manuscript())
    gone = replace(house.store.kept[job.id].order, voice="gone")
    await house.jobs.pause(OWNER, job.id)
    house.store.kept[job.id] = replace(house.store.kept[job.id], order=gone)
    house.engine.running.set()
    await house.jobs.resume(OWNER, job.id)
    failed = await reaches(house, job, JobState.FAILED)
    assert failed.fault is not None
    assert failed.fault.kind == "voice_unknown"


async def test_what_nobody_foresaw_fails_one_job_and_not_the_next(house: JobHouse) -> None:
    house.shelf.full = ZeroDivisionError()
    job_texts = [manuscript(), manuscript()]
    house.shelf.full = None
    first = await house.jobs.submit(job_texts[0])
    house.shelf.full = ZeroDivisionError()
    failed = await reaches(house, first, JobState.FAILED)
    assert failed.fault is not None
    assert failed.fault.kind == "broken"
    house.shelf.full = None
    await reaches(house, await house.jobs.submit(job_texts[1]), JobState.DONE)


async def test_a_database_that_is_away_for_a_moment_stops_nothing(house: JobHouse) -> None:
    house.engine.running.clear()
    job = await house.jobs.submit(manuscript())
    await reaches(house, job, JobState.SPEAKING)
    house.store.broken = [StoreUnavailableError("away")]
    house.engine.running.set()
    await reaches(house, job, JobState.DONE)


async def test_what_ended_long_ago_is_let_go_of_with_what_a_kill_left(tmp_path: Path) -> None:
    house = JobHouse(tmp_path)
    async with house.desk:
        job = await house.jobs.submit(manuscript())
        await reaches(house, job, JobState.DONE)
        young = await house.jobs.submit(manuscript())
        await reaches(house, young, JobState.DONE)
    house.house.clock.turn(31 * 86_400)
    house.store.kept[young.id] = replace(
        house.store.kept[young.id], updated_at=house.house.clock.now()
    )
    await house.shelf.begin("f" * 32, ())
    house.shelf.left = ("f" * 32, young.id)
    async with house.new_desk():
        await until(lambda: len(house.shelf.folders) == 1)
    assert list(house.shelf.folders) == [young.id] == list(house.store.kept)


async def test_two_at_a_time_are_both_spoken_and_the_rest_wait(tmp_path: Path) -> None:
    house = JobHouse(tmp_path, at_once=2)
    house.engine.running.clear()
    async with house.desk:
        jobs = [await house.jobs.submit(manuscript()) for _ in range(3)]
        await reaches(house, jobs[0], JobState.SPEAKING)
        await reaches(house, jobs[1], JobState.SPEAKING)
        assert house.store.kept[jobs[2].id].state is JobState.QUEUED
        house.engine.running.set()
        for job in jobs:
            await reaches(house, job, JobState.DONE)
    page = await house.jobs.find(JobSearch(OWNER, limit=2))
    assert (page.total, page.next) == (3, jobs[1].id)
