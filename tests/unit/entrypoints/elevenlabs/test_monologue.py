"""The rules of `stream-input`."""

import json
from dataclasses import replace
from typing import Any

import pytest

from domain.errors import (
    EngineBusyError,
    EngineFailedError,
    HouseClosingError,
    InputError,
    KeyUnknownError,
    LanguageUnknownError,
    SpeechError,
    VoiceUnknownError,
)
from domain.formats import AudioFormat, Codec
from domain.loudness import Target
from entrypoints.elevenlabs.conversation import House
from entrypoints.elevenlabs.monologue import Monologue
from entrypoints.elevenlabs.orders import (
    Admit,
    Close,
    Finish,
    Flush,
    Forward,
    Order,
    Speak,
)
from entrypoints.sockets import TooManySocketsError
from tests.unit.entrypoints.elevenlabs.talks import Talk, arriving, closed, of, texts

HOUSE = House(arriving, Target(), longest_text=2_000)
SENTENCE = "The first move is what sets everything in motion. "


def talk(house: House = HOUSE, **query: Any) -> Talk:
    return Talk(Monologue, house, **query)


def only(orders: list[Order]) -> Speak:
    (spoken,) = of(Speak, orders)
    return spoken


def test_the_first_message_admits_and_says_nothing() -> None:
    speaking = talk()
    assert speaking.send(text=" ", voice_settings=None) == [Admit(None)]
    assert speaking.send(text=" ") == []


@pytest.mark.parametrize("name", ["xi_api_key", "xi-api-key", "authorization"])
def test_the_first_message_may_bring_the_key(name: str) -> None:
    assert talk().send(text=" ", **{name: "Bearer k" if name == "authorization" else "k"}) == [
        Admit("k")
    ]


def test_an_empty_text_speaks_the_rest_and_ends() -> None:
    speaking = talk()
    speaking.send(text="Hello ")
    orders = speaking.send(text="")
    assert texts(orders) == ["Hello "]
    assert orders[-1] == Finish("")
    assert speaking.rules.finished("", speaking.now_s) == [Close(1000)]
    assert speaking.send(text="More. ") == []
    assert speaking.rules.deadline_s is None


def test_what_is_sent_behind_the_end_is_passed_over() -> None:
    speaking = talk(auto_mode="true")
    speaking.send(text="Hello. ")
    speaking.send(text="")
    assert speaking.send(text="Another sentence. ", flush=True) == []
    assert speaking.send(text="") == []


def test_an_end_of_nothing_ends_at_once() -> None:
    assert talk().send(text="") == [Admit(None), Finish("")]


def test_a_flush_speaks_all_and_ends_nothing() -> None:
    speaking = talk()
    orders = speaking.send(text="Hello the", flush=True)
    assert texts(orders) == ["Hello the"]
    assert orders[-1] == Flush("")
    assert speaking.send(flush=True) == []
    assert texts(speaking.send(text="Again ", flush=True)) == ["Again "]


def test_a_trigger_speaks_what_is_long_enough() -> None:
    speaking = talk()
    assert texts(speaking.send(text="Hello ", try_trigger_generation=True)) == []
    assert texts(speaking.send(text=SENTENCE, try_trigger_generation=True)) == ["Hello " + SENTENCE]


def test_a_trigger_may_come_alone() -> None:
    speaking = talk()
    speaking.send(text=SENTENCE + "And ")
    assert texts(speaking.send(try_trigger_generation=True)) == [SENTENCE]


def test_the_schedule_decides_when_speech_begins() -> None:
    speaking = talk()
    speaking.send(text=" ", generation_config={"chunk_length_schedule": [60]})
    assert texts(speaking.send(text=SENTENCE)) == []
    assert texts(speaking.send(text="And so on. ")) == [" " + SENTENCE + "And so on. "]


def test_in_auto_mode_speech_starts_at_once_and_then_gathers_sentences() -> None:
    speaking = talk(auto_mode="true")
    first = speaking.send(text="Well then, my good friend ")
    assert texts(first) == ["Well then, my good friend "]
    assert texts(speaking.send(text="and neighbour, hear ")) == []
    second = speaking.send(text="this. And ")
    assert texts(second) == ["and neighbour, hear this. "]
    assert texts(speaking.heard(*first, *second)) == []
    assert texts(speaking.wait(0.2)) == ["And "]


def test_a_lone_word_is_spoken_after_a_moment_and_only_once() -> None:
    speaking = talk(auto_mode="true")
    assert texts(speaking.send(text="Yes ")) == []
    assert texts(speaking.wait(1.0)) == ["Yes "]


def test_settings_hold_from_the_next_batch() -> None:
    speaking = talk(speed="0.9", language_code="en", seed="3", apply_text_normalization="on")
    first = speaking.send(
        text="Hello ",
        flush=True,
        voice_settings={"speed": 1.1},
        generator_config={"language": "de"},
    )
    request = only(first).request
    assert (request.settings.speed, request.settings.seed, request.language) == (1.1, 3, "de")
    assert (request.in_words, request.voice) == (True, "ana")
    speaking.send(text="gathered ")
    speaking.send(text="with it ", voice_settings={"speed": 0.5})
    assert only(speaking.send(flush=True)).request.settings.speed == 1.1
    assert only(speaking.send(text="Later ", flush=True)).request.settings.speed == 0.5


def test_chunks_of_the_engine_may_share_a_packet() -> None:
    speaking = talk()
    config = {"chunk_length_schedule_frames": [1, 4]}
    assert only(speaking.send(text="Hi ", flush=True, generation_config=config)).sounds == (1, 4)


@pytest.mark.parametrize("ssml", ["true", "false"])
def test_markup_is_understood_where_it_is_asked_for(ssml: str) -> None:
    speaking = talk(enable_ssml_parsing=ssml)
    text = "<emphasis>Hello</emphasis> "
    assert texts(speaking.send(text=text, flush=True)) == ["Hello " if ssml == "true" else text]


def test_wrong_markup_ends_the_socket_in_a_sentence() -> None:
    speaking = talk(enable_ssml_parsing="true")
    speaking.send(text=" ")
    assert closed(speaking.send(text="<a></b>")) == (1008, "invalid_input_message")


def test_an_init_fixes_the_format_and_overrides_the_address() -> None:
    speaking = talk(output_format="mp3_44100_128", speed="0.8", language="en")
    assert speaking.send(
        type="ttsInitRequest",
        audio_format="pcm_16000",
        generation_config={"speed": 1.5, "language": "de", "chunk_length_schedule": [5]},
    ) == [Admit(None)]
    assert speaking.rules.lead_s == pytest.approx(0.02)
    request = only(speaking.send(text="Guten Tag ")).request
    assert request.finish.to == AudioFormat(Codec.PCM, 16_000)
    assert (request.settings.speed, request.language) == (1.5, "de")


def test_an_init_without_a_format_keeps_that_of_the_address() -> None:
    speaking = talk(output_format="ulaw_8000")
    speaking.send(type="ttsInitRequest")
    assert only(speaking.send(text="Hi ", flush=True)).request.finish.to.codec is Codec.ULAW


def test_an_init_may_name_no_other_format() -> None:
    speaking = talk()
    orders = speaking.send(type="ttsInitRequest", EL_AUDIO_FORMAT="mp3_44100_128")
    (close,) = orders
    assert isinstance(close, Close)
    assert close.code == 1003
    assert list(json.loads(close.told)) == ["error"]
    assert json.loads(close.told)["error"].startswith("Invalid EL_AUDIO_FORMAT: ")


def test_the_format_cannot_be_changed_later() -> None:
    speaking = talk()
    speaking.send(text=" ")
    late = speaking.send(type="ttsInitRequest", audio_format="pcm_16000")
    assert closed(late) == (1008, "invalid_input_message")


def test_without_an_init_the_address_holds_after_a_second_and_a_half() -> None:
    speaking = talk(target_lead_ms="40")
    assert speaking.rules.deadline_s == pytest.approx(speaking.now_s + 1.5)
    assert speaking.wait(1.4) == []
    assert speaking.wait(0.2) == [Admit(None)]
    assert speaking.rules.lead_s == pytest.approx(0.04)


def test_any_other_first_message_ends_that_wait() -> None:
    speaking = talk()
    assert speaking.send(flush=True) == [Admit(None)]
    assert speaking.wait(5) == []


@pytest.mark.parametrize(
    ("house", "query", "init", "lead_s"),
    [
        ("auto", {}, False, None),
        ("auto", {"target_lead_ms": "50"}, False, 0.05),
        ("auto", {"target_lead_ms": "0"}, False, 0.0),
        ("auto", {}, True, 0.02),
        ("always", {}, False, 0.02),
        ("never", {"target_lead_ms": "50"}, True, None),
    ],
)
def test_pacing_is_on_for_those_who_ask_unless_the_house_decides(
    house: str,
    query: dict[str, str],
    init: bool,  # noqa: FBT001 - a column of the table
    lead_s: float | None,
) -> None:
    speaking = talk(replace(HOUSE, paced=house), **query)
    speaking.send(**({"type": "ttsInitRequest"} if init else {"text": " "}))
    assert speaking.rules.lead_s == (None if lead_s is None else pytest.approx(lead_s))


def test_the_first_message_may_name_the_lead() -> None:
    speaking = talk(target_lead_ms="10")
    speaking.send(type="ttsInitRequest", target_lead_ms=100)
    speaking.send(text="x ", target_lead_ms=500)
    assert speaking.rules.lead_s == pytest.approx(0.1)


def test_silence_ends_the_socket() -> None:
    speaking = talk(inactivity_timeout="5")
    speaking.send(text="Hello ")
    assert speaking.wait(4.9) == []
    assert closed(speaking.wait(0.2)) == (1008, "input_timeout_exceeded")
    assert speaking.send(text="Hello ") == []
    assert speaking.wait(100) == []


def test_behind_an_init_silence_ends_the_socket_well() -> None:
    speaking = talk()
    speaking.send(type="ttsInitRequest")
    (close,) = speaking.wait(21)
    assert isinstance(close, Close)
    assert (close.code, close.told) == (1000, b"")


@pytest.mark.parametrize("alive", [{"text": " "}, {"flush": True}])
def test_a_blank_keeps_the_socket_open(alive: dict[str, Any]) -> None:
    speaking = talk()
    for _ in range(5):
        speaking.send(**alive)
        assert of(Close, speaking.wait(19)) == []
    assert closed(speaking.wait(1.1)) == (1008, "input_timeout_exceeded")


def test_nobody_is_idle_who_is_owed_speech_or_hears_it() -> None:
    speaking = talk()
    spoken = speaking.send(text="Hello there. ", flush=True)
    assert speaking.wait(100) == []
    speaking.heard(*spoken)
    assert speaking.wait(15) == []
    speaking.rules.sent("", 0.06, speaking.now_s)
    assert speaking.wait(15) == []
    assert closed(speaking.wait(6)) == (1008, "input_timeout_exceeded")


@pytest.mark.parametrize("by", ["query", "init"])
def test_kept_open_a_socket_speaks_one_batch_after_the_other(by: str) -> None:
    speaking = talk(keep_open="true") if by == "query" else talk()
    speaking.send(type="ttsInitRequest", **({"keep_open": True} if by == "init" else {}))
    for text in ("One ", "Two "):
        spoken = [*speaking.send(text=text), *speaking.send(text="")]
        assert texts(spoken) == [text]
        assert spoken[-1] == Finish("", lasts=True)
        speaking.heard(*spoken)
        assert speaking.rules.finished("", speaking.now_s) == []
    assert of(Close, speaking.wait(21))


def test_ends_without_number_are_not_kept() -> None:
    speaking = talk(keep_open="true")
    orders: list[Order] = []
    for _ in range(100):
        orders += speaking.send(text="")
    assert len(of(Finish, orders)) < 50
    assert closed(orders) == (1008, "invalid_input_message")


@pytest.mark.parametrize("text", ["word ", "<break time='1s'/> ", " " * 60, "<", "a"])
def test_no_more_waits_than_a_text_may_have(text: str) -> None:
    speaking = talk(enable_ssml_parsing="false", auto_mode="true")
    orders: list[Order] = []
    for _ in range(3_000):
        orders += speaking.send(text=text)
    assert closed(orders) == (1008, "invalid_input_message")
    assert "wait to be heard" in json.loads(of(Close, orders)[0].told)["message"]
    assert sum(map(len, texts(orders))) <= 2_000


def test_flushes_of_single_letters_are_bounded_too() -> None:
    speaking = talk()
    orders: list[Order] = []
    for _ in range(100):
        orders += speaking.send(text="a", flush=True)
    assert len(texts(orders)) < 50
    assert closed(orders) == (1008, "invalid_input_message")


def test_what_was_heard_makes_room() -> None:
    speaking = talk()
    for _ in range(100):
        speaking.heard(*speaking.send(text=SENTENCE * 10, flush=True))
    assert speaking.send(text=" ") == []


@pytest.mark.parametrize(
    "data", ["", "{", "[]", "{}", "null", '{"text":1}', b"\xff", '{"unknown":1}', "[" * 9_999]
)
def test_a_message_that_makes_no_sense_ends_the_socket(data: str | bytes) -> None:
    assert closed(talk().raw(data)) == (1008, "invalid_input_message")


def test_binary_frames_may_carry_messages() -> None:
    assert talk().raw(b'{"text":" "}') == [Admit(None)]


def test_settings_out_of_range_end_the_socket() -> None:
    refused = talk().send(text="Hi ", voice_settings={"speed": 99})
    assert closed(refused) == (1008, "invalid_input_message")


@pytest.mark.parametrize(
    ("error", "code", "word"),
    [
        (VoiceUnknownError("x"), 1008, "voice_not_found"),
        (KeyUnknownError(), 1008, "invalid_api_key"),
        (LanguageUnknownError("xx", ("en",)), 1008, "invalid_input_message"),
        (TooManySocketsError(3), 1008, "too_many_concurrent_requests"),
        (EngineBusyError(1.0), 1013, "system_busy"),
        (HouseClosingError(), 1012, "shutting_down"),
        (EngineFailedError("It broke."), 1011, "internal_error"),
        (SpeechError("It broke."), 1011, "internal_error"),
    ],
)
def test_every_failure_has_its_code_and_word(error: SpeechError, code: int, word: str) -> None:
    speaking = talk()
    speaking.send(text="Hi ", flush=True)
    assert closed(speaking.rules.failed("", error)) == (code, word)


def test_forward_mode_relays_an_allowed_channel() -> None:
    speaking = talk(mode="forward")
    init = {"type": "ttsInitRequest", "audio_channel": "sess:1:audio"}
    assert speaking.send(**init) == [Admit(None), Forward("sess:1:audio", Finish(""))]
    assert speaking.rules.lead_s == pytest.approx(0.02)
    assert speaking.send(text="Never spoken. ", flush=True) == []
    (close,) = speaking.send(text="")
    assert isinstance(close, Close)
    assert (close.code, close.told) == (1000, b'{"isFinal":true}')


@pytest.mark.parametrize("channel", [None, "", "other", "xsess:1"])
def test_forward_mode_relays_nothing_else(channel: str | None) -> None:
    refused = talk().send(type="ttsInitRequest", mode="forward", audio_channel=channel)
    assert closed(refused) == (1008, "invalid_input_message")


def test_there_are_two_modes() -> None:
    with pytest.raises(InputError, match="generate or forward"):
        talk(mode="backward")
    refused = talk().send(type="ttsInitRequest", mode="backward")
    assert closed(refused) == (1008, "invalid_input_message")
