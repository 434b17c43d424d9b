import threading
from typing import cast

from adapters.espeak.job import Delivery, Job
from adapters.espeak.stage import Listener, Stage
from adapters.espeak.turns import Turns
from adapters.espeak.utterance import Utterance
from domain.ports import SpokenLine
from tests.fakes.engine import timbre


class HeldStage:
    """Says nothing until it is let go, and remembers whose turn came when."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.begun = threading.Event()
        self.order: list[str] = []
        self.hushed = 0
        self.ended: list[str] = []

    def say(self, job: Job, _listener: Listener) -> None:
        self.begun.set()
        self.go.wait(5)
        self.order.append(job.text)

    def hush(self) -> None:
        self.hushed += 1

    def interrupt(self) -> None:
        self.ended.append("interrupted")
        self.go.set()

    def close(self) -> None:
        self.ended.append("closed")


def utterance(turns: Turns, stream: str, lead_s: float) -> Utterance:
    line = SpokenLine(stream, 0, stream, "en", timbre(), lead_s=lead_s)
    waiting = Utterance(line, Job(stream, "gmw/en", Delivery("gmw/en")), turns)
    waiting.needed_s = lead_s
    waiting._deadline_s = float("inf")
    return waiting


def test_whoever_runs_dry_first_is_spoken_to_first() -> None:
    stage = HeldStage()
    turns = Turns(cast("Stage", stage), 10)
    turns.start()
    turns.admit(utterance(turns, "on air", 0))
    assert stage.begun.wait(5)
    for stream, lead_s in (("far ahead", 9), ("new", 0), ("near", 2), ("newer", 0)):
        turns.admit(utterance(turns, stream, lead_s))
    assert turns.streams() == ("new", "newer", "near", "far ahead")
    stage.go.set()
    while turns.streams() or turns.speaking:
        pass
    turns.stop()
    assert stage.order == ["on air", "new", "newer", "near", "far ahead"]


def test_only_the_line_on_air_is_hushed_when_it_is_left() -> None:
    stage = HeldStage()
    turns = Turns(cast("Stage", stage), 10)
    turns.start()
    on_air, waiting = utterance(turns, "on air", 0), utterance(turns, "waiting", 0)
    turns.admit(on_air)
    assert stage.begun.wait(5)
    turns.admit(waiting)
    turns.drop(waiting)
    assert (turns.streams(), stage.hushed) == ((), 0)
    turns.drop(on_air)
    assert stage.hushed == 1
    turns.stop()


def test_the_end_interrupts_the_line_on_air_and_closes_the_stage() -> None:
    stage = HeldStage()
    turns = Turns(cast("Stage", stage), 10)
    turns.start()
    turns.admit(utterance(turns, "on air", 0))
    assert stage.begun.wait(5)
    turns.stop()
    assert stage.ended == ["interrupted", "closed"]
    assert not turns.alive
