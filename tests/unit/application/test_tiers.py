import asyncio

from typing_extensions import override

from adapters.memory.audio import MemoryAudioCache
from application.remembering import Tiers
from domain.recording import Recording
from tests.fakes.cache import FakeCache, key, recording, same
from tests.fakes.clock import FakeClock


def memory() -> MemoryAudioCache:
    return MemoryAudioCache(2**20, 3600, FakeClock())


async def test_what_is_found_below_is_put_above() -> None:
    above, below = memory(), memory()
    tiers = Tiers(above, below)
    await below.put(key(1), recording(1))
    assert same(await tiers.get(key(1)), recording(1))
    assert same(await above.get(key(1)), recording(1))
    await below.clear()
    assert same(await tiers.get(key(1)), recording(1))


async def test_what_is_found_above_does_not_touch_what_is_below() -> None:
    above, below = memory(), memory()
    tiers = Tiers(above, below)
    await tiers.put(key(1), recording(1))
    await tiers.get(key(1))
    assert (await below.stats()).hits == 0
    assert (await below.stats()).entries == 1


async def test_the_stats_of_both_tiers_can_be_told_apart() -> None:
    tiers = Tiers(memory(), memory())
    await tiers.put(key(1), recording(1))
    await tiers.above.clear()
    await tiers.get(key(1))
    await tiers.get(key(1))
    await tiers.get(key(2))
    above, below, both = (
        await tiers.above.stats(),
        await tiers.below.stats(),
        await tiers.stats(),
    )
    assert (above.hits, above.misses, below.hits, below.misses) == (1, 2, 1, 1)
    assert (both.hits, both.misses, both.entries) == (2, 1, 1)
    assert both.limit_bytes == above.limit_bytes + below.limit_bytes


async def test_what_was_asked_for_below_while_all_was_cleared_is_not_put_above() -> None:
    above, below = memory(), FakeCache()
    below.kept[key(1)] = recording(1)
    tiers = Tiers(above, below)
    held = below.kept[key(1)]

    class Slow(FakeCache):
        @override
        async def get(self, key: str) -> Recording | None:
            await self.running.wait()
            return held

    slow = Slow()
    slow.running.clear()
    tiers.below = slow
    asking = asyncio.create_task(tiers.get(key(1)))
    await asyncio.sleep(0)
    await tiers.clear()
    slow.running.set()
    assert same(await asking, recording(1))
    assert (await above.stats()).entries == 0
