"""One matrix of the model, kept in the form its processor multiplies by soonest."""

from enum import StrEnum
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
        self._weight = torch.ops.mkldnn._reorder_linear_weight(weight, _ROWS)
        self._bias = bias

    @override
    def __call__(self, rows: Tensor) -> Tensor:
        made: Tensor = torch.ops.mkldnn._linear_pointwise(
            rows.to(self._dtype), self._weight, self._bias, "none", [], ""
        )
        return made.float()


class _Int8(Linear):
    """Every row has a scale of its own, so that no row can hear its neighbours in a batch."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        self._scale = weight.abs().amax(1).clamp(min=torch.finfo(torch.float32).tiny) / 127
        levels = (weight / self._scale[:, None]).round().to(torch.int8)
        self._levels = torch.ops.onednn.qlinear_prepack(levels, None)
        self._zero = torch.zeros_like(self._scale, dtype=torch.int64)
        self._bias = bias

    @override
    def __call__(self, rows: Tensor) -> Tensor:
        loudest = rows.abs().amax(1, keepdim=True).clamp_(min=1e-30)
        levels = rows.mul(127 / loudest).round_().add_(128).to(torch.uint8)
        made: Tensor = torch.ops.onednn.qlinear_pointwise(
            levels,
            1 / 127,
            128,
            self._levels,
            self._scale,
            self._zero,
            None,
            1.0,
            0,
            torch.float32,
            "none",
            [],
            "",
        )
        return torch.addcmul(self._bias, made, loudest, out=made)
