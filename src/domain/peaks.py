"""How high sound rises, between its samples too (true peak, after ITU-R BS.1770)."""

import math
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import as_strided

from domain.audio import Samples

HALF_TAPS = 16
_PHASES = 4
_KAISER_BETA = 8.0
_ROW = 32
# So many rows are multiplied at once that OpenBLAS starts no second, spinning thread for them
_ROWS = 8
_AT_ONCE = 65_536
_LEAST_OF_PEAK = 0.9
"""No less than this of a peak is seen by the nearest of four points a sample."""
_FLAT = 1e-9


def true_peak_dbtp(samples: Samples) -> float:
    """Return the true peak of a whole sound; minus infinity for silence."""
    surrounds = np.zeros(2 * HALF_TAPS, dtype=np.float32)
    padded = np.concatenate((surrounds, samples, surrounds), dtype=np.float32)
    peak = 0.0
    for at in range(0, len(padded) - 2 * HALF_TAPS, _AT_ONCE):
        known = padded[at : at + _AT_ONCE + 2 * HALF_TAPS]
        high = float(np.abs(known).max())
        if high * LARGEST_RISE > peak:
            peak = max(peak, float(peaks(known, max(high, peak)).max(initial=high)))
    return 20 * math.log10(peak) if peak else -math.inf


def peaks(samples: Samples, floor: float, every: int = 1) -> Samples:
    """Return how high sound rises in each so many samples, but for `HALF_TAPS` at each end.

    Four points a sample, and where they peak the parabola through three; what stays under the
    floor may be given as nothing at all.
    """
    points = np.abs(_points(samples))
    heights = np.zeros(-(-(len(samples) - 2 * HALF_TAPS) // every), dtype=np.float32)
    middle = 1 + np.flatnonzero(points[1:-1] > floor * _LEAST_OF_PEAK)
    if len(middle):
        before, at, after = points[middle - 1], points[middle], points[middle + 1]
        bend = np.maximum(2 * at - before - after, _FLAT)
        slope = np.where((at >= before) & (at >= after), after - before, 0)
        np.maximum.at(heights, (middle - 1) // (_PHASES * every), at + slope * slope / (8 * bend))
    return heights


def _points(samples: Samples) -> Samples:
    """Return four points a sample, and one more at each end."""
    count = len(samples) - 2 * HALF_TAPS + 1
    span = _ROWS * _ROW
    spans = -(-(count + 1) // span)
    table = _table()
    padded = np.zeros(spans * span + len(table), dtype=np.float32)
    padded[: len(samples)] = samples
    item = padded.itemsize
    shape, strides = (spans, _ROWS, len(table)), (span * item, _ROW * item, item)
    windows = as_strided(padded, shape, strides, writeable=False)
    points: Samples = (np.ascontiguousarray(windows) @ table).reshape(-1)
    return points[_PHASES - 1 : count * _PHASES + 1]


@lru_cache(maxsize=1)
def _table() -> Samples:
    """Return the interpolation as a matrix: from a row and what surrounds it to its points."""
    table = np.zeros((_ROW + 2 * HALF_TAPS - 1, _ROW * _PHASES), dtype=np.float32)
    for at in range(_ROW):
        for phase in range(_PHASES):
            table[at : at + 2 * HALF_TAPS, at * _PHASES + phase] = _taps(phase / _PHASES)
    return table


def _taps(fraction: float) -> Samples:
    distance = fraction - np.arange(1 - HALF_TAPS, HALF_TAPS + 1)
    inside = np.clip(1 - (distance / HALF_TAPS) ** 2, 0, 1)
    taps = np.sinc(distance) * np.i0(_KAISER_BETA * np.sqrt(inside))
    normal: Samples = (taps / taps.sum()).astype(np.float32)
    return normal


LARGEST_RISE = float(np.abs(_taps(0.5)).sum()) * 1.2
"""No sound rises further above its highest sample."""
