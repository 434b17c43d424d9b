"""A socket's rules, driven by messages and moments, without a socket."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from adapters.numbers.wording import Num2WordsWording
from adapters.ssml.markup import SsmlMarkup
from domain.arriving import Arriving
from domain.feeds import PlainFeed, TaggedFeed
from domain.loudness import Target
from entrypoints.elevenlabs.conversation import Conversation, House
from entrypoints.elevenlabs.orders import Close, Order, Speak
from entrypoints.elevenlabs.wire.socket import decode_query
from tests.fakes.sentences import FullStopSplitter

T = TypeVar("T")

MARKUP = SsmlMarkup(Num2WordsWording())


def arriving(language: str | None, tagged: bool) -> Arriving:  # noqa: FBT001 - as a house is asked
    spoken = language or "en"
    feed = TaggedFeed(MARKUP.begin(spoken)) if tagged else PlainFeed(MARKUP, spoken)
    return Arriving(feed, FullStopSplitter(), spoken)


class Talk:
    """One conversation; its clock stands still unless it is turned."""

    def __init__(self, kind: type[Conversation], house: House | None = None, **query: Any) -> None:
        self.now_s = 100.0
        house = house or House(arriving, Target(), longest_text=2_000)
        self.rules = kind(house, "ana", decode_query(query), self.now_s)

    def send(self, **message: Any) -> list[Order]:
        return self.raw(json.dumps(message))

    def raw(self, data: str | bytes) -> list[Order]:
        return self.rules.receive(data, self.now_s)

    def wait(self, seconds: float) -> list[Order]:
        """Let time pass, and wake the rules whenever they asked for it."""
        until_s, orders = self.now_s + seconds, []
        for _ in range(100):
            due_s = self.rules.deadline_s
            if due_s is None or due_s > until_s:
                break
            self.now_s = max(self.now_s, due_s)
            orders += self.rules.tick(self.now_s)
        else:
            raise AssertionError("the rules want to be woken again and again")
        self.now_s = until_s
        return orders

    def heard(self, *orders: Order) -> list[Order]:
        """Let all that was to be spoken be heard."""
        spoken = of(Speak, orders)
        told: list[Order] = []
        for order in spoken:
            self.rules.sent(order.context, 0.06, self.now_s)
            told += self.rules.heard(order.context, len(order.request.text), self.now_s)
        return told


def of(kind: type[T], orders: Iterable[Order]) -> list[T]:
    return [order for order in orders if isinstance(order, kind)]


def texts(orders: Iterable[Order], context: str | None = None) -> list[str]:
    """What is spoken, batch by batch."""
    spoken = of(Speak, orders)
    return [each.request.text for each in spoken if context in {None, each.context}]


def closed(orders: Sequence[Order]) -> tuple[int, str]:
    """How the socket ends, which is the last there is to do: the code and the word for it."""
    last = orders[-1]
    assert isinstance(last, Close)
    assert of(Close, orders) == [last]
    told = json.loads(last.told or b"{}")
    if "code" in told:
        assert told["code"] == last.code
        assert told["message"].startswith(last.reason[:100])
    return last.code, told.get("error", "")
