"""The matrices of the model, kept in the form they are soonest multiplied in."""

from collections.abc import Sequence
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


_KINDS = {
    Precision.FP32: torch.float32,
    Precision.BF16: torch.bfloat16,
    Precision.FP16: torch.float16,
    Precision.INT8: torch.int8,
}
_TINY = 1e-30


class Linear(Protocol):
    """Rows of float32 in, rows of float32 out."""

    def __call__(self, rows: Tensor) -> Tensor:
        """Multiply, and add the bias."""
        ...


class Matrices:
    """One kind of matrix through all layers, side by side.

    A weight is `levels` (layers, out, in) times `scale` (layers, out), which is 1 but for int8.
    """

    def __init__(
        self, pairs: Sequence[tuple[Tensor, Tensor]], precision: Precision, device: torch.device
    ) -> None:
        """Copy weights of the shape (out, in), each with its bias."""
        layers, (outs, ins) = len(pairs), pairs[0][0].shape
        self.levels = torch.empty(layers, outs, ins, dtype=_KINDS[precision], device=device)
        self.scale = torch.ones(layers, outs, device=device)
        self.bias = torch.empty(layers, outs, device=device)
        for layer, (weight, bias) in enumerate(pairs):
            levels = weight.to(device, torch.float32)
            if precision is Precision.INT8:
                self.scale[layer] = levels.abs().amax(1).clamp(min=_TINY) / 127
                levels = (levels / self.scale[layer, :, None]).round()
            self.levels[layer] = levels
            self.bias[layer] = bias

    def layer(self, layer: int) -> Linear:
        """Return one layer's, to multiply many rows by."""
        levels, bias = self.levels[layer], self.bias[layer]
        if levels.dtype is torch.int8:
            return _Int8(levels, self.scale[layer], bias)
        return _Plain(levels, bias)


class _Plain(Linear):
    """A matrix of floats, and rows that are brought to its kind."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        self._weight = weight
        self._bias = bias.to(weight.dtype)

    @override
    def __call__(self, rows: Tensor) -> Tensor:
        return functional.linear(rows.to(self._weight.dtype), self._weight, self._bias).float()


class _Int8(Linear):
    """Many rows at once, themselves in int8, by a kernel that has its own copy of the matrix.

    Rows travel as 1 to 255 around 128. What the 128 adds up to is known beforehand and taken off
    as a bias: told of a zero point, the kernel would work it out at every call.
    """

    def __init__(self, levels: Tensor, scale: Tensor, bias: Tensor) -> None:
        self._scale = scale
        self._levels = torch.ops.onednn.qlinear_prepack(levels, None)
        self._zero = torch.zeros_like(scale, dtype=torch.int64)
        self._offset = levels.sum(1) * scale * (-128 / 127)
        self._middle = torch.tensor(128.5)
        self._bias = bias

    @override
    def __call__(self, rows: Tensor) -> Tensor:
        loudest = rows.abs().amax(1, keepdim=True).clamp_(min=_TINY)
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
