"""The rules of `multi-stream-input`."""

import json
from typing import Any

import pytest

from domain.errors import EngineBusyError, VoiceUnknownError
from domain.loudness import Target
from entrypoints.elevenlabs.conversation import House
from entrypoints.elevenlabs.dialogue import DEFAULT, Dialogue
from entrypoints.elevenlabs.orders import Admit, Close, Drop, Finish, Flush, Order, Speak, Tell
from tests.unit.entrypoints.elevenlabs.talks import Talk, arriving, closed, of, texts


def talk(**query: Any) -> Talk:
    return Talk(Dialogue, House(arriving, Target(), longest_text=2_000), **query)


@pytest.fixture
def speaking() -> Talk:
    begun = talk()
    assert begun.send(text=" ", context_id="c1", voice_settings={}) == [Admit(None)]
    return begun


def told(orders: list[Order]) -> list[dict[str, Any]]:
    return [json.loads(each.told) for each in of(Drop, orders)]


def test_contexts_gather_and_speak_each_for_itself(speaking: Talk) -> None:
    speaking.send(text="Hello ", context_id="c1")
    speaking.send(text="Goodbye ", contextId="c2")
    orders = speaking.send(context_id="c2", flush=True)
    assert texts(orders) == texts(orders, "c2") == ["Goodbye "]
    assert orders[-1] == Flush("c2")
    assert texts(speaking.send(context_id="c1", flush=True, text="there ")) == [" Hello there "]


def test_no_name_is_the_default_context(speaking: Talk) -> None:
    assert texts(speaking.send(text="Hello ", flush=True), DEFAULT) == ["Hello "]


def test_an_empty_text_flushes_where_it_says_so_and_ends_nothing(speaking: Talk) -> None:
    speaking.send(text="Hello ", context_id="c1")
    assert speaking.send(text="", context_id="c1") == []
    assert texts(speaking.send(text="", context_id="c1", flush=True)) == [" Hello "]


@pytest.mark.parametrize("alive", [{"text": ""}, {"text": " "}, {"text": "", "context_id": "x"}])
def test_keep_alives_begin_no_context(alive: dict[str, str]) -> None:
    speaking = talk()
    for _ in range(5):
        speaking.send(**alive)
        assert speaking.wait(19) == []
    assert speaking.rules.opened.contexts == {}
    assert closed(speaking.wait(2)) == (1008, "input_timeout_exceeded")


@pytest.mark.parametrize("said", [{"flush": True}, {"close_context": True}, {"text": ""}])
def test_what_is_said_of_no_context_is_nothing(speaking: Talk, said: dict[str, Any]) -> None:
    assert speaking.send(context_id="unknown", **said) == []
    assert list(speaking.rules.opened.contexts) == ["c1"]


def test_closed_directly_behind_a_flush_a_context_is_heard_to_its_end(speaking: Talk) -> None:
    speaking.send(text="Hello ", context_id="c1", flush=True)
    speaking.rules.sent("c1", 0.06, speaking.now_s)
    speaking.send(text="", context_id="c1", flush=True)
    speaking.rules.sent("c1", 0.06, speaking.now_s)
    assert speaking.send(context_id="c1", close_context=True) == [Finish("c1")]
    assert speaking.rules.finished("c1", speaking.now_s) == []
    assert speaking.rules.opened.contexts == {}


@pytest.mark.parametrize(("said", "interrupts"), [("", False), ("More ", True)])
def test_an_agents_last_flush_and_its_close_may_arrive_apart(
    speaking: Talk,
    said: str,
    interrupts: bool,  # noqa: FBT001 - a column of the table
) -> None:
    speaking.send(text="Hello ", context_id="c1", flush=True)
    speaking.send(text=said, context_id="c1", flush=True)
    speaking.wait(0.05)
    speaking.rules.sent("c1", 0.06, speaking.now_s)
    closing = speaking.send(context_id="c1", close_context=True)
    assert [type(each) for each in closing] == [Drop if interrupts else Finish]


def test_closed_before_its_sound_a_flushed_context_is_heard_to_its_end(speaking: Talk) -> None:
    speaking.send(text="Hello ", context_id="c1", flush=True)
    speaking.wait(3)
    assert speaking.send(context_id="c1", close_context=True) == [Finish("c1")]


def test_closing_a_context_while_it_is_heard_interrupts_it(speaking: Talk) -> None:
    speaking.send(text="Hello ", context_id="c1", flush=True)
    speaking.wait(0.05)
    speaking.rules.sent("c1", 0.06, speaking.now_s)
    (drop,) = speaking.send(context_id="c1", close_context=True)
    assert isinstance(drop, Drop)
    assert json.loads(drop.told) == {"isFinal": True, "contextId": "c1"}
    assert speaking.rules.opened.contexts == {}


def test_what_was_only_gathered_is_never_spoken(speaking: Talk) -> None:
    speaking.send(text="Hello ", context_id="c1")
    closing = speaking.send(context_id="c1", close_context=True)
    assert told(closing) == [{"isFinal": True, "contextId": "c1"}]
    speaking.send(text="One ", context_id="c2", flush=True)
    speaking.send(text="two ", context_id="c2")
    assert speaking.send(context_id="c2", close_context=True) == [Finish("c2")]


def test_closing_twice_interrupts(speaking: Talk) -> None:
    speaking.send(text="Hello ", context_id="c1", flush=True)
    assert speaking.send(context_id="c1", close_context=True) == [Finish("c1")]
    assert of(Drop, speaking.send(context_id="c1", close_context=True))


def test_a_closed_name_may_be_used_again(speaking: Talk) -> None:
    speaking.send(text="Hello ", context_id="c1")
    speaking.send(context_id="c1", close_context=True)
    again = speaking.send(text="Again ", context_id="c1", flush=True)
    assert texts(again, "c1") == ["Again "]


def test_a_name_that_is_being_closed_is_not_free_yet(speaking: Talk) -> None:
    spoken = speaking.send(text="Hello ", context_id="c1", flush=True)
    speaking.send(context_id="c1", close_context=True)
    (refused,) = speaking.send(text="More ", context_id="c1")
    assert isinstance(refused, Tell)
    assert json.loads(refused.data)["error"] == "context_closing"
    assert speaking.heard(*spoken) == []
    assert speaking.rules.deadline_s == pytest.approx(speaking.now_s + 20)


def test_five_contexts_speak_and_no_sixth() -> None:
    speaking = talk()
    for name in "abcde":
        speaking.send(text="Hello ", context_id=name, flush=True)
    assert texts(speaking.send(text="Hello ", context_id="a", flush=True)) == ["Hello "]
    refused = speaking.send(text="Hello ", context_id="f")
    assert closed(refused) == (1008, "max_active_conversations")


def test_a_context_that_ended_makes_room_for_another() -> None:
    speaking = talk()
    for name in "abcdefgh":
        assert texts(speaking.send(text="Hello ", context_id=name, flush=True)) == ["Hello "]
        speaking.send(context_id=name, close_context=True)
        speaking.rules.finished(name, speaking.now_s)


def test_settings_belong_to_their_context(speaking: Talk) -> None:
    settings = {"voice_settings": {"speed": 0.5}}
    slow = speaking.send(text="Slow ", context_id="s", flush=True, **settings)
    usual = speaking.send(text="Usual ", context_id="u", flush=True)
    speeds = [each.request.settings.speed for each in of(Speak, [*slow, *usual])]
    assert speeds == [0.5, 1.0]


def test_an_init_settles_how_all_contexts_begin() -> None:
    speaking = talk()
    speaking.send(type="ttsInitRequest", generation_config={"speed": 0.5, "language": "de"})
    (spoken,) = of(Speak, speaking.send(text="Hallo ", context_id="c", flush=True))
    assert (spoken.request.settings.speed, spoken.request.language) == (0.5, "de")


def test_settings_may_begin_a_context_without_text(speaking: Talk) -> None:
    speaking.send(context_id="c2", voice_settings={"speed": 0.5})
    (spoken,) = of(Speak, speaking.send(text="Slow ", context_id="c2", flush=True))
    assert spoken.request.settings.speed == 0.5


def test_a_fault_in_a_context_leaves_the_others_alone(speaking: Talk) -> None:
    wrong = speaking.send(text="Hi ", context_id="c2", voice_settings={"speed": 99})
    (refused,) = told(wrong)
    assert (refused["error"], refused["contextId"]) == ("invalid_input_message", "c2")
    assert texts(speaking.send(text="Hello ", context_id="c1", flush=True)) == [" Hello "]


def test_speech_that_fails_ends_its_context_alone(speaking: Talk) -> None:
    speaking.send(text="Hello ", context_id="c1", flush=True)
    (refused,) = told(speaking.rules.failed("c1", EngineBusyError(1.0)))
    assert (refused["error"], refused["code"], refused["contextId"]) == ("system_busy", 1013, "c1")
    assert speaking.rules.failed("c1", EngineBusyError(1.0)) == []
    assert texts(speaking.send(text="Again ", context_id="c1", flush=True)) == ["Again "]


def test_an_unknown_voice_ends_the_socket(speaking: Talk) -> None:
    refused = speaking.rules.failed(None, VoiceUnknownError("x"))
    assert closed(refused) == (1008, "voice_not_found")


def test_closing_the_socket_waits_for_what_was_flushed(speaking: Talk) -> None:
    speaking.send(text="Gathered ", context_id="c1")
    speaking.send(text="Flushed ", context_id="c2", flush=True)
    orders = speaking.send(close_socket=True)
    assert [type(each) for each in orders] == [Drop, Finish]
    assert speaking.send(text="Late ", context_id="c3", flush=True) == []
    assert speaking.rules.finished("c2", speaking.now_s) == [Close(1000)]


def test_closing_the_socket_waits_no_longer_than_two_seconds(speaking: Talk) -> None:
    speaking.send(text="Flushed ", context_id="c2", flush=True)
    speaking.send(close_socket=True)
    assert speaking.wait(1.9) == []
    assert speaking.wait(0.2) == [Close(1000)]


def test_closing_a_socket_that_says_nothing_closes_it_at_once() -> None:
    assert talk().send(close_socket=True) == [Admit(None), Close(1000)]


def test_the_last_context_to_fail_closes_a_closing_socket(speaking: Talk) -> None:
    speaking.send(text="Hello ", context_id="c2", flush=True)
    speaking.send(close_socket=True)
    failed = speaking.rules.failed("c2", EngineBusyError(1.0))
    assert [type(each) for each in failed] == [Drop, Close]


def test_half_a_tag_does_not_hinder_closing() -> None:
    speaking = talk(enable_ssml_parsing="true")
    speaking.send(text="<emphasis>Hello ", context_id="c", flush=True)
    speaking.send(text="<say-as interpret-as='date'>1.", context_id="c")
    assert speaking.send(close_socket=True) == [Finish("c")]


def test_a_relay_has_no_contexts() -> None:
    refused = talk(mode="forward", audio_channel="sess:1").send(text=" ")
    assert closed(refused) == (1008, "invalid_input_message")


def test_in_auto_mode_contexts_speak_at_once() -> None:
    speaking = talk(auto_mode="true")
    for name in ("c1", "c2"):
        assert texts(speaking.send(text="Hello there, you. ", context_id=name), name)
