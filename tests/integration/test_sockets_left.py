"""Listeners at sockets who leave, interrupt, stall or flood, and a server that goes."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from tests.fakes.engine import FakeEngine
from tests.integration.serving import Served, serving
from tests.integration.sockets import RawClient
from tests.integration.waiting import until
from tests.integration.web_sockets import VOICE, left_nothing, talking, words

MULTI = "multi-stream-input"
TEXT = "The first move is what sets everything in motion."
LONG = {"text": "Sentence by sentence it goes on and on. " * 40, "flush": True}
BLANK = {"text": " "}
END = {"text": ""}


@pytest.mark.parametrize("kind", ["stream-input", MULTI])
async def test_one_who_vanishes_frees_the_engine_within_100_ms(
    staged: Served, engine: FakeEngine, kind: str
) -> None:
    engine.pause_after(3)
    async with talking(staged, LONG, kind=kind) as client:
        await client.next()
        assert engine.lines
        client.socket.transport.abort()
        assert await until(lambda: not engine.lines) < 0.1
    await left_nothing(staged)


async def test_one_who_closes_frees_the_engine_within_100_ms(
    staged: Served, engine: FakeEngine
) -> None:
    engine.pause_after(3)
    async with talking(staged, LONG) as client:
        await client.next()
        closing = asyncio.create_task(client.socket.close())
        assert await until(lambda: not engine.lines) < 0.1
        await closing
    await left_nothing(staged)


async def test_barging_in_frees_the_engine_within_100_ms_and_is_heard_no_more(
    staged: Served, engine: FakeEngine
) -> None:
    engine.pause_after(20)
    async with talking(staged, {**LONG, "context_id": "a"}, kind=MULTI) as client:
        await client.next()
        await asyncio.sleep(0.05)
        await client.send({"context_id": "a", "close_context": True})
        assert await until(lambda: not engine.lines) < 0.1
        await client.until(final="a")
        engine.running.set()
        await client.send({"text": "Again. ", "context_id": "a", "flush": True})
        await client.send({"context_id": "a", "close_context": True})
        assert words(await client.until(final="a")).split() == ["Again."]


async def test_a_session_that_is_cancelled_elsewhere_ends_like_any_other(
    staged: Served, engine: FakeEngine
) -> None:
    engine.pause_after(3)
    async with talking(staged, {"text": "It goes on and on. ", "flush": True}, END) as client:
        await client.next()
        (status, *_) = await staged.container.sessions().lately("house", 1)
        await staged.container.sessions().cancel("house", status.session.id)
        engine.running.set()
        assert (await client.end())[0] == 1000
    await left_nothing(staged)


async def test_a_client_that_does_not_read_is_cut_and_the_others_hear_on(
    staged: Served, engine: FakeEngine
) -> None:
    async with RawClient(staged.port) as raw:
        await opened(raw, "stream-input")
        for _ in range(8):
            raw.writer.write(framed(json.dumps({**LONG, "flush": True})))
        await until(lambda: staged.container.sessions().active > 0)
        async with talking(staged, {"text": TEXT}, END) as other:
            assert await other.end() == (1000, "")
        spoken = len(engine.spoken)
        await until(lambda: not engine.lines, within_s=6)
        assert len(engine.spoken) < spoken + 200
    await left_nothing(staged)


async def test_answers_nobody_reads_do_not_pile_up(staged: Served) -> None:
    async with RawClient(staged.port) as raw:
        await opened(raw, MULTI)
        name = "n" * 200
        fault = framed(
            json.dumps({"text": "x", "context_id": name, "voice_settings": {"speed": 9}})
        )
        raw.writer.transport.set_write_buffer_limits(2**22)
        raw.writer.write(fault * 3_000)
        await until(lambda: staged.container.open_sockets().count == 1)
        await until(lambda: staged.container.open_sockets().count == 0, within_s=15)
    await left_nothing(staged)


async def test_nobody_sends_faster_than_anybody_speaks(staged: Served) -> None:
    async with talking(staged, *([BLANK] * 1_500)) as client:
        began = time.monotonic()
        await client.send(END)
        await client.end()
        assert time.monotonic() - began > 0.5


async def test_a_server_that_stops_says_so(tmp_path: Path) -> None:
    engine = FakeEngine()
    async with serving(tmp_path, engine=engine, drain_s=5) as served:
        async with talking(served, BLANK) as idle, talking(served, LONG) as late:
            engine.pause_after(3)
            await late.next()
            await until(lambda: not engine.running.is_set())
            served.container.sessions().close_doors()
            await late.send({"text": "More. ", "flush": True})
            engine.running.set()
            assert await late.end() == (1012, "shutting_down")
            waiting = asyncio.create_task(idle.end())
            await asyncio.sleep(0.05)
            assert not waiting.done()
            served.stop()
            assert await waiting == (1012, "")


async def opened(raw: RawClient, kind: str) -> None:
    """Shake hands by hand, and read no more than that."""
    raw.writer.write(
        f"GET /v1/text-to-speech/{VOICE}/{kind} HTTP/1.1\r\nHost: localhost\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    await raw.reader.readuntil(b"\r\n\r\n")
    raw.reader._limit = 1  # type: ignore[attr-defined]


def framed(text: str) -> bytes:
    data = text.encode()
    length = len(data).to_bytes(2, "big")
    head = bytes([0x81, 0x80 | len(data)]) if len(data) < 126 else b"\x81\xfe" + length
    return head + b"\0\0\0\0" + data
