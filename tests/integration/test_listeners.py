"""Listeners who leave, stall, wait or crowd: the engine is freed, the others hear on."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from domain.errors import EngineFailedError
from domain.session import SessionState
from tests.fakes.engine import FakeEngine
from tests.integration.serving import Served, serving
from tests.integration.sockets import RawClient
from tests.integration.waiting import until

LONG = {"text": "Sentence by sentence it goes on and on. " * 40, "session_id": "s"}


@dataclass
class Stage:
    engine: FakeEngine
    served: Served


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    engine = FakeEngine(slots=2, max_waiting=2)
    async with serving(tmp_path, engine=engine, stall_timeout_s=1, request_timeout_s=0.5) as served:
        yield Stage(engine, served)
        engine.running.set()


async def state(stage: Stage, session: str = "s") -> SessionState:
    return (await stage.served.container.sessions().status("house", session)).session.state


async def test_the_first_sound_arrives_while_the_rest_is_still_being_made(stage: Stage) -> None:
    stage.engine.pause_after(2)
    async with stage.served.http.stream("POST", "/tts_stream", json=LONG) as reply:
        first = await anext(reply.aiter_raw())
        assert len(first) > 44
        assert await state(stage) is SessionState.SPEAKING
        stage.engine.running.set()


async def test_a_listener_who_leaves_frees_the_engine_within_100_ms(stage: Stage) -> None:
    async with RawClient(stage.served.port) as client:
        stage.engine.pause_after(3)
        await client.post("/tts_stream", LONG)
        await client.reader.readexactly(2000)
        assert stage.engine.lines
        client.hang_up()
        assert await until(lambda: not stage.engine.lines) < 0.1
    assert await state(stage) is SessionState.CANCELLED


async def test_a_listener_who_leaves_in_the_queue_never_touches_the_engine(stage: Stage) -> None:
    stage.engine.running.clear()
    async with RawClient(stage.served.port) as client:
        await client.post("/tts_stream", LONG)
        await until(lambda: bool(stage.engine.lines))
        client.hang_up()
        assert await until(lambda: not stage.engine.lines) < 0.1
    assert stage.engine.spoken == []


async def test_a_listener_who_leaves_a_whole_file_frees_the_engine_too(stage: Stage) -> None:
    stage.engine.pause_after(5)
    async with RawClient(stage.served.port) as client:
        await client.post("/tts", LONG)
        await until(lambda: len(stage.engine.spoken) > 0)
        client.hang_up()
        assert await until(lambda: not stage.engine.lines) < 0.1


async def test_a_stalled_listener_is_cut_and_the_others_hear_on(stage: Stage) -> None:
    text = "Sentence by sentence it goes on and on. " * 450
    async with RawClient(stage.served.port) as client:
        await client.post("/tts_stream", {"text": text, "session_id": "stalled"})
        await client.reader.readexactly(100)
        other = await stage.served.http.post("/tts_stream", json={"text": "Hello there, you."})
        assert other.status_code == 200
        await until(lambda: not stage.engine.lines, within_s=4)
    assert await state(stage, "stalled") is SessionState.CANCELLED


async def test_cancelling_ends_the_stream_cleanly(stage: Stage) -> None:
    stage.engine.pause_after(3)
    async with stage.served.http.stream("POST", "/tts_stream", json=LONG) as reply:
        sound = reply.aiter_raw()
        await anext(sound)
        answer = await stage.served.http.delete("/stream_cancel/s")
        assert answer.json() == {"session_id": "s", "state": "cancelled"}
        async for _ in sound:
            pass
    assert stage.engine.lines == []


async def test_a_cancel_in_the_queue_answers_the_one_who_waits(stage: Stage) -> None:
    stage.engine.running.clear()
    waiting = asyncio.create_task(stage.served.http.post("/tts_stream", json=LONG))
    await until(lambda: bool(stage.engine.lines))
    await stage.served.http.delete("/stream_cancel/s")
    reply = await waiting
    assert reply.status_code == 409
    assert "cancelled" in reply.json()["detail"]


async def test_a_crowd_is_refused_with_a_time_to_come_back(stage: Stage) -> None:
    stage.engine.running.clear()
    crowd = [
        asyncio.create_task(stage.served.http.post("/tts", json={"text": f"Number {n}."}))
        for n in range(6)
    ]
    await until(lambda: sum(task.done() for task in crowd) == 2)
    status = await stage.served.http.get("/ready")
    assert status.status_code == 200
    stage.engine.running.set()
    replies = await asyncio.gather(*crowd)
    assert sorted(reply.status_code for reply in replies) == [200] * 4 + [503] * 2
    refused = next(reply for reply in replies if reply.status_code == 503)
    assert refused.headers["retry-after"] == "1"


async def test_one_who_waits_sees_the_place_in_the_line(stage: Stage) -> None:
    stage.engine.running.clear()
    crowd = [
        asyncio.create_task(stage.served.http.post("/tts", json={"text": "Hi.", "session_id": n}))
        for n in ("a", "b", "c")
    ]
    await until(lambda: len(stage.engine.lines) == 3)
    positions = {}
    for name in ("a", "b", "c"):
        status = (await stage.served.http.get(f"/stream_status/{name}")).json()
        assert status["state"] == "queued"
        positions[name] = status["queue_position"]
    assert sorted(positions.values()) == [0, 0, 1]
    again = await stage.served.http.post("/tts", json={"text": "Hi.", "session_id": "a"})
    assert again.status_code == 409
    stage.engine.running.set()
    await asyncio.gather(*crowd)


async def test_an_engine_that_breaks_midway_breaks_the_stream_and_only_it(stage: Stage) -> None:
    stage.engine.pause_after(2)
    async with stage.served.http.stream("POST", "/tts_stream", json=LONG) as reply:
        assert reply.status_code == 200
        stage.engine.broken = EngineFailedError("The engine broke.")
        stage.engine.running.set()
        with pytest.raises(httpx.RemoteProtocolError):
            await reply.aread()
    assert await state(stage) is SessionState.FAILED
    stage.engine.broken = None
    assert (await stage.served.http.post("/tts", json={"text": "Hello."})).status_code == 200


async def test_a_body_that_trickles_in_is_given_up(stage: Stage) -> None:
    async with RawClient(stage.served.port) as client:
        await client.post("/tts_stream", LONG, whole=False)
        assert await client.status() == 408


async def test_headers_without_end_are_refused(stage: Stage) -> None:
    async with RawClient(stage.served.port) as client:
        client.writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Flood: " + b"x" * 200_000)
        assert await client.status() == 400


async def test_bodies_have_their_bounds(stage: Stage) -> None:
    large = await stage.served.http.post("/tts", content=b'{"text":"' + b"x" * 5_000_000 + b'"}')
    assert large.status_code == 413
    assert "too large" in large.json()["detail"]
    many = {f"f{n}": (f"f{n}", b"x") for n in range(30)}
    assert (await stage.served.http.post("/clone_speaker", files=many)).status_code in {400, 413}


async def test_figures_tell_what_happened(stage: Stage) -> None:
    await stage.served.http.post("/tts_stream", json={"text": "Hello there, all of you."})
    await stage.served.http.post("/tts_stream", json={"text": ""})

    async def figures() -> dict[str, float]:
        text = (await stage.served.http.get("/metrics")).text
        rows = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, value in rows}

    counted = await figures()
    assert counted["tts_time_to_first_audio_seconds_count"] == 1
    assert counted["tts_audio_seconds_total"] == pytest.approx(0.24)
    assert counted["tts_characters_total"] == 24
    assert counted['tts_rejected_total{reason="input"}'] == 1
    assert counted['tts_requests_total{outcome="2xx",route="/tts_stream"}'] == 1
    assert counted["tts_engine_up"] == 1
    assert counted["tts_streams_active"] == 0
    assert json.dumps(counted).count("Hello") == 0


async def test_one_who_leaves_before_the_body_is_whole_is_no_fault_of_ours(
    stage: Stage,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with RawClient(stage.served.port) as client:
        await client.post("/tts", {"text": "PRIVATE WORDS"}, whole=False)
        client.hang_up()
    await until(lambda: "status=499" in capsys.readouterr().out)
    text = (await stage.served.http.get("/metrics")).text
    assert 'outcome="5xx"' not in text
