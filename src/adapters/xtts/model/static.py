"""A step in which nothing moves: all slots take part, in tensors that stay where they are.

A GPU repeats it from a recording. Which lines speak, and how far each one is, are therefore numbers
in a tensor, and no line of this program. A slot whose line is not asked for reads a token that is
none, writes it to its spare position, and nobody looks at what it says.
"""

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional

from adapters.xtts.model.gpt import Gpt
from adapters.xtts.model.handover import moved
from adapters.xtts.model.slots import Slots

Shape = tuple[int, int]
"""How many slots take part, and how much of each is read."""

_SPANS = (128, 256, 384, 512, 768)


class StaticStep:
    """The tensors of the step, and the step; `lines` are the slots that may take part."""

    def __init__(self, gpt: Gpt, slots: Slots, lines: int) -> None:
        self.device = gpt.device
        self._gpt = gpt
        self._slots = slots
        self._nowhere = slots.positions
        self._numbers = torch.arange(max(lines, slots.positions), device=gpt.device)
        self._tokens = torch.zeros(lines, dtype=torch.int64, device=gpt.device)
        # One tensor, since each journey to the device costs as much as the next.
        self._plan = torch.zeros(3, lines, dtype=torch.int64, device=gpt.device)
        self._places, self._lengths, self._rows = self._plan
        self._latents = torch.zeros(lines, gpt.width, device=gpt.device)
        self._logits = torch.zeros(lines, gpt.audio_tokens, device=gpt.device)
        self._sizes = _doubling(lines)
        self._spans = (*(span for span in _SPANS if span < slots.positions), slots.positions)
        self.rest()

    @property
    def shapes(self) -> list[Shape]:
        """All that can be asked for, the largest first."""
        return [(size, span) for size in self._sizes[::-1] for span in self._spans[::-1]]

    def rest(self) -> None:
        """Have no line take part in what is run next."""
        self._plan.zero_()
        self._lengths.fill_(self._nowhere)

    def give(self, rows: Sequence[int], tokens: Tensor, places: Sequence[int]) -> Shape:
        """Say who takes part, with what, and where; return the smallest shape that holds them."""
        lengths = [self._slots.lengths[slot] for slot in rows]
        if max(lengths) >= self._slots.positions:
            raise IndexError("a slot is full")
        plan = torch.zeros(3, len(self._tokens), dtype=torch.int64)
        plan[1] = self._nowhere
        asked = torch.tensor((places, lengths, rows))
        plan[:2, asked[2]] = asked[:2]
        plan[2, : len(rows)] = asked[2]
        self._plan.copy_(moved(plan, self.device), non_blocking=True)
        self._tokens.index_copy_(0, self._rows[: len(rows)], tokens)
        return _holding(self._sizes, max(rows) + 1), _holding(self._spans, max(lengths) + 1)

    def run(self, shape: Shape) -> None:
        """Step; no one is waited for, and no memory is the result's alone."""
        size, span = shape
        heard = self._numbers[:span] <= self._lengths[:size, None]
        hear = partial(self._hear, shape, heard[:, None, None])
        latents, logits = self._gpt.say(self._tokens[:size], self._places[:size], hear)
        self._latents[:size] = latents
        self._logits[:size] = logits

    def take(self, rows: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Return latents and logits of the lines that were asked for; they have grown."""
        for slot in rows:
            self._slots.grow(slot, 1)
        asked = self._rows[: len(rows)]
        return self._latents[asked], self._logits[asked]

    def _hear(self, shape: Shape, mask: Tensor, layer: int, mixed: Tensor) -> Tensor:
        size, span = shape
        states = self._slots.states[layer]
        mixed = mixed.to(states.dtype)
        states[:, self._numbers[:size], :, self._lengths[:size]] = mixed[:, 1:]
        keys, values = states[:, :size, :, :span]
        heard = functional.scaled_dot_product_attention(
            mixed[:, 0, :, None], keys, values, attn_mask=mask
        )
        return heard.flatten(1).float()


def _doubling(most: int) -> tuple[int, ...]:
    return (*(1 << bits for bits in range((most - 1).bit_length())), most)


def _holding(sizes: Sequence[int], wanted: int) -> int:
    return next(size for size in sizes if size >= wanted)
