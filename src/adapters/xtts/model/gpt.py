"""The transformer of XTTS: GPT-2 on keys and values that are laid out once and never copied."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from adapters.xtts.model.compiled import attend
from adapters.xtts.model.handover import moved
from adapters.xtts.model.layers import Layer, Norm, copied
from adapters.xtts.model.linear import Precision, linear
from adapters.xtts.model.slots import Slots

_STATES = {
    Precision.FP32: torch.float32,
    Precision.FP16: torch.float16,
    Precision.BF16: torch.bfloat16,
    Precision.INT8: torch.bfloat16,
}
"""What keys and values are kept in."""

Hear = Callable[[int, Tensor], Tensor]
"""Lets the rows of a layer, as queries, keys and values, hear what their lines have said."""


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
        self._texts = copied(gpt.text_embedding.weight, device)
        self._text_places = copied(gpt.text_pos_embedding.emb.weight, device)
        self._sounds = copied(gpt.mel_embedding.weight, device)
        self._sound_places = copied(gpt.mel_pos_embedding.emb.weight, device)
        self._layers = [Layer(block, self.heads, precision, device) for block in gpt.gpt.h]
        self._endings = Norm.of(gpt.gpt.ln_f, device), Norm.of(gpt.final_norm, device)
        head = copied(gpt.mel_head.weight, device), copied(gpt.mel_head.bias, device)
        self._head = linear(*head, Precision.FP32)

    @property
    def slot_bytes(self) -> int:
        """What the longest line's keys and values take."""
        positions = self.longest_prompt + self.longest_audio + 1
        return len(self._layers) * 2 * positions * self.width * _STATES[self.precision].itemsize

    def slots(self, count: int, *, spare: bool = False) -> Slots:
        """Room for so many lines of the longest kind; `spare` as the slots explain it."""
        return Slots(
            slots=count,
            layers=len(self._layers),
            heads=self.heads,
            positions=self.longest_prompt + self.longest_audio + 1,
            width=self.width // self.heads,
            dtype=_STATES[self.precision],
            device=self.device,
            spare=spare,
        )

    def prompt(self, ids: Sequence[int]) -> Tensor:
        """Return the rows of a text, to be read behind a voice."""
        start, stop = self._text_ends
        tokens = moved(torch.tensor((start, *ids, stop)), self.device)
        text = self._texts[tokens] + self._text_places[: len(tokens)]
        first = self._sounds[self.start_token] + self._sound_places[0]
        return torch.cat((text, first[None]))

    def read(self, slots: Slots, slot: int, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Read rows behind what a slot knows; return the last one's latent and its logits."""
        hidden = rows
        mask = _causal(slots.lengths[slot], len(hidden), self.device)
        for index, layer in enumerate(self._layers):
            queries, keys, values = layer.ask(hidden).permute(1, 2, 0, 3)
            known = slots.write(index, slot, keys, values)
            hidden = layer.go_on(hidden, _attend(queries, *known, mask))
        slots.grow(slot, len(hidden))
        return self._said(hidden[-1:])

    def step(
        self, slots: Slots, rows: Sequence[int], tokens: Tensor, places: Sequence[int]
    ) -> tuple[Tensor, Tensor]:
        """Read one token a slot, each at its own place; return next latents and their logits."""
        hear = self._hear if self.device.type == "cpu" else self.hear_in_torch
        where = moved(torch.tensor(places), self.device)
        said = self.say(tokens, where, partial(hear, slots, rows))
        for slot in rows:
            slots.grow(slot, 1)
        return said

    def say(self, tokens: Tensor, places: Tensor, hear: Hear) -> tuple[Tensor, Tensor]:
        """Read a token a row, each row hearing its own line; return latents and logits."""
        hidden = self._sounds[tokens] + self._sound_places[places]
        for index, layer in enumerate(self._layers):
            hidden = layer.go_on(hidden, hear(index, layer.ask(hidden)))
        return self._said(hidden)

    def _hear(self, slots: Slots, rows: Sequence[int], layer: int, mixed: Tensor) -> Tensor:
        """Let each row hear its slot: on a processor, in one compiled call."""
        lengths = np.array([slots.lengths[slot] for slot in rows])
        if lengths.max() >= slots.positions:
            raise IndexError("a slot is full")
        heard = mixed.new_empty(len(rows), self.width)
        attend(mixed.numpy(), slots.arrays[layer], np.array(rows), lengths, heard.numpy())
        return heard

    def hear_in_torch(self, slots: Slots, rows: Sequence[int], layer: int, mixed: Tensor) -> Tensor:
        """Let each row hear its slot, on any device."""
        queries, keys, values = mixed.permute(1, 0, 2, 3)[..., None, :]
        heard = [
            _attend(queries[at], *slots.write(layer, slot, keys[at], values[at]))
            for at, slot in enumerate(rows)
        ]
        return torch.cat(heard)

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
