"""One matrix of the model, kept in the form its processor multiplies by soonest."""

from enum import StrEnum
from typing import Any, Protocol

import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from typing_extensions import override

from adapters.xtts.model.compiled import multiply, to_levels


class Precision(StrEnum):
    """What the matrices of the transformer are kept in."""

    FP32 = "fp32"
    BF16 = "bf16"
    FP16 = "fp16"
    INT8 = "int8"


_FLOATS = {
    Precision.FP32: torch.float32,
    Precision.BF16: torch.bfloat16,
    Precision.FP16: torch.float16,
}
_TINY = 1e-30
_FEW = 16
"""Rows up to which each is multiplied as it is alone; most bits of a text have more."""


class Linear(Protocol):
    """Rows of float32 in, rows of float32 out."""

    def __call__(self, rows: Tensor) -> Tensor:
        """Multiply, and add the bias."""
        ...


def linear(weight: Tensor, bias: Tensor, precision: Precision) -> Linear:
    """Keep a copy of a weight of the shape (out, in), and the bias behind it."""
    weight, bias = weight.float().contiguous(), bias.float().clone()
    if precision is Precision.INT8:
        return _Int8(weight, bias)
    kept = weight.to(_FLOATS[precision], copy=True)
    return _Compiled(kept, bias) if weight.device.type == "cpu" else _Plain(kept, bias)


def as_array(tensor: Tensor) -> NDArray[Any]:
    """Return the same memory as an array that numba knows: bfloat16 by its bits."""
    known = tensor.view(torch.uint16) if tensor.dtype is torch.bfloat16 else tensor
    return known.numpy()


class _Plain(Linear):
    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        self._weight = weight
        self._bias = bias.to(weight.dtype)

    @override
    def __call__(self, rows: Tensor) -> Tensor:
        return functional.linear(rows.to(self._weight.dtype), self._weight, self._bias).float()


class _Compiled(_Plain):
    """A few rows are multiplied as they are alone; a text's many by torch."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        super().__init__(weight, bias)
        self._arrays = as_array(weight), bias.numpy()

    @override
    def __call__(self, rows: Tensor) -> Tensor:
        if len(rows) > _FEW:
            return super().__call__(rows)
        made = rows.new_empty(len(rows), len(self._weight))
        multiply(rows.contiguous().numpy(), *self._arrays, made.numpy())
        return made


class _Int8(Linear):
    """Every row has a scale of its own, so that no row can hear its neighbours in a batch.

    Rows travel as 1 to 255 around 128. What the 128 adds up to is known beforehand and taken off
    as a bias: told of a zero point, the kernel would work it out at every step.
    """

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        self._scale = weight.abs().amax(1).clamp(min=_TINY) / 127
        levels = (weight / self._scale[:, None]).round()
        self._levels = torch.ops.onednn.qlinear_prepack(levels.to(torch.int8), None)
        self._zero = torch.zeros_like(self._scale, dtype=torch.int64)
        self._offset = levels.sum(1) * self._scale * (-128 / 127)
        self._bias = bias

    @override
    def __call__(self, rows: Tensor) -> Tensor:
        levels, loudest = (
            rows.new_empty(rows.shape, dtype=torch.uint8),
            rows.new_empty(len(rows), 1),
        )
        to_levels(rows.contiguous().numpy(), levels.numpy(), loudest.numpy())
        made: Tensor = torch.ops.onednn.qlinear_pointwise(
            levels,
            1 / 127,
            0,
            self._levels,
            self._scale,
            self._zero,
            self._offset,
            1.0,
            0,
            torch.float32,
            "none",
            [],
            "",
        )
        return torch.addcmul(self._bias, made, loudest, out=made)
