"""A model that does nothing, and takes the time a real one takes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from adapters.xtts.model.scheduler import Scheduler, Turn, Work
from adapters.xtts.model.sequence import Sequence
from domain.audio import HOUSE_RATE_HZ
from domain.ports import SpokenLine
from domain.voice import Timbre

TIMBRE = Timbre("xtts/0", {"speaker_embedding": np.zeros(1, np.float32)})
LATENT = 1115
"""Samples."""
LATENT_S = LATENT / HOUSE_RATE_HZ


@dataclass(frozen=True)
class Costs:
    """What work takes, in seconds, and how many times a text is read."""

    readings: int = 3
    read_s: float = 0.03
    step_s: float = 0.008
    row_s: float = 0.008
    latent_s: float = 0.006
    sound_s: Mapping[int, float] = field(default_factory=dict)
    """Of a chunk of so many latents, where it is not as many times one."""


AS_SEEN = Costs(
    readings=2,
    read_s=0.04,
    step_s=0.0165,
    row_s=0.0033,
    sound_s={8: 0.075, 12: 0.1, 16: 0.149, 24: 0.178, 32: 0.354},
)
"""On two cores with a model of full size in int8."""


def sequence(
    ticket: int, *, rate: float = 1.0, cap: int | None = None, needed_s: float = 0.0
) -> Sequence:
    line = SpokenLine(f"s{ticket}", 0, "A line.", "en", TIMBRE, rate=rate)
    return Sequence(
        ticket, line, most_tokens=600, most_ahead=10**9, needed_s=needed_s, chunk_tokens=cap
    )


@dataclass
class Model:
    """Does what the scheduler asks for, on a clock of its own."""

    slots: int = 4
    costs: Costs = field(default_factory=Costs)
    longest: int = 10_000
    now_s: float = 0.0
    turns: list[Turn] = field(default_factory=list)
    voiced: list[tuple[float, int, int]] = field(default_factory=list)
    """When, whose, and how many latents."""

    def __post_init__(self) -> None:
        self.scheduler = Scheduler(self.slots)
        self._read: Counter[int] = Counter()
        self._voicing: tuple[Sequence, float] | None = None
        self.lengths: dict[int, int] = {}

    def join(self, *sequences: Sequence) -> None:
        for each in sequences:
            self.scheduler.join(each)

    def play(self, turns: int) -> None:
        for _ in range(turns):
            self._voice()
            turn = self.scheduler.next(self.now_s)
            if turn is None:
                if self._voicing is None:
                    return
                self.now_s = self._voicing[1]
                continue
            self.turns.append(turn)
            self._do(turn)

    def latents(self, ticket: int) -> list[int]:
        return [size for _, whose, size in self.voiced if whose == ticket]

    def moments(self, ticket: int) -> list[float]:
        return [when for when, whose, _ in self.voiced if whose == ticket]

    def dry_s(self, ticket: int) -> float:
        """Return how long its listener, who plays on from the first sound, heard nothing."""
        dry_s, ends_s = 0.0, self.moments(ticket)[0]
        for when_s, size in zip(self.moments(ticket), self.latents(ticket), strict=True):
            dry_s += max(0.0, when_s - ends_s)
            ends_s = max(ends_s, when_s) + size * LATENT_S
        return dry_s

    def _do(self, turn: Turn) -> None:
        if turn.work is Work.READ:
            (each,) = turn.sequences
            self.now_s += self.costs.read_s
            self._read[each.ticket] += 1
            each.ready = self._read[each.ticket] == self.costs.readings
        else:
            self.now_s += self.costs.step_s + self.costs.row_s * len(turn.sequences)
            for each in turn.sequences:
                each.tokens.append(1)
                each.ended = each.latents == self.lengths.get(each.ticket, self.longest)

    def _voice(self) -> None:
        if self._voicing is not None and self.now_s >= self._voicing[1]:
            each, when = self._voicing
            self._voicing = None
            if self.scheduler.holds(each):
                self.voiced.append((when, each.ticket, each.sounding))
                each.heard(LATENT * each.sounding, when)
                if each.ended and each.voiced == each.latents:
                    self.scheduler.leave(each.ticket)
        if self._voicing is None and (lines := self.scheduler.due(self.now_s)):
            (due,) = lines
            due.voice(self.now_s)
            costs, size = self.costs, due.sounding
            self._voicing = due, self.now_s + costs.sound_s.get(size, costs.latent_s * size)
