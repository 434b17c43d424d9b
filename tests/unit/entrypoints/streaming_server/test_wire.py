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


@pytest.mark.parametrize("field", ["stream_chunk_size", "seed"])
def test_a_whole_number_may_come_as_text_and_reaches_the_domain(field: str) -> None:
    for sent in (20, "20"):
        assert getattr(asked(speak(**{field: sent}), None).settings, field) == 20
    assert getattr(asked(speak(**{field: None}), None).settings, field) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("stream_chunk_size", 0),
        ("stream_chunk_size", 1001),
        ("seed", -1),
        ("seed", 2**63),
        pytest.param("seed", 10**400, id="endless"),
        ("overlap_wav_len", -1),
        ("overlap_wav_len", 100_001),
        ("left_context_seconds", -0.1),
        ("left_context_seconds", 61),
        ("left_context_seconds", "nan"),
    ],
)
def test_a_number_out_of_range_is_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(SettingOutOfRangeError, match=rf"^{field} is .* between .*\.$"):
        asked(speak(**{field: value}), None)


@pytest.mark.parametrize(
    "field", ["seed", "stream_chunk_size", "overlap_wav_len", "left_context_seconds"]
)
@pytest.mark.parametrize("value", ["many", [1], {}, True, "1e30x"])
def test_a_number_of_the_wrong_type_is_refused_in_one_sentence(field: str, value: object) -> None:
    with pytest.raises(InputError, match=rf"^The field '{field}' is wrong: [^.]*\.$"):
        speak(**{field: value})


def test_what_shapes_joints_elsewhere_is_taken_and_changes_nothing() -> None:
    shaped = speak(overlap_wav_len="512", left_context_seconds=1)
    assert asked(shaped, None) == asked(speak(), None)
    assert asked(speak(overlap_wav_len=0, left_context_seconds=0.6), None) == asked(speak(), None)


def test_the_schema_says_what_each_field_means_and_may_be() -> None:
    schema = wire.speak_schema()
    fields = schema["properties"]
    assert list(fields) == list(wire.SpeakBody.__struct_fields__)
    assert schema["required"] == ["text"]
    assert all(field["description"].endswith(".") for field in fields.values())
    assert (fields["seed"]["minimum"], fields["seed"]["maximum"]) == (0, 2**63 - 1)
    assert fields["left_context_seconds"]["maximum"] == 60
    for name in ("length_penalty", "overlap_wav_len", "left_context_seconds"):
        assert fields[name]["description"].startswith("Without effect")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_with_a_sentence(data: bytes) -> None:
    assert refused(lambda: wire.decode_speak(data)) in (None, ".")


@given(
    st.dictionaries(
        st.sampled_from(list(wire.SpeakBody.__struct_fields__)),
        st.recursive(
            st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
            lambda inner: st.lists(inner, max_size=4),
            max_leaves=4,
        ),
        max_size=8,
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
