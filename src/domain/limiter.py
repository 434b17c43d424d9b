"""The last guard: no peak of what leaves is higher than the ceiling, between its samples either."""

import math

import numpy as np
from numpy.typing import NDArray

from domain.audio import Samples
from domain.peaks import HALF_TAPS, LARGEST_RISE, peaks

_AHEAD_S = 0.0015
_RELEASE_S = 0.07
_HOLD = 4
"""How many samples around a peak share its gain: they shape what lies between them."""
_NEPERS_PER_DB = math.log(10) / 20
_MARGIN = 0.15 * _NEPERS_PER_DB
_BEYOND = 0.05 * _NEPERS_PER_DB
"""The release aims so far above no reduction at all, so that it arrives there."""
_NOTHING = 1e-9

Nepers = NDArray[np.float64]


class Limiter:
    """Turns peaks down in time, smoothly, and lets what stays under the ceiling pass as it is.

    It holds back a few milliseconds and adds none: as many samples come out, after `flush`, as
    went in, each where it was.
    """

    def __init__(self, rate_hz: int, ceiling_dbtp: float) -> None:
        self._ceiling = 10 ** (ceiling_dbtp / 20)
        self._smooth = _bell(max(2, round(_AHEAD_S * rate_hz)))
        self._reach = len(self._smooth) - 1 + _HOLD
        self._release = _RELEASE_S * rate_hz
        self._longest = rate_hz
        self._begin()

    def feed(self, samples: Samples) -> Samples:
        """Return what nothing that is still to come can change."""
        starts = range(0, len(samples), self._longest)
        parts = [self._passed(samples[at : at + self._longest]) for at in starts]
        return parts[0] if len(parts) == 1 else np.concatenate((samples[:0], *parts))

    def flush(self) -> Samples:
        """Return what was held back; a feed afterwards begins a new sound."""
        rest = self._passed(np.zeros(HALF_TAPS + self._reach, dtype=np.float32))
        self._begin()
        return rest

    def _begin(self) -> None:
        self._sound = np.zeros(2 * HALF_TAPS + self._reach, dtype=np.float32)
        self._wanted = np.zeros(2 * self._reach)
        self._unheard = HALF_TAPS + self._reach
        self._last = 0.0
        self._calm = True

    def _passed(self, samples: Samples) -> Samples:
        count = len(samples)
        sound = np.concatenate((self._sound, samples), dtype=np.float32)
        self._sound = sound[count:].copy()
        skipped = min(self._unheard, count)
        self._unheard -= skipped
        ready = sound[HALF_TAPS + skipped : HALF_TAPS + count]
        wanted = self._excess(sound[-count - 2 * HALF_TAPS :])
        if wanted is None and self._calm:
            return ready
        reduction = self._smoothed(np.zeros(count) if wanted is None else wanted)
        limited: Samples = (ready * np.exp(-reduction[skipped:])).astype(np.float32)
        return limited

    def _excess(self, sound: Samples) -> Nepers | None:
        """Return by how much each sample is to come down for its own sake; None if none is."""
        if max(float(sound.max()), -float(sound.min())) * LARGEST_RISE <= self._ceiling:
            return None
        heights = peaks(sound, self._ceiling)
        over = heights > self._ceiling
        if not over.any():
            return None
        excess = np.log(heights / self._ceiling, where=over, out=np.zeros(len(heights)))
        return np.where(over, excess + _MARGIN, 0.0)

    def _smoothed(self, wanted: Nepers) -> Nepers:
        """Be down in time for each peak, and come up slowly."""
        known = np.concatenate((self._wanted, self._released(wanted)))
        self._wanted = known[-2 * self._reach :].copy()
        self._calm = not self._wanted.any()
        needed = _highest(known, self._reach + _HOLD + 1)
        return np.convolve(needed, self._smooth, "valid")

    def _released(self, wanted: Nepers) -> Nepers:
        """Fall back from each peak as a charge does, all at once: by a running maximum."""
        fall = np.exp(-np.arange(1, len(wanted) + 1) / self._release)
        risen = np.concatenate(([self._last + _BEYOND], (wanted + _BEYOND) / fall))
        held = np.maximum.accumulate(risen)[1:] * fall - _BEYOND
        held[held < _NOTHING] = 0.0
        self._last = float(held[-1])
        return held


def _highest(values: Nepers, width: int) -> Nepers:
    """Return the highest of each so many neighbours."""
    span = 1
    while 2 * span <= width:
        values = np.maximum(values[span:], values[:-span])
        span *= 2
    rest = width - span
    return np.maximum(values[rest:], values[: len(values) - rest])


def _bell(length: int) -> Nepers:
    bell = np.hanning(length + 2)[1:-1]
    normal: Nepers = bell / bell.sum()
    return normal
