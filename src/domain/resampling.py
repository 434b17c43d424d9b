"""Sound brought to the rate it is heard at: the same however it is cut up."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from domain.audio import Samples

_HALF_TAPS = 16
_KAISER_BETA = 7.857
_BLOCK = 128
_LARGEST_TABLE = 2**20
# OpenBLAS starts a second thread, which spins, from this many multiplications on
_ONE_THREAD = 2**18


class Resampler:
    """A stream at one rate, heard at another: time-aligned, the same however it is cut up.

    A 32-tap windowed sinc (longer where the rate falls) that holds back 16 samples of the lower
    rate. Up to 0.82 of that rate's half (9 kHz of 22.05) it is flat within 0.01 dB and images and
    aliases stay under -80 dB; above, it fades. For n samples fed there are, after `flush`,
    ceil(n * to_hz / from_hz). Rates without a short common period raise `ValueError`.
    """

    def __init__(self, from_hz: int, to_hz: int) -> None:
        self._bank = None if from_hz == to_hz else _bank(from_hz, to_hz)
        self._held = self._lead()
        self._given = 0

    def feed(self, samples: Samples) -> Samples:
        """Return every sample that can be made by now."""
        if self._bank is None:
            return samples
        self._held = np.concatenate((self._held, samples), dtype=np.float32)
        return self._made(self._bank, unheard=self._bank.half)

    def flush(self) -> Samples:
        """Return what was held back; a feed afterwards begins a new sound."""
        if self._bank is None:
            return np.zeros(0, dtype=np.float32)
        rest = self._made(self._bank, unheard=0)
        self._held = self._lead()
        self._given = 0
        return rest

    def _lead(self) -> Samples:
        """Return the silence before the first sample."""
        return np.zeros(0 if self._bank is None else self._bank.half - 1, dtype=np.float32)

    def _made(self, bank: "_Bank", unheard: int) -> Samples:
        """Make the moments that lie before the last `unheard` samples.

        `_held` begins where a whole multiplication does, so that every moment is always made by
        the same one: BLAS promises equal bits for equal shapes only.
        """
        known = len(self._held) - (bank.half - 1) - unheard
        ready = max(self._given, -(-known * bank.up // bank.down))
        if ready == self._given:
            return np.zeros(0, dtype=np.float32)
        made = bank.resampled(self._held, ready)[self._given : ready]
        done = ready // bank.span_out
        # a copy, so that a long line is not kept for the sake of its end
        self._held = self._held[done * bank.span_in :].copy()
        self._given = ready - done * bank.span_out
        return made


@dataclass(frozen=True, slots=True, eq=False)
class _Bank:
    """The filter of one ratio as a matrix: a block of `down` * k samples to `up` * k moments."""

    up: int
    down: int
    half: int
    rows: int
    table: Samples

    @property
    def span_out(self) -> int:
        """How many moments one multiplication makes."""
        columns: int = self.table.shape[1]
        return self.rows * columns

    @property
    def span_in(self) -> int:
        """How many samples go by in that time."""
        return self.span_out * self.down // self.up

    def resampled(self, held: Samples, count: int) -> Samples:
        """Return `count` moments or more, as if silence followed."""
        spans = -(-count // self.span_out)
        window, columns = self.table.shape
        step = columns * self.down // self.up
        padded = np.zeros(spans * self.span_in + window, dtype=np.float32)
        known = held[: len(padded)]
        padded[: len(known)] = known
        item = padded.itemsize
        strides = (self.span_in * item, step * item, item)
        windows = as_strided(padded, (spans, self.rows, window), strides, writeable=False)
        made: Samples = np.matmul(np.ascontiguousarray(windows), self.table).reshape(-1)
        return made


@lru_cache(maxsize=32)
def _bank(from_hz: int, to_hz: int) -> _Bank:
    if from_hz <= 0 or to_hz <= 0:
        msg = f"Sound cannot be brought from {from_hz} Hz to {to_hz} Hz; a rate is above zero."
        raise ValueError(msg)
    common = math.gcd(from_hz, to_hz)
    up, down = to_hz // common, from_hz // common
    half = -(-_HALF_TAPS * max(up, down) // up)
    repeats = -(-_BLOCK // up)
    window = repeats * down + 2 * half
    if window * repeats * up > _LARGEST_TABLE:
        msg = f"{from_hz} Hz and {to_hz} Hz have no short period in common; choose a usual rate."
        raise ValueError(msg)
    table = np.zeros((window, repeats * up), dtype=np.float32)
    for moment in range(repeats * up):
        before, phase = divmod(moment * down, up)
        table[before : before + 2 * half, moment] = _taps(phase / up, half, min(1.0, up / down))
    return _Bank(up, down, half, max(1, _ONE_THREAD // table.size), table)


def _taps(fraction: float, half: int, cutoff: float) -> NDArray[np.float64]:
    """Weigh the 2 * half samples around a moment; they sum to one, so that silence has no hum."""
    distance = fraction - np.arange(1 - half, half + 1)
    inside = np.clip(1.0 - (distance / half) ** 2, 0.0, 1.0)
    taps = np.sinc(distance * cutoff) * np.i0(_KAISER_BETA * np.sqrt(inside))
    normal: NDArray[np.float64] = taps / taps.sum()
    return normal
