"""Sound in frames of 20 ms, and the power in each: enough to tell speech from silence."""

import numpy as np
from numpy.typing import NDArray

from domain.audio import Pcm

FRAME_S = 0.02


def frame_length(rate_hz: int) -> int:
    """How many samples a frame has."""
    return max(1, round(FRAME_S * rate_hz))


def frame_power(pcm: Pcm) -> NDArray[np.float64]:
    """Return the mean square of each whole frame; 1 is that of a square wave at full scale."""
    frame = frame_length(pcm.rate_hz)
    whole = len(pcm.samples) // frame * frame
    squares = np.square(pcm.samples[:whole].reshape(-1, frame), dtype=np.float64)
    power: NDArray[np.float64] = squares.mean(axis=1)
    return power


def decibels(level: float) -> float:
    """Return the power that a level in dB stands for."""
    return float(10 ** (level / 10))
