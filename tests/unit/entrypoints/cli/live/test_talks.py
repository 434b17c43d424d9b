import json
from base64 import b64encode
from collections.abc import Iterable
from typing import Any

import pytest

from domain.audio import HOUSE_RATE_HZ
from domain.errors import InputError, UnavailableError
from domain.pieces import USUAL_PAUSES
from entrypoints.cli.live.elevenlabs import ElevenLabs
from entrypoints.cli.live.leibniz import Leibniz
from entrypoints.cli.live.talk import Said, Talk

SOUND = b64encode(b"\1\2").decode()


def sent(said: Iterable[Said]) -> list[Any]:
    return [json.loads(each.data) for each in said]


def told(**fields: object) -> str:
    return json.dumps(fields)


def asked(said: Iterable[Said]) -> list[str]:
    return [each["text"] for each in sent(said)]


def test_stream_input_begins_with_a_blank_and_ends_with_nothing() -> None:
    talk = ElevenLabs(speed=1.1)
    assert sent(talk.opening()) == [{"text": " ", "voice_settings": {"speed": 1.1}}]
    assert sent(talk.says("Hello ")) == [{"text": "Hello "}]
    assert sent(talk.ends()) == [{"text": " ", "flush": True}, {"text": ""}]
    assert talk.hears(told(audio=SOUND, isFinal=False)).sound == b"\1\2"
    assert not talk.over
    talk.hears(told(isFinal=True))
    assert talk.over


def test_a_context_is_flushed_closed_and_then_hangs_up() -> None:
    talk = ElevenLabs(multi=True)
    assert sent(talk.opening()) == [{"text": " ", "context_id": "say"}]
    assert sent(talk.ends()) == [
        {"text": " ", "flush": True, "context_id": "say"},
        {"close_context": True, "context_id": "say"},
    ]
    assert talk.hears(told(audio=SOUND, contextId="another")).sound == b""
    talk.hears(told(isFinal=True, contextId="another"))
    assert not talk.over
    assert sent(talk.hears(told(isFinal=True, contextId="say")).then) == [{"close_socket": True}]
    assert talk.over


def test_a_long_piece_goes_in_messages_that_every_server_takes() -> None:
    text = "\N{GRINNING FACE}" * 30_000
    messages = ElevenLabs().says(text)
    assert "".join(asked(messages)) == text
    assert max(len(each.data.encode()) for each in messages) < 2**16


def test_only_words_and_flushes_are_timed() -> None:
    talk = ElevenLabs()
    every = (*talk.opening(), *talk.says("Hello"), *talk.ends())
    assert [each.letters > 0 for each in every] == [False, True, False, False]
    assert [each.flushes for each in every] == [False, False, True, False]


def test_leibniz_is_asked_for_whole_sentences_one_request_at_a_time() -> None:
    talk = Leibniz(voice="ana", language="en")
    assert talk.opening() == ()
    assert talk.says("Good mor") == ()
    first = talk.says("ning. How are")
    assert sent(first) == [
        {"type": "synthesize", "text": "Good morning.", "voice": "ana", "language": "en"}
    ]
    assert talk.says(" you? And you? I") == ()
    assert asked(talk.hears(told(type="complete")).then) == ["How are you? And you?"]
    assert talk.ends() == ()
    assert not talk.over
    assert asked(talk.hears(told(type="complete")).then) == ["I"]
    assert not talk.over
    talk.hears(told(type="complete"))
    assert talk.over


def test_leibniz_is_over_at_once_where_all_was_heard_before_the_end() -> None:
    talk = Leibniz()
    assert asked(talk.says("One. \n")) == ["One."]
    talk.hears(told(type="complete"))
    assert not talk.over
    assert talk.ends() == ()
    assert talk.over


@pytest.mark.parametrize("text", ["word " * 3_000, "x" * 9_000, "A sentence. " * 1_000])
def test_a_long_text_is_parted_and_nothing_of_it_is_lost(text: str) -> None:
    talk, parts = Leibniz(), []
    parts += asked(talk.says("\n" * 5_000 + text))
    parts += asked(talk.ends())
    while not talk.over:
        parts += asked(talk.hears(told(type="complete")).then)
    assert max(map(len, parts)) <= 4_000
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_text_that_is_there_already_is_one_request() -> None:
    talk = Leibniz(patient=True)
    assert talk.says("One. Two.") == ()
    assert asked(talk.ends()) == ["One. Two."]


def test_markup_is_not_parted() -> None:
    talk = Leibniz(tagged=True)
    assert talk.says("<speak>One. Two. ") == ()
    assert talk.says("Three.</speak>") == ()
    assert asked(talk.ends()) == ["<speak>One. Two. Three.</speak>"]


def test_sound_is_heard_in_text_and_in_binary() -> None:
    talk = Leibniz()
    assert talk.hears(told(type="audio", data=SOUND, sample_rate=24_000)).sound == b"\1\2"
    assert talk.hears(b"\3\4").sound == b"\3\4"
    assert talk.hears(told(type="first_chunk", latency_ms=1, cached=True)).sound == b""


def test_between_two_requests_is_the_pause_of_a_sentence() -> None:
    talk = Leibniz()
    talk.says("One. ")
    assert talk.hears(b"\1\2").sound == b"\1\2"
    talk.says("Two. ")
    talk.hears(told(type="complete"))
    paused = talk.hears(b"\3\4").sound
    assert paused == bytes(len(paused) - 2) + b"\3\4"
    assert len(paused) == 2 + 2 * round(USUAL_PAUSES.sentence_s * HOUSE_RATE_HZ)
    assert talk.hears(b"\5\6").sound == b"\5\6"


def test_who_has_heard_nothing_for_a_while_hears_no_pause() -> None:
    talk = Leibniz()
    talk.says("One. ")
    talk.hears(told(type="complete"))
    talk.says("Two. ")
    assert talk.hears(b"\3\4").sound == b"\3\4"


@pytest.mark.parametrize(
    ("talk", "message", "says"),
    [
        (
            ElevenLabs(),
            told(message="There is no voice.", error="voice_not_found", code=1008),
            r"There is no voice\. \(voice_not_found, 1008\)",
        ),
        (ElevenLabs(), told(error="Invalid EL_AUDIO_FORMAT"), r"said: Invalid EL_AUDIO_FORMAT$"),
        (Leibniz(), told(type="error", code="busy", message="Later."), r"Later\. \(busy\)"),
        (Leibniz(), told(type="audio", data=SOUND, sample_rate=16_000), "16000 samples a second"),
    ],
)
def test_a_refusal_is_told_in_the_servers_words(talk: Talk, message: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        talk.hears(message)


@pytest.mark.parametrize(
    ("talk", "data"),
    [
        (ElevenLabs(), "<html>"),
        (ElevenLabs(), b"\xff\x00"),
        (ElevenLabs(), "[1]"),
        (ElevenLabs(), told(audio="a")),
        (Leibniz(), "null"),
        (Leibniz(), told(type="audio")),
    ],
)
def test_what_belongs_to_no_protocol_is_told(talk: Talk, data: str | bytes) -> None:
    with pytest.raises(UnavailableError, match="no message of this protocol"):
        talk.hears(data)
