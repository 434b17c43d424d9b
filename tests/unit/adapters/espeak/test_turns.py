import threading
from typing import cast

from adapters.espeak.speaker import Speaker
from adapters.espeak.timbre import Character
from adapters.espeak.turns import Turns
from adapters.espeak.utterance import Utterance
from domain.ports import SpokenLine
from tests.fakes.engine import timbre


class HeldSpeaker:
    """Says nothing until it is let go, and remembers whose turn came when."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.begun = threading.Event()
        self.order: list[str] = []

    def say(self, line: SpokenLine, _character: object, _listener: object) -> None:
        self.begun.set()
        self.go.wait(5)
        self.order.append(line.stream)


def utterance(turns: Turns, stream: str, lead_s: float) -> Utterance:
    line = SpokenLine(stream, 0, "Hi.", "en", timbre(), lead_s=lead_s)
    waiting = Utterance(line, cast("Character", None), turns)
    waiting.needed_s = lead_s
    waiting._deadline_s = float("inf")
    return waiting


def test_whoever_runs_dry_first_is_spoken_to_first() -> None:
    speaker = HeldSpeaker()
    turns = Turns(cast("Speaker", speaker), 10)
    turns.start()
    turns.admit(utterance(turns, "on air", 0))
    assert speaker.begun.wait(5)
    for stream, lead_s in (("far ahead", 9), ("new", 0), ("near", 2), ("newer", 0)):
        turns.admit(utterance(turns, stream, lead_s))
    assert turns.streams() == ("new", "newer", "near", "far ahead")
    speaker.go.set()
    while turns.streams() or turns.speaking:
        pass
    turns.stop()
    assert speaker.order == ["on air", "new", "newer", "near", "far ahead"]
