"""Whose turn it is in the model, and for what. It never sees a tensor."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from adapters.xtts.model.sequence import Sequence

_COMFORT_S = 3.0
"""Who has more sound than this in hand lets those step who have none."""


class Work(Enum):
    """What the transformer can do for lines."""

    READ = auto()
    """Read a few more words of one line's text."""
    STEP = auto()
    """Draw one token for each of several lines."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One piece of work."""

    work: Work
    sequences: tuple[Sequence, ...]


class Scheduler:
    """The lines in the model's slots; they join and leave between two turns."""

    def __init__(self, slots: int) -> None:
        self._free = list(range(slots))[::-1]
        self._sequences: dict[int, Sequence] = {}
        self._read_last = False

    def join(self, sequence: Sequence) -> None:
        """Take in a line; its text is read as soon as a slot is free."""
        self._sequences[sequence.ticket] = sequence

    def leave(self, ticket: int) -> Sequence | None:
        """Let a line go, whatever it was doing, and free its slot."""
        sequence = self._sequences.pop(ticket, None)
        if sequence is not None and sequence.begun:
            self._free.append(sequence.slot)
        return sequence

    def holds(self, sequence: Sequence) -> bool:
        """Whether a line has not left."""
        return self._sequences.get(sequence.ticket) is sequence

    def find(self, ticket: int) -> Sequence | None:
        """Return a line that has not left."""
        return self._sequences.get(ticket)

    def next(self, now_s: float) -> Turn | None:
        """Return the next turn: some words of a text, or a token for all who need it.

        Reading and stepping alternate, so that a newcomer delays those who speak by no more than
        a few words at a time.
        """
        reader, stepping = self._reader(now_s), self._stepping(now_s)
        self._read_last = reader is not None and not (stepping and self._read_last)
        if self._read_last and reader is not None:
            return Turn(Work.READ, (reader,))
        return Turn(Work.STEP, stepping) if stepping else None

    def due(self, now_s: float, most: int = 1) -> tuple[Sequence, ...]:
        """Return the lines whose latents should become sound first, the neediest before others."""
        speaking = [each for each in self._sequences.values() if each.ready and not each.parked]
        company = len(speaking) - 1 + self._about_to_speak()
        due = (each for each in speaking if each.due(now_s, company))
        return tuple(sorted(due, key=lambda each: each.lead_s(now_s))[:most])

    def _about_to_speak(self) -> int:
        """Count the lines whose text is being read, or will be without waiting for a slot."""
        unread = [each for each in self._sequences.values() if not each.ready]
        begun = sum(each.begun for each in unread)
        return begun + min(len(unread) - begun, len(self._free))

    def _reader(self, now_s: float) -> Sequence | None:
        """Return the line whose text is being read, or else the next; texts are read in turn."""
        unread = [each for each in self._sequences.values() if not each.ready]
        reading = _neediest((each for each in unread if each.begun), now_s)
        if reading is None and self._free:
            reading = _neediest(unread, now_s)
            if reading is not None:
                # The lowest: a GPU's step is for all slots up to the highest that speaks.
                reading.slot = min(self._free)
                self._free.remove(reading.slot)
        return reading

    def _stepping(self, now_s: float) -> tuple[Sequence, ...]:
        hungry = [each for each in self._sequences.values() if each.hungry]
        pressed = [each for each in hungry if each.lead_s(now_s) < _COMFORT_S]
        waited_for = any(not each.chunks for each in pressed)
        return tuple(pressed if waited_for else hungry)


def _neediest(sequences: Iterable[Sequence], now_s: float) -> Sequence | None:
    return min(sequences, key=lambda each: each.lead_s(now_s), default=None)
