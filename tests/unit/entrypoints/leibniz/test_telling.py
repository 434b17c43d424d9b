import base64
import json
from collections.abc import Iterable
from typing import Any

import numpy as np

from application.finishing import Sound
from domain.audio import Pcm, to_int16
from entrypoints.leibniz.telling import Telling
from entrypoints.leibniz.wire.stream import Message

PACKET_S = 0.06


def sound(seconds: float, passage: int = 0) -> Sound:
    count = round(seconds * 24_000)
    return Sound(Pcm(np.linspace(-0.5, 0.5, count, dtype=np.float32), 24_000), passage=passage)


def telling(*sentences: str, binary: bool = False, warnings: tuple[str, ...] = ()) -> Telling:
    begun = Telling("abc", PACKET_S, binary=binary)
    begun.begin(sentences, 0.1, cached=False, warnings=warnings)
    return begun


def read(messages: Iterable[Message]) -> list[dict[str, Any]]:
    return [json.loads(message.data) for message in messages]


def kinds(messages: Iterable[Message]) -> list[tuple[str, Any]]:
    return [(told["type"], told.get("index")) for told in read(messages)]


def test_a_sentence_begins_before_its_first_sound_and_ends_behind_its_last() -> None:
    told = telling("One.", "Two.")
    assert kinds(told.heard(sound(0.05))) == [
        ("sentence_start", 0),
        ("first_chunk", None),
        ("audio", 0),
    ]
    assert kinds(told.heard(sound(0.05))) == [("audio", 0)]
    assert kinds(told.heard(sound(0.05, passage=1))) == [
        ("sentence_end", 0),
        ("sentence_start", 1),
        ("audio", 1),
    ]
    assert kinds(told.ended()) == [("sentence_end", 1)]


def test_each_sentence_is_told_with_its_words() -> None:
    told = telling("One.", "Two.")
    started = read(told.heard(sound(0.05))) + read(told.heard(sound(0.05, passage=1)))
    texts = [each["text"] for each in started if each["type"] == "sentence_start"]
    assert texts == ["One.", "Two."]


def test_sentences_without_a_sound_are_told_all_the_same() -> None:
    told = telling("-", "Two.", "-")
    assert kinds(told.heard(sound(0.05, passage=1))) == [
        ("sentence_start", 0),
        ("sentence_end", 0),
        ("sentence_start", 1),
        ("first_chunk", None),
        ("audio", 1),
    ]
    assert kinds(told.ended()) == [("sentence_end", 1), ("sentence_start", 2), ("sentence_end", 2)]


def test_sound_goes_in_packets_of_which_none_is_too_long_and_nothing_is_lost() -> None:
    whole = sound(0.25)
    packets = [each for each in read(telling("One.").heard(whole)) if each["type"] == "audio"]
    data = [base64.b64decode(each["data"]) for each in packets]
    assert [len(each) / 48_000 for each in data] == [PACKET_S] * 4 + [0.01]
    assert b"".join(data) == to_int16(whole.pcm.samples)


def test_bare_samples_go_without_json_around_them() -> None:
    whole = sound(0.1)
    messages = list(telling("One.", binary=True).heard(whole))
    assert [message.binary for message in messages] == [False, False, True, True]
    assert b"".join(each.data for each in messages[2:]) == to_int16(whole.pcm.samples)


def test_the_end_counts_what_was_sent_and_no_more() -> None:
    told = telling("One.", warnings=("Odd.",))
    messages = told.heard(sound(0.25))
    for _ in range(4):
        next(messages)  # the second packet is on its way, and never arrives
    (complete,) = read([told.complete(cancelled=True)])
    assert complete == {
        "type": "complete",
        "session_id": "abc",
        "duration_ms": 60.0,
        "chunks": 1,
        "cancelled": True,
        "warnings": ["Odd."],
    }


def test_what_was_never_begun_is_complete_without_a_sound() -> None:
    (complete,) = read([Telling("abc", PACKET_S, binary=False).complete(cancelled=True)])
    assert (complete["duration_ms"], complete["chunks"]) == (0.0, 0)
