"""What every cache of lines guarantees."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.files.audio import FileAudioCache
from adapters.memory.audio import MemoryAudioCache
from adapters.redis.audio import RedisAudioCache
from application.remembering import Tiers
from domain.ports import AudioCache
from domain.recording import Recording
from tests.fakes.cache import key, recording, same
from tests.fakes.clock import FakeClock
from tests.redis_servers import own_names, shared_redis

KINDS = ("memory", "files", "redis", "tiers")
SAMPLES = 25_000
ROOM_FOR_THREE = 350_000

Make = Callable[[int], Awaitable[AudioCache]]


async def made(kind: str, limit_bytes: int, folder: Path, stack: AsyncExitStack) -> AudioCache:
    memory = MemoryAudioCache(limit_bytes, 3600, FakeClock())
    if kind == "memory":
        return memory
    if kind == "redis":
        url = stack.enter_context(shared_redis())
        prefix = stack.enter_context(own_names(url))
        redis = RedisAudioCache(
            url, prefix=prefix, limit_bytes=limit_bytes, ttl_s=3600, patience_s=20
        )
        return await stack.enter_async_context(redis)
    files = await stack.enter_async_context(FileAudioCache(folder, limit_bytes))
    return files if kind == "files" else Tiers(memory, files)


@pytest.fixture(params=KINDS)
async def make(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Make]:
    async with AsyncExitStack() as stack:
        yield lambda limit_bytes: made(request.param, limit_bytes, tmp_path / "audio", stack)


@pytest.fixture
async def cache(make: Make) -> AudioCache:
    return await make(ROOM_FOR_THREE)


@pytest.mark.parametrize(("samples", "words"), [(1000, 3), (1, 0), (0, 0), (0, 2), (999, 0)])
async def test_what_was_put_comes_back_bit_for_bit(
    cache: AudioCache,
    samples: int,
    words: int,
) -> None:
    given = recording(1, samples, words)
    await cache.put(key(1), given)
    for _ in range(2):
        back = await cache.get(key(1))
        assert same(back, given)
        assert back is not None
        assert back.samples.dtype == np.float32


async def test_a_recording_is_found_under_its_own_key_only(cache: AudioCache) -> None:
    await cache.put(key(1), recording(1))
    assert await cache.get(key(2)) is None
    await cache.put(key(2), recording(2))
    assert same(await cache.get(key(1)), recording(1))
    assert same(await cache.get(key(2)), recording(2))


async def test_the_last_put_under_a_key_is_what_is_kept(cache: AudioCache) -> None:
    for seed, samples in ((1, 10), (2, 10), (3, 20), (4, 5)):
        await cache.put(key(1), recording(seed, samples))
        assert same(await cache.get(key(1)), recording(seed, samples))
    assert (await cache.stats()).entries == 1


async def test_a_reader_cannot_change_what_is_kept(cache: AudioCache) -> None:
    await cache.put(key(1), recording(1))
    for _ in range(2):
        heard = await cache.get(key(1))
        assert heard is not None
        with pytest.raises(ValueError, match="read-only"):
            heard.samples[0] = 1.0
        with pytest.raises(ValueError, match="WRITEABLE"):
            heard.samples.flags.writeable = True


async def test_who_put_it_cannot_change_it_afterwards(cache: AudioCache) -> None:
    given = recording(1)
    await cache.put(key(1), given)
    given.samples[:] = 0
    assert same(await cache.get(key(1)), recording(1))


async def test_clearing_forgets_everything_and_counts_it(cache: AudioCache) -> None:
    for number in range(3):
        await cache.put(key(number), recording(number))
    assert await cache.clear() == 3
    assert [await cache.get(key(number)) for number in range(3)] == [None] * 3
    stats = await cache.stats()
    assert (stats.entries, stats.size_bytes) == (0, 0)
    assert await cache.clear() == 0
    await cache.put(key(1), recording(1))
    assert same(await cache.get(key(1)), recording(1))


async def test_stats_count_what_is_kept_and_every_question(cache: AudioCache) -> None:
    await cache.get(key(1))
    await cache.put(key(1), recording(1))
    await cache.put(key(2), recording(2))
    await cache.get(key(1))
    await cache.get(key(1))
    await cache.get(key(3))
    stats = await cache.stats()
    assert (stats.entries, stats.hits, stats.misses) == (2, 2, 2)
    assert 2 * recording(1).samples.nbytes < stats.size_bytes <= stats.limit_bytes


async def test_what_was_heard_longest_ago_goes_first(cache: AudioCache) -> None:
    for number in range(5):
        await cache.put(key(number), recording(number, SAMPLES))
    kept = [await cache.get(key(number)) is not None for number in range(5)]
    assert kept == [False, False, True, True, True]


async def test_what_was_heard_lately_stays(cache: AudioCache) -> None:
    for number in range(3):
        await cache.put(key(number), recording(number, SAMPLES))
    await cache.get(key(0))
    await cache.put(key(3), recording(3, SAMPLES))
    assert await cache.get(key(0)) is not None
    assert await cache.get(key(3)) is not None


async def test_what_is_larger_than_the_cache_is_not_kept_and_drives_nothing_out(
    cache: AudioCache,
) -> None:
    await cache.put(key(1), recording(1))
    for samples in (ROOM_FOR_THREE // 4 - 10, ROOM_FOR_THREE):
        await cache.put(key(2), recording(2, samples))
        assert await cache.get(key(2)) is None
    assert same(await cache.get(key(1)), recording(1))


async def test_a_cache_of_no_bytes_keeps_nothing(make: Make) -> None:
    cache = await make(0)
    await cache.put(key(1), recording(1, 0, 0))
    assert await cache.get(key(1)) is None
    assert (await cache.stats()).entries == 0


async def test_many_at_once_get_what_was_put_or_nothing(cache: AudioCache) -> None:
    async def use(number: int) -> None:
        await cache.put(key(number % 5), recording(number % 5, SAMPLES))
        heard = await cache.get(key((number + 1) % 5))
        assert heard is None or same(heard, recording((number + 1) % 5, SAMPLES))

    await asyncio.gather(*(use(number) for number in range(30)))
    stats = await cache.stats()
    assert 0 < stats.size_bytes <= stats.limit_bytes


def on_disk(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("?/?/*") if path.is_file())


step = st.tuples(
    st.sampled_from(["put"] * 6 + ["get"] * 3 + ["clear"]),
    st.integers(0, 7),
    st.integers(0, 3000),
    st.integers(0, 20),
)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None)
@given(steps=st.lists(step, max_size=30), limit_bytes=st.integers(0, 30_000))
def test_a_random_workload_never_exceeds_the_limit_nor_mixes_anything_up(
    kind: str,
    steps: list[tuple[str, int, int, int]],
    limit_bytes: int,
) -> None:
    async def work(folder: Path) -> None:
        async with AsyncExitStack() as stack:
            cache = await made(kind, limit_bytes, folder, stack)
            given: dict[str, list[Recording]] = {}
            for what, number, samples, words in steps:
                if what == "put":
                    one = recording(number, samples, words)
                    given.setdefault(key(number), []).append(one)
                    await cache.put(key(number), one)
                elif what == "get":
                    heard = await cache.get(key(number))
                    assert heard is None or any(same(heard, one) for one in given[key(number)])
                else:
                    given.clear()
                    await cache.clear()
                    assert (await cache.stats()).entries == 0
                stats = await cache.stats()
                assert 0 <= stats.size_bytes <= stats.limit_bytes
                assert on_disk(folder) <= limit_bytes

    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        runner.run(work(Path(folder)))
