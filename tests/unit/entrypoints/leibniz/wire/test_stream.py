import base64
import json
from typing import Any

import pytest

from domain.errors import InputError
from domain.loudness import Target
from entrypoints.leibniz.wire import stream as wire


def told(message: wire.Message) -> dict[str, Any]:
    assert not message.binary
    read: dict[str, Any] = json.loads(message.data)
    return read


def test_the_address_says_who_and_how() -> None:
    query = wire.decode_query({"session_id": "abc", "binary": "true", "else": "x"})
    assert (query.session_id, query.binary, query.authorization) == ("abc", True, None)
    assert wire.decode_query({"session_id": ""}) == wire.Query()


def test_a_wrong_word_in_the_address_is_named() -> None:
    with pytest.raises(InputError, match="'binary'"):
        wire.decode_query({"binary": "perhaps"})


def test_what_a_message_has_beside_its_fields_is_passed_over() -> None:
    sent = '{"type":"synthesize","text":"Hi","voice":"","emotion":"glad","speed":2}'
    asked = wire.decode_message(sent)
    assert asked == wire.Synthesize("Hi", "")
    assert wire.decode_message(b'{"type":"cancel","text":1}') == wire.Cancel()


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ("Hello", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        ("", "not JSON"),
        ("[" * 60_000, "wrong"),
        ("[]", "wrong"),
        ("{}", "'type' is missing"),
        ('{"type":"dance"}', "'type' is wrong: invalid value 'dance'"),
        ('{"type":"synthesize"}', "'text' is missing"),
        ('{"type":"synthesize","text":1}', "'text' is wrong"),
        ('{"type":"synthesize","text":"a","more":' + "[" * 30_000 + "]" * 30_000 + "}", "not JSON"),
    ],
)
def test_a_message_that_cannot_be_understood_is_told_so(sent: str | bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        wire.decode_message(sent)


def test_a_request_becomes_streamed_samples_at_24_khz() -> None:
    asked = wire.Synthesize("Hi", voice="support", language="")
    request = wire.speech_request(asked, Target(-20.0), "abc", "house")
    assert (request.text, request.voice, request.language) == ("Hi", "support", None)
    assert (request.session_id, request.owner) == ("abc", "house")
    assert (request.finish.to.name, request.finish.whole) == ("pcm_24000", False)
    assert request.finish.target == Target(-20.0)


def test_each_message_is_told_as_its_clients_know_it() -> None:
    assert told(wire.connected("abc")) == {
        "type": "connected",
        "session_id": "abc",
        "sample_rate": 24_000,
        "format": "pcm_s16le",
    }
    assert told(wire.sentence_start(0, "Hi")) == {
        "type": "sentence_start",
        "index": 0,
        "text": "Hi",
    }
    assert told(wire.first_chunk(0.41561, cached=False)) == {
        "type": "first_chunk",
        "latency_ms": 415.6,
        "cached": False,
    }
    assert told(wire.sentence_end(2)) == {"type": "sentence_end", "index": 2}
    assert told(wire.failed("busy", "Wait.")) == {
        "type": "error",
        "code": "busy",
        "message": "Wait.",
    }


def test_warnings_are_told_at_the_end_where_there_are_any() -> None:
    complete = told(wire.complete("abc", 1.25, 21, cancelled=False))
    assert complete == {
        "type": "complete",
        "session_id": "abc",
        "duration_ms": 1250.0,
        "chunks": 21,
        "cancelled": False,
    }
    warned = told(wire.complete("abc", 1.25, 21, cancelled=False, warnings=["Odd."]))
    assert warned == complete | {"warnings": ["Odd."]}


def test_sound_is_base64_within_json_or_bare() -> None:
    within = told(wire.audio(b"\x01\x02", 3, binary=False))
    assert within == {
        "type": "audio",
        "data": base64.b64encode(b"\x01\x02").decode(),
        "index": 3,
        "sample_rate": 24_000,
    }
    assert wire.audio(b"\x01\x02", 3, binary=True) == wire.Message(b"\x01\x02", binary=True)
