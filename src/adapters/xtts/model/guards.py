"""What tells speech from a model that has lost its way: too long, in a loop, or silent."""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from domain.audio import Samples

# A slow speaker needs about 5 tokens of sound for each of text; three times that is no speech.
_TOKENS_AT_ALL = 48
_TOKENS_PER_ID = 12

_LOOP_LENGTH = 24
_LONGEST_PERIOD = 4

_QUIET = 10 ** (-60 / 20)
_LONGEST_SILENCE_S = 2.5


class Fault(StrEnum):
    """Why a line is not what it should be."""

    LENGTH = "length"
    LOOP = "loop"
    SILENCE = "silence"
    NUMBERS = "numbers"


def most_tokens(ids: int) -> int:
    """How many tokens of sound a text of so many ids can need at most."""
    return _TOKENS_AT_ALL + _TOKENS_PER_ID * ids


def in_a_loop(tokens: Sequence[int]) -> bool:
    """Whether the same few tokens have come again and again for a second."""
    recent = tokens[-_LOOP_LENGTH - _LONGEST_PERIOD :]
    return len(recent) == _LOOP_LENGTH + _LONGEST_PERIOD and any(
        recent[period:] == recent[:-period] for period in range(1, _LONGEST_PERIOD + 1)
    )


class Silence:
    """How long a line has been silent by now."""

    def __init__(self, rate_hz: int) -> None:
        self._longest = round(_LONGEST_SILENCE_S * rate_hz)
        self._run = 0

    def too_long(self, samples: Samples) -> bool:
        """Whether it has been silent for too long at any moment of what comes next."""
        heard = np.flatnonzero(np.abs(samples) > _QUIET)
        if not len(heard):
            self._run += len(samples)
            return self._run > self._longest
        pauses = np.diff(heard, prepend=-1 - self._run)
        self._run = len(samples) - 1 - int(heard[-1])
        return bool(pauses.max() > self._longest) or self._run > self._longest
