"""ElevenLabs' REST API over a real socket, spoken by the embedded engine."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from domain.errors import (
    ClipTooLargeError,
    HouseClosingError,
    SpeechError,
    StoreFullError,
    StudioBusyError,
    VoiceDamagedError,
    VoiceExistsError,
)
from entrypoints.elevenlabs import errors
from entrypoints.errors import Failure
from tests.fakes.engine import FakeEngine
from tests.integration.recordings import speech
from tests.integration.serving import Served, serving

SPEAK = "/v1/text-to-speech"
TEXT = "Hello there, my friend. I paid $5 for apples & pears!"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path) as served:
        yield served


async def add(served: Served, **form: str) -> Any:
    files = [("files", ("a.wav", speech(), "application/octet-stream"))]
    return await served.http.post("/v1/voices/add", data={"name": "Ana", **form}, files=files)


def heard_at(samples: Any, start_s: float, end_s: float, rate_hz: int = 24_000) -> float:
    """How strong the sound is in between."""
    part = samples[round(start_s * rate_hz) : round(end_s * rate_hz)].astype(np.float64)
    return float(np.sqrt(np.mean(part**2))) if len(part) else 0.0


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("", "audio/mpeg"),
        ("pcm_16000", "audio/pcm"),
        ("wav_24000", "audio/wav"),
        ("ulaw_8000", "audio/basic"),
        ("opus_48000_64", "audio/ogg"),
    ],
)
@pytest.mark.parametrize("tail", ["", "/stream"])
async def test_sound_comes_in_the_format_that_is_named(
    served: Served, name: str, media_type: str, tail: str
) -> None:
    reply = await served.http.post(
        f"{SPEAK}/Annie{tail}", params={"output_format": name}, json={"text": TEXT}
    )
    assert reply.status_code == 200
    assert reply.headers["content-type"] == media_type
    assert ("content-length" in reply.headers) is (tail == "")
    assert len(reply.content) > 5_000


async def test_a_speaker_with_a_blank_in_its_name_speaks_by_name_and_by_id(served: Served) -> None:
    replies = [
        await served.http.post(f"{SPEAK}/{called}", json={"text": TEXT})
        for called in ("Mr%20serious", "Mr-serious", "espeak")
    ]
    assert replies[0].content == replies[1].content != replies[2].content


@pytest.mark.parametrize("text", [TEXT, "<speak>Hello <break time='300ms'/> there, you.</speak>"])
async def test_times_of_characters_are_where_the_sound_is(served: Served, text: str) -> None:
    reply = await served.http.post(
        f"{SPEAK}/Annie/with-timestamps",
        params={"output_format": "pcm_24000"},
        json={"text": text, "apply_text_normalization": "on"},
    )
    answer = reply.json()
    samples = np.frombuffer(base64.b64decode(answer["audio_base64"]), "<i2")
    for shape in ("alignment", "normalized_alignment"):
        timed = answer[shape]
        starts = timed["character_start_times_seconds"]
        ends = timed["character_end_times_seconds"]
        edges = [edge for pair in zip(starts, ends, strict=True) for edge in pair]
        assert edges == sorted(edges)
        assert ends[-1] == pytest.approx(len(samples) / 24_000, abs=0.001)
    assert "".join(answer["alignment"]["characters"]) == text
    spoken = answer["normalized_alignment"]
    words = "".join(spoken["characters"])
    hello = heard_at(
        samples,
        spoken["character_start_times_seconds"][0],
        spoken["character_end_times_seconds"][words.index("o")],
    )
    gap = words.index(",")
    silence = heard_at(
        samples,
        spoken["character_start_times_seconds"][gap] + 0.03,
        spoken["character_end_times_seconds"][gap + 1] - 0.03,
    )
    assert hello > 1_000
    assert silence < hello / 4


@pytest.mark.parametrize("name", ["pcm_24000", "mp3_44100_128", "opus_48000_64", "ulaw_8000"])
async def test_a_stream_tells_each_character_once_with_its_sound(served: Served, name: str) -> None:
    text = TEXT + " And this goes on for another sentence, so that there is more to hear."
    reply = await served.http.post(
        f"{SPEAK}/Annie/stream/with-timestamps", params={"output_format": name}, json={"text": text}
    )
    assert reply.headers["content-type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in reply.text.splitlines()]
    whole = await served.http.post(
        f"{SPEAK}/Annie/stream", params={"output_format": name}, json={"text": text}
    )
    sound = [base64.b64decode(line["audio_base64"]) for line in lines]
    assert all(sound)
    assert len(b"".join(sound)) == pytest.approx(len(whole.content), rel=0.02)
    timed = [line["alignment"] for line in lines if line["alignment"]]
    assert "".join("".join(each["characters"]) for each in timed) == text
    starts = [at for each in timed for at in each["character_start_times_seconds"]]
    assert starts == sorted(starts)
    assert len(timed) > 1


async def test_characters_come_with_the_bytes_that_carry_them(served: Served) -> None:
    text = "One two three four five six seven eight nine ten. " * 6
    reply = await served.http.post(
        f"{SPEAK}/Annie/stream/with-timestamps",
        params={"output_format": "pcm_24000"},
        json={"text": text.strip()},
    )
    carried = 0.0
    for line in map(json.loads, reply.text.splitlines()):
        before, carried = carried, carried + len(base64.b64decode(line["audio_base64"])) / 48_000
        letters = [
            (character, start)
            for character, start in zip(
                (line["alignment"] or {"characters": []})["characters"],
                (line["alignment"] or {"character_start_times_seconds": []})[
                    "character_start_times_seconds"
                ],
                strict=True,
            )
            if character.isalpha()
        ]
        # a word that begins in these bytes may end in the next
        assert all(before - 1.0 < start < carried + 0.8 for _, start in letters)


async def test_settings_reach_the_voice(served: Served) -> None:
    async def length(speed: float) -> int:
        settings = {"stability": 0.3, "speed": speed}
        reply = await served.http.post(
            f"{SPEAK}/Annie",
            params={"output_format": "pcm_16000"},
            json={"text": TEXT, "voice_settings": settings, "seed": 7},
        )
        return len(reply.content)

    assert await length(1.2) / await length(0.7) == pytest.approx(0.7 / 1.2, abs=0.08)


async def test_a_voice_is_added_shown_edited_spoken_and_deleted(served: Served) -> None:
    added = await add(served, labels='{"accent": "soft", "language": "en"}', description="warm")
    assert added.status_code == 200
    assert added.json()["requires_verification"] is False
    voice_id = added.json()["voice_id"]
    shown = (await served.http.get(f"/v1/voices/{voice_id}")).json()
    assert (shown["name"], shown["category"], shown["description"]) == ("Ana", "cloned", "warm")
    assert shown["labels"] == {"accent": "soft", "language": "en"}
    assert shown["samples"][0]["duration_secs"] == pytest.approx(4.0, abs=0.1)
    edited = await served.http.post(
        f"/v1/voices/{voice_id}/edit", data={"name": "Eva", "labels": "null"}, files={}
    )
    assert edited.json() == {"status": "ok"}
    shown = (await served.http.get(f"/v1/voices/{voice_id}")).json()
    assert (shown["name"], shown["description"]) == ("Eva", "warm")
    assert shown["labels"]["accent"] == "soft"
    assert (await served.http.post(f"{SPEAK}/{voice_id}", json={"text": TEXT})).status_code == 200
    assert (await served.http.delete(f"/v1/voices/{voice_id}")).json() == {"status": "ok"}
    gone = await served.http.delete(f"/v1/voices/{voice_id}")
    assert (gone.status_code, gone.json()["detail"]["status"]) == (404, "voice_not_found")


async def test_a_preview_is_linked_once_there_is_one(served: Served) -> None:
    voice_id = (await add(served)).json()["voice_id"]

    async def linked() -> Any:
        return (await served.http.get(f"/v1/voices/{voice_id}")).json()["preview_url"]

    for _ in range(200):
        if await linked():
            break
        await asyncio.sleep(0.05)
    reply = await served.http.get(await linked())
    assert reply.headers["content-type"] == "audio/flac"
    listed = (await served.http.get("/v1/voices")).json()["voices"]
    assert {each["voice_id"]: each["preview_url"] for each in listed}[voice_id] == await linked()


async def test_the_list_has_speakers_and_every_page_can_be_turned(served: Served) -> None:
    await add(served)
    every = (await served.http.get("/v1/voices")).json()["voices"]
    assert {each["category"] for each in every} == {"cloned", "premade"}
    found, token = [], ""
    while True:
        params = {"page_size": "30", "next_page_token": token}
        page = (await served.http.get("/v2/voices", params=params)).json()
        found += page["voices"]
        assert page["total_count"] == len(every)
        if not page["has_more"]:
            break
        token = page["next_page_token"]
    assert [each["voice_id"] for each in found] == [each["voice_id"] for each in every]


async def test_settings_and_account_are_told(served: Served) -> None:
    for path in ("settings/default", "Annie/settings"):
        assert (await served.http.get(f"/v1/voices/{path}")).json()["stability"] == 0.5
    assert (await served.http.get("/v1/voices/nobody/settings")).status_code == 404
    assert (await served.http.get("/v1/user")).json()["subscription"]["voice_slots_used"] == 0
    assert (await served.http.get("/v1/user/subscription")).json()["open_invoices"] == []


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (b"{", 422, {"loc": ["body"], "type": "json_invalid"}),
        (b"{}", 422, {"loc": ["body", "text"], "type": "missing"}),
        (b'{"text": 5}', 422, {"loc": ["body", "text"], "type": "type_error"}),
        (b'{"text": "?"}', 422, {"loc": ["body"], "type": "value_error"}),
        (b'{"text": "a", "seed": -1}', 422, {"loc": ["body", "seed"], "type": "value_error"}),
        (
            b'{"text": "a", "voice_settings": {"speed": 9}}',
            422,
            {"loc": ["body", "voice_settings", "speed"], "type": "value_error"},
        ),
        (
            b'{"text": "a", "language_code": "zz"}',
            422,
            {"loc": ["body", "language_code"], "type": "value_error"},
        ),
        (b'{"text": "<speak><a"}', 400, {"status": "invalid_ssml"}),
        (
            b'{"text": "' + b"x" * 20_001 + b'"}',
            400,
            {"status": "max_character_limit_exceeded"},
        ),
    ],
)
async def test_bad_input_is_told_in_their_shape(
    served: Served, body: bytes, status: int, told: dict[str, Any]
) -> None:
    for tail in ("", "/stream", "/with-timestamps", "/stream/with-timestamps"):
        reply = await served.http.post(f"{SPEAK}/Annie{tail}", content=body)
        assert reply.status_code == status
        detail = reply.json()["detail"]
        seen = detail[0] if isinstance(detail, list) else detail
        assert told.items() <= seen.items()
        assert (seen.get("msg") or seen["message"]).endswith(".")


async def test_unknown_voices_and_formats_are_told(served: Served) -> None:
    gone = await served.http.post(f"{SPEAK}/nobody", json={"text": "a"})
    assert (gone.status_code, gone.json()["detail"]["status"]) == (404, "voice_not_found")
    odd = await served.http.post(f"{SPEAK}/Annie?output_format=mp9", json={"text": "a"})
    assert (odd.status_code, odd.json()["detail"][0]["loc"]) == (422, ["query", "output_format"])


@pytest.mark.parametrize(
    ("form", "place"),
    [
        ({"name": " "}, "name"),
        ({"name": "A", "labels": "[1]"}, "labels"),
        ({"name": "A", "consent": "{}"}, "consent"),
    ],
)
async def test_a_bad_form_names_its_field(served: Served, form: dict[str, str], place: str) -> None:
    reply = await add(served, **form)
    assert reply.status_code == 422
    assert reply.json()["detail"][0]["loc"] == ["body", place]


async def test_recordings_are_needed_and_must_be_speech(served: Served) -> None:
    none = await served.http.post("/v1/voices/add", data={"name": "A"}, files={})
    assert none.json()["detail"][0]["loc"] == ["body", "files"]
    noise = [("files", ("a", b"no sound at all" * 100))]
    odd = await served.http.post("/v1/voices/add", data={"name": "A"}, files=noise)
    assert (odd.status_code, odd.json()["detail"]["status"]) == (400, "invalid_audio")
    voice_id = (await add(served)).json()["voice_id"]
    more = await served.http.post(f"/v1/voices/{voice_id}/edit", data={"name": "A"}, files=noise)
    assert more.json()["detail"][0]["loc"] == ["body", "files"]


async def test_consent_is_asked_for_where_it_is_required(tmp_path: Path) -> None:
    async with serving(tmp_path, require_consent=True) as served:
        without = await add(served)
        assert (without.status_code, without.json()["detail"]["status"]) == (403, "consent_missing")
        given = await add(served, consent='{"by": "Ana", "statement": "I agree."}')
        assert given.status_code == 200


async def test_keys_are_asked_for_in_their_shape(tmp_path: Path) -> None:
    async with serving(tmp_path, engine=FakeEngine(), api_keys="one") as served:
        for headers in ({}, {"xi-api-key": "two"}):
            for path in ("/v1/voices", "/v2/voices", "/v1/user"):
                reply = await served.http.get(path, headers=headers)
                assert reply.status_code == 401
                assert reply.json()["detail"]["status"] == "invalid_api_key"
        known = await served.http.get("/v1/voices", headers={"xi-api-key": "one"})
        assert known.status_code == 200


async def test_a_busy_engine_is_told_with_429(tmp_path: Path) -> None:
    engine = FakeEngine(slots=1, max_waiting=0)
    async with serving(tmp_path, engine=engine) as served, asyncio.TaskGroup() as tasks:
        engine.running.clear()
        first = tasks.create_task(served.http.post(f"{SPEAK}/fake/stream", json={"text": "a b"}))
        await engine.entered.wait()
        reply = await served.http.post(f"{SPEAK}/fake", json={"text": "a b"})
        assert (reply.status_code, reply.json()["detail"]["status"]) == (429, "system_busy")
        assert int(reply.headers["retry-after"]) >= 1
        engine.running.set()
        assert (await first).status_code == 200


@pytest.mark.parametrize(
    ("error", "status", "word"),
    [
        (StudioBusyError("Busy."), 429, "too_many_concurrent_requests"),
        (HouseClosingError(), 503, "service_unavailable"),
        (StoreFullError(), 507, "storage_full"),
        (VoiceExistsError("ana"), 409, "conflict"),
        (VoiceDamagedError("ana", "a clip"), 500, "voice_damaged"),
        (ClipTooLargeError(1), 413, "upload_too_large"),
    ],
)
def test_other_failures_have_a_word_of_their_own(
    error: SpeechError, status: int, word: str
) -> None:
    failure = Failure(str(error), 500, error)
    assert errors.status(failure) == status
    assert errors.shape(failure) == {"detail": {"status": word, "message": str(error)}}
