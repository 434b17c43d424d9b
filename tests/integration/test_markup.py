"""SSML over HTTP: what is understood, what it means, and how it is refused."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.integration.serving import Served, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    async with serving(tmp_path_factory.mktemp("house")) as served:
        yield served


async def validated(house: Served, text: str, language: str = "en") -> dict[str, Any]:
    reply = await house.http.post("/ssml/validate", json={"text": text, "language": language})
    assert reply.status_code == 200
    told: dict[str, Any] = reply.json()
    return told


async def test_what_is_understood_is_described(house: Served) -> None:
    told = (await house.http.get("/ssml")).json()
    assert {"break", "prosody", "say-as", "mark", "phoneme", "voice"} <= set(told["elements"])


async def test_a_document_is_read_without_being_spoken(house: Served) -> None:
    told = await validated(
        house,
        '<speak>One <break time="300ms"/><mark name="m"/>'
        '<prosody rate="slow">two</prosody> <say-as interpret-as="bleep">three</say-as></speak>',
    )
    assert told["valid"] is True
    kinds = [next(iter(item)) for item in told["items"]]
    assert kinds == ["say", "break_ms", "mark", "say", "bleep_ms"]
    assert told["items"][3]["rate"] == 0.8


@pytest.mark.parametrize(
    ("language", "kind", "text", "words"),
    [
        ("en", 'interpret-as="cardinal"', "42", "forty-two"),
        ("en", 'interpret-as="ordinal"', "3", "third"),
        ("en", 'interpret-as="characters"', "ab1", "A B one"),
        ("en", 'interpret-as="date" format="ymd"', "2026-11-21", "November"),
        ("en", 'interpret-as="currency"', "$5.99", "ninety-nine cents"),
        ("de", 'interpret-as="cardinal"', "42", "zweiundvierzig"),
        ("fr", 'interpret-as="cardinal"', "80", "quatre-vingts"),
        ("es", 'interpret-as="time" format="hms24"', "14:30", "catorce"),
    ],
)
async def test_say_as_is_words_in_the_language_of_the_text(
    house: Served, language: str, kind: str, text: str, words: str
) -> None:
    told = await validated(house, f"<speak><say-as {kind}>{text}</say-as></speak>", language)
    assert words in told["items"][0]["say"]


async def test_a_wrong_document_is_told_where_it_is_wrong(house: Served) -> None:
    told = await validated(house, "<speak>One\n  <break time='1s'>two</speak>")
    assert told["valid"] is False
    assert told["line"] == 2
    assert "SSML" in told["error"]


@pytest.mark.parametrize("path", ["/tts", "/tts_stream", "/api/v1/speech", "/api/v1/speech/stream"])
@pytest.mark.parametrize(
    ("text", "clue"),
    [
        ("<speak>One", "line 1"),
        ('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><speak>&b;</speak>', "line 1"),
        ('<speak><voice name="nobody">Hi</voice></speak>', "nobody"),
    ],
)
async def test_markup_that_cannot_be_spoken_is_a_400(
    house: Served, path: str, text: str, clue: str
) -> None:
    reply = await house.http.post(path, json={"text": text})
    assert reply.status_code == 400
    assert clue in reply.json()["detail"]


@pytest.mark.parametrize("path", ["/tts_stream", "/api/v1/speech"])
async def test_what_has_no_effect_is_told_in_a_header(house: Served, path: str) -> None:
    text = "<speak><blink>Hello</blink> there, <audio src='http://x/y.wav'>you</audio>.</speak>"
    reply = await house.http.post(path, json={"text": text})
    warnings = json.loads(reply.headers["x-ssml-warnings"])
    assert len(warnings) == 2
    assert "blink" in warnings[0]


async def test_languages_and_voices_may_change_within_a_text(house: Served) -> None:
    text = (
        '<speak>Good morning. <lang xml:lang="de-DE">Guten Morgen.</lang>'
        ' <voice name="f2">Good night.</voice></speak>'
    )
    reply = await house.http.post("/api/v1/speech/timestamps", json={"text": text})
    assert reply.status_code == 200
    assert [word["text"] for word in reply.json()["words"]][2:4] == ["Guten", "Morgen"]


async def test_a_status_tells_the_loudness_and_the_marks_of_a_stream(house: Served) -> None:
    text = '<speak>Here is a sentence.<mark name="m"/> And here is another.</speak>'
    body = {"text": text, "session_id": "mine"}
    await house.http.post("/api/v1/speech/stream", json=body)
    status = (await house.http.get("/stream_status/mine")).json()
    assert -30 < status["loudness_lufs"] < -10
    assert [mark["name"] for mark in status["marks"]] == ["m"]
