"""Lines in Redis where it is away, slow, full, flushed or spoilt: a miss, and never wrong audio."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
import redis

from adapters.redis.audio import LARGEST_LINE, RedisAudioCache
from adapters.redis.breaker import Breaker
from domain.recording_file import packed
from tests.fakes.cache import key, recording, same
from tests.redis_servers import PrivateRedis, looked_into, nobody, silent_server

ROOM = 10 * 2**20
PATIENT_S = 20.0


@asynccontextmanager
async def cache(
    url: str,
    prefix: str = "rhapsode-test",
    *,
    ttl_s: float = 3600,
    patience_s: float = PATIENT_S,
    limit_bytes: int = ROOM,
    breaker: Breaker | None = None,
) -> AsyncIterator[RedisAudioCache]:
    async with RedisAudioCache(
        url,
        prefix=prefix,
        limit_bytes=limit_bytes,
        ttl_s=ttl_s,
        patience_s=patience_s,
        breaker=breaker,
    ) as made:
        yield made


@pytest.fixture
def there(url: str) -> Iterator[redis.Redis]:
    with looked_into(url) as client:
        yield client


def place(prefix: str, number: int) -> str:
    return f"{prefix}:lines:{key(number)}"


async def test_servers_share_lines(url: str, prefix: str) -> None:
    async with cache(url, prefix) as one, cache(url, prefix) as other:
        await one.put(key(1), recording(1))
        assert same(await other.get(key(1)), recording(1))
        assert await other.clear() == 1
        assert await one.get(key(1)) is None


async def test_installations_of_other_prefixes_do_not_meet(url: str, prefix: str) -> None:
    async with cache(url, f"{prefix}:a") as one, cache(url, f"{prefix}:b") as other:
        await one.put(key(1), recording(1))
        assert await other.get(key(1)) is None
        assert await other.clear() == 0
        assert same(await one.get(key(1)), recording(1))


async def test_clearing_touches_nothing_of_others(
    url: str, prefix: str, there: redis.Redis
) -> None:
    there.set(f"{prefix}:someone", "else")
    async with cache(url, prefix) as lines:
        await lines.put(key(1), recording(1))
        assert await lines.clear() == 1
    assert [name.decode() for name in there.scan_iter(f"{prefix}*")] == [f"{prefix}:someone"]


async def test_a_line_ends_with_its_time_unless_it_is_heard(url: str, prefix: str) -> None:
    async with cache(url, prefix, ttl_s=1.0) as lines:
        await lines.put(key(1), recording(1))
        await lines.put(key(2), recording(2))
        for _ in range(4):
            await asyncio.sleep(0.3)
            assert await lines.get(key(1)) is not None
        assert await lines.get(key(2)) is None
        assert (await lines.stats()).entries == 1
        await asyncio.sleep(1.1)
        stats = await lines.stats()
        assert (stats.entries, stats.size_bytes) == (0, 0)


@pytest.mark.parametrize("at", [0, 31, 40, 60, -1])
async def test_a_line_with_a_bent_bit_is_none_and_dropped(
    url: str, prefix: str, there: redis.Redis, at: int
) -> None:
    async with cache(url, prefix) as lines:
        await lines.put(key(1), recording(1))
        kept = there.get(place(prefix, 1))
        assert isinstance(kept, bytes)
        data = bytearray(kept)
        data[at] ^= 1
        there.set(place(prefix, 1), bytes(data))
        assert await lines.get(key(1)) is None
        assert not there.exists(place(prefix, 1))
        assert (await lines.stats()).entries == 0
        await lines.put(key(1), recording(1))
        assert same(await lines.get(key(1)), recording(1))


async def test_a_whole_line_under_the_key_of_another_is_none(
    url: str, prefix: str, there: redis.Redis
) -> None:
    async with cache(url, prefix) as lines:
        there.set(place(prefix, 1), packed(key(2), recording(2)))
        assert await lines.get(key(1)) is None


async def test_what_is_no_line_is_none(url: str, prefix: str, there: redis.Redis) -> None:
    async with cache(url, prefix) as lines:
        there.set(place(prefix, 1), b"no line")
        there.hset(place(prefix, 2), "no", "string")
        there.set(place(prefix, 3), bytes(LARGEST_LINE + 1))
        for number in (1, 2, 3):
            assert await lines.get(key(number)) is None
            assert not there.exists(place(prefix, number))


@pytest.mark.parametrize("name", ["", "x", "*", key(1).upper(), key(1)[:-1], f"{key(1)}\n"])
async def test_what_is_no_key_is_neither_kept_nor_found(
    url: str, prefix: str, there: redis.Redis, name: str
) -> None:
    async with cache(url, prefix) as lines:
        await lines.put(name, recording(1))
        assert await lines.get(name) is None
    assert list(there.scan_iter(f"{prefix}*")) == []


async def test_a_flushed_redis_has_forgotten_and_goes_on(private: PrivateRedis) -> None:
    async with cache(private.url) as lines:
        await lines.put(key(1), recording(1))
        with looked_into(private.url) as there:
            there.flushall()
            there.script_flush()
        assert await lines.get(key(1)) is None
        assert (await lines.stats()).size_bytes == 0
        await lines.put(key(1), recording(1))
        assert same(await lines.get(key(1)), recording(1))


@pytest.mark.parametrize("ledger", ["heard", "bytes"])
async def test_a_redis_that_dropped_its_ledger_keeps_within_the_limit_again(
    url: str, prefix: str, there: redis.Redis, ledger: str
) -> None:
    async with cache(url, prefix, limit_bytes=30_000) as lines:
        await lines.put(key(0), recording(0))
        there.delete(f"{prefix}:lines:{ledger}")
        for number in range(1, 20):
            await lines.put(key(number), recording(number))
        stats = await lines.stats()
        assert stats.entries > 3
        assert stats.size_bytes <= 30_000
        assert same(await lines.get(key(19)), recording(19))


async def test_a_full_redis_gives_what_it_has_and_takes_no_more(
    private: PrivateRedis, caplog: pytest.LogCaptureFixture
) -> None:
    async with cache(private.url) as lines:
        await lines.put(key(1), recording(1))
        with looked_into(private.url) as there:
            there.config_set("maxmemory", "1mb")
            for number in (2, 3):
                await lines.put(key(number), recording(number))
            assert same(await lines.get(key(1)), recording(1))
            assert await lines.get(key(2)) is None
            there.config_set("maxmemory", "0")
        await lines.put(key(2), recording(2))
        assert same(await lines.get(key(2)), recording(2))
    assert len([each for each in caplog.records if each.levelno == logging.WARNING]) == 1


@pytest.fixture(params=["nobody", "silent"])
def dead(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "nobody":
        yield nobody()
        return
    with silent_server() as url:
        yield url


async def test_a_dead_redis_is_a_miss_in_time_and_told_once(
    dead: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with cache(dead, patience_s=0.05) as lines:
        began_s = time.monotonic()
        assert await lines.get(key(1)) is None
        assert time.monotonic() - began_s < 0.5
        await lines.put(key(1), recording(1))
        stats = await lines.stats()
        assert (stats.entries, stats.hits, stats.misses) == (0, 0, 1)
        assert await lines.get(key(1)) is None
    assert len([each for each in caplog.records if each.levelno == logging.WARNING]) == 1


async def test_a_dead_redis_does_not_cost_every_line_its_time(dead: str) -> None:
    async with cache(dead, patience_s=0.05) as lines:
        await lines.get(key(0))
        began_s = time.monotonic()
        for number in range(1000):
            assert await lines.get(key(number)) is None
        assert time.monotonic() - began_s < 1.0
        assert lines.failures < 10


async def test_a_frozen_redis_is_a_miss_in_time_and_heard_again_afterwards(
    private: PrivateRedis,
) -> None:
    quick = Breaker(first_s=0.01, longest_s=0.01)
    async with cache(private.url, patience_s=0.1, breaker=quick) as lines:
        for number in range(5):
            await lines.put(key(number), recording(number))
        with private.frozen():
            began_s = time.monotonic()
            answers = [await lines.get(key(number)) for number in range(3)]
            assert answers == [None] * 3
            assert time.monotonic() - began_s < 1.0
        await _until_heard(lines, 4)
        for number in range(5):
            heard = await lines.get(key(number))
            assert heard is None or same(heard, recording(number))


async def test_no_late_answer_is_taken_for_another(private: PrivateRedis) -> None:
    # Whoever gives up on an answer must never leave it to the one who asks next.
    quick = Breaker(first_s=1e-6, longest_s=1e-6)
    async with cache(private.url, patience_s=0.002, breaker=quick) as lines:
        for number in range(20):
            await lines.put(key(number), recording(number, 200_000))
        heard = 0
        for turn in range(200):
            number = turn % 20
            got = await lines.get(key(number))
            assert got is None or same(got, recording(number, 200_000))
            heard += got is not None
        assert lines.failures + heard > 0


async def test_a_redis_that_comes_back_is_used_again(private: PrivateRedis) -> None:
    quick = Breaker(first_s=0.01, longest_s=0.01)
    async with cache(private.url, patience_s=0.5, breaker=quick) as lines:
        await lines.put(key(1), recording(1))
        private.kill()
        assert await lines.get(key(1)) is None
        private.start()
        await asyncio.sleep(0.02)
        await lines.put(key(2), recording(2))
        await _until_heard(lines, 2)


async def test_what_was_cleared_while_redis_was_away_is_not_heard_again(
    private: PrivateRedis,
) -> None:
    quick = Breaker(first_s=0.01, longest_s=0.01)
    async with cache(private.url, patience_s=0.5, breaker=quick) as lines:
        await lines.put(key(1), recording(1))
        with private.frozen():
            clearing = asyncio.ensure_future(lines.clear())
            await asyncio.sleep(0.05)
            assert await lines.get(key(1)) is None
            clearing.cancel()
            await asyncio.wait({clearing})
        assert await lines.get(key(1)) is None
        await lines.put(key(2), recording(2))
        await _until_heard(lines, 2)
        assert await lines.get(key(1)) is None


async def _until_heard(lines: RedisAudioCache, number: int) -> None:
    async with asyncio.timeout(10):
        while not same(await lines.get(key(number)), recording(number)):
            await asyncio.sleep(0.02)
            await lines.put(key(number), recording(number))
