"""A sound too long for memory brought to its loudness: measured and turned up a piece at a time."""

import math

import numpy as np

from domain.audio import Samples
from domain.limiter import Limiter
from domain.loudness import Meter, Target
from domain.peaks import HALF_TAPS, LARGEST_RISE, peaks

_CLOSE_LU = 0.05
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


def gain_db(gauge: Gauge, target: Target, before_db: float = 0.0) -> float:
    """Return the gain that the loudness heard at another gain asks for."""
    if gauge.lufs is None or target.lufs is None:
        return before_db
    return min(max(before_db + target.lufs - gauge.lufs, _LEAST_DB), _MOST_DB)


def needs_limiter(gauge: Gauge, gain: float, target: Target) -> bool:
    """Whether a peak would pass the ceiling at this gain."""
    return gauge.peak_dbtp + gain > target.ceiling_dbtp


def is_close(gauge: Gauge, target: Target) -> bool:
    """Whether another round would change nothing that can be heard."""
    if gauge.lufs is None or target.lufs is None:
        return True
    return abs(target.lufs - gauge.lufs) <= _CLOSE_LU
