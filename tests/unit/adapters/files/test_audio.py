"""What can befall a folder of entries, and how little of it reaches a reader."""

import asyncio
import os
import random
import resource
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.files import audio, shelf
from adapters.files.audio import FileAudioCache
from tests.fakes.cache import key, recording, same

LIMIT = 1_000_000
GIVEN = recording(1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "audio"


@pytest.fixture
async def cache(folder: Path) -> AsyncIterator[FileAudioCache]:
    async with FileAudioCache(folder, LIMIT) as cache:
        await cache.put(key(1), GIVEN)
        yield cache
    assert everything(folder / "drafts") == []


def place(folder: Path, number: int = 1) -> Path:
    name = key(number)
    return folder / name[0] / name[1] / name


def everything(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


def allow(mode: int, *paths: Path) -> None:
    for path in paths:
        path.chmod(mode if path.is_dir() else mode & 0o666)


def open_files() -> int:
    return len(everything(Path("/proc/self/fd")))


async def heals(cache: FileAudioCache, folder: Path) -> None:
    """The entry is a miss, it is gone, nothing else is counted, and it can be put again."""
    assert await cache.get(key(1)) is None
    assert place(folder) not in everything(folder)
    assert (await cache.stats()).entries == 0
    await cache.put(key(1), GIVEN)
    assert same(await cache.get(key(1)), GIVEN)
    assert (await cache.stats()).entries == 1


async def test_an_entry_is_kept_for_the_next_start(folder: Path, cache: FileAudioCache) -> None:
    async with FileAudioCache(folder, LIMIT) as later:
        assert same(await later.get(key(1)), GIVEN)
    assert cache.failures == 0


async def test_nobody_else_on_the_machine_may_read_what_was_spoken(
    folder: Path,
    cache: FileAudioCache,
) -> None:
    assert cache.failures == 0
    assert place(folder).stat().st_mode & 0o077 == 0
    assert place(folder).parent.stat().st_mode & 0o077 == 0


async def test_a_flipped_bit_anywhere_is_a_miss(folder: Path, cache: FileAudioCache) -> None:
    data = place(folder).read_bytes()
    chance = random.Random(5)  # noqa: S311
    for at in sorted(chance.sample(range(len(data)), 40)):
        flipped = bytearray(data)
        flipped[at] ^= 1 << chance.randrange(8)
        place(folder).write_bytes(flipped)
        await heals(cache, folder)


@pytest.mark.parametrize("length", [0, 1, 31, 32, 87, 88, 1000, -1])
async def test_a_truncated_entry_is_a_miss(
    folder: Path,
    cache: FileAudioCache,
    length: int,
) -> None:
    place(folder).write_bytes(place(folder).read_bytes()[:length])
    await heals(cache, folder)


async def test_an_entry_under_the_name_of_another_is_a_miss(
    folder: Path,
    cache: FileAudioCache,
) -> None:
    await cache.put(key(2), recording(2))
    place(folder, 2).replace(place(folder))
    assert await cache.get(key(1)) is None
    assert not place(folder).exists()


async def test_a_folder_in_place_of_an_entry_is_a_miss(folder: Path, cache: FileAudioCache) -> None:
    place(folder).unlink()
    place(folder).mkdir()
    assert await cache.get(key(1)) is None
    assert not place(folder).exists()
    await cache.put(key(1), GIVEN)
    assert same(await cache.get(key(1)), GIVEN)


async def test_a_folder_with_something_in_it_is_left_alone(
    folder: Path,
    cache: FileAudioCache,
) -> None:
    place(folder).unlink()
    (place(folder) / "somebody's").mkdir(parents=True)
    assert await cache.get(key(1)) is None
    await cache.put(key(1), GIVEN)
    assert await cache.get(key(1)) is None
    assert (place(folder) / "somebody's").exists()
    assert cache.failures == 3


async def test_a_link_is_not_followed(folder: Path, cache: FileAudioCache, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    place(folder).replace(elsewhere)
    place(folder).symlink_to(elsewhere)
    assert await cache.get(key(1)) is None
    assert not place(folder).is_symlink()
    assert elsewhere.exists()


async def test_a_pipe_in_place_of_an_entry_holds_nobody_up(
    folder: Path,
    cache: FileAudioCache,
) -> None:
    place(folder).unlink()
    os.mkfifo(place(folder))
    assert await asyncio.wait_for(cache.get(key(1)), 5) is None
    assert not place(folder).exists()


async def test_a_file_larger_than_the_cache_is_not_read(
    folder: Path,
    cache: FileAudioCache,
) -> None:
    with place(folder).open("wb") as file:
        file.truncate(2**40)
    assert await asyncio.wait_for(cache.get(key(1)), 5) is None
    assert not place(folder).exists()


async def test_a_folder_that_vanishes_is_made_again(folder: Path, cache: FileAudioCache) -> None:
    shutil.move(folder, folder.with_name("away"))
    assert await cache.get(key(1)) is None
    await cache.put(key(1), GIVEN)
    assert same(await cache.get(key(1)), GIVEN)
    assert (await cache.stats()).entries == 1


@pytest.mark.parametrize(
    "name",
    [
        *("", "a", "../../etc/passwd", "/etc/passwd", "\0" * 64, "g" * 64, "٣" * 64),
        *(key(1).upper(), key(1)[:-1], key(1)[1:] + "/", key(1)[1:] + "\n", key(1) + "\n"),
    ],
)
async def test_what_is_no_key_never_becomes_a_path(
    folder: Path,
    cache: FileAudioCache,
    name: str,
) -> None:
    before = everything(folder)
    await cache.put(name, GIVEN)
    assert await cache.get(name) is None
    assert everything(folder) == before
    assert cache.failures == 0


@contextmanager
def largest_file(size_bytes: int) -> Iterator[None]:
    """What a full disk does: a part is written, then no more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk_is_told_once_and_leaves_nothing(
    folder: Path,
    cache: FileAudioCache,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with largest_file(2000):
        for number in (2, 3, 4):
            await cache.put(key(number), recording(number))
        assert same(await cache.get(key(1)), GIVEN)
    assert cache.failures == 3
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert everything(folder / "drafts") == []
    await cache.put(key(2), recording(2))
    assert same(await cache.get(key(2)), recording(2))
    with largest_file(2000):
        await cache.put(key(3), recording(3))
    assert len(caplog.records) == 2


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may write everywhere, and tests are often run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


async def test_a_folder_that_may_not_be_written_still_serves_what_it_has(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with tempfile.TemporaryDirectory() as there:
        folder = Path(there)
        allow(0o755, folder)
        async with FileAudioCache(folder, LIMIT) as cache:
            await cache.put(key(1), GIVEN)
        allow(0o555, folder, *everything(folder))
        with as_nobody():
            async with FileAudioCache(folder, LIMIT) as cache:
                assert same(await cache.get(key(1)), GIVEN)
                await cache.put(key(2), recording(2))
                assert await cache.get(key(2)) is None
                assert await cache.clear() == 0
                assert cache.failures == 3
        assert len(caplog.records) == 1
        allow(0o755, folder, *everything(folder))


async def test_an_entry_that_may_not_be_read_is_a_miss_and_removed() -> None:
    with tempfile.TemporaryDirectory() as there:
        allow(0o777, Path(there))
        with as_nobody():
            async with FileAudioCache(Path(there) / "audio", LIMIT) as cache:
                await cache.put(key(1), GIVEN)
                place(Path(there) / "audio").chmod(0)
                await heals(cache, Path(there) / "audio")


async def test_a_file_in_place_of_the_folder_makes_every_get_a_miss(
    cache: FileAudioCache,
    folder: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert cache.failures == 0
    async with FileAudioCache(place(folder), LIMIT) as broken:
        await broken.put(key(1), GIVEN)
        assert await broken.get(key(1)) is None
        assert await broken.clear() == 0
        assert (await broken.stats()).entries == 0
    assert len(caplog.records) == 1
    assert same(await cache.get(key(1)), GIVEN)


async def test_leftovers_of_killed_writers_are_removed_after_an_hour(folder: Path) -> None:
    drafts = folder / "drafts"
    drafts.mkdir(parents=True)
    for name, age_s in (("old", 3700), ("young", 3500)):
        (drafts / name).write_bytes(b"half an entry")
        os.utime(drafts / name, (time.time() - age_s,) * 2)
    async with FileAudioCache(folder, LIMIT):
        assert [path.name for path in drafts.iterdir()] == ["young"]


@pytest.mark.parametrize("noted", [1, 1000])
async def test_a_lower_limit_is_kept_from_the_start(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    noted: int,
) -> None:
    monkeypatch.setattr(shelf, "_CANDIDATES", noted)
    async with FileAudioCache(folder, LIMIT) as cache:
        for number in range(10):
            await cache.put(key(number), recording(number))
    async with FileAudioCache(folder, 3 * 5000) as cache:
        assert (await cache.stats()).entries == 3
        assert same(await cache.get(key(9)), recording(9))


async def test_what_is_not_ours_is_neither_counted_nor_removed(folder: Path) -> None:
    (folder / "0" / "1").mkdir(parents=True)
    others = [folder / "0" / "1" / "notes.txt", folder / "readme", folder / "0" / key(1)]
    for other in others:
        other.write_text("mine")
    async with FileAudioCache(folder, LIMIT) as cache:
        assert (await cache.stats()).entries == 0
        await cache.clear()
    assert all(other.read_text() == "mine" for other in others)


async def test_a_reader_who_gives_up_leaves_nothing_open_and_nothing_half_written(
    folder: Path,
    cache: FileAudioCache,
) -> None:
    open_before = open_files()
    for round_ in range(20):
        for work in (cache.get(key(1)), cache.put(key(2), recording(2, 50_000))):
            task = asyncio.create_task(work)
            for _ in range(round_):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait({task})
    await asyncio.gather(*cache._working)
    assert open_files() <= open_before + 1
    assert everything(folder / "drafts") == []
    assert same(await cache.get(key(1)), GIVEN)


async def test_the_writers_of_one_process_do_not_get_into_each_others_way(
    cache: FileAudioCache,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audio, "_PATIENCE_S", 0)
    await asyncio.gather(*(cache.put(key(number), recording(number)) for number in range(100)))
    assert cache.failures == 0
    assert (await cache.stats()).entries == 100


async def test_a_start_looks_over_ten_thousand_entries_a_second(folder: Path) -> None:
    for number in range(2000):
        place(folder, number).parent.mkdir(parents=True, exist_ok=True)
        place(folder, number).touch()
    began_s = time.perf_counter()
    async with FileAudioCache(folder, LIMIT) as cache:
        took_s = time.perf_counter() - began_s
        assert (await cache.stats()).entries == 2000
    assert took_s < 0.2
