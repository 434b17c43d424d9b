"""A server whose Redis is down, slow, frozen or flushed: degraded, and never wrong or unready."""

import asyncio
import json
import logging
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.redis.audio import RedisAudioCache
from tests.integration.serving import Served, serving
from tests.redis_servers import (
    PrivateRedis,
    looked_into,
    nobody,
    own_names,
    private_redis,
    shared_redis,
    silent_server,
)


@pytest.fixture
def private() -> Iterator[PrivateRedis]:
    with tempfile.TemporaryDirectory() as folder, private_redis(Path(folder)) as server:
        yield server


@asynccontextmanager
async def house(folder: Path, url: str, **settings: Any) -> AsyncIterator[Served]:
    async with serving(
        folder, redis_url=SecretStr(url), audio_cache="redis", loudness="off", **settings
    ) as served:
        yield served


@asynccontextmanager
async def plain_house(folder: Path) -> AsyncIterator[Served]:
    """One that remembers nothing; loudness is off in both, for it is learnt from line to line."""
    async with serving(folder, audio_cache="off", loudness="off") as served:
        yield served


def lines(served: Served) -> RedisAudioCache:
    redis = served.container.redis()
    assert redis is not None
    return redis.recordings


async def spoken(served: Served, text: str = "Good morning.") -> bytes:
    reply = await served.http.post("/tts_stream", json={"text": text, "language": "en"})
    assert reply.status_code == 200
    return reply.content


async def ready(served: Served) -> bool:
    return (await served.http.get("/ready")).status_code == 200


async def kept(served: Served, count: int) -> None:
    """Wait until so many lines are in Redis: they are put there behind everybody's back."""
    async with asyncio.timeout(10):
        while True:
            if (await lines(served).stats()).entries >= count:
                return
            await asyncio.sleep(0.01)


async def hits(served: Served) -> int:
    return (await lines(served).stats()).hits


async def test_a_line_that_one_server_spoke_another_has_at_hand(tmp_path: Path) -> None:
    with shared_redis() as url, own_names(url) as prefix:
        settings = {"redis_prefix": prefix, "redis_patience_ms": 2000}
        async with (
            house(tmp_path / "one", url, **settings) as one,
            house(tmp_path / "other", url, **settings) as other,
        ):
            sound = await spoken(one)
            await kept(one, 1)
            assert await spoken(other) == sound
            assert await hits(other) == 1
            assert (await other.http.post("/cache/clear")).status_code < 300
            with looked_into(url) as there:
                assert list(there.scan_iter(f"{prefix}:lines:*")) == []


@pytest.mark.parametrize("kind", ["nobody", "silent"])
async def test_a_server_starts_and_speaks_without_the_redis_it_was_told_of(
    kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with silent_server() as silent:
        url = nobody() if kind == "nobody" else silent
        async with plain_house(tmp_path / "plain") as plain:
            expected = await spoken(plain)
        began_s = time.monotonic()
        async with house(tmp_path / "with", url) as served:
            assert await ready(served)
            assert await spoken(served) == expected
            for number in range(20):
                await spoken(served, f"Line {number}.")
            assert await spoken(served) == expected
            assert await ready(served)
        assert time.monotonic() - began_s < 30
    warnings = [each.getMessage() for each in caplog.records if each.levelno == logging.WARNING]
    assert any("Redis is told of no events" in each for each in warnings)
    assert sum("Redis gives no lines" in each for each in warnings) == 1


async def test_a_redis_that_is_killed_frozen_and_flushed_never_changes_what_is_heard(
    private: PrivateRedis, tmp_path: Path
) -> None:
    texts = [f"This is line {number}." for number in range(6)]
    async with plain_house(tmp_path / "plain") as plain:
        expected = [await spoken(plain, text) for text in texts]

    async def all_as_expected(served: Served) -> None:
        # what memory has would be asked of nobody
        await served.container.memory_recordings().clear()
        assert [await spoken(served, text) for text in texts] == expected
        assert await ready(served)

    async with house(tmp_path / "with", private.url) as served:
        await all_as_expected(served)
        await kept(served, 6)
        await all_as_expected(served)
        with private.frozen():
            await all_as_expected(served)
        with looked_into(private.url) as there:
            there.flushall()
        await all_as_expected(served)
        private.kill()
        await all_as_expected(served)
        private.start()
        await all_as_expected(served)
        with looked_into(private.url) as there:
            for name in there.scan_iter("rhapsode:lines:" + "?" * 64):
                there.setrange(name, 1000, b"spoilt")
        await all_as_expected(served)


async def test_an_orchestrator_hears_of_a_request_from_its_beginning_to_its_end(
    tmp_path: Path,
) -> None:
    with shared_redis() as url, own_names(url) as prefix, looked_into(url) as there:
        async with house(tmp_path, url, redis_prefix=prefix) as served:
            listening: Any = there.pubsub()  # type: ignore[no-untyped-call]
            listening.psubscribe(f"{prefix}:session:*")
            assert listening.get_message(timeout=5)["type"] == "psubscribe"
            body = {"text": "Good morning. " * 20, "language": "en", "session_id": "story-1"}
            assert (await served.http.post("/tts_stream", json=body)).status_code == 200
            told: list[dict[str, Any]] = []
            while not told or told[-1]["event"] != "finished":
                message = await asyncio.to_thread(listening.get_message, timeout=5)
                assert message is not None, "nothing was told any more"
                assert message["channel"] == f"{prefix}:session:house:story-1".encode()
                told.append(json.loads(message["data"]))
            listening.close()
    assert [each["event"] for each in told[:2]] == ["started", "first_audio"]
    assert {each["event"] for each in told[2:-1]} == {"chunk"}
    assert [each["chunks"] for each in told[2:]] == [*range(2, len(told) - 1), len(told) - 2]
    assert told[-1]["characters"] == told[0]["characters"] > 0
    assert told[-1]["audio_ms"] >= told[-2]["audio_ms"] > told[2]["audio_ms"]
