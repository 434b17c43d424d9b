"""How a context is closed: agents flush and close in one breath, people interrupt."""

import json
from typing import Any

import pytest

from domain.arriving import Arriving
from domain.feeds import PlainFeed
from domain.loudness import Target
from entrypoints.elevenlabs.conversation import House
from entrypoints.elevenlabs.dialogue import Dialogue
from entrypoints.elevenlabs.orders import Drop, Finish, Order
from entrypoints.elevenlabs.wire.socket import Query
from tests.fakes.markup import FakeMarkup
from tests.fakes.sentences import FullStopSplitter

SENTENCE = {"text": "Hello there, my friend. ", "context_id": "c"}
THE_END = {"text": "", "context_id": "c", "flush": True}
FLUSH = {"context_id": "c", "flush": True}
CLOSE = {"context_id": "c", "close_context": True}


def dialogue() -> Dialogue:
    def arriving(_language: str | None, _tagged: bool) -> Arriving:  # noqa: FBT001 - as it is asked
        return Arriving(PlainFeed(FakeMarkup(), "en"), FullStopSplitter(), "en")

    house = House(arriving=arriving, usual=Target(), longest_text=1000)
    return Dialogue(house, "ana", Query(auto_mode=True), 0.0)


def closed(said: list[dict[str, Any]], late_s: float) -> list[Order]:
    """Close a context of which sound goes out, some time after what was said last."""
    talk = dialogue()
    for message in said:
        talk.receive(json.dumps(message), 1.0)
        talk.sent("c", 0.06, 1.0)
    return talk.receive(json.dumps(CLOSE), 1.0 + late_s)


@pytest.mark.parametrize("end", [THE_END, FLUSH])
@pytest.mark.parametrize("late_s", [0.0, 0.05])
def test_a_context_whose_text_is_over_is_heard_to_its_end(
    end: dict[str, Any], late_s: float
) -> None:
    orders = closed([SENTENCE, SENTENCE, end], late_s)
    assert [type(order) for order in orders] == [Finish]


@pytest.mark.parametrize(
    ("said", "late_s"),
    [
        ([SENTENCE], 0.0),
        ([SENTENCE | {"flush": True}], 0.05),
        ([SENTENCE, THE_END], 0.15),
        ([SENTENCE, THE_END, SENTENCE], 0.05),
    ],
)
def test_a_context_that_is_heard_is_interrupted(said: list[dict[str, Any]], late_s: float) -> None:
    orders = closed(said, late_s)
    assert [type(order) for order in orders] == [Drop]


def test_a_second_close_interrupts_what_was_to_be_heard_to_its_end() -> None:
    talk = dialogue()
    for message in (SENTENCE, FLUSH, CLOSE):
        talk.receive(json.dumps(message), 1.0)
    orders = talk.receive(json.dumps(CLOSE), 1.7)
    assert [type(order) for order in orders] == [Drop]
