"""Forward mode on a real socket, from a real Redis that is killed, frozen and started again."""

import asyncio
import base64
import json
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Close

from adapters.redis.messages import encoded
from domain.ports import Relayed
from tests.integration.serving import Served, serving
from tests.redis_servers import PrivateRedis, looked_into, nobody, private_redis

RATE_HZ = 16_000
INIT = {
    "type": "ttsInitRequest",
    "mode": "forward",
    "audio_channel": "sess:1",
    "audio_format": f"pcm_{RATE_HZ}",
}
LATER_S = 20.0


@pytest.fixture
def private() -> Iterator[PrivateRedis]:
    with tempfile.TemporaryDirectory() as folder, private_redis(Path(folder)) as server:
        yield server


@asynccontextmanager
async def house(folder: Path, url: str, **settings: Any) -> AsyncIterator[Served]:
    async with serving(folder, redis_url=SecretStr(url), **settings) as served:
        yield served


@asynccontextmanager
async def opened(
    served: Served,
    init: dict[str, Any] | None = None,
    *,
    kind: str = "stream-input",
    query: str = "",
) -> AsyncIterator[ClientConnection]:
    voice = (await served.http.get("/v1/voices")).json()["voices"][0]["voice_id"]
    url = f"ws://127.0.0.1:{served.port}/v1/text-to-speech/{voice}/{kind}{query}"
    async with connect(url) as socket:
        if init is not None:
            await socket.send(json.dumps(init))
        yield socket


async def publish(private: PrivateRedis, data: bytes | str, channel: str = "sess:1") -> None:
    """Publish once somebody listens; what is said to nobody is lost."""
    async with asyncio.timeout(LATER_S):
        while True:
            if await asyncio.to_thread(private.publish, channel, data):
                return
            await asyncio.sleep(0.02)


async def say(private: PrivateRedis, data: bytes, *, last: bool = False, to: str = "1") -> None:
    await publish(private, encoded(Relayed(data, last)), f"sess:{to}")


async def heard(socket: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(LATER_S):
        message: dict[str, Any] = json.loads(await socket.recv())
        return message


async def to_the_end(socket: ClientConnection) -> tuple[list[dict[str, Any]], int, str]:
    """Return every message, and with which code and reason the server closed."""
    messages = []
    try:
        while True:
            messages.append(await heard(socket))
    except ConnectionClosed as closed:
        ending = closed.rcvd or Close(1006, "")
        return messages, ending.code, ending.reason


def sound(messages: list[dict[str, Any]]) -> bytes:
    return b"".join(base64.b64decode(each.get("audio") or "") for each in messages)


def noise(samples: int, seed: int = 1) -> bytes:
    return bytes((number * seed) % 251 for number in range(2 * samples))


async def test_sound_is_relayed_bit_for_bit_in_short_packets_and_ends_with_1000(
    private: PrivateRedis, tmp_path: Path
) -> None:
    given = [noise(RATE_HZ // 4), noise(100, 3), noise(RATE_HZ // 10, 7)]
    async with house(tmp_path, private.url) as served, opened(served, INIT) as socket:
        for part in given:
            await say(private, part)
        await say(private, b"", last=True)
        messages, code, _ = await to_the_end(socket)
    assert sound(messages) == b"".join(given)
    assert messages[-1] == {"isFinal": True}
    for each in messages[:-1]:
        assert each["isFinal"] is False
        assert each["alignment"] is each["normalizedAlignment"] is None
        assert 0 < len(base64.b64decode(each["audio"])) <= 2 * RATE_HZ * 60 // 1000
    assert code == 1000


async def test_it_is_paced_unless_pacing_is_off(private: PrivateRedis, tmp_path: Path) -> None:
    took_s = {}
    for pacing in ("auto", "never"):
        async with (
            house(tmp_path, private.url, pacing=pacing) as served,
            opened(served, INIT) as socket,
        ):
            await say(private, noise(RATE_HZ), last=True)
            await heard(socket)
            began_s = time.monotonic()
            await to_the_end(socket)
            took_s[pacing] = time.monotonic() - began_s
    assert took_s["auto"] > 0.8
    assert took_s["never"] < took_s["auto"] - 0.2


async def test_the_address_alone_may_ask_for_it(private: PrivateRedis, tmp_path: Path) -> None:
    query = "?mode=forward&audio_channel=sess:1&output_format=pcm_16000"
    async with house(tmp_path, private.url) as served, opened(served, query=query) as socket:
        await say(private, noise(50), last=True)
        messages, code, _ = await to_the_end(socket)
    assert (sound(messages), code) == (noise(50), 1000)


async def test_a_socket_kept_open_relays_one_batch_after_another(
    private: PrivateRedis, tmp_path: Path
) -> None:
    init = INIT | {"keep_open": True}
    async with house(tmp_path, private.url) as served, opened(served, init) as socket:
        for seed in (1, 2):
            await say(private, noise(50, seed), last=True)
            assert sound([await heard(socket)]) == noise(50, seed)
            assert await heard(socket) == {"isFinal": True}
        await socket.send('{"text":""}')
        messages, code, _ = await to_the_end(socket)
    assert (messages, code) == ([{"isFinal": True}], 1000)


async def test_two_listen_at_once_each_to_its_own_channel_or_to_one(
    private: PrivateRedis, tmp_path: Path
) -> None:
    other = INIT | {"audio_channel": "sess:2"}
    async with (
        house(tmp_path, private.url) as served,
        opened(served, INIT) as one,
        opened(served, INIT) as same,
        opened(served, other) as two,
    ):
        await _listened_to(private, "sess:1", 2)
        await say(private, noise(500, 1), last=True, to="1")
        await say(private, noise(500, 2), last=True, to="2")
        heard_there = [sound((await to_the_end(socket))[0]) for socket in (one, same, two)]
    assert heard_there == [noise(500, 1), noise(500, 1), noise(500, 2)]


async def test_a_restart_of_redis_is_ridden_out(private: PrivateRedis, tmp_path: Path) -> None:
    async with house(tmp_path, private.url) as served, opened(served, INIT) as socket:
        await say(private, noise(50, 1))
        assert sound([await heard(socket)]) == noise(50, 1)
        private.kill()
        await asyncio.sleep(0.3)
        assert (await served.http.get("/ready")).status_code == 200
        private.start()
        await say(private, noise(50, 2), last=True)
        messages, code, _ = await to_the_end(socket)
    assert (sound(messages), code) == (noise(50, 2), 1000)


@pytest.mark.parametrize("ever", [True, False], ids=["it was there", "it never was"])
async def test_a_redis_that_stays_away_is_a_clear_error(tmp_path: Path, *, ever: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, private_redis(Path(folder)) as private:
        url = private.url if ever else nobody()
        async with (
            house(tmp_path, url, forward_patience_s=0.5) as served,
            opened(served, INIT) as socket,
        ):
            if ever:
                await say(private, noise(50))
                await heard(socket)
                private.kill()
            [told], code, reason = await to_the_end(socket)
    assert told == {
        "message": "Redis, which carries the sound to relay, does not answer; try later.",
        "error": "relay_unavailable",
        "code": 1008,
    }
    assert (code, reason) == (1008, told["message"])


async def test_a_channel_that_may_not_be_relayed_is_refused(
    private: PrivateRedis, tmp_path: Path
) -> None:
    async with house(tmp_path, private.url) as served:
        for channel in ("other:1", "", None, "xsess:1", "SESS:1"):
            async with opened(served, INIT | {"audio_channel": channel}) as socket:
                [told], code, _ = await to_the_end(socket)
            assert (told["error"], told["code"], code) == ("invalid_input_message", 1008, 1008)
            assert "audio_channel named like sess:*" in told["message"]


async def test_the_channels_are_the_operators_choice(private: PrivateRedis, tmp_path: Path) -> None:
    init = INIT | {"audio_channel": "calls:9:out"}
    channels = ("calls:*:out",)
    async with (
        house(tmp_path, private.url, forward_channels=channels) as served,
        opened(served, init) as socket,
    ):
        await publish(private, encoded(Relayed(noise(9), last=True)), "calls:9:out")
        assert sound((await to_the_end(socket))[0]) == noise(9)


async def test_a_format_other_than_pcm_is_refused_with_1003(
    private: PrivateRedis, tmp_path: Path
) -> None:
    query = "?mode=forward&audio_channel=sess:1&output_format=mp3_44100_128"
    async with (
        house(tmp_path, private.url) as served,
        opened(served, {"text": " "}, query=query) as it,
    ):
        [told], code, _ = await to_the_end(it)
    assert (told["code"], code) == (1003, 1003)
    assert told["message"] == "Forward mode relays samples as they are: ask for pcm_24000."


async def test_what_is_no_sound_ends_the_socket_with_1003_and_says_why(
    private: PrivateRedis, tmp_path: Path
) -> None:
    async with house(tmp_path, private.url) as served:
        for data in ("{}", "no JSON", '{"audio":"AAAA"}', '{"audio":"%"}'):
            async with opened(served, INIT) as socket:
                await say(private, noise(50))
                await publish(private, data)
                messages, code, _ = await to_the_end(socket)
            await _listened_to(private, "sess:1", 0)
            assert sound(messages) == noise(50)
            assert (messages[-1]["error"], code) == ("invalid_relayed_message", 1003)
            assert "What was published to 'sess:1' cannot be relayed" in messages[-1]["message"]


async def test_a_socket_of_many_contexts_has_no_forward_mode(
    private: PrivateRedis, tmp_path: Path
) -> None:
    async with (
        house(tmp_path, private.url) as served,
        opened(served, INIT, kind="multi-stream-input") as socket,
    ):
        [told], code, _ = await to_the_end(socket)
    assert (told["error"], code) == ("invalid_input_message", 1008)
    assert "has no forward mode" in told["message"]


async def test_silence_times_out(private: PrivateRedis, tmp_path: Path) -> None:
    query = "?inactivity_timeout=2&mode=forward&audio_channel=sess:1"
    async with (
        house(tmp_path, private.url) as served,
        opened(served, INIT, query=query) as by_init,
        opened(served, query=query) as by_address,
    ):
        for socket, code in ((by_init, 1000), (by_address, 1008)):
            messages, closed, reason = await to_the_end(socket)
            assert closed == code
            assert "Nothing was published to the channel 'sess:1' for 2 s" in reason
            told = [each["error"] for each in messages]
            assert told == ["input_timeout_exceeded"] * (code == 1008)


async def test_who_leaves_is_unsubscribed(private: PrivateRedis, tmp_path: Path) -> None:
    async with house(tmp_path, private.url) as served:
        async with opened(served, INIT):
            await _listened_to(private, "sess:1", 1)
        await _listened_to(private, "sess:1", 0)


async def test_without_redis_a_channel_is_silent_and_nothing_is_dialled(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, opened(served, INIT) as socket:
        relay: Any = served.container.relay()
        async with asyncio.timeout(LATER_S):
            while True:
                if await relay.publish("sess:1", Relayed(noise(50), last=True)):
                    break
                await asyncio.sleep(0.02)
        messages, code, _ = await to_the_end(socket)
    assert (sound(messages), code) == (noise(50), 1000)


async def _listened_to(private: PrivateRedis, channel: str, count: int) -> None:
    async with asyncio.timeout(LATER_S):
        with looked_into(private.url) as there:
            while True:
                if dict(there.pubsub_numsub(channel)) == {channel.encode(): count}:
                    return
                await asyncio.sleep(0.02)
