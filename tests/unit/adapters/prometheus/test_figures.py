import asyncio

from adapters.memory.events import MemoryEvents
from adapters.prometheus.figures import PrometheusFigures
from domain.events import CacheAsked, EventsLost, GuardTripped, VoiceSaved
from domain.ports import Pulse

PULSE = Pulse(alive=True, speaking=0, waiting=(), expected_wait_s=0.0, last_step_age_s=0.0)


def figures() -> PrometheusFigures:
    return PrometheusFigures(MemoryEvents())


def read(figures: PrometheusFigures) -> list[str]:
    return figures.exposition(PULSE, 0).decode().splitlines()


def test_hits_and_misses_are_counted_for_each_cache() -> None:
    counted = figures()
    for cache, hit in (("audio", True), ("audio", True), ("audio", False), ("voices", False)):
        counted.count(CacheAsked(cache, hit))
    lines = read(counted)
    assert 'tts_cache_hits_total{cache="audio"} 2.0' in lines
    assert 'tts_cache_misses_total{cache="audio"} 1.0' in lines
    assert 'tts_cache_misses_total{cache="voices"} 1.0' in lines
    assert not any(line.startswith('tts_cache_hits_total{cache="voices"') for line in lines)


def test_a_guard_that_trips_is_counted_by_its_name() -> None:
    counted = figures()
    for guard in ("silence", "silence", "loop"):
        counted.count(GuardTripped(guard))
    lines = read(counted)
    assert 'tts_guard_trips_total{guard="silence"} 2.0' in lines
    assert 'tts_guard_trips_total{guard="loop"} 1.0' in lines


def test_events_that_were_lost_on_the_way_are_counted() -> None:
    counted = figures()
    for count in (3, 4):
        counted.count(EventsLost(count))
    assert "tts_events_lost_total 7.0" in read(counted)


def test_an_event_without_a_figure_changes_nothing() -> None:
    def values(lines: list[str]) -> list[str]:
        return [line for line in lines if "_created" not in line]

    counted = figures()
    before = values(read(counted))
    counted.count(VoiceSaved("v"))
    assert values(read(counted)) == before


async def test_what_is_published_is_counted_while_entered() -> None:
    bus = MemoryEvents()
    async with PrometheusFigures(bus) as counted, asyncio.timeout(5):
        await asyncio.sleep(0)
        bus.publish(CacheAsked("audio", hit=True))
        while 'tts_cache_hits_total{cache="audio"} 1.0' not in read(counted):  # noqa: ASYNC110
            await asyncio.sleep(0)
    bus.publish(CacheAsked("audio", hit=True))
    assert 'tts_cache_hits_total{cache="audio"} 1.0' in read(counted)
