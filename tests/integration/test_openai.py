"""OpenAI's routes over a real server, where no client of OpenAI's is needed to see them."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from application.voices import Draft
from domain.access import HOUSE
from tests.fakes.engine import FakeEngine
from tests.integration.serving import Served, serving

SPEECH = {"model": "tts-1", "input": "Hello there.", "voice": "alloy", "response_format": "pcm"}
KEY = {"Authorization": "Bearer k"}


async def _spoken(served: Served, **asked: object) -> bytes:
    reply = await served.http.post("/v1/audio/speech", json=SPEECH | {"loudness": "off"} | asked)
    assert reply.status_code == 200, reply.text
    return reply.content


async def _voices(served: Served, headers: dict[str, str]) -> dict[str, dict[str, str]]:
    listed = (await served.http.get("/v1/audio/voices", headers=headers)).json()["voices"]
    return {voice["id"]: voice for voice in listed}


async def test_every_well_known_name_is_spoken_as_the_voice_that_is_listed_for_it(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path, voice_names=(("coral", "Gene"), ("Teller", "f2"))) as served:
        voices = await _voices(served, {})
        assert voices["coral"]["voice"] == "Gene"
        for name in ("alloy", "coral", "Teller"):
            assert await _spoken(served, voice=name) == await _spoken(
                served, voice=voices[name]["voice"]
            )
        assert await _spoken(served, voice="alloy") != await _spoken(served, voice="onyx")
        by_id = await _spoken(served, voice="21m00Tcm4TlvDq8ikWAM")
        assert by_id == await _spoken(served, voice="Rachel")


async def test_a_stranger_hears_of_no_saved_voice_and_a_caller_with_a_key_does(
    tmp_path: Path,
) -> None:
    names = (("alloy", "secret-ana"), ("insider", "Ana Florence"))
    async with serving(
        tmp_path, engine=FakeEngine(), api_keys=(SecretStr("k"),), voice_names=names
    ) as served:
        voices = served.container.voices()
        latents = (await served.container.timbres().find(HOUSE, "fake")).arrays
        await voices.save(await voices.recall(latents), Draft("secret-ana"))
        public = await served.http.get("/v1/audio/voices")
        assert "secret-ana" not in public.text
        assert "insider" not in public.text
        assert "Ana Florence" in public.text
        assert (await _voices(served, {}))["alloy"] == {"id": "alloy", "name": "alloy"}
        assert await _voices(served, {"Authorization": "Bearer wrong"}) == await _voices(served, {})
        own = await _voices(served, KEY)
        assert own["secret-ana"]["name"] == "secret-ana"
        assert own["alloy"]["voice"] == "secret-ana"
        assert own["insider"]["voice"] == "Ana Florence"


async def test_models_are_an_object_for_openai_and_an_array_for_elevenlabs(tmp_path: Path) -> None:
    async with serving(tmp_path, engine=FakeEngine(), api_keys=(SecretStr("k"),)) as served:
        openai = (await served.http.get("/v1/models", headers=KEY)).json()
        assert openai["object"] == "list"
        assert [model["id"] for model in openai["data"]][-1] == served.container.engine().card.name
        for also in ({}, {"Authorization": "Bearer other"}):
            reply = await served.http.get("/v1/models", headers={"xi-api-key": "k"} | also)
            assert all({"model_id", "name"} <= set(model) for model in reply.json())
        assert (await served.http.get("/v1/models")).status_code == 401


@pytest.mark.parametrize("accept", ["application/octet-stream", "application/json", "image/png"])
async def test_what_the_client_says_it_accepts_changes_nothing(tmp_path: Path, accept: str) -> None:
    async with serving(tmp_path, engine=FakeEngine()) as served:
        asked = SPEECH | {"stream_format": "sse"}
        for body, media_type in ((SPEECH, "audio/pcm"), (asked, "text/event-stream")):
            reply = await served.http.post(
                "/v1/audio/speech", json=body, headers={"Accept": accept}
            )
            assert reply.headers["content-type"].startswith(media_type)
            assert reply.headers["transfer-encoding"] == "chunked"


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b'{"model": "tts-1"}', b"null"])
async def test_a_body_that_makes_no_sense_is_a_400_in_openais_shape(
    tmp_path: Path, body: bytes
) -> None:
    async with serving(tmp_path, engine=FakeEngine()) as served:
        reply = await served.http.post("/v1/audio/speech", content=body)
        assert reply.status_code == 400
        error = reply.json()["error"]
        assert set(error) == {"message", "type", "param", "code"}
        assert error["type"] == "invalid_request_error"


async def test_a_session_that_still_speaks_is_a_conflict(tmp_path: Path) -> None:
    engine = FakeEngine()
    async with serving(tmp_path, engine=engine) as served:
        headers = {"X-Session-Id": "mine"}
        long = SPEECH | {"input": "One. " * 40}
        engine.pause_after(2)
        async with served.http.stream("POST", "/v1/audio/speech", json=long, headers=headers):
            reply = await served.http.post("/v1/audio/speech", json=SPEECH, headers=headers)
            engine.running.set()
        assert reply.status_code == 409
        assert reply.json()["error"]["type"] == "invalid_request_error"
