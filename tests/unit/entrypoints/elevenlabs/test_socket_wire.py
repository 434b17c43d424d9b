"""What goes over ElevenLabs' sockets, decoded and encoded."""

import base64
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.packing import Packet
from domain.errors import InputError
from domain.formats import AudioFormat, Codec
from domain.lettering import Captions, TimedText
from domain.loudness import Target
from domain.script import TimedMark
from entrypoints.elevenlabs.wire import socket as wire

HELLO = TimedText(
    "Hello ", (1.0, 1.05, 1.1, 1.1504, 1.2, 1.25), (1.05, 1.1, 1.1504, 1.2, 1.25, 1.3)
)


def message(**fields: Any) -> wire.Message:
    return wire.decode_message(json.dumps(fields))


def told(data: bytes) -> Any:
    return json.loads(data)


def test_a_message_may_leave_everything_null() -> None:
    names = ("text", "flush", "try_trigger_generation", "voice_settings", "generation_config")
    nothing = message(**dict.fromkeys((*names, "close_context", "close_socket", "context_id")))
    assert not nothing.says
    assert nothing == message()


@pytest.mark.parametrize(
    "fields",
    [
        {"text": ""},
        {"flush": True},
        {"try_trigger_generation": True},
        {"voice_settings": {}},
        {"generator_config": {}},
        {"close_context": True},
        {"close_socket": True},
        {"type": "ttsInitRequest"},
        {"xi-api-key": "k"},
    ],
)
def test_what_asks_for_something_says_so(fields: dict[str, Any]) -> None:
    assert message(**fields, anything_else=[1]).says


@pytest.mark.parametrize(
    "fields",
    [
        {"xi_api_key": "k"},
        {"xi-api-key": "k"},
        {"authorization": "k"},
        {"authorization": "Bearer k"},
        {"authorization": "bearer  k "},
    ],
)
def test_a_key_comes_under_three_names(fields: dict[str, str]) -> None:
    assert message(**fields).key == "k"


@pytest.mark.parametrize("header", [None, "", " ", "Bearer", "Bearer "])
def test_an_empty_authorization_is_no_key(header: str | None) -> None:
    assert message(authorization=header).key is None


def test_a_context_comes_under_two_names() -> None:
    assert message(context_id="c").context == message(contextId="c").context == "c"
    assert message(context_id="").context is None
    with pytest.raises(InputError, match="at most 256"):
        message(context_id="c" * 257)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "null",
        "[]",
        '"text"',
        "{",
        "[" * 50_000,
        '{"x":' + "[" * 30_000 + "]" * 30_000 + "}",
        '{"text":5}',
        '{"text":"\\ud800"}',
        '{"text":{"deep":1}}',
        '{"flush":"perhaps"}',
        '{"voice_settings":[]}',
        '{"context_id":7}',
        '{"target_lead_ms":1e999}',
        '{"target_lead_ms":-1}',
        '{"target_lead_ms":10001}',
        '{"target_lead_ms":"nan"}',
        b"\xff\xfe",
        b"\x00",
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(data: str | bytes) -> None:
    with pytest.raises(InputError) as refused:
        wire.decode_message(data)
    assert str(refused.value).endswith((".", ".)"))


@given(st.one_of(st.text(), st.binary()))
def test_nothing_but_an_input_error_comes_of_any_message(data: str | bytes) -> None:
    with suppress(InputError):
        wire.decode_message(data)


def test_the_address_has_its_defaults() -> None:
    query = wire.decode_query({"model_id": "x", "enable_logging": "false", "sync_alignment": "1"})
    assert query == wire.Query()
    assert (query.inactivity_timeout, query.auto_mode, query.mode) == (20.0, False, "generate")
    assert wire.finish(query.output_format, Target()).to == AudioFormat(Codec.PCM, 24_000)
    assert wire.first_manner(query) == wire.Manner()


def test_the_address_says_how_to_speak() -> None:
    manner = wire.first_manner(
        wire.decode_query(
            {"language_code": "de", "seed": "7", "speed": "1.5", "stream_chunk_size": "10"}
        )
    )
    settings = manner.settings
    assert (manner.language, settings.seed, settings.speed) == ("de", 7, 1.5)
    assert settings.stream_chunk_size == 10
    assert wire.first_manner(wire.decode_query({"language": "fr"})).language == "fr"


def test_no_one_waits_longer_than_three_minutes() -> None:
    assert wire.decode_query({"inactivity_timeout": "180"}).inactivity_timeout == 180
    assert wire.decode_query({"inactivity_timeout": "181"}).inactivity_timeout == 180


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("inactivity_timeout", "0"),
        ("inactivity_timeout", "nan"),
        ("inactivity_timeout", "soon"),
        ("auto_mode", "perhaps"),
        ("apply_text_normalization", "maybe"),
        ("seed", "-1"),
        ("seed", "9" * 30),
        ("speed", "0.1"),
        ("speed", "5"),
        ("stream_chunk_size", "0"),
        ("overlap_wav_len", "-1"),
        ("overlap_wav_len", "70000"),
        ("left_context_seconds", "61"),
        ("left_context_seconds", "-0.1"),
        ("target_lead_ms", "-1"),
        ("output_format", "pcm_1"),
    ],
)
def test_what_lies_out_of_range_is_named(name: str, value: str) -> None:
    def asked() -> None:
        query = wire.decode_query({name: value})
        wire.first_manner(query)
        wire.finish(query.output_format, Target())

    with pytest.raises(InputError, match=name.removeprefix("output_").split("_")[0]):
        asked()


def test_a_file_is_no_stream() -> None:
    with pytest.raises(InputError, match="wav_16000 is a file; over a socket choose pcm_16000"):
        wire.finish("wav_16000", Target())


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100, 48_000])
@pytest.mark.parametrize("name", ["audio_format", "EL_AUDIO_FORMAT"])
def test_an_init_names_a_rate(name: str, rate: int) -> None:
    assert wire.init_format(message(**{name: f"pcm_{rate}"})) == AudioFormat(Codec.PCM, rate)
    assert wire.init_format(message()) is None


@pytest.mark.parametrize("named", ["pcm_8000", "mp3_44100_128", "pcm", "24000", "pcm_ 24000"])
def test_an_init_that_names_no_such_rate_is_told_which_there_are(named: str) -> None:
    with pytest.raises(ValueError, match=r"^Invalid EL_AUDIO_FORMAT: .*pcm_16000, pcm_22050"):
        wire.init_format(message(audio_format=named))


@pytest.mark.parametrize(
    "config",
    [
        {"chunk_length_schedule": [0]},
        {"chunk_length_schedule": [50, 501]},
        {"chunk_length_schedule": ["nan"]},
        {"chunk_length_schedule_frames": [0]},
        {"chunk_length_schedule_frames": [101]},
        {"speed": 9},
    ],
)
def test_a_config_out_of_range_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="must lie between"):
        wire.Manner().changed(message(generation_config=config))


def test_settings_change_only_what_they_name() -> None:
    manner = wire.Manner().changed(
        message(voice_settings={"stability": 0.5, "similarity_boost": 1, "speed": 1.2})
    )
    assert manner.settings.speed == 1.2
    assert manner.settings.temperature == pytest.approx(0.75)
    later = manner.changed(message(generation_config={"chunk_length_schedule_frames": [1, 4]}))
    assert later.settings == manner.settings
    assert later.sounds == (1, 4)
    assert later.changed(message(voice_settings=None, generation_config={})) == later


def test_sound_comes_with_whole_milliseconds_of_its_own() -> None:
    packet = Packet(b"\x01\x02", 0.06, 1.0, Captions(HELLO, HELLO), (TimedMark("here", 1.02),))
    assert told(wire.sounded(packet)) == {
        "audio": base64.b64encode(b"\x01\x02").decode(),
        "isFinal": False,
        "alignment": {
            "chars": list("Hello "),
            "charStartTimesMs": [0, 50, 100, 150, 200, 250],
            "charDurationsMs": [50, 50, 50, 50, 50, 50],
            "charsDurationsMs": [50, 50, 50, 50, 50, 50],
        },
        "normalizedAlignment": told(wire.sounded(packet))["alignment"],
        "marks": [{"name": "here", "timeMs": 20}],
    }


def test_sound_without_words_has_no_alignment() -> None:
    nothing = TimedText("")
    for captions in (None, Captions(nothing, nothing)):
        sound = told(wire.sounded(Packet(b"", 0.0, 0.0, captions)))
        assert sound == {
            "audio": "",
            "isFinal": False,
            "alignment": None,
            "normalizedAlignment": None,
        }


def test_contexts_are_named_in_camel_case() -> None:
    assert told(wire.final()) == {"isFinal": True}
    assert told(wire.final("c1")) == {"isFinal": True, "contextId": "c1"}
    assert told(wire.sounded(Packet(b"", 0, 0), "c1"))["contextId"] == "c1"
    assert told(wire.failed("Why.", "word", 1008, "c1")) == {
        "message": "Why.",
        "error": "word",
        "code": 1008,
        "contextId": "c1",
    }
