"""A step of the transformer on a processor: one compiled call in place of a thousand small ones.

It keeps to the thread that calls it, so that the other cores are free for the server and for the
vocoder. Lines that step together share the reading of the weights and nothing else: each gets the
sums it would get alone, in the same order.
"""

import math
import pickle
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, ParamSpec, TypeVar

import numpy as np
import torch
from numba import njit, types
from numba.extending import overload
from numpy.typing import NDArray
from torch import Tensor

from adapters.xtts.model.layers import Norm, Weights
from adapters.xtts.model.linear import Matrices
from adapters.xtts.model.slots import Slots

P = ParamSpec("P")
T = TypeVar("T")

Floats = NDArray[np.float32]
Levels = NDArray[np.float32] | NDArray[np.uint16] | NDArray[np.int8]
"""Numbers as they are kept: a uint16 is the upper half of a float32."""

_EPSILON = np.float32(1e-5)
_HALF, _ONE, _LN_2 = np.float32(0.5), np.float32(1), np.float32(math.log(2))
_LEAST_EXPONENT = np.float32(-87)
_GELU = np.float32(math.sqrt(8 / math.pi))
_CUBIC = np.float32(0.044715)

_FAST = {"reassoc", "contract", "arcp", "nsz"}
"""Sums may be taken in any order; what is no number stays so, for the guard to find."""


_BROKEN_CACHE = (OSError, EOFError, pickle.UnpicklingError)


def _part(function: Callable[P, T], *, kept: bool = False) -> Callable[P, T]:
    """Compile a part of the step, or with `kept` the whole for the next start as well."""
    jit = njit(nogil=True, cache=kept, error_model="numpy", fastmath=_FAST)
    made: Callable[P, T] = jit(function)
    return made


def _whole(function: Callable[P, T]) -> Callable[P, T]:
    try:
        return _part(function, kept=True)
    except RuntimeError:  # neither the sources' folder nor the user's can be written
        return _part(function)


class _Norms(NamedTuple):
    weight: Floats
    bias: Floats


class _Matrices(NamedTuple):
    levels: Levels
    scale: Floats
    bias: Floats


class _Weights(NamedTuple):
    """As in `layers.Weights`; numba asks for tuples of arrays."""

    before_attention: _Norms
    attention: _Matrices
    attended: _Matrices
    before_widening: _Norms
    widen: _Matrices
    narrow: _Matrices
    endings: _Norms
    head: _Matrices


class CompiledStep:
    """The layers as one call."""

    def __init__(self, weights: Weights) -> None:
        self._weights = _Weights(
            before_attention=_norms(weights.before_attention),
            attention=_matrices(weights.attention),
            attended=_matrices(weights.attended),
            before_widening=_norms(weights.before_widening),
            widen=_matrices(weights.widen),
            narrow=_matrices(weights.narrow),
            endings=_norms(weights.endings),
            head=_matrices(weights.head),
        )
        self._run = _whole(_step)

    def __call__(self, slots: Slots, rows: Sequence[int], hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Take a row of each slot through the model; return latents and logits."""
        lengths = np.array([slots.lengths[slot] for slot in rows])
        if lengths.max() >= slots.positions:
            raise IndexError("a slot is full")
        latents = hidden.clone()
        logits = hidden.new_empty(len(rows), self._weights.head.bias.shape[1])
        work = (_array(slots.states), self._weights, latents.numpy(), logits.numpy())
        try:
            self._run(np.array(rows), lengths, *work)
        except _BROKEN_CACHE:  # what was kept cannot be read, or there is no room to keep it
            self._run = _part(_step)
            self._run(np.array(rows), lengths, *work)
        return latents, logits


def _norms(norms: Norm) -> _Norms:
    return _Norms(_array(norms.weight), _array(norms.bias))


def _matrices(matrices: Matrices) -> _Matrices:
    return _Matrices(_array(matrices.levels), _array(matrices.scale), _array(matrices.bias))


def _array(tensor: Tensor) -> NDArray[Any]:
    """Return the same memory as an array that numba knows."""
    known = tensor.view(torch.uint16) if tensor.dtype is torch.bfloat16 else tensor
    return known.numpy()


@_part
def _multiply(rows: Floats, matrices: _Matrices, layer: int, out: Floats) -> None:
    """Multiply four rows at a time, then two, then one: a weight is widened once for all."""
    levels, scale, bias = matrices.levels[layer], matrices.scale[layer], matrices.bias[layer]
    line = 0
    while line + 4 <= len(rows):
        _four_rows(levels, rows[line : line + 4], scale, bias, out[line : line + 4])
        line += 4
    if line + 2 <= len(rows):
        _two_rows(levels, rows[line : line + 2], scale, bias, out[line : line + 2])
        line += 2
    if line < len(rows):
        for at in range(len(levels)):
            out[line, at] = _dot(levels[at], rows[line]) * scale[at] + bias[at]


@_part
def _two_rows(levels: Levels, rows: Floats, scale: Floats, bias: Floats, out: Floats) -> None:
    for at in range(len(levels)):
        first = second = np.float32(0)
        for place in range(levels.shape[1]):
            level = _number(levels[at, place])
            first += level * rows[0, place]
            second += level * rows[1, place]
        out[0, at] = first * scale[at] + bias[at]
        out[1, at] = second * scale[at] + bias[at]


@_part
def _four_rows(levels: Levels, rows: Floats, scale: Floats, bias: Floats, out: Floats) -> None:
    for at in range(len(levels)):
        first = second = third = fourth = np.float32(0)
        for place in range(levels.shape[1]):
            level = _number(levels[at, place])
            first += level * rows[0, place]
            second += level * rows[1, place]
            third += level * rows[2, place]
            fourth += level * rows[3, place]
        out[0, at] = first * scale[at] + bias[at]
        out[1, at] = second * scale[at] + bias[at]
        out[2, at] = third * scale[at] + bias[at]
        out[3, at] = fourth * scale[at] + bias[at]


@_part
def _attend(mixed: Floats, keys: Levels, values: Levels, length: int, out: Floats) -> None:
    """Write a line's key and value behind those it knows, and let its query hear them all."""
    heads, _, width = keys.shape
    asked = mixed.reshape(3, heads, width)
    query, key, value = asked[0], asked[1], asked[2]
    heard = out.reshape(heads, width)
    shares = np.empty(length + 1, np.float32)
    for head in range(heads):
        for at in range(width):
            keys[head, length, at] = _level(key[head, at], keys)
            values[head, length, at] = _level(value[head, at], values)
        _share_out(query[head], keys[head], shares)
        _blend(shares, values[head], heard[head])


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
def _bend(rows: Floats) -> None:
    """GELU as GPT-2 has it, its tanh written as an exponential."""
    for line in range(len(rows)):
        row = rows[line]
        for at in range(len(row)):
            bent = _GELU * (row[at] + _CUBIC * row[at] * row[at] * row[at])
            row[at] = row[at] / (_ONE + _exp(-bent))


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


def _step(
    slots: NDArray[np.int64],
    lengths: NDArray[np.int64],
    states: Levels,
    weights: _Weights,
    hidden: Floats,
    logits: Floats,
) -> None:
    """Turn rows (lines, width) into latents, and write their logits."""
    lines, width = hidden.shape
    rows = np.empty_like(hidden)
    mixed = np.empty((lines, 3 * width), np.float32)
    wide = np.empty((lines, weights.widen.bias.shape[1]), np.float32)
    for layer in range(len(states)):
        _norm(hidden, weights.before_attention, layer, rows)
        _multiply(rows, weights.attention, layer, mixed)
        for line in range(lines):
            keys, values = states[layer, 0, slots[line]], states[layer, 1, slots[line]]
            _attend(mixed[line], keys, values, lengths[line], rows[line])
        _multiply(rows, weights.attended, layer, mixed)
        hidden += mixed[:, :width]
        _norm(hidden, weights.before_widening, layer, rows)
        _multiply(rows, weights.widen, layer, wide)
        _bend(wide)
        _multiply(wide, weights.narrow, layer, mixed)
        hidden += mixed[:, :width]
    _norm(hidden, weights.endings, 0, rows)
    _norm(rows, weights.endings, 1, hidden)
    _multiply(hidden, weights.head, 0, logits)


@_part
def _norm(rows: Floats, norms: _Norms, layer: int, out: Floats) -> None:
    weight, bias, width = norms.weight[layer], norms.bias[layer], np.float32(rows.shape[1])
    for line in range(len(rows)):
        row = rows[line]
        total = spread = np.float32(0)
        for at in range(len(row)):
            total += row[at]
        mean = total / width
        for at in range(len(row)):
            spread += (row[at] - mean) * (row[at] - mean)
        slope = _ONE / np.sqrt(spread / width + _EPSILON)
        for at in range(len(row)):
            out[line, at] = (row[at] - mean) * slope * weight[at] + bias[at]
