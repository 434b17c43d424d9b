"""A layer of the transformer: attention, then a perceptron, each behind a norm."""

from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor
from torch.nn import functional

from adapters.xtts.model.linear import Linear, Precision, linear

_EPSILON = 1e-5


@dataclass(frozen=True, slots=True)
class Norm:
    """A layer normalisation."""

    weight: Tensor
    bias: Tensor

    @classmethod
    def of(cls, module: Any, device: torch.device) -> Self:
        """Copy coqui's own."""
        return cls(copied(module.weight, device), copied(module.bias, device))

    def __call__(self, rows: Tensor) -> Tensor:
        """Bring rows to mean 0 and variance 1, then to the model's own."""
        return functional.layer_norm(rows, self.weight.shape, self.weight, self.bias, _EPSILON)


class Layer:
    """The weights of one layer, and what they do to rows."""

    def __init__(self, block: Any, heads: int, precision: Precision, device: torch.device) -> None:
        def kept(module: Any) -> Linear:
            # GPT-2 keeps its matrices as (in, out).
            weight, bias = copied(module.weight, device), copied(module.bias, device)
            return linear(weight.t(), bias, precision)

        self._heads = heads
        self._before_attention = Norm.of(block.ln_1, device)
        self._attention = kept(block.attn.c_attn)
        self._attended = kept(block.attn.c_proj)
        self._before_widening = Norm.of(block.ln_2, device)
        self._widen = kept(block.mlp.c_fc)
        self._narrow = kept(block.mlp.c_proj)

    def ask(self, hidden: Tensor) -> Tensor:
        """Return queries, keys and values: (rows, 3, heads, width of a head)."""
        mixed = self._attention(self._before_attention(hidden))
        return mixed.view(len(hidden), 3, self._heads, -1)

    def go_on(self, hidden: Tensor, heard: Tensor) -> Tensor:
        """Add what was heard, and what the perceptron makes of it."""
        hidden = hidden + self._attended(heard)
        wide = functional.gelu(self._widen(self._before_widening(hidden)), approximate="tanh")
        return hidden + self._narrow(wide)


def copied(weight: Tensor, device: torch.device) -> Tensor:
    """Copy a weight: the checkpoint's own is a window into its file."""
    return weight.detach().to(device, torch.float32, copy=True)
