"""What every relay of sound guarantees."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from redis.asyncio import Redis

from adapters.memory.relay import MemoryRelay
from adapters.redis.messages import encoded
from adapters.redis.relay import RedisRelay
from domain.ports import AudioRelay, Relayed
from tests.redis_servers import own_prefix, shared_redis

Publish = Callable[[str, Relayed], Awaitable[int]]


@dataclass
class Station:
    relay: AudioRelay
    publish: Publish
    channel: str


@asynccontextmanager
async def over_redis(url: str) -> AsyncIterator[Station]:
    async with RedisRelay(url, patience_s=5) as relay, Redis.from_url(url) as there:

        async def publish(channel: str, sound: Relayed) -> int:
            return int(await there.publish(channel, encoded(sound)))

        yield Station(relay, publish, own_prefix())


@pytest.fixture
def address() -> Iterator[str]:
    with shared_redis() as url:
        yield url


@pytest.fixture(params=["memory", "redis"])
async def station(request: pytest.FixtureRequest) -> AsyncIterator[Station]:
    if request.param == "memory":
        relay = MemoryRelay()
        yield Station(relay, relay.publish, own_prefix())
        return
    async with over_redis(request.getfixturevalue("address")) as over:
        yield over


@pytest.fixture(autouse=True)
async def _in_time() -> AsyncIterator[None]:
    async with asyncio.timeout(30):
        yield


def sound(number: int, *, last: bool = False) -> Relayed:
    return Relayed(bytes([number, 0]) * 10, last)


async def heard(listener: AsyncIterator[Relayed], count: int) -> list[Relayed]:
    return [await anext(listener) for _ in range(count)]


async def test_what_is_published_is_heard_in_order_and_bit_for_bit(station: Station) -> None:
    given = [Relayed(bytes(range(256))), Relayed(b""), sound(3), Relayed(b"", last=True)]
    async with station.relay.listen(station.channel) as listener:
        for each in given:
            assert await station.publish(station.channel, each) == 1
        assert await heard(listener, 4) == given


async def test_every_listener_of_a_channel_hears_all_of_it(station: Station) -> None:
    listen, channel = station.relay.listen, station.channel
    async with listen(channel) as one, listen(channel) as two:
        for number in range(3):
            assert await station.publish(channel, sound(number)) == 2
        for listener in (one, two):
            assert await heard(listener, 3) == [sound(number) for number in range(3)]


async def test_channels_are_heard_apart(station: Station) -> None:
    one, two = f"{station.channel}:1", f"{station.channel}:2"
    async with station.relay.listen(one) as first, station.relay.listen(two) as second:
        await station.publish(one, sound(1))
        await station.publish(two, sound(2))
        assert await anext(first) == sound(1)
        assert await anext(second) == sound(2)


async def test_the_name_of_a_channel_is_no_pattern(station: Station) -> None:
    async with station.relay.listen(f"{station.channel}*") as listener:
        assert await station.publish(f"{station.channel}:1", sound(1)) == 0
        assert await station.publish(f"{station.channel}*", sound(2)) == 1
        assert await anext(listener) == sound(2)


async def test_what_came_before_is_not_heard(station: Station) -> None:
    assert await station.publish(station.channel, sound(1)) == 0
    async with station.relay.listen(station.channel) as listener:
        await station.publish(station.channel, sound(2))
        assert await anext(listener) == sound(2)


async def test_a_channel_goes_on_behind_its_last_sound(station: Station) -> None:
    given = [sound(1, last=True), sound(2, last=True)]
    async with station.relay.listen(station.channel) as listener:
        for each in given:
            await station.publish(station.channel, each)
        assert await heard(listener, 2) == given


async def test_who_waits_is_woken(station: Station) -> None:
    async with station.relay.listen(station.channel) as listener:
        waiting = asyncio.ensure_future(anext(listener))
        await asyncio.sleep(0.02)
        await station.publish(station.channel, sound(1))
        assert await waiting == sound(1)


async def test_who_leaves_is_gone(station: Station) -> None:
    async with station.relay.listen(station.channel):
        pass
    for _ in range(200):
        if await station.publish(station.channel, sound(1)) == 0:
            return
        await asyncio.sleep(0.02)
    pytest.fail("somebody still listens")


async def test_a_listener_may_leave_while_it_is_full(station: Station) -> None:
    async with station.relay.listen(station.channel) as listener:
        publishing = asyncio.ensure_future(_publish(station, 300))
        assert await anext(listener) == sound(0)
    await publishing


async def test_a_slow_listener_hears_all_in_the_end(station: Station) -> None:
    async with station.relay.listen(station.channel) as listener:
        publishing = asyncio.ensure_future(_publish(station, 300))
        await asyncio.sleep(0.1)
        assert await heard(listener, 300) == [sound(number % 256) for number in range(300)]
        await publishing


async def _publish(station: Station, count: int) -> None:
    for number in range(count):
        await station.publish(station.channel, sound(number % 256))
