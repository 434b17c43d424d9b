"""What holds when several processes share a folder, and some of them are killed."""

import asyncio
import random
import time
from contextlib import suppress
from pathlib import Path

import pytest

from adapters.files import audio
from adapters.files.audio import FileAudioCache
from adapters.files.ledger import Totals, held
from domain.recording_file import unpacked
from tests.fakes.cache import key, recording, same
from tests.unit.adapters.files.sharers import SAMPLES, started

LIMIT = 1_000_000


def entries(folder: Path) -> list[Path]:
    return [path for path in folder.glob("?/?/*") if path.is_file()]


def size_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in entries(folder))


def damaged(folder: Path) -> list[Path]:
    return [path for path in entries(folder) if unpacked(path.name, path.read_bytes()) is None]


async def test_processes_hammering_one_folder_keep_it_whole_and_within_its_bound(
    tmp_path: Path,
) -> None:
    limit_bytes = 6 * (4 * SAMPLES + 500)
    looks = 0
    hammers = [started("hammers", tmp_path, limit_bytes, seed, 300) for seed in range(2)]
    while any(hammer.poll() is None for hammer in hammers):
        with suppress(BlockingIOError, FileNotFoundError), held(tmp_path / "ledger", Totals) as now:
            assert size_bytes(tmp_path) <= limit_bytes
            assert now == Totals(len(entries(tmp_path)), size_bytes(tmp_path))
            looks += 1
        time.sleep(0.005)  # noqa: ASYNC251 - the other processes are to get on
    for hammer in hammers:
        hammer.communicate()
    assert [hammer.returncode for hammer in hammers] == [0, 0]
    assert looks > 5
    assert 0 < size_bytes(tmp_path) <= limit_bytes
    assert damaged(tmp_path) == []
    async with FileAudioCache(tmp_path, limit_bytes) as cache:
        stats = await cache.stats()
        assert (stats.entries, stats.size_bytes) == (len(entries(tmp_path)), size_bytes(tmp_path))


async def test_a_killed_writer_leaves_whole_entries_and_a_ledger_that_is_right(
    tmp_path: Path,
) -> None:
    chance = random.Random(3)  # noqa: S311
    limit_bytes = 3_000_000
    for _ in range(5):
        writer = started("writes", tmp_path, limit_bytes)
        assert writer.stdout is not None
        assert writer.stdout.read(1) == b"!"
        time.sleep(chance.uniform(0, 0.05))  # noqa: ASYNC251 - killed at no moment in particular
        assert writer.poll() is None
        writer.kill()
        writer.communicate()
        assert damaged(tmp_path) == []
        assert size_bytes(tmp_path) <= limit_bytes
    async with FileAudioCache(tmp_path, limit_bytes) as cache:
        stats = await cache.stats()
        assert (stats.entries, stats.size_bytes) == (len(entries(tmp_path)), size_bytes(tmp_path))
        assert same(await cache.get(key(0)), recording(0, 100_000)) or stats.entries > 5


async def test_a_process_that_stopped_while_it_held_the_ledger_is_not_waited_for_by_readers(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(audio, "_PATIENCE_S", 0.05)
    async with FileAudioCache(tmp_path, 100_000) as cache:
        await cache.put(key(1), recording(1))
        holder = started("holds", tmp_path)
        assert holder.stdout is not None
        assert holder.stdout.read(1) == b"!"
        assert same(await cache.get(key(1)), recording(1))
        await cache.put(key(2), recording(2))
        await cache.put(key(3), recording(3))
        assert await cache.get(key(2)) is None
        assert cache.failures == 2
        assert len(caplog.records) == 1
        assert (await cache.stats()).hits == 1
        holder.communicate(b"!")
        await cache.put(key(2), recording(2))
        assert same(await cache.get(key(2)), recording(2))
    assert list((tmp_path / "drafts").iterdir()) == []


async def test_one_process_lets_go_of_what_no_other_has_heard_lately(tmp_path: Path) -> None:
    limit_bytes = 3 * 5000
    async with (
        FileAudioCache(tmp_path, limit_bytes) as one,
        FileAudioCache(tmp_path, limit_bytes) as other,
    ):
        for number in range(4):
            await one.put(key(number), recording(number))
        await other.get(key(1))
        await one.put(key(4), recording(4))
        await other.put(key(5), recording(5))
        kept = [await one.get(key(number)) is not None for number in range(6)]
    assert kept == [False, True, False, False, True, True]


async def test_an_entry_that_is_put_again_is_there_all_the_time(tmp_path: Path) -> None:
    given = recording(1, 50_000)
    async with FileAudioCache(tmp_path, LIMIT) as one, FileAudioCache(tmp_path, LIMIT) as other:
        await one.put(key(1), given)

        async def put() -> None:
            for _ in range(30):
                await one.put(key(1), given)

        putting = asyncio.create_task(put())
        while not putting.done():
            assert same(await other.get(key(1)), given)
        assert one.failures == other.failures == 0
        assert (await other.stats()).entries == 1


async def test_what_another_process_removed_is_a_miss(tmp_path: Path) -> None:
    async with FileAudioCache(tmp_path, 100_000) as one, FileAudioCache(tmp_path, 100_000) as two:
        await one.put(key(1), recording(1))
        assert await two.clear() == 1
        assert await one.get(key(1)) is None
        assert (await one.stats()).entries == 0
        await one.put(key(1), recording(1))
        assert same(await two.get(key(1)), recording(1))
