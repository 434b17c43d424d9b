"""The chance in a line: a seed throws the same dice, whoever speaks beside it."""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor
from typing_extensions import override

from adapters.xtts.model.handover import moved


class Dice(Protocol):
    """Exponential noise, slot by slot."""

    def begin(self, slot: int, seed: int) -> None:
        """Take up a slot's dice anew."""
        ...

    def throw(self, slots: Sequence[int], rows: Tensor) -> Tensor:
        """Return the next row of noise of each slot; `rows` are the slots, on the device."""
        ...


class ThrownDice(Dice):
    """Thrown when they are needed, one slot after another, as the reference throws them."""

    def __init__(self, slots: int, tokens: int) -> None:
        self._tokens = tokens
        self._generators = [torch.Generator() for _ in range(slots)]

    @override
    def begin(self, slot: int, seed: int) -> None:
        self._generators[slot].manual_seed(seed)

    @override
    def throw(self, slots: Sequence[int], rows: Tensor) -> Tensor:
        noise = torch.empty(len(slots), self._tokens)
        for row, slot in zip(noise, slots, strict=True):
            row.exponential_(generator=self._generators[slot])
        return noise


class WrittenDice(Dice):
    """All throws of a line are written down when it begins: a step looks them up in one call.

    Who throws more often than was foreseen begins again from the first throw.
    """

    def __init__(self, slots: int, tokens: int, throws: int, device: torch.device) -> None:
        self._generator = torch.Generator(device)
        self._written = torch.ones(slots, throws, tokens, device=device)
        self._thrown = [0] * slots

    @override
    def begin(self, slot: int, seed: int) -> None:
        self._generator.manual_seed(seed)
        self._written[slot].exponential_(generator=self._generator)
        self._thrown[slot] = 0

    @override
    def throw(self, slots: Sequence[int], rows: Tensor) -> Tensor:
        places = torch.tensor([self._thrown[slot] for slot in slots])
        noise: Tensor = self._written[rows, moved(places, rows.device)]
        for slot in slots:
            self._thrown[slot] = (self._thrown[slot] + 1) % self._written.shape[1]
        return noise
