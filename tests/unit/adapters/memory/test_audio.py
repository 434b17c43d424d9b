import random
import tracemalloc

from adapters.memory.audio import MemoryAudioCache
from tests.fakes.cache import key, recording
from tests.fakes.clock import FakeClock


async def test_a_recording_has_its_time_however_often_it_is_heard() -> None:
    clock = FakeClock()
    cache = MemoryAudioCache(2**20, 60, clock)
    await cache.put(key(1), recording(1))
    clock.turn(59.9)
    assert await cache.get(key(1)) is not None
    clock.turn(0.1)
    assert await cache.get(key(1)) is None
    assert (await cache.stats()).size_bytes == 0


async def test_putting_it_again_begins_its_time_again() -> None:
    clock = FakeClock()
    cache = MemoryAudioCache(2**20, 60, clock)
    await cache.put(key(1), recording(1))
    clock.turn(40)
    await cache.put(key(1), recording(1))
    clock.turn(40)
    assert await cache.get(key(1)) is not None


async def test_stats_do_not_count_what_has_had_its_time() -> None:
    clock = FakeClock()
    cache = MemoryAudioCache(2**20, 60, clock)
    await cache.put(key(1), recording(1))
    clock.turn(60)
    await cache.put(key(2), recording(2))
    stats = await cache.stats()
    assert (stats.entries, stats.size_bytes) == (1, recording(2).size_bytes)


async def test_the_memory_it_takes_is_within_the_limit_it_was_given() -> None:
    limit_bytes, chance = 2_000_000, random.Random(1)  # noqa: S311
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        cache = MemoryAudioCache(limit_bytes, 3600, FakeClock())
        for number in range(600):
            samples, words = chance.randrange(4000), chance.randrange(100)
            await cache.put(key(number), recording(number, samples, words))
            await cache.get(key(chance.randrange(number + 1)))
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    stats = await cache.stats()
    assert after - before <= stats.size_bytes <= limit_bytes
    assert stats.size_bytes > 0.9 * limit_bytes
