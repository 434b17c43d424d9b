"""ElevenLabs' sockets on a real server, by a real client."""

import asyncio
import base64
import json
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from application.access import Access
from domain.errors import EngineFailedError
from domain.formats import format_named
from tests.fakes.engine import FakeEngine
from tests.integration.serving import Served, serving
from tests.integration.waiting import until
from tests.integration.web_sockets import VOICE, left_nothing, sound, talking, words

MULTI = "multi-stream-input"
TEXT = "The first move is what sets everything in motion."
LONG = {"text": "Sentence by sentence it goes on and on. " * 40, "flush": True}
BLANK = {"text": " "}
END = {"text": ""}


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


async def test_a_reason_is_cut_to_what_fits_into_a_close_frame(served: Served) -> None:
    async with talking(served, BLANK, voice="ü" * 200) as client:
        assert await client.end() == (1008, "voice_not_found")
    assert len(client.told[-1]["message"].encode()) > 123
    assert 100 < len((client.socket.close_reason or "").encode()) <= 123


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
    assert all(" " in (one[-1], other[0]) for one, other in pairwise(chunks))


@pytest.mark.parametrize(
    "named",
    [
        *("pcm_16000", "pcm_44100", "ulaw_8000", "alaw_8000"),
        *("mp3_22050_32", "opus_48000_64", "flac_24000"),
    ],
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
    # a client who took its first packet late sees every lead larger by as much
    steady = np.array(leads[5:])
    assert np.percentile(steady, 50) == pytest.approx(0.020, abs=0.015)
    assert np.percentile(steady, 90) - np.percentile(steady, 50) < 0.015


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


async def test_a_document_may_be_flushed_in_its_midst(staged: Served) -> None:
    first = {"text": "<speak>First sentence. ", "flush": True}
    second = {"text": "Second sentence.</speak>", "flush": True}
    async with talking(staged, first, second, END, enable_ssml_parsing="true") as client:
        assert await client.end() == (1000, "")
    assert words(client.told).split() == ["First", "sentence.", "Second", "sentence."]


@pytest.mark.parametrize(
    ("messages", "query", "code", "word"),
    [
        (['{"text":'], {}, 1008, "invalid_input_message"),
        (["{}"], {}, 1008, "invalid_input_message"),
        ([b"\x00\xff"], {}, 1008, "invalid_input_message"),
        (["[" * 60_000], {}, 1008, "invalid_input_message"),
        ([LONG], {"language": "klingon"}, 1008, "invalid_input_message"),
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
    staged: Served, messages: list[Any], query: dict[str, Any], code: int, word: str
) -> None:
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
