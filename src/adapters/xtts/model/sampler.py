"""How the next token is drawn: the steps of the reference, on rows with settings of their own."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from adapters.xtts.model.dice import Dice, ThrownDice
from adapters.xtts.model.handover import moved

_NEVER = float("-inf")
_FAKE_PROMPT_TOKEN = 1
"""The reference fills its prompt with this token, and so penalises it from the first step on."""


@dataclass(frozen=True, slots=True)
class Taste:
    """How adventurous a line is."""

    temperature: float
    top_k: int
    top_p: float
    repetition_penalty: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """Tokens on the model's device, and whether each row was made of numbers."""

    tokens: Tensor
    sound: Tensor


class Sampler:
    """Settings, dice and the tokens seen so far, slot by slot."""

    def __init__(
        self,
        slots: int,
        tokens: int,
        start_token: int,
        device: torch.device,
        dice: Dice | None = None,
    ) -> None:
        self._start_token = start_token
        self._device = device
        self._seen = torch.zeros(slots, tokens, dtype=torch.bool, device=device)
        self._temperature = torch.ones(slots, 1, device=device)
        self._top_k = torch.ones(slots, 1, dtype=torch.int64, device=device)
        self._top_p = torch.ones(slots, 1, device=device)
        self._penalty = torch.ones(slots, 1, device=device)
        self._true = torch.ones((), dtype=torch.bool, device=device)
        self._dice = dice or ThrownDice(slots, tokens)

    def begin(self, slot: int, taste: Taste, seed: int) -> None:
        """Start a slot anew; the same seed throws the same dice."""
        self._temperature[slot] = taste.temperature
        self._top_k[slot] = min(taste.top_k, self._seen.shape[1])
        self._top_p[slot] = taste.top_p
        self._penalty[slot] = taste.repetition_penalty
        self.resume(slot, seed, ())

    def resume(self, slot: int, seed: int, tokens: Sequence[int]) -> None:
        """Throw other dice behind the tokens that are kept."""
        self._dice.begin(slot, seed)
        seen = torch.tensor((_FAKE_PROMPT_TOKEN, self._start_token, *tokens))
        self._seen[slot] = False
        self._seen[slot].index_fill_(0, moved(seen, self._device), value=True)

    def draw(self, slots: Sequence[int], logits: Tensor) -> Drawn:
        """Draw one token a row; rows are in the order of the slots.

        The dice are thrown last: what cannot be drawn has thrown none.
        """
        rows = moved(torch.tensor(slots), self._device)
        sound = logits.isfinite().all(-1)
        scores = self._penalised(rows, logits) / self._temperature[rows]
        scores = _most_likely(scores, self._top_k[rows])
        chances = _likely_together(scores, self._top_p[rows]).softmax(-1)
        tokens = (chances / self._dice.throw(slots, rows)).argmax(-1)
        self._seen.index_put_((rows, tokens), self._true)
        return Drawn(tokens, sound)

    def _penalised(self, rows: Tensor, logits: Tensor) -> Tensor:
        penalty = self._penalty[rows]
        less = torch.where(logits < 0, logits * penalty, logits / penalty)
        return torch.where(self._seen[rows], less, logits)


def _most_likely(scores: Tensor, top_k: Tensor) -> Tensor:
    """Keep the k best of each row, and those that equal the last of them."""
    least = scores.sort(dim=-1, descending=True).values.gather(-1, top_k - 1)
    return scores.masked_fill(scores < least, _NEVER)


def _likely_together(scores: Tensor, top_p: Tensor) -> Tensor:
    """Keep the best that make up the probability p together; the best of all always."""
    ascending, order = scores.sort(dim=-1)
    dropped = ascending.softmax(-1).cumsum(-1) <= 1 - top_p
    dropped[..., -1] = False
    return scores.masked_fill(torch.zeros_like(dropped).scatter(-1, order, dropped), _NEVER)
