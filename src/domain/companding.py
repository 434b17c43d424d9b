"""G.711: what a telephone line makes of samples, a byte each."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from domain.audio import Samples, to_int16

Codes = NDArray[np.uint8]
Heights = NDArray[np.int64]

_SEGMENTS = 2 ** np.arange(8)
_MU_BIAS, _MU_TOP = 33, 8191
_MU_FIRST, _A_FIRST = 64, 32
"""How high the first segment of each law reaches; each next one reaches twice as high."""


def mu_law(samples: Samples) -> bytes:
    """Return samples as they go over the line in North America and Japan."""
    return _through(_mu_table(), samples)


def a_law(samples: Samples) -> bytes:
    """Return samples as they go over the line everywhere else."""
    return _through(_a_table(), samples)


def _through(table: Codes, samples: Samples) -> bytes:
    data: bytes = table[np.frombuffer(to_int16(samples), dtype="<u2")].tobytes()
    return data


@lru_cache(maxsize=1)
def _mu_table() -> Codes:
    """Return the code of every 16-bit level; the law knows 14 of the bits."""
    levels = _levels() >> 2
    heights = np.minimum(np.abs(levels) + _MU_BIAS, _MU_TOP)
    segments = np.searchsorted(_MU_FIRST * _SEGMENTS - 1, heights)
    return _coded(segments, heights >> (segments + 1), np.where(levels < 0, 0x7F, 0xFF))


@lru_cache(maxsize=1)
def _a_table() -> Codes:
    """Return the code of every 16-bit level; the law knows 13 of the bits."""
    levels = _levels() >> 3
    heights = np.where(levels < 0, -levels - 1, levels)
    segments = np.searchsorted(_A_FIRST * _SEGMENTS - 1, heights)
    steps = heights >> np.maximum(segments, 1)
    return _coded(segments, steps, np.where(levels < 0, 0x55, 0xD5))


def _coded(segments: Heights, steps: Heights, mask: NDArray[np.integer]) -> Codes:
    return ((segments << 4 | steps & 0xF) ^ mask).astype(np.uint8)


def _levels() -> Heights:
    """Return every 16-bit level, each at the place that its bits make as an unsigned number."""
    return np.arange(2**16, dtype=np.uint16).view(np.int16).astype(np.int64)
