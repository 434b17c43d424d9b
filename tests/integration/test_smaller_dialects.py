"""Sentiric's, Leibniz's and coqui's own routes over a real socket, by the embedded engine."""

import base64
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
import soundfile

from tests.integration.recordings import speech
from tests.integration.serving import Served, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEXT = "Good morning to everyone who listens."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    async with serving(tmp_path_factory.mktemp("house")) as served:
        yield served


def seconds(data: bytes) -> float:
    return float(soundfile.info(io.BytesIO(data)).duration)


async def test_sentirics_readme_is_spoken(served: Served) -> None:
    body = {"text": TEXT, "language": "en", "speaker_idx": "Annie", "temperature": 0.7}
    reply = await served.http.post("/api/tts", json=body)
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "audio/wav"
    assert int(reply.headers["content-length"]) == len(reply.content)
    assert "x-warnings" not in reply.headers
    assert 1 < seconds(reply.content) < 6


async def test_ssml_is_heeded(served: Served) -> None:
    plain = await served.http.post("/api/tts", json={"text": f"{TEXT} {TEXT}"})
    marked = f'<speak>{TEXT} <break time="2s"/> {TEXT}</speak>'
    paused = await served.http.post("/api/tts", json={"text": marked})
    assert seconds(paused.content) - seconds(plain.content) > 1


@pytest.mark.parametrize("output_format", ["wav", "mp3", "opus", "flac", "aac"])
async def test_each_format_is_answered_whole_and_streamed(
    served: Served, output_format: str
) -> None:
    body = {"text": TEXT, "output_format": output_format}
    whole = await served.http.post("/api/tts", json=body)
    streamed = await served.http.post("/api/tts", json={**body, "stream": True})
    assert whole.status_code == streamed.status_code == 200
    assert whole.headers["content-type"] == streamed.headers["content-type"]
    assert "content-length" in whole.headers
    assert streamed.headers["transfer-encoding"] == "chunked"
    assert len(streamed.content) > 2_000
    if output_format != "aac":  # which soundfile cannot read
        assert 1 < seconds(whole.content) < 6


async def test_unknown_fields_are_passed_over_with_a_warning(served: Served) -> None:
    for stream in (False, True):
        body = {"text": TEXT, "emotion": "sad", "größe": 1, "stream": stream}
        reply = await served.http.post("/api/tts", json=body)
        assert reply.status_code == 200
        first, second = json.loads(reply.headers["x-warnings"])
        assert "'emotion'" in first
        assert "'größe'" in second


async def test_a_clone_speaks_and_is_not_kept(served: Served) -> None:
    heard = {}
    for pitch_hz in (110.0, 260.0):
        reply = await served.http.post(
            "/api/tts/clone",
            data={"text": TEXT, "language": "en", "output_format": "flac", "odd": "1"},
            files=[("files", (f"{n}.wav", speech(pitch_hz=pitch_hz), "audio/wav")) for n in (1, 2)],
        )
        assert reply.status_code == 200
        assert reply.headers["content-type"] == "audio/flac"
        assert "'odd'" in reply.headers["x-warnings"]
        heard[pitch_hz] = reply.content
    assert heard[110.0] != heard[260.0]
    assert (await served.http.get("/saved_voices")).json() == []


async def test_a_clone_tells_of_a_poor_clip(served: Served) -> None:
    files = {"files": ("short.wav", speech(seconds=1.5), "audio/wav")}
    reply = await served.http.post("/api/tts/clone", data={"text": TEXT}, files=files)
    assert reply.status_code == 200
    assert "copy a voice better" in reply.headers["x-warnings"]


@pytest.mark.parametrize(
    ("data", "clip", "status", "says"),
    [
        ({"text": TEXT}, None, 422, "'files'"),
        ({}, speech(), 422, "text"),
        ({"text": TEXT}, b"no sound at all", 422, "ound"),
        ({"text": TEXT, "speed": "9"}, speech(), 422, "speed"),
        ({"text": TEXT, "language": "tlh"}, speech(), 422, "language"),
    ],
)
async def test_a_clone_that_cannot_be_is_refused(
    served: Served, data: dict[str, str], clip: bytes | None, status: int, says: str
) -> None:
    files = {"files": ("a.wav", clip, "audio/wav")} if clip else {"other": ("a.wav", b"1")}
    reply = await served.http.post("/api/tts/clone", data=data, files=files)
    assert reply.status_code == status
    assert says in reply.json()["detail"]


async def test_leibniz_gets_samples_in_json_and_is_told_what_was_kept(served: Served) -> None:
    text = f"{TEXT} Nobody has said this before."
    first, again = [
        (await served.http.post("/api/v1/synthesize", json={"text": text})).json() for _ in range(2)
    ]
    assert (first["sample_rate"], first["format"]) == (24_000, "pcm_s16le")
    samples = np.frombuffer(base64.b64decode(first["audio"]), dtype="<i2")
    assert abs(len(samples) / 24 - first["duration_ms"]) < 0.1
    assert np.sqrt(np.mean(samples.astype(float) ** 2)) > 500
    assert (first["cached"], again["cached"]) == (False, True)
    assert again["audio"] == first["audio"]
    half = {"text": f"{text}\n\nThis was never said before."}
    assert (await served.http.post("/api/v1/synthesize", json=half)).json()["cached"] is False


async def test_without_a_cache_nothing_is_cached(tmp_path: Path) -> None:
    async with serving(tmp_path, audio_cache="off") as served:
        for _ in range(2):
            reply = await served.http.post("/api/v1/synthesize", json={"text": TEXT})
            assert reply.json()["cached"] is False


async def test_leibnizs_operators_find_what_they_look_for(served: Served) -> None:
    health = (await served.http.get("/health")).json()
    wanted = {"status", "ready", "engine", "model_loaded", "device", "precision", "version"}
    assert wanted <= set(health)
    assert (await served.http.get("/")).json()["service"] == "rhapsode"
    page = await served.http.get("/", headers={"Accept": "text/html,*/*"})
    assert page.headers["content-type"].startswith("text/html")
    metrics = await served.http.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain; version=0.0.4")


async def test_a_studio_speakers_latents_speak_as_the_speaker(served: Served) -> None:
    speakers = (await served.http.get("/studio_speakers")).json()
    assert list(speakers) == (await served.http.get("/available_speakers")).json()
    latents = speakers["Annie"]
    assert np.shape(latents["gpt_cond_latent"]) == (32, 1024)
    assert np.shape(latents["speaker_embedding"]) == (512,)
    body = {"text": TEXT, "language": "en", "loudness": "off"}
    by_latents = await served.http.post("/tts_stream", json={**body, **latents})
    by_name = await served.http.post("/tts_stream", json={**body, "speaker_id": "Annie"})
    assert by_latents.content == by_name.content


@pytest.mark.parametrize("path", ["/tts", "/tts_stream"])
async def test_a_body_with_both_latents_and_a_speaker_is_refused(served: Served, path: str) -> None:
    latents = (await served.http.get("/studio_speakers")).json()["Annie"]
    body = {"text": TEXT, "language": "en", "speaker_id": "Annie", **latents}
    reply = await served.http.post(path, json=body)
    assert reply.status_code == 422
    assert "not both" in reply.json()["detail"]


async def test_tts_answers_latents_with_base64_and_a_speaker_with_a_file(served: Served) -> None:
    latents = (await served.http.get("/studio_speakers")).json()["Annie"]
    coqui = await served.http.post("/tts", json={"text": TEXT, "language": "en", **latents})
    named = await served.http.post("/tts", json={"text": TEXT, "speaker_id": "Annie"})
    assert coqui.headers["content-type"] == "application/json"
    assert named.headers["content-type"] == "audio/wav"
    assert base64.b64decode(coqui.json()) == named.content


@pytest.mark.parametrize("how", ["query", "form", "form and query"])
async def test_coquis_own_server_is_called_by_query_or_form(served: Served, how: str) -> None:
    page = {"text": TEXT, "speaker_id": "Annie", "style_wav": "", "language_id": "de"}
    calls: dict[str, Any] = {
        "query": served.http.get("/api/tts", params=page),
        "form": served.http.post("/api/tts", data=page),
        "form and query": served.http.post(
            "/api/tts", params={"language_id": "de"}, data={**page, "language_id": "de"}
        ),
    }
    reply = await calls.pop(how)
    for unused in calls.values():
        unused.close()
    same = await served.http.post(
        "/tts", json={"text": TEXT, "language": "de", "speaker_id": "Annie"}
    )
    assert reply.headers["content-type"] == "audio/wav"
    assert reply.content == same.content


async def test_coquis_query_is_refused_in_a_sentence(served: Served) -> None:
    for params in ({}, {"text": ""}, {"text": "Hi", "speaker_id": "Nobody"}):
        reply = await served.http.get("/api/tts", params=params)
        assert reply.status_code == (404 if "speaker_id" in params else 422)
        assert reply.json()["detail"].endswith(".")
