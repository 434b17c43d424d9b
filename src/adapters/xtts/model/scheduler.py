"""Whose turn it is in the model, and for what. It never sees a tensor."""

from dataclasses import dataclass
from enum import Enum, auto

from adapters.xtts.model.sequence import Sequence


class Work(Enum):
    """What the model can do for lines."""

    READ = auto()
    """Read the text of one line behind its voice."""
    STEP = auto()
    """Draw one token for each of several lines."""
    VOICE = auto()
    """Turn the latents of one line into sound."""


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

    def __len__(self) -> int:
        """How many lines there are."""
        return len(self._sequences)

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
        return sequence.ticket in self._sequences

    def find(self, ticket: int) -> Sequence | None:
        """Return a line that has not left."""
        return self._sequences.get(ticket)

    def next(self) -> Turn | None:
        """Return the next turn: sound that is due, then who has none yet, then a token each."""
        sequences = self._sequences.values()
        due = [each for each in sequences if each.due]
        if due:
            return Turn(Work.VOICE, (min(due, key=lambda each: each.lead),))
        newcomer = next((each for each in sequences if not each.begun), None)
        if newcomer is not None and self._free:
            newcomer.slot = self._free.pop()
            return Turn(Work.READ, (newcomer,))
        hungry = tuple(each for each in sequences if each.hungry)
        return Turn(Work.STEP, hungry) if hungry else None
