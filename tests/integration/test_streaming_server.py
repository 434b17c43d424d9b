"""The streaming server's API over a real socket, spoken by the embedded engine."""

import base64
import io
import json
import wave
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from tests.integration.recordings import speech
from tests.integration.serving import Served, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

HELLO = {"text": "Hello. This is a longer sentence to listen to.", "language": "en"}
AS_SPOKEN = {**HELLO, "loudness": "off"}
"""Otherwise the second stream begins with what was learnt from the first."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    async with serving(tmp_path_factory.mktemp("house")) as served:
        yield served


def samples_of(data: bytes) -> np.ndarray[Any, Any]:
    return np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2").astype(np.float64)


async def clone(served: Served, clip: bytes, **options: str) -> Any:
    return await served.http.post(
        "/clone_speaker",
        files={"wav_file": ("clip.wav", clip, "audio/wav")},
        data={"options": json.dumps(options)} if options else {},
    )


async def test_a_stream_is_a_wav_with_its_headers(served: Served) -> None:
    reply = await served.http.post("/tts_stream", json=HELLO)
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "audio/wav"
    assert reply.headers["transfer-encoding"] == "chunked"
    assert reply.headers["x-engine"] == "espeak"
    assert reply.headers["x-sample-rate"] == "24000"
    assert reply.headers["x-synthetic-audio"] == "true"
    assert len(reply.headers["x-session-id"]) == 32
    assert reply.content[:4] == b"RIFF"
    sound = samples_of(reply.content[44:])
    assert 2.0 < len(sound) / 24_000 < 8.0
    assert np.sqrt(np.mean(sound**2)) > 500


async def test_bare_samples_have_no_header(served: Served) -> None:
    bare = await served.http.post("/tts_stream", json={**AS_SPOKEN, "add_wav_header": False})
    framed = await served.http.post("/tts_stream", json=AS_SPOKEN)
    assert bare.headers["content-type"] == "audio/pcm"
    assert framed.content[44:] == bare.content


async def test_a_whole_file_has_true_sizes_and_the_same_sound(served: Served) -> None:
    stream = await served.http.post("/tts_stream", json=AS_SPOKEN)
    reply = await served.http.post("/tts", json=AS_SPOKEN)
    assert int(reply.headers["content-length"]) == len(reply.content)
    with wave.open(io.BytesIO(reply.content)) as read:
        assert read.readframes(read.getnframes()) == stream.content[44:]


async def test_numbers_may_come_as_strings_and_unknown_fields_are_passed_over(
    served: Served,
) -> None:
    body = {**HELLO, "stream_chunk_size": "20", "speed": "2.0", "whatever": [1]}
    fast = await served.http.post("/tts_stream", json=body)
    slow = await served.http.post("/tts_stream", json=HELLO)
    assert 0.4 < len(fast.content) / len(slow.content) < 0.65


async def test_a_voice_is_cloned_saved_spoken_and_deleted(served: Served) -> None:
    reply = await clone(served, speech(), response_format="save", save_id="mine", name="My Voice")
    answer = reply.json()
    assert len(answer.pop("clips")) == 1
    assert answer == {"voice_id": "mine", "name": "My Voice", "saved": True}
    (listed,) = (await served.http.get("/saved_voices")).json()
    assert listed["voice_id"] == "mine"
    assert listed["created_at"]
    spoken = await served.http.post("/tts_stream", json={**HELLO, "speaker_id": "mine"})
    plain = await served.http.post("/tts_stream", json=HELLO)
    assert spoken.status_code == 200
    assert spoken.content != plain.content
    assert (
        await clone(served, speech(), response_format="save", save_id="mine")
    ).status_code == 409
    assert (await served.http.delete("/saved_voices/mine")).status_code == 200
    assert (await served.http.delete("/saved_voices/mine")).status_code == 404
    gone = await served.http.post("/tts_stream", json={**HELLO, "speaker_id": "mine"})
    assert gone.status_code == 404
    assert "mine" in gone.json()["detail"]


async def test_latents_are_replayed_and_saved_as_they_came(served: Served) -> None:
    latents = (await clone(served, speech(pitch_hz=220))).json()
    assert np.shape(latents["gpt_cond_latent"]) == (32, 1024)
    assert np.shape(latents["speaker_embedding"]) == (512,)
    replayed = await served.http.post("/tts_stream", json={**AS_SPOKEN, **latents})
    saved = await served.http.post("/save_voice/kept", json={**latents, "name": "Kept"})
    assert saved.json() == {"voice_id": "kept", "name": "Kept", "saved": True}
    by_id = await served.http.post("/tts_stream", json={**AS_SPOKEN, "speaker_id": "kept"})
    assert by_id.content == replayed.content


async def test_whoever_sends_latents_to_tts_gets_base64(served: Served) -> None:
    latents = (await clone(served, speech())).json()
    reply = await served.http.post("/tts", json={**HELLO, **latents})
    assert reply.headers["content-type"] == "application/json"
    assert base64.b64decode(reply.json())[:4] == b"RIFF"


async def test_a_short_clip_is_taken_with_a_warning(served: Served) -> None:
    reply = await clone(served, speech(2.0))
    assert "2.0 s" in reply.headers["x-clip-warnings"]
    saved = await clone(served, speech(2.0), response_format="save")
    assert "2.0 s" in saved.json()["warnings"][0]


@pytest.mark.parametrize(
    ("clip", "status", "says"),
    [
        (speech(0.5), 422, "0.50 s"),
        (speech(62), 422, "60 s allowed"),
        (b"", 422, "empty"),
        (b"no sound at all" * 100, 422, "wav"),
    ],
)
async def test_a_clip_that_makes_no_voice_says_why(
    served: Served,
    clip: bytes,
    status: int,
    says: str,
) -> None:
    reply = await clone(served, clip)
    assert reply.status_code == status
    assert says in reply.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"{", 400, "not JSON"),
        (b"\xff\xfe", 400, "not JSON"),
        (b"[]", 422, "object"),
        (b"{}", 422, "text"),
        (b'{"text": 5}', 422, "text"),
        (b'{"text": ""}', 422, "empty"),
        (b'{"text": "Hi", "language": "klingon"}', 422, "en, es, fr"),
        (b'{"text": "Hi", "speed": 9}', 422, "speed is 9"),
        (b'{"text": "Hi", "speed": "fast"}', 422, "speed"),
        (b'{"text": "Hi", "stream_chunk_size": 0}', 422, "stream_chunk_size"),
        (b'{"text": "Hi", "speaker_id": "nobody"}', 404, "nobody"),
        (b'{"text": "Hi", "speaker_id": "../../etc/passwd"}', 404, "passwd"),
        (b'{"text": "Hi", "session_id": "a b"}', 422, "session id"),
        (b'{"text": "Hi", "speaker_embedding": [1]}', 422, "pairs"),
        (b'{"text": "Hi", "speaker_embedding": [1], "gpt_cond_latent": [[1],[]]}', 422, "rows"),
        (b'{"text": "Hi", "speaker_embedding": [1], "gpt_cond_latent": [[1]]}', 422, "latents"),
        (
            b'{"text":"Hi","speaker_id":"a","speaker_embedding":[1],"gpt_cond_latent":[[1]]}',
            422,
            "not both",
        ),
        (b'{"text": "' + b"x" * 20_001 + b'"}', 413, "20,001"),
    ],
)
async def test_bad_input_says_what_to_change(
    served: Served,
    body: bytes,
    status: int,
    says: str,
) -> None:
    for path in ("/tts_stream", "/tts"):
        reply = await served.http.post(path, content=body)
        assert reply.status_code == status
        assert says in reply.json()["detail"]
        assert reply.headers["x-engine"] == "espeak"


async def test_bad_clones_say_what_to_change(served: Served) -> None:
    none = await served.http.post("/clone_speaker", data={"options": "{}"})
    assert "wav_file" in none.json()["detail"]
    odd = await served.http.post(
        "/clone_speaker",
        files={"wav_file": ("a.wav", speech())},
        data={"options": '{"response_format": "song"}'},
    )
    assert odd.status_code == 422
    assert "response_format" in odd.json()["detail"]
    named = await clone(served, speech(), response_format="save", save_id="../up")
    assert named.status_code == 422
    lonely = await served.http.post("/save_voice/x", json={"gpt_cond_latent": []})
    assert lonely.status_code == 422


async def test_what_the_engine_offers_is_listed(served: Served) -> None:
    languages = (await served.http.get("/languages")).json()
    assert languages[:3] == ["en", "es", "fr"]
    assert len(languages) > 100
    speakers = (await served.http.get("/available_speakers")).json()
    assert "Annie" in speakers
    reply = await served.http.post("/tts_stream", json={**HELLO, "speaker_id": "annie"})
    assert reply.status_code == 200


async def test_a_finished_session_can_be_looked_up(served: Served) -> None:
    reply = await served.http.post("/tts_stream", json={**HELLO, "session_id": "call-1"})
    assert reply.headers["x-session-id"] == "call-1"
    status = (await served.http.get("/stream_status/call-1")).json()
    assert status["state"] == "done"
    assert status["progress"] == 1.0
    assert status["audio_ms"] == pytest.approx(len(reply.content[44:]) / 48, abs=1)
    assert (await served.http.get("/stream_status/nobody")).status_code == 404
    assert (await served.http.delete("/stream_cancel/nobody")).status_code == 404


async def test_the_header_names_a_session_too(served: Served) -> None:
    reply = await served.http.post("/tts", json=HELLO, headers={"X-Session-Id": "mine:2"})
    assert reply.headers["x-session-id"] == "mine:2"


async def test_twenty_thousand_characters_are_spoken(served: Served) -> None:
    text = ("The quick brown fox jumps over the lazy dog, and then some. " * 334)[:20_000]
    total = 0
    async with served.http.stream("POST", "/tts_stream", json={"text": text}) as reply:
        assert reply.status_code == 200
        async for data in reply.aiter_bytes():
            total += len(data)
    assert total / 48_000 > 600
