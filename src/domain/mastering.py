"""A whole sound brought to its loudness by one gain, whatever the limiter takes of it.

Piece by piece where it is too long for memory, or at once.
"""

import math
from dataclasses import dataclass

import numpy as np

from domain.audio import Pcm, Samples, join
from domain.limiter import Limiter
from domain.loudness import Meter, Target
from domain.peaks import HALF_TAPS, LARGEST_RISE, peaks

_CLOSE_LU = 0.05
_TRIES = 6
_LEAST_LEFT = 0.2
_LEAST_DB, _MOST_DB = -60.0, 40.0
_SILENT_DB = -120.0


class Gauge:
    """Hears a sound piece by piece: its loudness and its true peak."""

    def __init__(self, rate_hz: int) -> None:
        self._meter = Meter(rate_hz)
        self._tail = np.zeros(2 * HALF_TAPS, dtype=np.float32)
        self._peak = 0.0

    def hear(self, samples: Samples) -> None:
        """Measure what comes next."""
        self._meter.hear(samples)
        known = np.concatenate((self._tail, samples), dtype=np.float32)
        high = max(float(known.max()), -float(known.min()))
        if high * LARGEST_RISE > self._peak:
            self._peak = max(
                self._peak, float(peaks(known, max(high, self._peak)).max(initial=high))
            )
        self._tail = known[-2 * HALF_TAPS :].copy()

    @property
    def lufs(self) -> float | None:
        """How loud it was; None where there is too little to say."""
        return self._meter.lufs

    @property
    def peak_dbtp(self) -> float:
        """The highest it rose, between the samples too."""
        return max(_SILENT_DB, 20 * math.log10(self._peak)) if self._peak else _SILENT_DB


class Fader:
    """One constant gain over the whole, and the limiter where peaks would pass the ceiling."""

    def __init__(self, rate_hz: int, gain_db: float, ceiling_dbtp: float | None) -> None:
        self._gain = np.float32(10 ** (gain_db / 20))
        self._limiter = None if ceiling_dbtp is None else Limiter(rate_hz, ceiling_dbtp)

    def feed(self, samples: Samples) -> Samples:
        """Return what may be heard by now."""
        louder: Samples = samples * self._gain
        return louder if self._limiter is None else self._limiter.feed(louder)

    def flush(self) -> Samples:
        """Return what was held back."""
        return np.zeros(0, np.float32) if self._limiter is None else self._limiter.flush()


class GainSearch:
    """Looks for the gain at which a limited sound has its loudness.

    The louder it gets the more of each decibel the limiter takes: how much it left of the last
    step says how large the next must be.
    """

    def __init__(self, target: Target, gain_db: float) -> None:
        self.gain_db = gain_db
        self._target = target
        self._before: tuple[float, float] | None = None

    def close(self, gauge: Gauge) -> bool:
        """Whether what was heard at this gain is what was wanted; else there is another gain."""
        if gauge.lufs is None or self._target.lufs is None:
            return True
        missing = self._target.lufs - gauge.lufs
        if abs(missing) <= _CLOSE_LU:
            return True
        left = 1.0
        if self._before is not None and self.gain_db != self._before[0]:
            left = (gauge.lufs - self._before[1]) / (self.gain_db - self._before[0])
        self._before = self.gain_db, gauge.lufs
        self.gain_db = _bounded(self.gain_db + missing / min(max(left, _LEAST_LEFT), 1.0))
        return False


def first_gain_db(gauge: Gauge, target: Target) -> float:
    """Return the gain that a sound asks for as it is."""
    if gauge.lufs is None or target.lufs is None:
        return 0.0
    return _bounded(target.lufs - gauge.lufs)


def needs_limiter(gauge: Gauge, gain_db: float, target: Target) -> bool:
    """Whether a peak would pass the ceiling at this gain."""
    return gauge.peak_dbtp + gain_db > target.ceiling_dbtp


def _bounded(gain_db: float) -> float:
    return min(max(gain_db, _LEAST_DB), _MOST_DB)


@dataclass(frozen=True, slots=True)
class Levelled:
    """A sound under its ceiling, the gain it got, and its loudness; None where it has none."""

    pcm: Pcm
    gain_db: float
    lufs: float | None


def levelled(pcm: Pcm, target: Target) -> Levelled:
    """Return the sound at the target, or as near as its peaks let it come."""
    gauge = _gauged(pcm)
    gain_db = first_gain_db(gauge, target)
    if not needs_limiter(gauge, gain_db, target):
        lufs = None if gauge.lufs is None else gauge.lufs + gain_db
        return Levelled(_faded(pcm, gain_db, None), gain_db, lufs)
    search, tries = GainSearch(target, gain_db), 0
    while True:
        gain_db, tries = search.gain_db, tries + 1
        made = _faded(pcm, gain_db, target.ceiling_dbtp)
        gauge = _gauged(made)
        if search.close(gauge) or tries == _TRIES:
            return Levelled(made, gain_db, gauge.lufs)


def loudness(pcm: Pcm) -> float | None:
    """Return the integrated loudness of a whole sound."""
    meter = Meter(pcm.rate_hz)
    meter.hear(pcm.samples)
    return meter.lufs


def _gauged(pcm: Pcm) -> Gauge:
    gauge = Gauge(pcm.rate_hz)
    gauge.hear(join(pcm.samples, np.zeros(2 * HALF_TAPS, dtype=np.float32)))
    return gauge


def _faded(pcm: Pcm, gain_db: float, ceiling_dbtp: float | None) -> Pcm:
    if not gain_db and ceiling_dbtp is None:
        return pcm
    fader = Fader(pcm.rate_hz, gain_db, ceiling_dbtp)
    return Pcm(join(fader.feed(pcm.samples), fader.flush()), pcm.rate_hz)
