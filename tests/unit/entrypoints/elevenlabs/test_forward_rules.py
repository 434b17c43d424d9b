"""What the rules make of forward mode, without a socket and without a relay."""

import json
from typing import Any

import pytest

from domain.arriving import Arriving
from domain.errors import EngineBusyError, RelayDownError, RelayMessageError, SpeechError
from domain.loudness import Target
from entrypoints.elevenlabs.conversation import House
from entrypoints.elevenlabs.dialogue import Dialogue
from entrypoints.elevenlabs.monologue import Monologue
from entrypoints.elevenlabs.orders import Admit, Close, Finish, Forward, Order
from entrypoints.elevenlabs.wire import socket as wire

INIT = {"type": wire.INIT, "mode": "forward", "audio_channel": "sess:1"}


def never(_language: str | None, _tagged: bool) -> Arriving:  # noqa: FBT001 - as it is asked
    raise AssertionError("forward mode reads no text")


def begun(kind: type[Any] = Monologue, paced: str = "auto", **query: str) -> Any:
    house = House(never, Target(), 100, paced=paced, forward_channels=("sess:*", "a?c"))
    return kind(house, "ana", wire.decode_query(query), 0.0)


def told(orders: list[Order]) -> tuple[int, str]:
    close = orders[-1]
    assert isinstance(close, Close)
    return close.code, json.loads(close.told)["error"]


@pytest.mark.parametrize("keep_open", [False, True])
def test_the_first_message_has_a_channel_relayed(*, keep_open: bool) -> None:
    orders = begun().receive(json.dumps(INIT | {"keep_open": keep_open}), 0.1)
    assert orders == [Admit(None), Forward("sess:1", Finish("", lasts=keep_open))]


def test_an_address_that_asks_for_it_has_it_when_no_message_comes() -> None:
    asked = begun(mode="forward", audio_channel="abc")
    assert asked.tick(1.4) == []
    assert asked.tick(1.5) == [Admit(None), Forward("abc", Finish(""))]


def reason(orders: list[Order]) -> str:
    close = orders[-1]
    assert isinstance(close, Close)
    return close.reason


@pytest.mark.parametrize("channel", [None, "", "sess", "xsess:1", "SESS:1", "abbc"])
def test_another_channel_is_refused(channel: str | None) -> None:
    orders = begun().receive(json.dumps(INIT | {"audio_channel": channel}), 0.1)
    assert told(orders) == (1008, "invalid_input_message")
    assert ("is missing" in reason(orders)) is (not channel)


@pytest.mark.parametrize("output_format", ["mp3_44100_128", "ulaw_8000", "opus_48000_64"])
def test_a_format_that_is_not_made_of_samples_is_refused(output_format: str) -> None:
    asked = begun(mode="forward", audio_channel="sess:1", output_format=output_format)
    assert told(asked.tick(1.5)) == (1003, "invalid_input_message")


def test_many_contexts_have_no_forward_mode() -> None:
    assert told(begun(Dialogue).receive(json.dumps(INIT), 0.1)) == (1008, "invalid_input_message")


def test_it_is_paced_unless_the_house_never_does() -> None:
    assert begun(mode="forward").lead_s == 0.02
    assert begun(mode="forward", target_lead_ms="50").lead_s == 0.05
    assert begun(mode="forward", paced="never").lead_s is None
    assert begun().lead_s is None


def test_text_is_passed_over_and_an_empty_one_ends_it() -> None:
    asked = begun()
    asked.receive(json.dumps(INIT), 0.1)
    assert asked.receive('{"text":"Hello. ","flush":true}', 0.2) == []
    assert asked.receive('{"text":""}', 0.3) == [Close(1000, told=b'{"isFinal":true}')]
    assert asked.receive('{"text":""}', 0.4) == []


def test_the_last_of_the_sound_ends_it_unless_it_is_kept_open() -> None:
    for keep_open, orders in ((False, [Close(1000)]), (True, [])):
        asked = begun()
        asked.receive(json.dumps(INIT | {"keep_open": keep_open}), 0.1)
        assert asked.finished("", 0.5) == orders


def test_sound_that_goes_out_keeps_it_awake() -> None:
    asked = begun(inactivity_timeout="5")
    asked.receive(json.dumps(INIT), 0.1)
    asked.sent("", 0.06, 4.0)
    assert asked.tick(8.9) == []
    [close] = asked.tick(9.1)
    assert (close.code, close.told) == (1000, b"")


@pytest.mark.parametrize("keep_open", ["true", "false"])
def test_a_channel_that_carries_nothing_is_named(keep_open: str) -> None:
    named = "sess:1"
    asked = begun(mode="forward", audio_channel=named, inactivity_timeout="3", keep_open=keep_open)
    asked.tick(1.5)
    orders = asked.tick(3.0)
    assert told(orders) == (1008, "input_timeout_exceeded")
    assert reason(orders) == f"Nothing was published to the channel {named!r} for 3 s."


def test_who_is_silent_before_anything_is_relayed_is_told_to_send() -> None:
    asked = begun(mode="forward", audio_channel="sess:1", inactivity_timeout="1")
    assert reason(asked.tick(1.0)).startswith("Nothing was sent for 1 s;")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (RelayDownError(), (1008, "relay_unavailable")),
        (RelayMessageError("sess:1", "it is no JSON"), (1003, "invalid_relayed_message")),
        (EngineBusyError(1.0), (1013, "system_busy")),
        (SpeechError("It broke."), (1011, "internal_error")),
    ],
)
def test_each_failure_has_its_word_and_code(error: SpeechError, expected: tuple[int, str]) -> None:
    assert told(begun().failed("", error)) == expected
