"""What Leibniz' socket says, and how it is interrupted."""

import asyncio
import base64
from pathlib import Path

import numpy as np
import pytest

from domain.session import SessionState
from tests.integration.leibniz.talks import LONG, TEXT, Stage, bounds, dialled
from tests.integration.serving import Served, serving
from tests.integration.waiting import until


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
