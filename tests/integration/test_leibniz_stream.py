"""Leibniz's socket on a real server, by a client that knows nothing of it but the protocol."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, ConnectionClosedError

from application.access import Access
from domain.errors import EngineFailedError
from domain.session import SessionState
from entrypoints.leibniz import socket as leibniz
from tests.fakes.engine import FakeEngine
from tests.integration.serving import Served, serving
from tests.integration.waiting import until

LONG = "Sentence by sentence it goes on and on. " * 40
TEXT = "Good morning to everyone who listens here. It is a fine day for a walk outside."


@dataclass
class Client:
    """Reads JSON, and puts sound together."""

    socket: ClientConnection
    told: list[dict[str, Any]] = field(default_factory=list)
    sound: bytearray = field(default_factory=bytearray)
    packets: list[int] = field(default_factory=list)

    async def ask(self, text: str, **more: Any) -> None:
        await self.send({"type": "synthesize", "text": text, **more})

    async def send(self, message: dict[str, Any]) -> None:
        await self.socket.send(json.dumps(message))

    async def read(self) -> dict[str, Any]:
        data = await asyncio.wait_for(self.socket.recv(), 10)
        if isinstance(data, bytes):
            return self._heard({"type": "binary"}, data)
        told: dict[str, Any] = json.loads(data)
        if told["type"] == "audio":
            return self._heard(told, base64.b64decode(told["data"]))
        self.told.append(told)
        return told

    async def until(self, *kinds: str) -> dict[str, Any]:
        while (told := await self.read())["type"] not in kinds:
            pass
        return told

    async def spoken(self, text: str, **more: Any) -> dict[str, Any]:
        await self.ask(text, **more)
        return await self.until("complete", "error")

    async def closed(self) -> tuple[int | None, str]:
        with pytest.raises(ConnectionClosed):
            await self.until("never")
        return self.socket.close_code, self.socket.close_reason or ""

    def _heard(self, told: dict[str, Any], data: bytes) -> dict[str, Any]:
        self.sound += data
        self.packets.append(len(data))
        self.told.append({name: told[name] for name in told if name != "data"})
        return told


@asynccontextmanager
async def dialled(served: Served, query: str = "", **more: Any) -> AsyncIterator[Client]:
    address = f"ws://127.0.0.1:{served.port}/api/v1/stream?{query}"
    async with connect(address, compression=None, **more) as socket:
        yield Client(socket)


def bounds(kinds: list[str]) -> list[str]:
    """What came, however many packets there were between."""
    return [kind for kind, _ in groupby(kinds)]


@dataclass
class Stage:
    engine: FakeEngine
    served: Served

    async def state(self, session: str = "s") -> SessionState:
        return (await self.served.container.sessions().status("house", session)).session.state

    async def nothing_is_left(self) -> float:
        """Return after how long the engine had nothing to do."""
        took_s = await until(lambda: not self.engine.lines)
        pulse = await self.served.container.engine().pulse()
        assert (pulse.speaking, pulse.waiting) == (0, ())
        return took_s


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path) as served:
        yield served


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    engine = FakeEngine(slots=2, max_waiting=2)
    async with serving(tmp_path, engine=engine, stall_timeout_s=1, max_sockets=3) as served:
        yield Stage(engine, served)
        engine.running.set()


async def test_a_request_is_told_from_its_first_sentence_to_its_end(served: Served) -> None:
    async with dialled(served, "session_id=abc") as client:
        assert await client.read() == {
            "type": "connected",
            "session_id": "abc",
            "sample_rate": 24_000,
            "format": "pcm_s16le",
        }
        await client.ask(TEXT, language="en", emotion="glad", speed=3)
        complete = await client.until("complete")
    kinds = [told["type"] for told in client.told]
    assert kinds[:4] == ["connected", "sentence_start", "first_chunk", "audio"]
    assert kinds[-2:] == ["sentence_end", "complete"]
    starts = [told for told in client.told if told["type"] == "sentence_start"]
    assert " ".join(told["text"] for told in starts) == TEXT
    told_bounds = [
        (told["type"], told["index"]) for told in client.told if told["type"].startswith("sentence")
    ]
    assert told_bounds == [
        (kind, n) for n in range(len(starts)) for kind in ("sentence_start", "sentence_end")
    ]
    now = -1
    for told in client.told:
        now = told["index"] if told["type"] == "sentence_start" else now
        assert told["type"] != "audio" or (told["index"], told["sample_rate"]) == (now, 24_000)
    assert max(client.packets) == 60 * 48
    first = next(told for told in client.told if told["type"] == "first_chunk")
    assert first["cached"] is False
    assert 0 < first["latency_ms"] < 5000
    assert complete == {
        "type": "complete",
        "session_id": "abc",
        "duration_ms": pytest.approx(len(client.sound) / 48, abs=0.1),
        "chunks": len(client.packets),
        "cancelled": False,
    }


async def test_it_is_sample_for_sample_what_is_streamed_over_http(tmp_path: Path) -> None:
    async with serving(tmp_path, loudness="off") as served:
        async with dialled(served) as client:
            await client.spoken(TEXT, language="en")
            await client.spoken(TEXT, language="en")
        asked = {"text": TEXT, "language": "en", "add_wav_header": False}
        streamed = await served.http.post("/tts_stream", json=asked)
    assert bytes(client.sound) == streamed.content * 2
    cached = [told["cached"] for told in client.told if told["type"] == "first_chunk"]
    assert cached == [False, True]


async def test_it_sounds_as_the_whole_does_that_is_asked_for_over_http(served: Served) -> None:
    whole = await served.http.post("/api/v1/synthesize", json={"text": TEXT, "language": "en"})
    async with dialled(served) as client:
        await client.spoken(TEXT, language="en")
    ours = np.frombuffer(bytes(client.sound), "<i2") / 32768
    theirs = np.frombuffer(base64.b64decode(whole.json()["audio"]), "<i2") / 32768
    assert len(ours) == len(theirs)
    assert np.corrcoef(ours, theirs)[0, 1] > 0.999
    assert 20 * np.log10(np.std(ours) / np.std(theirs)) == pytest.approx(0, abs=1)


async def test_markup_is_heeded_and_what_is_odd_of_it_is_told(served: Served) -> None:
    marked = '<speak>Hello there. <break time="2s"/><dance>Goodbye.</dance></speak>'
    async with dialled(served) as client:
        plain = await client.spoken("Hello there. Goodbye.")
        paused = await client.spoken(marked)
    assert paused["duration_ms"] - plain["duration_ms"] > 1500
    assert "dance" in paused["warnings"][0]
    assert "warnings" not in plain


async def test_bare_samples_come_between_the_bounds_of_their_sentence(tmp_path: Path) -> None:
    async with (
        serving(tmp_path, loudness="off") as served,
        dialled(served) as within,
        dialled(served, "binary=true") as bare,
    ):
        await within.spoken(TEXT)
        await bare.spoken(TEXT)
    assert bare.sound == within.sound
    assert max(bare.packets) == 60 * 48
    told = [("audio" if each["type"] == "binary" else each["type"]) for each in bare.told]
    assert bounds(told) == bounds([each["type"] for each in within.told])


async def test_requests_are_spoken_one_after_another_on_one_socket(stage: Stage) -> None:
    async with dialled(stage.served, "session_id=s") as client:
        for text in ("Hello there.", "And you."):
            assert (await client.spoken(text))["cancelled"] is False
        await client.ask("One more.")
        await client.ask("The last one.")
        await client.until("complete")
        await client.until("complete")
    assert [line.text for line in stage.engine.spoken] == [
        *("Hello there.", "And you.", "One more.", "The last one.")
    ]
    lasted = [told["duration_ms"] for told in client.told if told["type"] == "complete"]
    assert lasted == [120.0, 80.0, 90.0, 130.0]
    indices = [told["index"] for told in client.told if told["type"] == "sentence_start"]
    assert indices == [0, 0, 0, 0]


async def test_who_names_no_session_is_told_one_that_can_be_watched(stage: Stage) -> None:
    async with dialled(stage.served) as client:
        session = (await client.read())["session_id"]
        await client.spoken("Hello there.")
        status = await stage.served.http.get(f"/api/v1/sessions/{session}")
    assert status.json()["state"] == "done"


async def test_a_cancel_frees_the_engine_within_100_ms_and_is_answered(stage: Stage) -> None:
    async with dialled(stage.served, "session_id=s") as client:
        stage.engine.pause_after(3)
        await client.ask(LONG)
        await client.until("audio")
        await until(lambda: not stage.engine.running.is_set())
        assert stage.engine.lines
        await client.send({"type": "cancel"})
        assert await stage.nothing_is_left() < 0.1
        complete = await client.until("complete")
        assert complete["cancelled"] is True
        assert complete["chunks"] == len(client.packets)
        assert complete["duration_ms"] == pytest.approx(len(client.sound) / 48, abs=0.1)
        assert client.told[-2]["type"] == "audio"
        assert await stage.state() is SessionState.CANCELLED
        stage.engine.running.set()
        assert (await client.spoken("Hello again."))["cancelled"] is False


async def test_a_cancel_reaches_one_who_waits_and_all_who_wait_behind(stage: Stage) -> None:
    stage.engine.running.clear()
    async with dialled(stage.served) as client:
        for text in ("First.", "Second.", "Third."):
            await client.ask(text)
        await until(lambda: bool(stage.engine.lines))
        await client.send({"type": "cancel"})
        await client.send({"type": "cancel"})
        await client.ask("Fourth.")
        for _ in range(3):
            complete = await client.until("complete", "error")
            assert (complete["cancelled"], complete["chunks"]) == (True, 0)
        stage.engine.running.set()
        assert (await client.until("complete"))["cancelled"] is False
    assert [line.text for line in stage.engine.spoken] == ["Fourth."]


async def test_a_cancel_of_nothing_is_passed_over(stage: Stage) -> None:
    async with dialled(stage.served) as client:
        await client.send({"type": "cancel"})
        assert (await client.spoken("Hello there."))["cancelled"] is False
    assert [told["type"] for told in client.told].count("complete") == 1


async def test_even_what_is_there_at_once_can_be_cancelled(stage: Stage) -> None:
    stage.engine.step = 100_000
    async with dialled(stage.served) as client:
        await client.ask(LONG)
        await client.until("audio")
        await client.send({"type": "cancel"})
        complete = await client.until("complete")
    assert complete["cancelled"] is True
    assert complete["duration_ms"] == pytest.approx(len(client.sound) / 48, abs=0.1)


async def test_the_session_is_seen_and_stopped_from_elsewhere(stage: Stage) -> None:
    async with dialled(stage.served, "session_id=s") as client:
        stage.engine.pause_after(3)
        await client.ask(LONG)
        await client.ask("Not this any more.")
        await client.until("audio")
        seen = (await stage.served.http.get("/api/v1/sessions")).json()["sessions"]
        assert [(each["session_id"], each["state"]) for each in seen] == [("s", "speaking")]
        status = (await stage.served.http.get("/stream_status/s")).json()
        assert status["state"] == "speaking"
        await stage.served.http.delete("/stream_cancel/s")
        assert stage.engine.lines == []
        stage.engine.running.set()
        for _ in range(2):
            assert (await client.until("complete"))["cancelled"] is True
    assert all("Not this" not in line.text for line in stage.engine.spoken)


async def test_one_who_waits_is_stopped_from_elsewhere_too(stage: Stage) -> None:
    stage.engine.running.clear()
    async with dialled(stage.served, "session_id=s") as client:
        await client.ask("Hello there.")
        await until(lambda: bool(stage.engine.lines))
        await stage.served.http.delete("/api/v1/sessions/s")
        assert (await client.until("complete", "error"))["cancelled"] is True


async def test_a_client_who_vanishes_frees_the_engine_within_100_ms(stage: Stage) -> None:
    async with dialled(stage.served, "session_id=s") as client:
        stage.engine.pause_after(3)
        await client.ask(LONG)
        await client.ask("Not this any more.")
        await client.until("audio")
        await until(lambda: not stage.engine.running.is_set())
        assert stage.engine.lines
        client.socket.transport.abort()
        assert await stage.nothing_is_left() < 0.1
    assert await stage.state() is SessionState.CANCELLED
    await until(lambda: stage.served.container.open_sockets().count == 0)


async def test_a_client_who_leaves_while_much_is_told_is_no_fault_of_ours(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    for polite in (True, False):
        async with dialled(stage.served) as client:
            await client.ask(LONG)
            await client.until("audio")
            closing = asyncio.create_task(client.socket.close()) if polite else None
            if not polite:
                client.socket.transport.abort()
            await stage.nothing_is_left()
            await until(lambda: stage.served.container.open_sockets().count == 0)
            client.socket.transport.abort()
            if closing is not None:
                await closing
    assert "broke" not in capsys.readouterr().out


async def test_a_client_who_does_not_read_is_cut_and_the_others_hear_on(stage: Stage) -> None:
    async with dialled(stage.served, "session_id=s", max_queue=1) as client:
        for _ in range(5):
            await client.ask("Sentence by sentence it goes on and on. " * 400)
        await until(lambda: bool(stage.engine.lines))
        async with dialled(stage.served) as other:
            assert (await other.spoken("Hello there."))["cancelled"] is False
        await until(lambda: stage.served.container.open_sockets().count == 0, within_s=15)
        await stage.nothing_is_left()
        client.socket.transport.abort()
    assert await stage.state() is SessionState.CANCELLED


async def test_a_message_that_cannot_be_understood_is_answered_and_nothing_ends(
    stage: Stage,
) -> None:
    async with dialled(stage.served) as client:
        for sent in ("Hello", b"\xff", "[]", "{}", '{"type":"ping"}', '{"type":"synthesize"}'):
            await client.socket.send(sent)
            assert (await client.until("error", "complete"))["code"] == "invalid_request"
        await client.socket.send(b'{"type":"synthesize","text":"Hello there."}')
        assert (await client.until("error", "complete"))["type"] == "complete"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"text": "  "}, "invalid_request"),
        ({"text": "Hi. " * 10_000}, "text_too_long"),
        ({"text": "<speak><p>Hello</speak>"}, "invalid_markup"),
        ({"text": "Hello.", "language": "tlh"}, "language_not_found"),
        ({"text": "Hello.", "voice": "Nobody"}, "voice_not_found"),
    ],
)
async def test_what_cannot_be_spoken_is_refused_in_its_turn(
    stage: Stage, asked: dict[str, str], code: str
) -> None:
    async with dialled(stage.served) as client:
        await client.send({"type": "synthesize", **asked})
        refused = await client.until("error", "complete")
        assert refused["code"] == code
        assert refused["message"].endswith(".")
        assert (await client.spoken("Hello there."))["type"] == "complete"


async def test_who_asks_for_too_much_at_once_is_told_so(stage: Stage) -> None:
    stage.engine.running.clear()
    async with dialled(stage.served) as client:
        for number in range(10):
            await client.ask(f"Number {number}.")
        assert (await client.until("error"))["code"] == "queue_full"
        stage.engine.running.set()
        for _ in range(9):
            assert (await client.until("error", "complete"))["type"] == "complete"


async def test_a_session_that_speaks_elsewhere_is_not_begun_twice(stage: Stage) -> None:
    stage.engine.pause_after(2)
    async with dialled(stage.served, "session_id=s") as one:
        await one.ask(LONG)
        await one.until("audio")
        async with dialled(stage.served, "session_id=s") as other:
            assert (await other.spoken("Hello there."))["code"] == "session_in_use"
            await one.send({"type": "cancel"})
            await one.until("complete")
            stage.engine.running.set()
            assert (await other.spoken("Hello there."))["type"] == "complete"


async def test_a_crowded_engine_is_told_as_busy(stage: Stage) -> None:
    stage.engine.refusing_after = 0
    async with dialled(stage.served) as client:
        assert (await client.spoken("Hello there."))["code"] == "busy"


async def test_an_engine_that_breaks_midway_ends_its_request_and_nothing_else(
    stage: Stage,
) -> None:
    stage.engine.pause_after(2)
    async with dialled(stage.served, "session_id=s") as client:
        await client.ask(LONG)
        await client.until("audio")
        stage.engine.broken = EngineFailedError("The engine broke.")
        stage.engine.running.set()
        failed = await client.until("error", "complete")
        assert (failed["code"], failed["message"]) == ("unavailable", "The engine broke.")
        assert await stage.state() is SessionState.FAILED
        stage.engine.broken = None
        assert (await client.spoken("Hello there."))["type"] == "complete"


async def test_a_fault_of_ours_is_told_and_ends_the_socket(stage: Stage) -> None:
    stage.engine.broken = RuntimeError("SECRET")
    async with dialled(stage.served) as client:
        failed = await client.spoken("Hello there.")
        assert failed["code"] == "internal_error"
        assert "SECRET" not in failed["message"]
        assert (await client.closed())[0] == 1011
    await stage.nothing_is_left()


@pytest.mark.parametrize(
    ("query", "code"),
    [("session_id=a%20b", "invalid_session_id"), ("binary=perhaps", "invalid_request")],
)
async def test_an_address_that_says_nonsense_is_refused(
    stage: Stage, query: str, code: str
) -> None:
    async with dialled(stage.served, query) as client:
        refused = await client.read()
        assert refused["code"] == code
        assert await client.closed() == (1008, refused["message"])


async def test_one_key_opens_so_many_sockets_and_no_more(stage: Stage) -> None:
    async with dialled(stage.served), dialled(stage.served), dialled(stage.served):
        async with dialled(stage.served) as client:
            assert (await client.until("error", "connected"))["code"] == "too_many_sockets"
            assert (await client.closed())[0] == 1008
    await until(lambda: stage.served.container.open_sockets().count == 0)
    async with dialled(stage.served) as client:
        assert (await client.read())["type"] == "connected"


async def test_a_key_is_needed_where_there_are_keys(tmp_path: Path) -> None:
    async with serving(tmp_path, engine=FakeEngine(), access=Access(["secret"])) as served:
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            async with dialled(served, additional_headers=headers) as client:
                assert (await client.read())["code"] == "invalid_api_key"
                assert (await client.closed())[0] == 1008
        ways: list[tuple[str, dict[str, str]]] = [
            ("", {"Authorization": "Bearer secret"}),
            ("", {"xi-api-key": "secret"}),
            ("authorization=Bearer%20secret", {}),
        ]
        for query, headers in ways:
            async with dialled(served, query, additional_headers=headers) as client:
                assert (await client.spoken("Hello there."))["type"] == "complete"


async def test_who_asks_nothing_for_long_is_let_go(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leibniz, "IDLE_S", 0.3)
    stage.engine.running.clear()
    async with dialled(stage.served) as client:
        await client.ask("Hello there.")
        await asyncio.sleep(0.6)
        stage.engine.running.set()
        assert (await client.until("complete"))["cancelled"] is False
        assert (await client.closed())[0] == 1000


async def test_a_server_that_ends_lets_speech_end_begins_none_and_says_goodbye(
    tmp_path: Path,
) -> None:
    engine = FakeEngine()
    engine.pause_after(2)
    async with serving(tmp_path, engine=engine) as served:
        client = Client(await connect(f"ws://127.0.0.1:{served.port}/api/v1/stream"))
        await client.ask("Sentence by sentence it goes on.")
        await client.until("audio")
        served.container.sessions().close_doors()
        await client.ask("Not this any more.")
        engine.running.set()
        assert (await client.until("complete", "error"))["cancelled"] is False
        assert (await client.until("complete", "error"))["code"] == "closing"
    with pytest.raises(ConnectionClosedError):
        await client.read()
    assert client.socket.close_code == 1012
