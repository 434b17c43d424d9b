"""What every event bus guarantees."""

import asyncio

import pytest

from adapters.memory.events import MemoryEvents
from domain.events import Event, FirstAudio


@pytest.fixture
def bus() -> MemoryEvents:
    return MemoryEvents(longest_queue=3)


def event(number: int) -> Event:
    return FirstAudio(str(number), 0.0)


async def test_every_listener_hears_every_event_in_order(bus: MemoryEvents) -> None:
    async with bus.subscribe() as one, bus.subscribe() as two:
        for number in range(3):
            bus.publish(event(number))
        for listener in (one, two):
            assert [await anext(listener) for _ in range(3)] == [event(n) for n in range(3)]


async def test_a_waiting_listener_is_woken(bus: MemoryEvents) -> None:
    async with bus.subscribe() as listener:
        waiting = asyncio.ensure_future(anext(listener))
        await asyncio.sleep(0)
        bus.publish(event(1))
        assert await waiting == event(1)


async def test_a_slow_listener_loses_its_oldest_and_nobody_waits(bus: MemoryEvents) -> None:
    async with bus.subscribe() as slow:
        for number in range(5):
            bus.publish(event(number))
        assert [await anext(slow) for _ in range(3)] == [event(n) for n in (2, 3, 4)]
    assert bus.dropped == 2


async def test_nobody_listening_is_no_error(bus: MemoryEvents) -> None:
    bus.publish(event(1))
    async with bus.subscribe() as late:
        bus.publish(event(2))
        assert await anext(late) == event(2)
    bus.publish(event(3))
    assert bus.dropped == 0
