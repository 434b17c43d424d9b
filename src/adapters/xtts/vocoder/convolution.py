"""A convolution over rows (time, channels), kept in the form its processor computes soonest."""

from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional
from typing_extensions import override

_ONCE = [1, 1]
_NOTHING = [0, 0]
_TYPICAL_ROWS = 512
_BATCH = 3
"""Dimensions of lines side by side."""
_FEWEST_ROWS = 16
"""Below that oneDNN adds up in another order: a line's samples would depend on its windows."""


class Kernel(Protocol):
    """Fewer rows out than in: nothing is padded.

    A plain one also takes lines side by side (lines, time, channels); a bias may then be a line's.
    """

    def __call__(
        self, rows: Tensor, bias: Tensor | None, slope: float, plus: Tensor | None
    ) -> Tensor:
        """Convolve; add `plus` if there is any, or else lower what is negative by `slope`."""
        ...


def kernel(weight: Tensor, dilation: int) -> Kernel:
    """Keep a weight of the shape (out, in, taps)."""
    return _Packed(weight, dilation) if packs(weight.device) else _Plain(weight, dilation)


def packs(device: torch.device) -> bool:
    """Whether kernels are packed for a device; those take one line at a time."""
    return device.type == "cpu" and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]


def _image(rows: Tensor) -> Tensor:
    """See rows as a picture one pixel high whose channels lie side by side: nothing is copied."""
    return rows.view(1, 1, len(rows), -1).permute(0, 3, 1, 2)


def _rows(image: Tensor) -> Tensor:
    return image.permute(0, 2, 3, 1).reshape(image.shape[3], -1)


class _Plain(Kernel):
    def __init__(self, weight: Tensor, dilation: int) -> None:
        self._weight = weight[:, :, None].contiguous(memory_format=torch.channels_last)
        self._dilation = 1, dilation

    @override
    def __call__(
        self, rows: Tensor, bias: Tensor | None, slope: float, plus: Tensor | None
    ) -> Tensor:
        lines = rows if rows.dim() == _BATCH else rows[None]
        each = bias is not None and bias.dim() > 1
        # A picture a line, one pixel high: nothing is copied.
        image = lines[:, None].permute(0, 3, 1, 2)
        made = functional.conv2d(
            image, self._weight, None if each else bias, dilation=self._dilation
        )
        made = made.permute(0, 2, 3, 1).reshape(*rows.shape[:-2], made.shape[3], -1)
        if each and bias is not None:
            made.add_(bias[:, None])
        if plus is not None:
            return made.add_(plus)
        return made if slope == 1.0 else functional.leaky_relu_(made, slope)


class _Packed(Kernel):
    """oneDNN's own layout, and what follows done while the result is still in registers."""

    def __init__(self, weight: Tensor, dilation: int) -> None:
        # The one door to oneDNN's fused convolutions, the same that torch.compile takes.
        self._fused = torch.ops.mkldnn._convolution_pointwise  # noqa: SLF001
        self._span = (weight.shape[2] - 1) * dilation
        opaque = weight[:, :, None].contiguous().to_mkldnn()
        shape = [1, weight.shape[1], 1, _TYPICAL_ROWS]
        self._place = _NOTHING, _ONCE, [1, dilation], 1
        self._weight = torch.ops.aten.mkldnn_reorder_conv2d_weight(opaque, *self._place, shape)

    @override
    def __call__(
        self, rows: Tensor, bias: Tensor | None, slope: float, plus: Tensor | None
    ) -> Tensor:
        wanted = len(rows) - self._span
        if wanted < _FEWEST_ROWS:
            rows = _padded(rows, _FEWEST_ROWS - wanted)
            plus = None if plus is None else _padded(plus, _FEWEST_ROWS - wanted)
        return _rows(self._convolved(_image(rows), bias, slope, plus))[:wanted]

    def _convolved(
        self, image: Tensor, bias: Tensor | None, slope: float, plus: Tensor | None
    ) -> Tensor:
        made: Tensor
        if plus is not None:
            place = _image(plus), self._weight, bias, *self._place
            made = self._fused.binary(image, *place, "add", None, None, [], None)
        elif slope == 1.0:
            made = self._fused(image, self._weight, bias, *self._place, "none", [], "")
        else:
            made = self._fused(image, self._weight, bias, *self._place, "leaky_relu", [slope], "")
        return made


def _padded(rows: Tensor, count: int) -> Tensor:
    return functional.pad(rows, (0, 0, 0, count))
