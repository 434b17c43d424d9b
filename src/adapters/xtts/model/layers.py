"""The transformer's layers: their weights, side by side, and how torch takes rows through one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from adapters.xtts.model.linear import Matrices, Precision

_EPSILON = 1e-5


@dataclass(frozen=True, slots=True)
class Norm:
    """A layer normalisation, or several: (layers, width)."""

    weight: Tensor
    bias: Tensor

    def __call__(self, rows: Tensor) -> Tensor:
        """Bring rows to mean 0 and variance 1, then to the model's own."""
        return functional.layer_norm(rows, self.weight.shape, self.weight, self.bias, _EPSILON)

    def layer(self, layer: int) -> "Norm":
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
    endings: Norm
    """The norms behind the last layer, one after the other: out come latents."""
    head: Matrices
    """What makes logits of them."""


def copied(gpt: Any, precision: Precision, device: torch.device) -> Weights:
    """Copy coqui's weights: the checkpoint's own are windows into its file."""
    blocks = gpt.gpt.h

    def norms(modules: Iterable[Any]) -> Norm:
        weights, biases = zip(*((each.weight, each.bias) for each in modules), strict=True)
        return Norm(
            torch.stack(weights).detach().to(device), torch.stack(biases).detach().to(device)
        )

    def matrices(modules: Iterable[Any]) -> Matrices:
        # GPT-2 keeps its matrices as (in, out).
        pairs = [(each.weight.detach().t(), each.bias.detach()) for each in modules]
        return Matrices(pairs, precision, device)

    return Weights(
        before_attention=norms(block.ln_1 for block in blocks),
        attention=matrices(block.attn.c_attn for block in blocks),
        attended=matrices(block.attn.c_proj for block in blocks),
        before_widening=norms(block.ln_2 for block in blocks),
        widen=matrices(block.mlp.c_fc for block in blocks),
        narrow=matrices(block.mlp.c_proj for block in blocks),
        endings=norms((gpt.gpt.ln_f, gpt.final_norm)),
        head=Matrices(
            [(gpt.mel_head.weight.detach(), gpt.mel_head.bias.detach())], Precision.FP32, device
        ),
    )


class Layer:
    """One block, as torch goes through it."""

    def __init__(self, weights: Weights, layer: int) -> None:
        self._before_attention = weights.before_attention.layer(layer)
        self._attention = weights.attention.layer(layer)
        self._attended = weights.attended.layer(layer)
        self._before_widening = weights.before_widening.layer(layer)
        self._widen = weights.widen.layer(layer)
        self._narrow = weights.narrow.layer(layer)

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
