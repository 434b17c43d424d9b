"""The layers of the vocoder, each of which reads a line window by window as if in one go.

A layer holds weights only. What it has to read again with the next window, its tail, lies in the
window: that is zeros where the line begins and ends, as padding would be, and real rows elsewhere.
Rows are (time, channels), or (lines, time, channels) for lines whose windows have one length.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from adapters.xtts.vocoder.convolution import kernel

SLOPE = 0.1


@dataclass(frozen=True, slots=True)
class Form:
    """What weights are kept in, and where."""

    dtype: torch.dtype
    device: torch.device

    def of(self, weight: Tensor) -> Tensor:
        """A copy that nobody else changes."""
        return weight.detach().to(self.device, self.dtype, copy=True)


class Window:
    """One pass through the layers of one line or several, which all begin or end here, or go on.

    The tails it came with stay as they are, so that a line can be taken up again where it was.
    """

    def __init__(self, tails: Mapping[object, Tensor], *, first: bool, last: bool) -> None:
        self.first = first
        self.last = last
        self.tails: dict[object, Tensor] = {}
        self._before = tails

    def join(self, layer: object, rows: Tensor, keep: int, padding: int) -> Tensor:
        """Put rows behind the layer's tail, and zeros at the ends; the last `keep` are the tail."""
        head = self._nothing(rows, padding) if self.first else self._before[layer]
        if self.last:
            return torch.cat((head, rows, self._nothing(rows, padding)), dim=-2)
        joined = torch.cat((head, rows), dim=-2)
        # A copy, or the tail would keep all of the window alive.
        self.tails[layer] = _cut(joined, _length(joined) - keep, None).clone()
        return joined

    @staticmethod
    def _nothing(rows: Tensor, count: int) -> Tensor:
        return rows.new_zeros(*rows.shape[:-2], count, rows.shape[-1])


class Convolution:
    """Keeps the length of a line; `reach` rows on each side bear on a row."""

    def __init__(self, module: Any, form: Form, scale: float = 1.0) -> None:
        weight = module.weight.detach() * scale
        self.reach: int = (weight.shape[2] - 1) * module.dilation[0] // 2
        self._bias = None if module.bias is None else form.of(module.bias)
        self._kernel = kernel(form.of(weight), module.dilation[0])

    def bias(self, voice: Tensor) -> Tensor:
        """The bias that also adds what a voice adds to every row."""
        return voice if self._bias is None else self._bias + voice

    def join(self, window: Window, rows: Tensor) -> Tensor:
        """Give rows their surroundings."""
        return window.join(self, rows, 2 * self.reach, self.reach)

    def __call__(
        self,
        joined: Tensor,
        *,
        bias: Tensor | None = None,
        slope: float = 1.0,
        plus: Tensor | None = None,
    ) -> Tensor:
        """Convolve rows that have their surroundings with them."""
        return self._kernel(joined, self._bias if bias is None else bias, slope, plus)


class Upsampling:
    """A transposed convolution, as a plain one that makes all rows of a step side by side."""

    def __init__(self, module: Any, form: Form, scale: float = 1.0) -> None:
        weight = module.weight.detach() * scale
        self.factor: int = module.stride[0]
        self.overlap: int = module.padding[0]
        self._dtype = form.dtype
        self._bias = module.bias.detach().to(form.device, copy=True)
        self._steps = weight.shape[2] // self.factor
        taps = weight.unflatten(2, (self._steps, self.factor)).flip(2)
        self._kernel = kernel(form.of(taps.permute(3, 1, 0, 2).flatten(0, 1)), 1)

    def bias(self, voice: Tensor) -> Tensor:
        """The bias that also adds what a voice adds to every row."""
        own: Tensor = self._bias + voice
        return own.repeat(self.factor).to(self._dtype)

    def __call__(self, rows: Tensor, window: Window, bias: Tensor) -> Tensor:
        """Read rows; what they make lies `overlap` rows back, but at the ends of the line."""
        joined = window.join(self, rows.to(self._dtype), self._steps - 1, self._steps - 1)
        made = self._kernel(joined, bias, 1.0, None)
        made = made.view(*made.shape[:-2], -1, made.shape[-1] // self.factor)
        start = self.overlap if window.first else 0
        stop = _length(made) - (self.factor - self.overlap if window.last else 0)
        return _cut(made, start, stop)


class Pair:
    """Two convolutions and what came in, `reach` rows later."""

    def __init__(self, first: Any, second: Any, form: Form) -> None:
        self._first = Convolution(first, form)
        self._second = Convolution(second, form)
        self.reach = self._first.reach + self._second.reach

    def __call__(self, rows: Tensor, window: Window) -> Tensor:
        """Read rows; return as many, but for the ends of the line."""
        heard = self._first.join(window, rows)
        made = self._first(functional.leaky_relu(heard, SLOPE), slope=SLOPE)
        made = self._second.join(window, made)
        stop = _length(heard) - (self._first.reach if window.last else self.reach)
        start = stop - (_length(made) - 2 * self._second.reach)
        return self._second(made, plus=_cut(heard, start, stop))


class Stage:
    """Rows multiplied, then mixed by blocks side by side; their sum is left undivided."""

    def __init__(self, up: Any, blocks: Sequence[Any], form: Form, scale: float) -> None:
        self.up = Upsampling(up, form, scale)
        self._blocks = [
            [Pair(*pair, form) for pair in zip(block.convs1, block.convs2, strict=True)]
            for block in blocks
        ]
        self._reaches = [sum(pair.reach for pair in block) for block in self._blocks]
        self.reach = max(self._reaches)

    def __call__(self, rows: Tensor, window: Window, bias: Tensor) -> Tensor:
        """Read rows; blocks that reach less far wait for the one that reaches farthest."""
        rows = self.up(rows, window, bias)
        heard = window.join(self, rows, self.reach - min(self._reaches), 0)
        held = _length(heard) - _length(rows)
        mixed = []
        for block, reach in zip(self._blocks, self._reaches, strict=True):
            late = self.reach - reach
            stop = _length(heard) - (0 if window.last else late)
            made = _cut(heard, max(0, held - late), stop)
            for pair in block:
                made = pair(made, window)
            mixed.append(made)
        for other in mixed[1:]:
            mixed[0].add_(other)
        return mixed[0]


def _length(rows: Tensor) -> int:
    return rows.shape[-2]


def _cut(rows: Tensor, start: int, stop: int | None) -> Tensor:
    return rows[..., start:stop, :]
