"""The transformer of XTTS: GPT-2 on keys and values that are laid out once and never copied."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from adapters.xtts.model.compiled import CompiledStep
from adapters.xtts.model.layers import Layer, copied
from adapters.xtts.model.linear import Precision
from adapters.xtts.model.slots import Slots

_STATES = {
    Precision.FP32: torch.float32,
    Precision.FP16: torch.float16,
    Precision.BF16: torch.bfloat16,
    Precision.INT8: torch.bfloat16,
}
"""What keys and values are kept in."""


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
        weights = copied(gpt, precision, device)
        self._layers = [Layer(weights, layer) for layer in range(len(gpt.gpt.h))]
        self._endings = [weights.endings.layer(at) for at in range(2)]
        self._head = weights.head.layer(0)
        self._compiled = CompiledStep(weights) if device.type == "cpu" else None

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

    def prompt(self, ids: Sequence[int]) -> Tensor:
        """Return the rows of a text, to be read behind a voice."""
        start, stop = self._text_ends
        tokens = torch.tensor((start, *ids, stop), device=self.device)
        text = self._texts[tokens] + self._text_places[: len(tokens)]
        first = self._sounds[self.start_token] + self._sound_places[0]
        return torch.cat((text, first[None]))

    def read(self, slots: Slots, slot: int, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Read rows behind what a slot knows; return the last one's latent and its logits."""
        hidden = rows
        mask = _causal(slots.lengths[slot], len(hidden), self.device)
        for index, layer in enumerate(self._layers):
            queries, keys, values = layer.ask(hidden, self.heads)
            known = slots.write(index, slot, keys.transpose(0, 1), values.transpose(0, 1))
            heard = _attend(queries.transpose(0, 1), *known, mask)
            hidden = layer.go_on(hidden, heard)
        slots.grow(slot, len(hidden))
        return self._said(hidden[-1:])

    def step(
        self, slots: Slots, rows: Sequence[int], tokens: Tensor, places: Sequence[int]
    ) -> tuple[Tensor, Tensor]:
        """Read one token a slot, each at its own place; return next latents and their logits."""
        hidden = self._sounds[tokens] + self._sound_places[list(places)]
        step = self._compiled or self.step_in_torch
        said = step(slots, rows, hidden)
        for slot in rows:
            slots.grow(slot, 1)
        return said

    def step_in_torch(
        self, slots: Slots, rows: Sequence[int], hidden: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Take a row of each slot through the model, on any device; return latents and logits."""
        for index, layer in enumerate(self._layers):
            queries, keys, values = layer.ask(hidden, self.heads)
            heard = [
                _attend(
                    queries[at, :, None],
                    *slots.write(index, slot, keys[at, :, None], values[at, :, None]),
                )
                for at, slot in enumerate(rows)
            ]
            hidden = layer.go_on(hidden, torch.cat(heard))
        return self._said(hidden)

    def _said(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        for norm in self._endings:
            hidden = norm(hidden)
        return hidden, self._head(hidden)


def _attend(queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None = None) -> Tensor:
    """Attend (heads, positions, width) to what is known; return rows of all heads side by side."""
    heard = functional.scaled_dot_product_attention(
        queries[None].to(keys.dtype), keys[None], values[None], attn_mask=mask
    )
    return heard[0].transpose(0, 1).flatten(1).float()


def _causal(known: int, new: int, device: torch.device) -> Tensor:
    """Each new position sees all that was known, itself, and the new ones before it."""
    return torch.ones(new, known + new, dtype=torch.bool, device=device).tril(known)


def _on(weight: Tensor, device: torch.device) -> Tensor:
    """Copy a weight: the checkpoint's own is a window into its file."""
    return weight.detach().to(device, torch.float32, copy=True)
