"""Sound over Redis where it restarts, freezes and stays away, and where what comes is no sound."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from adapters.redis.messages import encoded
from adapters.redis.relay import RedisRelay
from domain.errors import RelayDownError, RelayMessageError
from domain.ports import Relayed
from tests.redis_servers import PrivateRedis, nobody, silent_server

SOUND = Relayed(b"\1\0\2\0")
LATER = Relayed(b"\3\0\4\0", last=True)


async def heard_after(
    private: PrivateRedis, listener: AsyncIterator[Relayed], sound: Relayed
) -> Relayed:
    """Publish until somebody listens again, and return what was heard first."""
    waiting = asyncio.ensure_future(anext(listener))
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(  # noqa: ASYNC110 - another program's subscribers
            private.publish, "sess:1", encoded(sound)
        ):
            await asyncio.sleep(0.02)
        return await waiting


async def test_a_restart_is_ridden_out(private: PrivateRedis) -> None:
    async with (
        RedisRelay(private.url, patience_s=20) as relay,
        relay.listen("sess:1") as listener,
    ):
        private.publish("sess:1", encoded(SOUND))
        assert await anext(listener) == SOUND
        for _ in range(2):
            private.kill()
            await asyncio.sleep(0.2)
            private.start()
            assert await heard_after(private, listener, LATER) == LATER


async def test_one_that_stays_away_is_a_clear_error(private: PrivateRedis) -> None:
    async with (
        RedisRelay(private.url, patience_s=0.5) as relay,
        relay.listen("sess:1") as listener,
    ):
        private.kill()
        began_s = time.monotonic()
        for _ in range(2):
            with pytest.raises(RelayDownError, match="Redis, which carries the sound"):
                await asyncio.wait_for(anext(listener), 10)
        assert 0.4 < time.monotonic() - began_s < 5


async def test_one_that_freezes_is_noticed(private: PrivateRedis) -> None:
    async with (
        RedisRelay(private.url, patience_s=0.5, beat_s=0.1) as relay,
        relay.listen("sess:1") as listener,
    ):
        with private.frozen(), pytest.raises(RelayDownError):
            await asyncio.wait_for(anext(listener), 15)


async def test_a_quiet_channel_is_no_dead_one(private: PrivateRedis) -> None:
    async with (
        RedisRelay(private.url, patience_s=0.5, beat_s=0.05) as relay,
        relay.listen("sess:1") as listener,
    ):
        await asyncio.sleep(0.6)
        assert private.publish("sess:1", encoded(SOUND)) == 1
        assert await anext(listener) == SOUND


@pytest.mark.parametrize("kind", ["nobody", "silent"])
async def test_nobody_listens_where_nobody_carries(kind: str) -> None:
    with silent_server() as silent:
        url = nobody() if kind == "nobody" else silent
        async with RedisRelay(url, patience_s=0.3) as relay:
            began_s = time.monotonic()
            with pytest.raises(RelayDownError):
                async with relay.listen("sess:1"):
                    pass
            assert time.monotonic() - began_s < 3


async def test_what_is_no_sound_ends_it_behind_what_was_sound(private: PrivateRedis) -> None:
    async with (
        RedisRelay(private.url, patience_s=5) as relay,
        relay.listen("sess:1") as listener,
    ):
        private.publish("sess:1", encoded(SOUND))
        private.publish("sess:1", '{"audio":"AAAA"}')
        assert await anext(listener) == SOUND
        for _ in range(2):
            with pytest.raises(RelayMessageError, match="within a 16-bit sample"):
                await asyncio.wait_for(anext(listener), 5)


async def test_a_slow_listener_does_not_fill_the_memory(private: PrivateRedis) -> None:
    large = encoded(Relayed(bytes(600_000)))
    async with (
        RedisRelay(private.url, patience_s=5) as relay,
        relay.listen("sess:1") as listener,
    ):
        for _ in range(8):
            private.publish("sess:1", large)
        for _ in range(8):
            assert len((await asyncio.wait_for(anext(listener), 5)).data) == 600_000


async def test_who_leaves_in_the_moment_of_a_beat_has_left(private: PrivateRedis) -> None:
    beat_s = 0.02
    async with RedisRelay(private.url, patience_s=5, beat_s=beat_s) as relay, asyncio.timeout(30):
        for turn in range(60):
            async with relay.listen("sess:1"):
                await asyncio.sleep(beat_s + (turn - 30) / 20_000)
