"""The shelf of jobs: what a kill leaves, what a full disk does, what is damaged."""

import asyncio
import errno
import fcntl
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from adapters.files.jobs import FileJobs
from domain.audio import Samples
from domain.errors import StoreFullError, StoreUnavailableError
from domain.errors.jobs import JobDamagedError
from domain.job import new_job_id
from domain.passages import Passage
from domain.ports.jobs import Take
from domain.script import PLAIN, Bleep, Mark, Pronunciation, Prosody, Rest, TimedWord

RICH = Passage(
    "Zoë läuft. \u2028",
    0.25,
    "de",
    "ana",
    Prosody(1.5, 0.75, 2.0),
    (Pronunciation(0, 3, "zoːə"),),
    (Rest(0.5), Mark("here"), Bleep(0.1)),
)
PLAIN_ONE = Passage("Hi.", 0.0, "en", None, PLAIN)
WORDS = (TimedWord("Zoë", 0.0, 0.25), TimedWord("läuft", 0.25, 0.5))


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[FileJobs]:
    async with FileJobs(tmp_path / "jobs") as shelf:
        yield shelf


def take(seconds: float, level: float = 0.5) -> Take:
    samples = np.linspace(-level, level, round(seconds * 24_000), dtype=np.float32)
    return Take(samples, WORDS)


async def begun(shelf: FileJobs, *takes: Take) -> str:
    job_id = new_job_id()
    await shelf.begin(job_id, [RICH, PLAIN_ONE])
    async with shelf.tape(job_id) as tape:
        for each in takes:
            await tape.append(each)
    return job_id


async def whole(shelf: FileJobs, job_id: str) -> Samples:
    return np.concatenate([np.zeros(0, np.float32), *[s async for s in shelf.sound(job_id)]])


async def test_passages_come_back_as_they_were(shelf: FileJobs) -> None:
    job_id = await begun(shelf)
    assert await shelf.passages(job_id) == (RICH, PLAIN_ONE)


async def test_sound_and_words_come_back_whatever_their_level(shelf: FileJobs) -> None:
    takes = [take(1, 0.001), take(12, 3.0), take(0.5, 0.0)]
    job_id = await begun(shelf, *takes)
    sound = await whole(shelf, job_id)
    for each in takes:
        part, sound = sound[: len(each.samples)], sound[len(each.samples) :]
        assert np.abs(part - each.samples).max() <= np.abs(each.samples).max() / 32_000 + 1e-9
    assert len(sound) == 0
    spoken = [each async for each in shelf.spoken(job_id)]
    assert [(each.passage, each.start_s, each.end_s) for each in spoken] == [
        (0, 0.0, 1.0),
        (1, 1.0, 13.0),
        (2, 13.0, 13.5),
    ]
    assert spoken[1].words == WORDS


async def test_the_sound_is_read_in_pieces_of_some_seconds(shelf: FileJobs) -> None:
    job_id = await begun(shelf, *[take(4) for _ in range(7)])
    sizes = [len(samples) / 24_000 async for samples in shelf.sound(job_id)]
    assert sizes == [12.0, 12.0, 4.0]


async def test_no_passage_is_passed_over_where_there_are_many(shelf: FileJobs) -> None:
    job_id = await begun(shelf, *[take(0.01) for _ in range(120)])
    assert [each.passage async for each in shelf.spoken(job_id)] == list(range(120))


@pytest.mark.parametrize("kept", [0, 1, 2])
async def test_a_kill_at_any_byte_of_a_line_leaves_the_whole_passages(
    tmp_path: Path, kept: int
) -> None:
    async with FileJobs(tmp_path) as shelf:
        job_id = await begun(shelf, take(0.1), take(0.2), take(0.3))
        line = tmp_path / job_id / "journal"
        written = line.read_bytes()
        ends = [0, *(at + 1 for at, byte in enumerate(written) if byte == 10)]
        for cut in {
            ends[kept],
            ends[kept] + 1,
            ends[kept + 1] - 1,
            (ends[kept] + ends[kept + 1]) // 2,
        }:
            line.write_bytes(written[:cut])
            async with shelf.tape(job_id) as tape:
                assert tape.spoken == kept
                assert tape.seconds == pytest.approx([0.0, 0.1, 0.3][kept])
            assert line.read_bytes() == written[: ends[kept]]


async def test_what_a_kill_left_behind_the_last_line_is_cut_off_before_more_is_added(
    shelf: FileJobs, tmp_path: Path
) -> None:
    job_id = await begun(shelf, take(0.1))
    folder = tmp_path / "jobs" / job_id
    with (folder / "sound").open("ab") as sound, (folder / "journal").open("ab") as line:
        sound.write(b"\x7f" * 999)
        line.write(b"0000")
    async with shelf.tape(job_id) as tape:
        await tape.append(take(0.2))
        assert tape.spoken == 2
    expected = np.concatenate([take(0.1).samples, take(0.2).samples])
    assert np.abs(await whole(shelf, job_id) - expected).max() < 1e-4


async def test_a_line_whose_samples_are_not_there_does_not_count(
    shelf: FileJobs, tmp_path: Path
) -> None:
    job_id = await begun(shelf, take(0.1), take(0.2))
    sound = tmp_path / "jobs" / job_id / "sound"
    os.truncate(sound, sound.stat().st_size - 2)
    async with shelf.tape(job_id) as tape:
        assert tape.spoken == 1


async def test_a_turned_bit_in_the_journal_ends_it_there(shelf: FileJobs, tmp_path: Path) -> None:
    job_id = await begun(shelf, take(0.1), take(0.2))
    line = tmp_path / "jobs" / job_id / "journal"
    data = bytearray(line.read_bytes())
    data[30] ^= 1
    line.write_bytes(data)
    async with shelf.tape(job_id) as tape:
        assert tape.spoken == 0


async def test_two_never_write_one_tape(shelf: FileJobs) -> None:
    job_id = await begun(shelf)
    async with shelf.tape(job_id):
        with pytest.raises(JobDamagedError):
            async with shelf.tape(job_id):
                pass


async def test_a_tape_that_was_opened_for_somebody_who_left_is_free(
    shelf: FileJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = await begun(shelf)
    real = fcntl.flock

    def slowly(file: int, how: int) -> None:
        time.sleep(0.05)
        real(file, how)

    monkeypatch.setattr(fcntl, "flock", slowly)
    leaving = asyncio.create_task(shelf.tape(job_id).__aenter__())
    await asyncio.sleep(0.01)
    leaving.cancel()
    await asyncio.wait({leaving})
    assert leaving.cancelled()
    async with shelf.tape(job_id) as tape:
        assert tape.spoken == 0


async def test_a_full_disk_loses_nothing_that_was_there(
    shelf: FileJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = await begun(shelf, take(0.1))
    real = os.fdatasync

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    async with shelf.tape(job_id) as tape:
        monkeypatch.setattr(os, "fdatasync", full)
        with pytest.raises(StoreFullError):
            await tape.append(take(0.2))
        monkeypatch.setattr(os, "fdatasync", real)
        assert tape.spoken == 1
        await tape.append(take(0.3))
        assert tape.seconds == pytest.approx(0.4)
    assert len(await whole(shelf, job_id)) == round(0.4 * 24_000)


async def test_a_book_is_in_its_place_only_when_it_is_whole(
    shelf: FileJobs, tmp_path: Path
) -> None:
    job_id = await begun(shelf)
    with pytest.raises(ZeroDivisionError):
        await _broken_off(shelf, job_id)
    with pytest.raises(JobDamagedError, match="its file"):
        async with shelf.result(job_id):
            pass
    async with shelf.binding(job_id) as place:
        place.write_bytes(b"whole")
    async with shelf.result(job_id) as book:
        assert book.size_bytes == 5
        assert await book.read(1, 3) == b"hol"
        assert await book.read(5, 3) == b""
    assert {each.name for each in (tmp_path / "jobs" / job_id).iterdir()} == {
        *("passages.gz", "journal", "sound", "book"),
    }


async def _broken_off(shelf: FileJobs, job_id: str) -> None:
    async with shelf.binding(job_id) as place:
        place.write_bytes(b"half")
        raise ZeroDivisionError


async def test_what_is_gone_or_damaged_is_told_as_such(shelf: FileJobs, tmp_path: Path) -> None:
    job_id = await begun(shelf)
    path = tmp_path / "jobs" / job_id / "passages.gz"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(JobDamagedError, match="its text"):
        await shelf.passages(job_id)
    await shelf.remove(job_id)
    await shelf.remove(job_id)
    with pytest.raises(JobDamagedError):
        await shelf.passages(job_id)


async def test_what_is_no_id_of_ours_never_becomes_a_path(shelf: FileJobs) -> None:
    with pytest.raises(ValueError, match="names no folder"):
        await shelf.remove("../" + "0" * 29)


async def test_one_shelf_is_held_by_one_and_keeps_its_name(tmp_path: Path) -> None:
    async with FileJobs(tmp_path) as first, FileJobs(tmp_path) as second:
        assert first.name == second.name
        assert len(first.name) == 32
        assert await first.hold()
        assert await first.hold()
        assert not await second.hold()
    async with FileJobs(tmp_path) as third:
        assert third.name == first.name
        assert await third.hold()


async def test_only_folders_of_old_jobs_are_idle(shelf: FileJobs, tmp_path: Path) -> None:
    old, new = await begun(shelf), await begun(shelf)
    (tmp_path / "jobs" / "something-else").mkdir()
    for name in (old, "something-else"):
        os.utime(tmp_path / "jobs" / name, (1, 1))
    assert await shelf.idle() == (old,)
    assert new not in await shelf.idle()


async def test_a_folder_that_cannot_be_used_refuses_jobs_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "jobs").write_text("a file")
    async with FileJobs(tmp_path / "jobs") as shelf:
        with pytest.raises(StoreUnavailableError, match="cannot be used"):
            await shelf.begin(new_job_id(), [PLAIN_ONE])
        with pytest.raises(StoreUnavailableError):
            await shelf.hold()
