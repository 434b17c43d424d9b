import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.redis.messages import LARGEST_MESSAGE, encoded, relayed, told
from domain.errors import RelayMessageError
from domain.events import (
    AudioContinued,
    CacheAsked,
    Event,
    FirstAudio,
    SpeechFinished,
    SpeechQueued,
    SpeechRefused,
    VoiceSaved,
)
from domain.ports import Relayed
from domain.session import SessionState

NOW = datetime(2026, 1, 2, 3, 4, 5, 678_900, tzinfo=UTC)
SOUND = base64.b64encode(b"\1\2\3\4").decode()


def payload(event: Event) -> tuple[str, dict[str, Any]]:
    message = told(event, NOW)
    assert message is not None
    name, data = message
    return name, json.loads(data)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'{{"audio":"{SOUND}","isFinal":false}}', Relayed(b"\1\2\3\4")),
        (f'{{"audio":"{SOUND}","isFinal":true}}', Relayed(b"\1\2\3\4", last=True)),
        (f'{{"audio":"{SOUND}"}}', Relayed(b"\1\2\3\4")),
        (f'{{"audio":"{SOUND}","isFinal":null,"more":1}}', Relayed(b"\1\2\3\4")),
        ('{"audio":""}', Relayed(b"")),
        ('{"isFinal":true}', Relayed(b"", last=True)),
        ('{"audio":null,"isFinal":true}', Relayed(b"", last=True)),
    ],
)
def test_sound_is_read_as_it_was_published(text: str, expected: Relayed) -> None:
    assert relayed("sess:1", text.encode()) == expected


def test_what_is_written_is_read_back() -> None:
    for sound in (Relayed(b""), Relayed(bytes(range(256))), Relayed(b"ab", last=True)):
        assert relayed("sess:1", encoded(sound)) == sound


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is no JSON"),
        (b"\xff\xfe", "it is no JSON"),
        (b"[" * 100_000, "it is no JSON"),
        (b"[]", "it is no JSON object"),
        (b"{}", "it has no audio in base64"),
        (b'{"audio":7}', "it has no audio in base64"),
        (b'{"audio":"?"}', "its audio is no base64"),
        (b'{"audio":"AAA"}', "its audio is no base64"),
        ('{"audio":"ä"}'.encode(), "its audio is no base64"),
        (b'{"audio":"AAAA"}', "its audio ends within a 16-bit sample"),
        (b'{"audio":"AAA=","isFinal":"yes"}', "its isFinal is neither true nor false"),
        (b'"' + b"A" * LARGEST_MESSAGE + b'"', "it is larger than 1024 KiB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_sound_is_refused_in_one_sentence(data: bytes, why: str) -> None:
    with pytest.raises(RelayMessageError) as refused:
        relayed("sess:1", data)
    assert str(refused.value) == f"What was published to 'sess:1' cannot be relayed: {why}."


def test_the_beginning_of_a_session_is_told() -> None:
    assert payload(SpeechQueued("s1", 12, "me")) == (
        "session:me:s1",
        {
            "event": "started",
            "session_id": "s1",
            "owner": "me",
            "at": "2026-01-02T03:04:05.678+00:00",
            "characters": 12,
        },
    )


def test_first_audio_and_chunks_are_told_with_their_times_in_milliseconds() -> None:
    _, first = payload(FirstAudio("s1", 0.0523, "me"))
    assert (first["event"], first["wait_ms"]) == ("first_audio", 52.3)
    _, chunk = payload(AudioContinued("s1", 0.25, starved=True, chunks=7, audio_s=1.5, owner="me"))
    del chunk["at"]
    assert chunk == {
        "event": "chunk",
        "session_id": "s1",
        "owner": "me",
        "gap_ms": 250.0,
        "starved": True,
        "chunks": 7,
        "audio_ms": 1500.0,
    }


@pytest.mark.parametrize(
    ("outcome", "event"),
    [("done", "finished"), ("cancelled", "cancelled"), ("failed", "failed")],
)
def test_the_end_of_a_session_is_told_by_its_outcome(outcome: str, event: str) -> None:
    state, stage = SessionState(outcome), SessionState("speaking")
    name, end = payload(SpeechFinished("s1", state, stage, 12, 3, 2.5, 0.75, "me"))
    del end["at"]
    assert name == "session:me:s1"
    assert end == {
        "event": event,
        "session_id": "s1",
        "owner": "me",
        "outcome": outcome,
        "stage": "speaking",
        "characters": 12,
        "chunks": 3,
        "audio_ms": 2500.0,
        "took_ms": 750.0,
    }


@pytest.mark.parametrize(
    "event", [CacheAsked("audio", hit=True), VoiceSaved("v"), SpeechRefused("busy")]
)
def test_what_is_no_event_of_a_session_is_not_told(event: Event) -> None:
    assert told(event, NOW) is None
