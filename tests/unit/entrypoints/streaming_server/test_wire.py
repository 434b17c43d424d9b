import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.voices import Clone
from domain.errors import InputError, SettingOutOfRangeError
from domain.speech import SpeechRequest
from domain.voice import Timbre
from entrypoints.streaming_server import wire


def speak(**fields: Any) -> wire.SpeakBody:
    return wire.decode_speak(json.dumps({"text": "Hi", **fields}).encode())


def asked(speak: wire.SpeakBody, session_id: str | None) -> SpeechRequest:
    return wire.speech_request(speak, session_id, "house")


def refused(read: Callable[[], object]) -> str | None:
    """How the sentence of a refusal ends; anything but an `InputError` is a defect."""
    try:
        read()
    except InputError as error:
        return str(error)[-1]
    return None


def test_defaults_are_the_old_servers() -> None:
    request = asked(speak(), None)
    assert (request.language, request.voice, request.latents) == (None, None, None)
    assert speak().add_wav_header


def test_settings_reach_the_domain() -> None:
    request = wire.speech_request(
        speak(temperature="0.5", top_k=3, speaker_id="ana"), "header", "house"
    )
    assert (request.settings.temperature, request.settings.top_k) == (0.5, 3)
    assert (request.voice, request.session_id) == ("ana", "header")


def test_the_bodys_session_id_wins() -> None:
    assert asked(speak(session_id="body"), "header").session_id == "body"


def test_an_empty_speaker_is_none() -> None:
    assert asked(speak(speaker_id=""), None).voice is None


def test_latents_survive_the_wire() -> None:
    rng = np.random.default_rng(1)
    timbre = Timbre(
        "e",
        {
            "gpt_cond_latent": rng.normal(size=(32, 1024)).astype(np.float32),
            "speaker_embedding": rng.normal(size=512).astype(np.float32),
        },
    )
    request = asked(speak(**wire.latents(Clone((timbre,)))), None)
    assert request.latents is not None
    for name, array in timbre.arrays.items():
        np.testing.assert_array_equal(request.latents[name], array)


@pytest.mark.parametrize("size", [0, 1001])
def test_a_chunk_size_out_of_range_is_refused(size: int) -> None:
    with pytest.raises(SettingOutOfRangeError, match="stream_chunk_size"):
        speak(stream_chunk_size=size)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_with_a_sentence(data: bytes) -> None:
    assert refused(lambda: wire.decode_speak(data)) in (None, ".")


@given(
    st.dictionaries(
        st.sampled_from(list(wire.SpeakBody.__struct_fields__)),
        st.recursive(
            st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
            lambda inner: st.lists(inner, max_size=4),
        ),
    ),
)
def test_any_fields_become_a_request_or_a_sentence(fields: dict[str, Any]) -> None:
    body = json.dumps(fields).encode()
    assert refused(lambda: asked(wire.decode_speak(body), None)) in (
        None,
        ".",
    )


def test_options_are_optional() -> None:
    assert wire.decode_options(None).response_format == "latents"
    assert wire.decode_options('{"response_format":"save","save_id":"a"}').save_id == "a"
    with pytest.raises(InputError, match="response_format"):
        wire.decode_options('{"response_format":"song"}')
