import json
from typing import Any

import msgspec
import pytest

from application.roster import Speaker
from domain.errors import InputError
from domain.loudness import Target
from entrypoints.xtts_api_server import wire
from entrypoints.xtts_api_server.kept import KeptSettings

SLIDERS: dict[str, Any] = {
    "temperature": "0.65",
    "speed": "1.2",
    "length_penalty": "1",
    "repetition_penalty": "4.5",
    "top_p": "0.8",
    "top_k": "40",
    "enable_text_splitting": False,
    "stream_chunk_size": "120",
}


def read(before: wire.TtsSettings = wire.USUAL, **fields: Any) -> wire.TtsSettings:
    return wire.decode_settings(json.dumps(fields).encode(), before)


def test_sliders_send_text() -> None:
    assert read(**SLIDERS) == wire.TtsSettings(
        temperature=0.65,
        speed=1.2,
        length_penalty=1.0,
        repetition_penalty=4.5,
        top_p=0.8,
        top_k=40,
        enable_text_splitting=False,
        stream_chunk_size=120,
    )


def test_what_is_left_out_stays_and_what_is_unknown_is_passed_over() -> None:
    before = read(**SLIDERS)
    assert read(before, top_k=1, voice="x", speed=None) == msgspec.structs.replace(before, top_k=1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": "hot"},
        {"temperature": 3},
        {"top_k": "0"},
        {"top_p": 0},
        {"speed": "1e9"},
        {"stream_chunk_size": "1.5"},
        {"enable_text_splitting": "perhaps"},
        {"top_k": [1]},
    ],
)
def test_settings_that_no_engine_could_honour_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        read(**wrong)


def test_settings_reach_the_domain() -> None:
    asked = wire.decode_speak(b'{"text": "Hi", "speaker_wav": "mine.wav", "language": "de"}')
    request = wire.speech_request(asked, read(**SLIDERS), Target(), "house", whole=True)
    assert (request.voice, request.language) == ("mine", "de")
    assert (request.settings.top_k, request.settings.speed) == (40, 1.2)
    assert (request.finish.to.name, request.finish.whole) == ("wav_24000", True)


def test_each_voice_has_an_address_to_be_heard_at() -> None:
    (voice,) = wire.speakers([Speaker("Ana-Florence", "Ana Florence")], "http://tts.lan:8020/")
    assert voice == {
        "name": "Ana Florence",
        "voice_id": "Ana Florence",
        "preview_url": "http://tts.lan:8020/sample/Ana%20Florence.flac",
    }


def test_each_caller_has_settings_of_their_own_and_the_oldest_are_forgotten() -> None:
    kept = KeptSettings(most=2)
    settings = [read(top_k=number) for number in (1, 2, 3)]
    kept.keep("a", settings[0])
    kept.keep("b", settings[1])
    kept.keep("a", settings[2])
    kept.keep("c", settings[0])
    assert kept.of("a") == settings[2]
    assert kept.of("b") == wire.USUAL
    assert kept.of("c") == settings[0]


def test_every_field_is_documented() -> None:
    assert set(wire.ABOUT) == set(wire.SpeakFields.__struct_fields__)
    assert set(wire.SETTINGS_ABOUT) == set(wire.TtsSettings.__struct_fields__)
