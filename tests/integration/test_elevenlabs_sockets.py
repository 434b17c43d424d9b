"""ElevenLabs' sockets on a real server, by a real client."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from application.access import Access
from domain.errors import EngineFailedError
from domain.formats import format_named
from tests.fakes.engine import FakeEngine
from tests.integration.serving import Served, serving
from tests.integration.sockets import RawClient
from tests.integration.waiting import until
from tests.integration.web_sockets import VOICE, sound, talking, words

MULTI = "multi-stream-input"
TEXT = "The first move is what sets everything in motion."
LONG = {"text": "Sentence by sentence it goes on and on. " * 40, "flush": True}
BLANK = {"text": " "}
END = {"text": ""}


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path, loudness="off") as served:
        yield served


@pytest.fixture
async def engine() -> FakeEngine:
    return FakeEngine(slots=5)


@pytest.fixture
async def staged(tmp_path: Path, engine: FakeEngine) -> AsyncIterator[Served]:
    async with serving(tmp_path, engine=engine, stall_timeout_s=1, max_sockets=6) as served:
        yield served
        engine.running.set()


async def left_nothing(served: Served) -> None:
    """Whatever was begun has been put away."""
    sessions, sockets = served.container.sessions(), served.container.open_sockets()
    await until(lambda: sessions.active == 0 and sockets.count == 0)
    pulse = await served.container.engine().pulse()
    assert (pulse.speaking, len(pulse.waiting)) == (0, 0)


async def refused(served: Served, *messages: Any, **how: Any) -> tuple[int | None, str]:
    async with talking(served, **how) as client:
        for message in messages:
            sent = message if isinstance(message, str | bytes) else json.dumps(message)
            await client.socket.send(sent)
        code, word = await client.end()
        if "code" in client.told[-1]:
            assert client.told[-1]["code"] == code
            assert client.socket.close_reason == client.told[-1]["message"][:123]
        return code, word


async def test_a_socket_sounds_as_the_stream_does_and_ends_well(served: Served) -> None:
    stream = await served.http.post(
        f"/v1/text-to-speech/{VOICE}/stream?output_format=pcm_24000", json={"text": TEXT}
    )
    async with talking(served, BLANK, {"text": TEXT + " "}, END) as client:
        assert await client.end() == (1000, "")
    assert sound(client.told) == stream.content
    assert client.told[-1] == {"isFinal": True}
    assert not any(told["isFinal"] for told in client.told[:-1])
    assert words(client.told).split() == TEXT.split()
    await left_nothing(served)


async def test_characters_are_told_in_milliseconds_of_their_message(served: Served) -> None:
    async with talking(served, {"text": TEXT}, END) as client:
        await client.end()
    for told in client.told:
        if alignment := told.get("alignment"):
            starts, durations = alignment["charStartTimesMs"], alignment["charDurationsMs"]
            assert len(starts) == len(durations) == len(alignment["chars"])
            assert all(isinstance(each, int) for each in (*starts, *durations))
            assert starts == sorted(starts)
            assert starts[0] >= 0
            assert alignment["charsDurationsMs"] == durations
    chunks = ["".join(told["alignment"]["chars"]) for told in client.told if told.get("alignment")]
    assert all(chunk.endswith(" ") for chunk in chunks[:-1])


@pytest.mark.parametrize(
    "named", ["pcm_16000", "pcm_44100", "ulaw_8000", "alaw_8000", "mp3_22050_32", "opus_48000_64"]
)
async def test_every_format_can_be_decoded(served: Served, named: str) -> None:
    async with talking(served, {"text": TEXT}, END, output_format=named) as client:
        assert await client.end() == (1000, "")
    data, pace = sound(client.told), format_named(named).bytes_a_second
    if named.startswith(("pcm", "ulaw", "alaw")):
        assert pace is not None
        assert 2 < len(data) / pace < 6
        longest = max(len(base64.b64decode(told.get("audio") or "")) for told in client.told)
        assert longest / pace <= 0.060
    else:
        heard = await served.container.studio().read_clip(data)
        assert 2 < heard.seconds < 6


async def test_an_init_fixes_rate_and_pace(served: Served) -> None:
    init = {"type": "ttsInitRequest", "audio_format": "pcm_16000", "target_lead_ms": 20}
    async with talking(served, init, {"text": TEXT}, END) as client:
        leads: list[float] = []
        began_s, seconds = 0.0, 0.0
        while not (told := await client.next()).get("isFinal"):
            now_s = time.monotonic()
            began_s = began_s or now_s
            leads.append(seconds - (now_s - began_s))
            seconds += len(base64.b64decode(told["audio"])) / 32_000
        assert await client.end() == (1000, "")
    assert 2 < seconds < 6
    steady = np.array(leads[5:])
    assert np.percentile(steady, 50) == pytest.approx(0.020, abs=0.004)
    assert np.percentile(steady, 90) < 0.026


async def test_a_flush_tells_no_end_and_sound_flows_while_text_arrives(served: Served) -> None:
    async with talking(served, BLANK, {"text": "Hello there. ", "flush": True}) as client:
        first = await client.next()
        assert first["audio"]
        assert first["isFinal"] is False
        await client.send({"text": "And on it goes. ", "flush": True}, END)
        assert await client.end() == (1000, "")
    assert words(client.told).split() == ["Hello", "there.", "And", "on", "it", "goes."]
    assert [told for told in client.told if told["isFinal"]] == [{"isFinal": True}]


async def test_in_auto_mode_speech_starts_before_the_sentence_ends(served: Served) -> None:
    async with talking(served, BLANK, auto_mode="true") as client:
        await client.send({"text": "Well then, my good friend and neighbour "})
        async with asyncio.timeout(2):
            assert (await client.next())["audio"]


@pytest.mark.parametrize("auto_mode", ["true", "false"])
@pytest.mark.parametrize("size", [1, 3, 7])
async def test_words_are_never_cut_in_whatever_pieces_they_come(
    staged: Served, engine: FakeEngine, size: int, auto_mode: str
) -> None:
    text = f"{TEXT} It was 3.14 or 1,000 at 10:30, wasn't it? " * 2
    pieces = [{"text": text[at : at + size]} for at in range(0, len(text), size)]
    async with talking(staged, *pieces, END, auto_mode=auto_mode) as client:
        assert await client.end() == (1000, "")
    assert " ".join(line.text for line in engine.spoken).split() == text.split()


async def test_marks_are_told_with_their_sound(served: Served) -> None:
    text = {"text": 'Hello <mark name="here"/>there, my <break time="200ms"/>friend.'}
    async with talking(served, text, END, enable_ssml_parsing="true") as client:
        assert await client.end() == (1000, "")
    (marks,) = [told["marks"] for told in client.told if "marks" in told]
    assert marks[0]["name"] == "here"
    assert 0 <= marks[0]["timeMs"] <= 60


@pytest.mark.parametrize(
    ("messages", "query", "code", "word"),
    [
        (['{"text":'], {}, 1008, "invalid_input_message"),
        (["{}"], {}, 1008, "invalid_input_message"),
        ([b"\x00\xff"], {}, 1008, "invalid_input_message"),
        (["[" * 60_000], {}, 1008, "invalid_input_message"),
        ([BLANK], {"language": "klingon"}, None, ""),
        ([{"text": "Hi ", "voice_settings": {"speed": 9}}], {}, 1008, "invalid_input_message"),
        ([], {"speed": "9"}, 1008, "invalid_input_message"),
        ([], {"output_format": "mp9"}, 1008, "invalid_input_message"),
        ([], {"mode": "sideways"}, 1008, "invalid_input_message"),
        ([], {"voice": "nobody"}, 1008, "voice_not_found"),
        ([], {"inactivity_timeout": "0.2"}, 1008, "input_timeout_exceeded"),
        ([BLANK], {"inactivity_timeout": "0.2"}, 1008, "input_timeout_exceeded"),
        ([BLANK], {"mode": "forward", "audio_channel": "no"}, 1008, "invalid_input_message"),
    ],
)
async def test_every_refusal_is_told_and_closes(
    staged: Served, messages: list[Any], query: dict[str, Any], code: int | None, word: str
) -> None:
    if code is None:
        messages, code, word = [LONG], 1008, "invalid_input_message"
    assert await refused(staged, *messages, **query) == (code, word)
    await left_nothing(staged)


async def test_an_init_with_a_bad_format_is_1003(staged: Served) -> None:
    init = {"type": "ttsInitRequest", "audio_format": "pcm_1"}
    code, word = await refused(staged, init)
    assert code == 1003
    assert word.startswith("Invalid EL_AUDIO_FORMAT: ")


async def test_behind_an_init_silence_is_1000(staged: Served) -> None:
    async with talking(staged, {"type": "ttsInitRequest"}, inactivity_timeout="0.2") as client:
        assert await client.end() == (1000, "")
    assert client.told == []


async def test_a_sixth_context_is_1008(staged: Served) -> None:
    six = [{"text": "Hi ", "context_id": name} for name in "abcdef"]
    assert await refused(staged, *six, kind=MULTI) == (1008, "max_active_conversations")


async def test_too_large_a_message_is_1009(staged: Served) -> None:
    async with talking(staged, {"text": "x" * 70_000}) as client:
        assert await client.end() == (1009, "")
    await left_nothing(staged)


async def test_text_that_is_no_utf_8_is_1007(staged: Served) -> None:
    async with talking(staged, BLANK) as client:
        await client.socket.send(b"\xff\xfe", text=True)
        assert await client.end() == (1007, "")
    await left_nothing(staged)


async def test_a_message_in_a_binary_frame_is_understood(staged: Served) -> None:
    async with talking(staged) as client:
        await client.socket.send(json.dumps({"text": "Hello there."}).encode())
        await client.socket.send(b'{"text":""}')
        assert await client.end() == (1000, "")
    assert sound(client.told)


async def test_a_busy_engine_is_1013_and_a_context_alone_is_told(
    staged: Served, engine: FakeEngine
) -> None:
    engine.refusing_after = 0
    assert await refused(staged, LONG) == (1013, "system_busy")
    async with talking(staged, {**LONG, "context_id": "a"}, kind=MULTI) as client:
        told = await client.next()
        assert (told["error"], told["code"], told["contextId"]) == ("system_busy", 1013, "a")
        engine.refusing_after = None
        await client.send({"text": "Hello. ", "context_id": "b", "flush": True})
        await client.send({"context_id": "b", "close_context": True})
        assert sound(await client.until(final="b"), "b")


async def test_an_engine_that_breaks_is_1011(staged: Served, engine: FakeEngine) -> None:
    engine.pause_after(2)
    async with talking(staged, LONG) as client:
        await client.next()
        engine.broken = EngineFailedError("The engine broke.")
        engine.running.set()
        assert await client.end() == (1011, "internal_error")
    engine.broken = None
    await left_nothing(staged)


async def test_a_fault_of_our_own_is_1011_without_its_story(
    staged: Served, engine: FakeEngine
) -> None:
    engine.pause_after(2)
    async with talking(staged, LONG) as client:
        await client.next()
        engine.broken = ZeroDivisionError("secret")
        engine.running.set()
        assert await client.end() == (1011, "internal_error")
    assert "secret" not in json.dumps(client.told)
    engine.broken = None
    await left_nothing(staged)


async def test_one_who_has_too_many_sockets_is_1008(staged: Served) -> None:
    async with asyncio.TaskGroup() as group:
        held = [group.create_task(refused(staged, inactivity_timeout="0.5")) for _ in range(6)]
        await until(lambda: staged.container.open_sockets().count == 6)
        seventh = await refused(staged)
        assert seventh == (1008, "too_many_concurrent_requests")
    assert {task.result() for task in held} == {(1008, "input_timeout_exceeded")}
    await left_nothing(staged)


@pytest.mark.parametrize("where", ["header", "query", "xi_api_key", "xi-api-key", "authorization"])
@pytest.mark.parametrize("kind", ["stream-input", MULTI])
async def test_a_key_may_come_in_five_places(tmp_path: Path, where: str, kind: str) -> None:
    async with serving(tmp_path, engine=FakeEngine(), access=Access(["right"])) as served:
        for key, ends in (("right", (1000, "")), ("wrong", (1008, "invalid_api_key"))):
            how: dict[str, Any] = {}
            first = {"text": "Hello there. ", "flush": True}
            if where == "header":
                how["headers"] = {"xi-api-key": key}
            elif where == "query":
                how["authorization"] = f"Bearer {key}"
            else:
                first[where] = key
            last = END if kind == "stream-input" else {"close_socket": True}
            async with talking(served, first, last, kind=kind, **how) as client:
                assert await client.end() == ends
            assert bool(sound(client.told)) is (key == "right")
        assert await refused(served, BLANK) == (1008, "invalid_api_key")
        began = time.monotonic()
        assert await refused(served) == (1008, "invalid_api_key")
        assert 1 < time.monotonic() - began < 3
        await left_nothing(served)


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


async def test_five_contexts_speak_at_once_each_whole(served: Served) -> None:
    texts = {name: f"This is the voice of {name}, and of nobody else. " for name in "abcde"}
    async with talking(served, kind=MULTI) as client:
        for name, text in texts.items():
            await client.send({"text": text, "context_id": name, "flush": True})
        await client.send({"close_socket": True})
        assert await client.end() == (1000, "")
    for name, text in texts.items():
        assert words(client.told, name).split() == text.split()
        assert {"isFinal": True, "contextId": name} in client.told
        async with talking(served, {"text": text}, END) as alone:
            await alone.end()
        assert sound(client.told, name) == sound(alone.told)


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
