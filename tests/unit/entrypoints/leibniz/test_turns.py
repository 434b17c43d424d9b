import pytest

from entrypoints.leibniz.turns import MOST_WAITING, QueueFullError, Turns
from entrypoints.leibniz.wire.stream import Synthesize


def asked(*texts: str) -> Turns:
    turns = Turns()
    for text in texts:
        turns.ask(Synthesize(text))
    return turns


def left(turns: Turns) -> list[tuple[str, bool]]:
    found = []
    while turn := turns.next():
        found.append((turn.asked.text, turn.cancelled))
    return found


def test_requests_are_spoken_in_the_order_in_which_they_were_asked() -> None:
    assert left(asked("a", "b", "c")) == [("a", False), ("b", False), ("c", False)]


def test_it_is_idle_once_the_last_turn_is_over() -> None:
    turns = asked("a")
    assert not turns.idle
    assert turns.next()
    assert not turns.idle
    assert turns.next() is None
    assert turns.idle


def test_a_few_wait_behind_the_one_that_is_spoken_and_no_more() -> None:
    turns = asked("now")
    assert turns.next()
    for _ in range(MOST_WAITING):
        turns.ask(Synthesize("later"))
    with pytest.raises(QueueFullError, match="8 requests wait"):
        turns.ask(Synthesize("too late"))
    assert turns.next()
    turns.ask(Synthesize("in time"))
    assert left(turns)[-1] == ("in time", False)


def test_no_more_are_taken_in_before_the_first_turn_than_after_it() -> None:
    turns = asked(*"123456789")
    with pytest.raises(QueueFullError):
        turns.ask(Synthesize("10"))


def test_a_cancel_ends_what_was_asked_and_nothing_that_comes_after_it() -> None:
    turns = asked("a", "b")
    current = turns.next()
    turns.cancel()
    turns.ask(Synthesize("c"))
    assert current is not None
    assert current.cancelled
    assert left(turns) == [("b", True), ("c", False)]


def test_a_cancel_of_nothing_is_no_harm() -> None:
    turns = Turns()
    turns.cancel()
    turns.ask(Synthesize("a"))
    assert left(turns) == [("a", False)]
