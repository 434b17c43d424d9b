"""The transformer's layers: their weights, side by side, and how torch takes rows through one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor
from torch.nn import functional

from adapters.xtts.model.linear import Matrices, Precision

EPSILON = 1e-5


@dataclass(frozen=True, slots=True)
class Norm:
    """A layer normalisation, or those of all layers: (layers, width)."""

    weight: Tensor
    bias: Tensor

    def __call__(self, rows: Tensor) -> Tensor:
        """Bring rows to mean 0 and variance 1, then to the model's own."""
        return functional.layer_norm(rows, self.weight.shape, self.weight, self.bias, EPSILON)

    def of(self, layer: int) -> "Norm":
        """Return one layer's."""
        return Norm(self.weight[layer], self.bias[layer])


@dataclass(frozen=True, slots=True)
class Weights:
    """All that the layers know: attention, then a perceptron, each behind a norm."""

    before_attention: Norm
    attention: Matrices
    attended: Matrices
    before_widening: Norm
    widen: Matrices
    narrow: Matrices

    @classmethod
    def of(cls, blocks: Sequence[Any], precision: Precision, device: torch.device) -> Self:
        """Copy those of GPT-2's own blocks."""

        def norms(of: Callable[[Any], Any]) -> Norm:
            modules = [of(block) for block in blocks]
            weight, bias = (_stacked(modules, name) for name in ("weight", "bias"))
            return Norm(weight.to(device), bias.to(device))

        def matrices(of: Callable[[Any], Any]) -> Matrices:
            modules = [of(block) for block in blocks]
            # GPT-2 keeps its matrices as (in, out).
            return Matrices(
                [module.weight.detach().t().to(device) for module in modules],
                [module.bias.detach().to(device) for module in modules],
                precision,
            )

        return cls(
            before_attention=norms(lambda block: block.ln_1),
            attention=matrices(lambda block: block.attn.c_attn),
            attended=matrices(lambda block: block.attn.c_proj),
            before_widening=norms(lambda block: block.ln_2),
            widen=matrices(lambda block: block.mlp.c_fc),
            narrow=matrices(lambda block: block.mlp.c_proj),
        )


class Layer:
    """One block, as torch goes through it."""

    def __init__(self, weights: Weights, layer: int) -> None:
        self._before_attention = weights.before_attention.of(layer)
        self._attention = weights.attention.of(layer)
        self._attended = weights.attended.of(layer)
        self._before_widening = weights.before_widening.of(layer)
        self._widen = weights.widen.of(layer)
        self._narrow = weights.narrow.of(layer)

    def ask(self, hidden: Tensor, heads: int) -> tuple[Tensor, Tensor, Tensor]:
        """Return queries, keys and values, each (rows, heads, width of a head)."""
        mixed = self._attention(self._before_attention(hidden))
        queries, keys, values = mixed.view(len(hidden), 3, heads, -1).unbind(1)
        return queries, keys, values

    def go_on(self, hidden: Tensor, heard: Tensor) -> Tensor:
        """Add what was heard, and what the perceptron makes of it."""
        hidden = hidden + self._attended(heard)
        wide = functional.gelu(self._widen(self._before_widening(hidden)), approximate="tanh")
        return hidden + self._narrow(wide)


def _stacked(modules: Sequence[Any], name: str) -> Tensor:
    return torch.stack([getattr(module, name).detach().float() for module in modules])
