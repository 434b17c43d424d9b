"""One matrix of the model, kept in the form its processor multiplies by soonest."""

from enum import StrEnum
from math import inf
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional
from typing_extensions import override


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
_ROWS = 1
"""What packed weights are laid out for: one stream's step."""


class Linear(Protocol):
    """Rows of float32 in, rows of float32 out."""

    def __call__(self, rows: Tensor) -> Tensor:
        """Multiply, and add the bias."""
        ...


def linear(weight: Tensor, bias: Tensor, precision: Precision) -> Linear:
    """Keep a weight of the shape (out, in), and the bias behind it."""
    weight = weight.contiguous()
    if precision is Precision.INT8:
        return _Int8(weight, bias)
    kind = _FLOATS[precision]
    if weight.device.type == "cpu":
        return _Packed(weight.to(kind), bias.to(kind))
    return _Plain(weight.to(kind), bias.to(kind))


class _Plain(Linear):
    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        self._weight = weight
        self._bias = bias

    @override
    def __call__(self, rows: Tensor) -> Tensor:
        return functional.linear(rows.to(self._weight.dtype), self._weight, self._bias).float()


class _Packed(Linear):
    """oneDNN's own layout: a step that reads a plain matrix takes half as long again."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        self._dtype = weight.dtype
        self._weight = torch.ops.mkldnn._reorder_linear_weight(weight, _ROWS)  # noqa: SLF001 - the only door
        self._bias = bias

    @override
    def __call__(self, rows: Tensor) -> Tensor:
        made: Tensor = torch.ops.mkldnn._linear_pointwise(  # noqa: SLF001
            rows.to(self._dtype), self._weight, self._bias, "none", [], ""
        )
        return made.float()


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
        self._middle = torch.tensor(128.5)
        self._bias = bias

    @override
    def __call__(self, rows: Tensor) -> Tensor:
        loudest = torch.linalg.vector_norm(rows, inf, 1, keepdim=True).clamp_(min=_TINY)
        levels = torch.addcmul(self._middle, rows, 127 / loudest).to(torch.uint8)
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
