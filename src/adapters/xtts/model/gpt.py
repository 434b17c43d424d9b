"""The transformer of XTTS: GPT-2 on keys and values that are laid out once and never copied."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from adapters.xtts.model.linear import Linear, Precision, linear
from adapters.xtts.model.slots import Remembered, Slots

_EPSILON = 1e-5
_STATES = {
    Precision.FP32: torch.float32,
    Precision.FP16: torch.float16,
    Precision.BF16: torch.float32,
    Precision.INT8: torch.float32,
}
"""What keys and values are kept in: one row attends in bf16 half as fast, on a processor."""


@dataclass(frozen=True, slots=True)
class Norm:
    """A layer normalisation."""

    weight: Tensor
    bias: Tensor

    def __call__(self, rows: Tensor) -> Tensor:
        """Bring rows to mean 0 and variance 1, then to the model's own."""
        return functional.layer_norm(rows, self.weight.shape, self.weight, self.bias, _EPSILON)


@dataclass(frozen=True, slots=True)
class Layer:
    """One block: attention, then a perceptron, each behind a norm and added to what came in."""

    before_attention: Norm
    attention: Linear
    attended: Linear
    before_widening: Norm
    widen: Linear
    narrow: Linear


class Gpt:
    """Weights only: what is spoken lives in the slots."""

    def __init__(self, gpt: Any, precision: Precision, device: torch.device) -> None:
        self.width: int = gpt.model_dim
        self.heads: int = gpt.heads
        self.start_token: int = gpt.start_audio_token
        self.stop_token: int = gpt.stop_audio_token
        self.audio_tokens: int = gpt.num_audio_tokens
        self.longest_audio: int = gpt.max_gen_mel_tokens
        self.longest_prompt: int = gpt.max_text_tokens + gpt.max_prompt_tokens
        self.precision = precision
        self.device = device
        self._text_ends = gpt.start_text_token, gpt.stop_text_token
        self._texts = _on(gpt.text_embedding.weight, device)
        self._text_places = _on(gpt.text_pos_embedding.emb.weight, device)
        self._sounds = _on(gpt.mel_embedding.weight, device)
        self._sound_places = _on(gpt.mel_pos_embedding.emb.weight, device)
        self._layers = [_layer(block, precision, device) for block in gpt.gpt.h]
        self._after_layers = _norm(gpt.gpt.ln_f, device)
        self._final_norm = _norm(gpt.final_norm, device)
        self._head = linear(
            _on(gpt.mel_head.weight, device), _on(gpt.mel_head.bias, device), Precision.FP32
        )

    def slots(self, count: int) -> Slots:
        """Room for so many lines of the longest kind."""
        return Slots(
            slots=count,
            layers=len(self._layers),
            heads=self.heads,
            positions=self.longest_prompt + self.longest_audio + 1,
            width=self.width // self.heads,
            dtype=_STATES[self.precision],
            device=self.device,
        )

    def voice(self, slots: Slots, slot: int, latent: Tensor) -> Remembered:
        """Read a voice's latents (positions, width) once, for every line it will speak."""
        slots.rewind(slot, 0)
        self._read(slots, slot, latent.to(self.device))
        return slots.remember(slot)

    def prompt(self, slots: Slots, slot: int, ids: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Read a text behind the voice in a slot; return the first latent and its logits."""
        start, stop = self._text_ends
        tokens = torch.tensor((start, *ids, stop), device=self.device)
        text = self._texts[tokens] + self._text_places[: len(tokens)]
        first = self._sounds[self.start_token] + self._sound_places[0]
        return self._said(self._read(slots, slot, torch.cat((text, first[None]))))

    def step(
        self, slots: Slots, rows: Sequence[int], tokens: Tensor, places: Sequence[int]
    ) -> tuple[Tensor, Tensor]:
        """Read one token a slot, each at its own place; return next latents and their logits."""
        hidden = self._sounds[tokens] + self._sound_places[list(places)]
        for index, layer in enumerate(self._layers):
            queries, keys, values = self._heads(layer, hidden)
            heard = [
                _attend(
                    queries[at, :, None],
                    *slots.write(index, slot, keys[at, :, None], values[at, :, None]),
                )
                for at, slot in enumerate(rows)
            ]
            hidden = _through(layer, hidden, torch.cat(heard))
        for slot in rows:
            slots.grow(slot, 1)
        return self._said(hidden)

    def _read(self, slots: Slots, slot: int, hidden: Tensor) -> Tensor:
        """Read many positions of one slot at once; return the last one's state."""
        mask = _causal(slots.lengths[slot], len(hidden), self.device)
        for index, layer in enumerate(self._layers):
            queries, keys, values = self._heads(layer, hidden)
            known = slots.write(index, slot, keys.transpose(0, 1), values.transpose(0, 1))
            heard = _attend(queries.transpose(0, 1), *known, mask)
            hidden = _through(layer, hidden, heard)
        slots.grow(slot, len(hidden))
        return hidden[-1:]

    def _heads(self, layer: Layer, hidden: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mixed = layer.attention(layer.before_attention(hidden))
        queries, keys, values = mixed.view(len(hidden), 3, self.heads, -1).unbind(1)
        return queries, keys, values

    def _said(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        latents = self._final_norm(self._after_layers(hidden))
        return latents, self._head(latents)


def _attend(queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None = None) -> Tensor:
    """Attend (heads, positions, width) to what is known; return rows of all heads side by side."""
    heard = functional.scaled_dot_product_attention(
        queries[None].to(keys.dtype), keys[None], values[None], attn_mask=mask
    )
    return heard[0].transpose(0, 1).flatten(1).float()


def _through(layer: Layer, hidden: Tensor, heard: Tensor) -> Tensor:
    hidden = hidden + layer.attended(heard)
    wide = functional.gelu(layer.widen(layer.before_widening(hidden)), approximate="tanh")
    return hidden + layer.narrow(wide)


def _causal(known: int, new: int, device: torch.device) -> Tensor:
    """Each new position sees all that was known, itself, and the new ones before it."""
    return torch.ones(new, known + new, dtype=torch.bool, device=device).tril(known)


def _layer(block: Any, precision: Precision, device: torch.device) -> Layer:
    def kept(module: Any) -> Linear:
        # GPT-2 keeps its matrices as (in, out).
        return linear(_on(module.weight.t(), device), _on(module.bias, device), precision)

    return Layer(
        before_attention=_norm(block.ln_1, device),
        attention=kept(block.attn.c_attn),
        attended=kept(block.attn.c_proj),
        before_widening=_norm(block.ln_2, device),
        widen=kept(block.mlp.c_fc),
        narrow=kept(block.mlp.c_proj),
    )


def _norm(module: Any, device: torch.device) -> Norm:
    return Norm(_on(module.weight, device), _on(module.bias, device))


def _on(weight: Tensor, device: torch.device) -> Tensor:
    """Copy a weight: the checkpoint's own is a window into its file."""
    return weight.detach().to(device, torch.float32, copy=True)
