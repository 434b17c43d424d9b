"""What SillyTavern sends to an xtts-api-server, word for word, to a live server from a browser."""

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import soundfile

from tests.fakes.engine import FakeEngine
from tests.integration.recordings import speech
from tests.integration.serving import Served, serving

PAGE = "http://127.0.0.1:8000"
BROWSER = {"Origin": PAGE, "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}
POSTED = {**BROWSER, "Content-Type": "application/json", "Cache-Control": "no-cache"}
SLIDERS = {
    "temperature": "0.75",
    "speed": "1",
    "length_penalty": 1.0,
    "repetition_penalty": "5",
    "top_p": "0.85",
    "top_k": "50",
    "enable_text_splitting": True,
    "stream_chunk_size": "100",
}
SPOKEN = {"text": "Good evening. The fire is still warm.", "language": "en"}


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path, cors_origins=PAGE) as served:
        yield served


async def settle(served: Served, **changed: Any) -> Any:
    body = json.dumps({**SLIDERS, **changed})
    return await served.http.post("/set_tts_settings", content=body, headers=POSTED)


def seconds(wav: bytes) -> float:
    return float(soundfile.info(io.BytesIO(wav)).duration)


async def test_a_conversation(served: Served) -> None:
    asks = {
        "Origin": PAGE,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "cache-control,content-type",
    }
    allowed = await served.http.request("OPTIONS", "/set_tts_settings", headers=asks)
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == PAGE
    assert "cache-control" in allowed.headers["access-control-allow-headers"]

    set_up = await settle(served)
    assert set_up.json() == {"message": "Settings successfully applied"}
    assert set_up.headers["access-control-allow-origin"] == PAGE

    listed = (await served.http.get("/speakers", headers=BROWSER)).json()
    voice = next(each for each in listed if each["name"] == "Annie")
    asked = json.dumps({**SPOKEN, "speaker_wav": voice["voice_id"]})
    whole = await served.http.post("/tts_to_audio/", content=asked, headers=POSTED)
    assert whole.headers["content-type"] == "audio/wav"
    assert 1 < seconds(whole.content) < 6

    played = await served.http.get(
        "/tts_stream/",
        params={**SPOKEN, "speaker_wav": voice["voice_id"]},
        headers={"Range": "bytes=0-", "Sec-Fetch-Site": "same-site", "Sec-Fetch-Dest": "audio"},
    )
    assert played.status_code == 200
    assert played.headers["content-type"] == "audio/wav"
    assert played.content[:4] == b"RIFF"
    sound, synthetic = len(played.content) - 44, b"Synthetic speech"
    assert whole.content[44 + sound :][:4] == b"LIST"
    assert synthetic in whole.content[44 + sound :]

    preview = await served.http.get(voice["preview_url"], headers=BROWSER)
    assert preview.headers["content-type"] == "audio/flac"
    assert seconds(preview.content) > 1


async def test_settings_are_in_force_until_they_are_set_anew(served: Served) -> None:
    async def spoken() -> float:
        return seconds((await served.http.post("/tts_to_audio", json=SPOKEN)).content)

    usual = await spoken()
    await settle(served, speed="2")
    assert (await served.http.get("/get_tts_settings")).json()["speed"] == 2
    assert 0.4 < await spoken() / usual < 0.65
    refused = await settle(served, top_p="0")
    assert refused.status_code == 422
    assert "top_p" in refused.json()["detail"]
    assert (await served.http.get("/get_tts_settings")).json()["speed"] == 2


async def test_one_callers_settings_are_not_anothers(tmp_path: Path) -> None:
    async with serving(tmp_path, engine=FakeEngine(), api_keys="one, two") as served:
        mine, theirs = ({"Authorization": f"Bearer {key}"} for key in ("one", "two"))
        await served.http.post("/set_tts_settings", json={"speed": 2}, headers=mine)
        for headers, speed in ((mine, 2), (theirs, 1)):
            reply = await served.http.get("/get_tts_settings", headers=headers)
            assert reply.json()["speed"] == speed


async def test_a_saved_voice_is_listed_first_and_heard(served: Served) -> None:
    await served.http.post(
        "/clone_speaker",
        files={"wav_file": ("clip.wav", speech(), "audio/wav")},
        data={"options": json.dumps({"response_format": "save", "save_id": "mine", "name": "Me"})},
    )
    first = (await served.http.get("/speakers")).json()[0]
    assert (first["name"], first["voice_id"]) == ("Me", "mine")
    assert (await served.http.get("/speakers_list")).json()[0] == "mine"
    assert (await served.http.get(first["preview_url"])).content[:4] == b"fLaC"
    reply = await served.http.post("/tts_to_audio/", json={**SPOKEN, "speaker_wav": "mine.wav"})
    assert reply.status_code == 200


async def test_nobody_is_not_heard(served: Served) -> None:
    for reply in (
        await served.http.get("/sample/Nobody.flac"),
        await served.http.post("/tts_to_audio/", json={**SPOKEN, "speaker_wav": "Nobody"}),
        await served.http.get("/tts_stream", params={**SPOKEN, "speaker_wav": "Nobody"}),
    ):
        assert reply.status_code == 404
        assert "'Nobody'" in reply.json()["detail"]


async def test_pages_that_nobody_named_may_not_speak(served: Served) -> None:
    stranger = {**POSTED, "Origin": "http://stranger.example"}
    refused = await served.http.post("/tts_to_audio/", json=SPOKEN, headers=stranger)
    assert refused.status_code == 403
    assert "RHAPSODE_CORS_ORIGINS" in refused.json()["detail"]
    read = await served.http.get("/speakers", headers=stranger)
    assert "access-control-allow-origin" not in read.headers
    asks = {"Origin": stranger["Origin"], "Access-Control-Request-Method": "POST"}
    assert (await served.http.options("/tts_to_audio", headers=asks)).status_code == 400


async def test_a_refusal_can_be_read_by_the_page_too(served: Served) -> None:
    reply = await served.http.post("/tts_to_audio/", json={"text": ""}, headers=BROWSER)
    assert reply.status_code == 422
    assert reply.headers["access-control-allow-origin"] == PAGE


async def test_a_page_that_is_named_may_ask_before_it_sends_its_key(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"api_keys": "one", "cors_origins": PAGE}
    async with serving(tmp_path, engine=FakeEngine(), **settings) as served:
        asks = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}
        asks["Access-Control-Request-Headers"] = "authorization"
        assert (await served.http.options("/tts_to_audio", headers=asks)).status_code == 204
        assert (await served.http.get("/speakers", headers=BROWSER)).status_code == 401
        key = {**BROWSER, "Authorization": "Bearer one"}
        assert (await served.http.get("/speakers", headers=key)).status_code == 200


async def test_every_page_may_speak_where_the_operator_says_so(tmp_path: Path) -> None:
    async with serving(tmp_path, engine=FakeEngine(), cors_origins="*") as served:
        reply = await served.http.post("/tts_to_audio/", json=SPOKEN, headers=BROWSER)
        assert reply.status_code == 200
        assert reply.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in reply.headers


async def test_without_the_setting_no_page_is_told_anything(tmp_path: Path) -> None:
    async with serving(tmp_path, engine=FakeEngine()) as served:
        reply = await served.http.get("/speakers", headers=BROWSER)
        assert not [name for name in reply.headers if name.startswith("access-control")]
        posted = await served.http.post("/tts_to_audio/", json=SPOKEN, headers=BROWSER)
        assert posted.status_code == 403
