"""How many lines a machine speaks at the pace they are heard; more would all run dry."""

from dataclasses import dataclass

TOKENS_PER_S = 22_050 / 1024
"""Of sound, at the usual rate."""

_BUSY = 0.7
"""How much of its time the machine may be at work: steps and sound slow each other down, and texts
are to be read as well."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What was measured before the first line: seconds of work."""

    one_s: float
    """For a token of one line."""
    four_s: float
    """For a token of four at once."""
    sound_s: float
    """For a second of sound, in the vocoder."""


def room(free_bytes: int, slot_bytes: int, most: int) -> int:
    """Return how many lines fit into half of the memory that is free, at least one."""
    return max(1, min(most, free_bytes // 2 // slot_bytes))


def slots_for(pace: Pace, *, side_by_side: bool, most: int) -> int:
    """Return how many lines can be spoken in time, at least one.

    `side_by_side` tells that the vocoder has other cores than the steps.
    """
    fitting = 1
    for lines in range(2, most + 1):
        one_more_s = max(0.0, pace.four_s - pace.one_s) / 3
        steps = TOKENS_PER_S * (pace.one_s + one_more_s * (lines - 1))
        sound = lines * pace.sound_s
        if (max(steps, sound) if side_by_side else steps + sound) <= _BUSY:
            fitting = lines
    return fitting
