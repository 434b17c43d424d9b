import base64
import json

import pytest

from application.timbres import NamedVoice
from domain.errors import (
    FormatUnknownError,
    InputError,
    SettingOutOfRangeError,
    TextTooLongError,
)
from domain.formats import Codec
from domain.loudness import Target
from domain.speech import SpeechRequest
from entrypoints.body import FieldInvalidError
from entrypoints.openai import wire


def body(**fields: object) -> bytes:
    return json.dumps({"model": "tts-1", "input": "Hi.", "voice": "alloy"} | fields).encode()


def asked(**fields: object) -> SpeechRequest:
    speech = wire.decode_speech(body(**fields), "espeak")
    return wire.speech_request(speech, Target(), "s", "me")


def test_the_least_that_can_be_asked_is_mp3_as_a_stream_at_the_house_loudness() -> None:
    request = asked()
    assert (request.text, request.voice, request.owner) == ("Hi.", "alloy", "me")
    assert request.finish.to.codec is Codec.MP3
    assert request.finish.target == Target()
    assert request.finish.whole is False
    assert request.session_id == "s"


def test_pcm_is_24_khz_without_a_header() -> None:
    assert asked(response_format="pcm").finish.to.name == "pcm_24000"


@pytest.mark.parametrize("voice", ["ana", {"id": "ana"}, {"id": "ana", "object": "voice"}])
def test_a_voice_is_a_name_or_an_object_with_an_id(voice: object) -> None:
    assert asked(voice=voice).voice == "ana"


@pytest.mark.parametrize("voice", ["", {"id": ""}])
def test_an_empty_voice_means_the_default(voice: object) -> None:
    assert asked(voice=voice).voice is None


def test_our_own_fields_are_heeded_and_strange_ones_passed_over() -> None:
    request = asked(language="de", loudness=-20, seed=7, speed="1.5", user="u", colour={"a": [1]})
    assert (request.language, request.finish.target.lufs) == ("de", -20)
    assert (request.settings.seed, request.settings.speed) == (7, 1.5)


@pytest.mark.parametrize("model", ["tts-1", "tts-1-1106", "gpt-4o-mini-tts-2025-12-15", "espeak"])
def test_the_models_of_openai_dated_or_not_and_the_engine_are_known(model: str) -> None:
    assert wire.decode_speech(body(model=model), "espeak").model == model


@pytest.mark.parametrize("model", ["", "xtts", "tts-1-hd-", "tts-2", "gpt-4o-mini-tts-25"])
def test_another_model_is_refused_with_a_list(model: str) -> None:
    with pytest.raises(wire.ModelUnknownError, match="tts-1, tts-1-hd, gpt-4o-mini-tts, espeak"):
        wire.decode_speech(body(model=model), "espeak")


def test_4096_characters_are_spoken_and_one_more_is_not() -> None:
    assert len(asked(input="ü" * 4096).text) == 4096
    with pytest.raises(TextTooLongError, match="4,096"):
        asked(input="ü" * 4097)


@pytest.mark.parametrize(
    ("fields", "error", "said"),
    [
        ({"response_format": "ulaw"}, FormatUnknownError, "mp3, opus, aac, flac, wav, pcm"),
        ({"stream_format": "raw"}, FieldInvalidError, "audio or sse"),
        ({"speed": 0.2}, SettingOutOfRangeError, "0.25"),
        ({"input": " \n"}, FieldInvalidError, "empty"),
        ({"voice": 3}, FieldInvalidError, "'voice'"),
        ({"voice": {}}, FieldInvalidError, "'voice.id' is missing"),
        ({"loudness": 0}, SettingOutOfRangeError, "-40 and -5"),
    ],
)
def test_what_cannot_be_honoured_is_refused(
    fields: dict[str, object], error: type[InputError], said: str
) -> None:
    with pytest.raises(error, match=said):
        asked(**fields)


@pytest.mark.parametrize("name", ["model", "input", "voice"])
def test_a_missing_field_is_named(name: str) -> None:
    fields = json.loads(body())
    del fields[name]
    with pytest.raises(FieldInvalidError, match=f"'{name}' is missing") as caught:
        wire.decode_speech(json.dumps(fields).encode(), "espeak")
    assert caught.value.field == name


def test_events_carry_bytes_and_count_as_documented() -> None:
    events = wire.Events("seventeen letters")
    delta = events.each(b"\0\xff")
    assert delta.startswith(b"data: {")
    assert delta.endswith(b"}\n\n")
    assert base64.b64decode(json.loads(delta[6:])["audio"]) == b"\0\xff"
    done = json.loads(events.last(1.01)[6:])
    assert done == {
        "type": "speech.audio.done",
        "usage": {"input_tokens": 5, "output_tokens": 21, "total_tokens": 26},
    }


def test_each_voice_is_listed_once_and_a_saved_one_hides_a_name() -> None:
    names = [
        NamedVoice("alloy", "alloy", "openai", "Annie"),
        NamedVoice("ash", "ash", "openai", ""),
    ]
    listed = wire.audio_voices(names, ["Annie", "ash"], [])["voices"]
    assert listed == [
        {"id": "alloy", "name": "alloy", "voice": "Annie"},
        {"id": "ash", "name": "ash", "voice": "ash"},
        {"id": "Annie", "name": "Annie", "voice": "Annie"},
    ]


def test_the_schema_describes_every_field_and_its_example_can_be_read() -> None:
    schema = wire.schema()
    assert set(schema["properties"]) <= set(wire.ABOUT)
    assert schema["required"] == ["model", "input", "voice"]
    wire.decode_speech(json.dumps(wire.EXAMPLE).encode(), "espeak")
