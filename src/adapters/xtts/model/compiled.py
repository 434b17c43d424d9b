"""What a processor does for a few rows, compiled: torch takes longer to begin than to do it.

All of it keeps to the thread that calls, and gives each row the sums it would get alone, however
many rows there are. In what order is the compiler's choice, the same in each: a test looks.
"""

import math
import pickle
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numba import njit, types
from numba.extending import overload
from numpy.typing import NDArray

P = ParamSpec("P")
T = TypeVar("T")

Floats = NDArray[np.float32]
Levels = NDArray[np.float32] | NDArray[np.uint16]
"""Numbers as they are kept: a uint16 is the upper half of a float32."""

_HALF, _LN_2 = np.float32(0.5), np.float32(math.log(2))
_LEAST_EXPONENT = np.float32(-87)
_TINY = np.float32(1e-30)
_MIDDLE, _FURTHEST = np.float32(128.5), np.float32(127)
_FAST = {"reassoc", "contract", "arcp", "nsz"}
"""Sums may be taken in any order; what is no number stays so, for the guard to find."""
_BROKEN_CACHE = (OSError, EOFError, pickle.UnpicklingError)


def _part(function: Callable[P, T], *, kept: bool = False) -> Callable[P, T]:
    jit = njit(nogil=True, cache=kept, error_model="numpy", fastmath=_FAST)
    made: Callable[P, T] = jit(function)
    return made


def compiled(function: Callable[P, T]) -> Callable[P, T]:
    """Compile at the first call, and keep the result for the next start where there is room."""
    try:
        made = _part(function, kept=True)
    except RuntimeError:  # neither the sources' folder nor the user's can be written
        return _part(function)

    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        nonlocal made
        try:
            return made(*args, **kwargs)
        except _BROKEN_CACHE:
            made = _part(function)
            return made(*args, **kwargs)

    return call


@compiled
def to_levels(rows: Floats, levels: NDArray[np.uint8], loudest: Floats) -> None:
    """Bring each row to 1 to 255 around 128, and tell how loud its loudest was."""
    for line in range(len(rows)):
        row, most, spoilt = rows[line], _TINY, np.float32(0)
        for at in range(len(row)):
            most = max(most, abs(row[at]))
            # What is no number spoils the whole row; a level cannot say so.
            spoilt += row[at] * np.float32(0)
        by = _FURTHEST / most
        for at in range(len(row)):
            levels[line, at] = np.uint8(_MIDDLE + row[at] * by)
        loudest[line, 0] = most + spoilt


@compiled
def multiply(rows: Floats, weight: Levels, bias: Floats, out: Floats) -> None:
    """Multiply four rows at a time, then two, then one: a weight is widened once for all."""
    line = 0
    while line + 4 <= len(rows):
        _four_rows(weight, rows[line : line + 4], bias, out[line : line + 4])
        line += 4
    if line + 2 <= len(rows):
        _two_rows(weight, rows[line : line + 2], bias, out[line : line + 2])
        line += 2
    if line < len(rows):
        for at in range(len(weight)):
            out[line, at] = _dot(weight[at], rows[line]) + bias[at]


@compiled
def attend(
    mixed: Floats,
    states: Levels,
    slots: NDArray[np.int64],
    lengths: NDArray[np.int64],
    out: Floats,
) -> None:
    """Write each row's key and value behind those its slot knows; let its query hear them all.

    `mixed` is (rows, 3, heads, width), `states` (keys and values, slots, heads, positions, width).
    """
    _, _, heads, width = mixed.shape
    heard = out.reshape(len(mixed), heads, width)
    for line in range(len(mixed)):
        query, key, value = mixed[line, 0], mixed[line, 1], mixed[line, 2]
        keys, values = states[0, slots[line]], states[1, slots[line]]
        shares = np.empty(lengths[line] + 1, np.float32)
        for head in range(heads):
            for at in range(width):
                keys[head, lengths[line], at] = _level(key[head, at], keys)
                values[head, lengths[line], at] = _level(value[head, at], values)
            _share_out(query[head], keys[head], shares)
            _blend(shares, values[head], heard[line, head])


@_part
def _two_rows(weight: Levels, rows: Floats, bias: Floats, out: Floats) -> None:
    for at in range(len(weight)):
        first = second = np.float32(0)
        for place in range(weight.shape[1]):
            level = _number(weight[at, place])
            first += level * rows[0, place]
            second += level * rows[1, place]
        out[0, at] = first + bias[at]
        out[1, at] = second + bias[at]


@_part
def _four_rows(weight: Levels, rows: Floats, bias: Floats, out: Floats) -> None:
    for at in range(len(weight)):
        first = second = third = fourth = np.float32(0)
        for place in range(weight.shape[1]):
            level = _number(weight[at, place])
            first += level * rows[0, place]
            second += level * rows[1, place]
            third += level * rows[2, place]
            fourth += level * rows[3, place]
        out[0, at] = first + bias[at]
        out[1, at] = second + bias[at]
        out[2, at] = third + bias[at]
        out[3, at] = fourth + bias[at]


@_part
def _share_out(query: Floats, keys: Levels, shares: Floats) -> None:
    """Softmax of what a query finds in each key."""
    scale = np.float32(1 / math.sqrt(len(query)))
    loudest = -np.float32(np.inf)
    for at in range(len(shares)):
        shares[at] = _dot(keys[at], query) * scale
        loudest = max(loudest, shares[at])
    total = np.float32(0)
    for at in range(len(shares)):
        shares[at] = _exp(shares[at] - loudest)
        total += shares[at]
    for at in range(len(shares)):
        shares[at] /= total


@_part
def _blend(shares: Floats, values: Levels, out: Floats) -> None:
    """Add up rows of values by their shares, eight rows at a time."""
    out[:] = 0
    eights = len(shares) // 8 * 8
    for row in range(0, eights, 8):
        share, value = shares[row : row + 8], values[row : row + 8]
        for at in range(len(out)):
            out[at] += (
                share[0] * _number(value[0, at])
                + share[1] * _number(value[1, at])
                + share[2] * _number(value[2, at])
                + share[3] * _number(value[3, at])
                + share[4] * _number(value[4, at])
                + share[5] * _number(value[5, at])
                + share[6] * _number(value[6, at])
                + share[7] * _number(value[7, at])
            )
    for row in range(eights, len(shares)):
        for at in range(len(out)):
            out[at] += shares[row] * _number(values[row, at])


@_part
def _dot(levels: Levels, row: Floats) -> np.float32:
    total = np.float32(0)
    for at in range(len(levels)):
        total += _number(levels[at]) * row[at]
    return total


@_part
def _exp(power: np.float32) -> np.float32:
    """Return e to a power, within 5e-6, by operations that a processor does on 16 at once."""
    twos = min(max(power, _LEAST_EXPONENT), -_LEAST_EXPONENT) / _LN_2
    whole = np.floor(twos + _HALF)
    rest = (twos - whole) * _LN_2
    series = np.float32(1 / 720)
    for factor in (1 / 120, 1 / 24, 1 / 6, 1 / 2, 1.0, 1.0):
        series = series * rest + np.float32(factor)
    shift = np.int32(whole) if whole == whole else np.int32(0)  # noqa: PLR0124 - no number
    return series * _float(np.uint32((shift + 127) << 23))


@_part
def _float(bits: np.uint32) -> np.float32:
    return np.uint32(bits).view(np.float32)


@_part
def _upper_half(number: np.float32) -> np.uint16:
    """Round to the nearest bfloat16, and to the even one between two."""
    bits = np.uint32(np.float32(number).view(np.uint32))
    return np.uint16((bits + np.uint32(0x7FFF) + ((bits >> 16) & 1)) >> 16)


def _number(level: Any) -> Any:
    """Return the number that is kept as a level; numba chooses how by its type."""


@overload(_number, inline="always", strict=False)
def _number_of(level: Any) -> Any:
    if level is types.uint16:
        return lambda level: _float(np.uint32(level << 16))
    return lambda level: np.float32(level)  # noqa: PLW0108 - numba compiles functions, not types


def _level(number: Any, kept: Any) -> Any:
    """Return what a number becomes in an array that keeps its kind."""


@overload(_level, inline="always", strict=False)
def _level_of(number: Any, kept: Any) -> Any:  # noqa: ARG001
    if kept.dtype is types.uint16:
        return lambda number, kept: _upper_half(number)  # noqa: ARG005
    return lambda number, kept: number  # noqa: ARG005
