"""The last guard: no peak of what leaves is higher than the ceiling, between its samples either."""

import math

import numpy as np
from numpy.typing import NDArray

from domain.audio import Samples
from domain.peaks import HALF_TAPS, LARGEST_RISE, peaks

_AHEAD_S = 0.0015
_RELEASE_S = 0.07
_STEP = 4
"""So many samples share one peak, and their gain goes straight from one value to the next."""
_NEPERS_PER_DB = math.log(10) / 20
_MARGIN = 0.15 * _NEPERS_PER_DB
_BEYOND = 0.05 * _NEPERS_PER_DB
"""The release aims so far above no reduction at all, so that it arrives there."""
_NOTHING = 1e-9
_WITHIN = np.arange(_STEP, dtype=np.float32) / np.float32(_STEP)
_BETWEEN = np.array([1 - _WITHIN, _WITHIN])
"""From the gains at both edges of a step to those of its samples."""

Nepers = NDArray[np.float64]


class Limiter:
    """Turns peaks down in time, smoothly, and lets what stays under the ceiling pass as it is.

    It holds back a few milliseconds and adds none: as many samples come out, after `flush`, as
    went in, each where it was.
    """

    def __init__(self, rate_hz: int, ceiling_dbtp: float) -> None:
        self._ceiling = 10 ** (ceiling_dbtp / 20)
        self._smooth = _bell(max(2, round(_AHEAD_S * rate_hz / _STEP)))
        self._reach = len(self._smooth) + 1
        self._lag = HALF_TAPS + self._reach * _STEP
        self._release = _RELEASE_S * rate_hz / _STEP
        self._longest = rate_hz // _STEP * _STEP
        self._odd: Samples
        self._begin()

    def feed(self, samples: Samples) -> Samples:
        """Return what nothing that is still to come can change."""
        known = np.concatenate((self._odd, samples), dtype=np.float32)
        whole = len(known) // _STEP * _STEP
        self._odd = known[whole:].copy()
        starts = range(0, whole, self._longest)
        parts = [self._passed(known[at : min(whole, at + self._longest)]) for at in starts]
        return parts[0] if len(parts) == 1 else np.concatenate((samples[:0], *parts))

    def flush(self) -> Samples:
        """Return what was held back; a feed afterwards begins a new sound."""
        beyond = -len(self._odd) % _STEP
        rest = self.feed(np.zeros(self._lag + beyond, dtype=np.float32))
        self._begin()
        return rest[: len(rest) - beyond]

    def _begin(self) -> None:
        self._odd = np.zeros(0, dtype=np.float32)
        self._sound = np.zeros(HALF_TAPS + self._lag, dtype=np.float32)
        self._wanted = np.zeros(2 * self._reach)
        self._unheard = self._lag
        self._last = 0.0
        self._calm = True

    def _passed(self, samples: Samples) -> Samples:
        """Take whole steps; as much leaves as came, but for what is held back of the first."""
        count = len(samples)
        sound = np.concatenate((self._sound, samples))
        self._sound = sound[count:].copy()
        skipped = min(self._unheard, count)
        self._unheard -= skipped
        ready = sound[HALF_TAPS : HALF_TAPS + count]
        wanted = self._excess(sound[-count - 2 * HALF_TAPS :])
        if wanted is None and self._calm:
            return ready[skipped:]
        gains = self._gains(np.zeros(count // _STEP) if wanted is None else wanted)
        limited: Samples = (ready * gains)[skipped:]
        return limited

    def _excess(self, sound: Samples) -> Nepers | None:
        """Return by how much each step is to come down for its own sake; None if none is."""
        if max(float(sound.max()), -float(sound.min())) * LARGEST_RISE <= self._ceiling:
            return None
        heights = peaks(sound, self._ceiling, _STEP)
        over = heights > self._ceiling
        if not over.any():
            return None
        excess = np.log(heights / self._ceiling, where=over, out=np.zeros(len(heights)))
        return np.where(over, excess + _MARGIN, 0.0)

    def _gains(self, wanted: Nepers) -> Samples:
        """Be down in time for each peak, stay so for a step around it, and come up slowly."""
        known = np.concatenate((self._wanted, self._released(wanted)))
        self._wanted = known[-2 * self._reach :].copy()
        self._calm = not self._wanted.any()
        needed = _highest(known, self._reach + 2)
        edges = np.exp(-np.convolve(needed, self._smooth, "valid")).astype(np.float32)
        gains: Samples = (np.stack((edges[:-1], edges[1:]), axis=1) @ _BETWEEN).reshape(-1)
        return gains

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
