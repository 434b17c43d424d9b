"""Session events over Redis: told while it is there, dropped and counted while it is not."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from redis.asyncio import Redis

from adapters.memory.events import MemoryEvents
from adapters.redis.events import RedisEvents
from domain.events import EventsLost, FirstAudio, SpeechFinished, SpeechQueued, VoiceSaved
from tests.fakes.clock import FakeClock
from tests.integration.waiting import until
from tests.redis_servers import PrivateRedis, nobody, own_prefix, silent_server


class Orchestrator:
    """Hears all that is told below a prefix."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []

    @property
    def names(self) -> list[str]:
        return [message["event"] for _, message in self.heard]

    @asynccontextmanager
    async def listening(self, url: str, prefix: str) -> AsyncIterator["Orchestrator"]:
        async with Redis.from_url(url) as there, there.pubsub() as pubsub:
            await pubsub.psubscribe(f"{prefix}:session:*")
            assert (await pubsub.get_message(timeout=5))["type"] == "psubscribe"
            hearing = asyncio.create_task(self._hear(pubsub))
            try:
                yield self
            finally:
                hearing.cancel()
                await asyncio.wait({hearing})

    async def _hear(self, pubsub: Any) -> None:
        async for message in pubsub.listen():
            self.heard.append((message["channel"].decode(), json.loads(message["data"])))


def telling(url: str, bus: MemoryEvents, prefix: str, most_waiting: int = 10_000) -> RedisEvents:
    return RedisEvents(url, bus=bus, clock=FakeClock(), prefix=prefix, most_waiting=most_waiting)


def ended(session_id: str, outcome: str) -> SpeechFinished:
    return SpeechFinished(session_id, outcome, "speaking", 5, 2, 1.0, 0.1)


async def test_an_orchestrator_hears_a_session_from_its_beginning_to_its_end(url: str) -> None:
    bus, prefix = MemoryEvents(), own_prefix()
    async with Orchestrator().listening(url, prefix) as orchestrator, telling(url, bus, prefix):
        bus.publish(SpeechQueued("s1", 5))
        bus.publish(FirstAudio("s1", 0.01))
        bus.publish(VoiceSaved("nobody's business"))
        bus.publish(ended("s1", "done"))
        await until(lambda: len(orchestrator.heard) == 3)
    assert orchestrator.names == ["started", "first_audio", "finished"]
    assert {name for name, _ in orchestrator.heard} == {f"{prefix}:session:house:s1"}


async def test_what_was_published_before_the_end_is_still_told(url: str) -> None:
    bus, prefix = MemoryEvents(), own_prefix()
    async with Orchestrator().listening(url, prefix) as orchestrator:
        async with telling(url, bus, prefix):
            for number in range(2000):
                bus.publish(FirstAudio(str(number), 0.01))
        await until(lambda: len(orchestrator.heard) == 2000)
    told = [message["session_id"] for _, message in orchestrator.heard]
    assert told == [str(number) for number in range(2000)]


@pytest.mark.parametrize("kind", ["nobody", "silent"])
async def test_a_dead_redis_costs_events_and_nothing_else(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    bus, lost = MemoryEvents(), 0
    with silent_server() as silent:
        url = nobody() if kind == "nobody" else silent
        async with bus.subscribe() as listener, telling(url, bus, "rhapsode-test") as events:
            for number in range(100):
                bus.publish(FirstAudio(str(number), 0.01))
                await asyncio.sleep(0)
            await until(lambda: events.dropped == 100, within_s=10)
            while lost < 100:
                event = await anext(listener)
                lost += event.count if isinstance(event, EventsLost) else 0
    assert lost == 100
    warnings = [each for each in caplog.records if each.levelno == logging.WARNING]
    assert len(warnings) == 1
    assert "speech goes on" in warnings[0].getMessage()


async def test_a_redis_that_comes_back_is_told_of_what_happens_then(
    private: PrivateRedis, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bus, prefix = MemoryEvents(), own_prefix()
    async with telling(private.url, bus, prefix) as events:
        private.kill()
        bus.publish(SpeechQueued("s1", 5))
        await until(lambda: events.dropped == 1, within_s=10)
        private.start()
        await until(lambda: "Redis answers again" in caplog.text, within_s=20)
        async with Orchestrator().listening(private.url, prefix) as orchestrator:
            bus.publish(ended("s1", "cancelled"))
            bus.publish(ended("s2", "failed"))
            await until(lambda: len(orchestrator.heard) == 2)
    assert orchestrator.names == ["cancelled", "failed"]


async def test_what_waits_for_a_frozen_redis_is_bounded(private: PrivateRedis) -> None:
    bus = MemoryEvents()
    async with telling(private.url, bus, own_prefix(), most_waiting=10) as events:
        await asyncio.sleep(0.1)
        with private.frozen():
            for number in range(1000):
                bus.publish(FirstAudio(str(number), 0.01))
                await asyncio.sleep(0)
            await until(lambda: events.dropped >= 900, within_s=10)
