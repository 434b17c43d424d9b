import json
from typing import Any

import numpy as np
import pytest

from domain.errors import FormatUnknownError, InputError, SettingOutOfRangeError
from domain.loudness import Target
from domain.speech import SpeechRequest
from entrypoints.sentiric import wire


def asked(**fields: Any) -> SpeechRequest:
    body, _ = wire.decode_tts(json.dumps({"text": "Hi", **fields}).encode())
    return wire.speech_request(body, Target(), "house")


def test_a_text_alone_is_a_whole_wav_of_the_default_voice() -> None:
    request = asked()
    assert (request.voice, request.language, request.latents) == (None, None, None)
    assert request.finish.to.name == "wav_24000"
    assert request.finish.whole


def test_every_option_reaches_the_domain() -> None:
    request = asked(
        language="de",
        speaker_idx="Ana Florence",
        temperature=0.7,
        speed="1.5",
        top_k=40,
        top_p=0.9,
        repetition_penalty=3,
        seed=7,
        output_format="mp3",
        stream=True,
    )
    heard = request.settings
    assert (request.language, request.voice) == ("de", "Ana Florence")
    assert (heard.temperature, heard.speed, heard.top_k, heard.top_p) == (0.7, 1.5, 40, 0.9)
    assert (heard.repetition_penalty, heard.seed) == (3, 7)
    assert (request.finish.to.codec, request.finish.whole) == ("mp3", False)


def test_what_is_not_known_is_named() -> None:
    _, remarks = wire.decode_tts(b'{"text": "Hi", "emotion": {"sad": 1}, "speed": 1}')
    assert len(remarks) == 1
    assert "'emotion'" in remarks[0]


def test_a_form_has_the_same_options_as_text() -> None:
    body, remarks = wire.decode_clone({"text": "Hi", "stream": "true", "speed": "2", "top_k": ""})
    assert (body.stream, body.speed, body.top_k, remarks) == (True, 2.0, None, [])


def test_latents_stand_in_for_a_speaker() -> None:
    body, _ = wire.decode_clone({"text": "Hi", "speaker_idx": "Ana"})
    latents = {"gpt_cond_latent": np.zeros((1, 1), dtype=np.float32)}
    request = wire.speech_request(body, Target(), "house", latents=latents)
    assert (request.voice, request.latents) == (None, latents)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"temperature": 9}, SettingOutOfRangeError),
        ({"output_format": "midi"}, FormatUnknownError),
        ({"stream": "perhaps"}, InputError),
        ({"text": None}, InputError),
    ],
)
def test_what_cannot_be_is_refused(fields: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        asked(**fields)


def test_each_field_is_documented_with_its_range() -> None:
    assert set(wire.ABOUT) == set(wire.TtsBody.__struct_fields__)
