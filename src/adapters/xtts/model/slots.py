"""What the transformer remembers of each line it speaks: keys and values, slot by slot."""

from dataclasses import dataclass

import torch
from torch import Tensor

from adapters.xtts.model.linear import as_array


@dataclass(frozen=True, slots=True)
class Remembered:
    """Keys and values of a prefix that many lines share: (layers, 2, heads, positions, width)."""

    states: Tensor

    @property
    def positions(self) -> int:
        """How long the prefix is."""
        return self.states.shape[3]


class Slots:
    """Room for a number of lines, laid out once; a slot is filled from the start and rewound.

    With a `spare` position a slot can be read as far as it goes, whatever its length: behind the
    last position there is one more for what nobody will hear, and what was not written, or was
    given up, is zeros. Masked numbers must still be some: nought times none is none.
    """

    def __init__(
        self,
        *,
        slots: int,
        layers: int,
        heads: int,
        positions: int,
        width: int,
        dtype: torch.dtype,
        device: torch.device,
        spare: bool = False,
    ) -> None:
        # Memory that was never written is none: the system hands it out page by page.
        made = torch.zeros if spare else torch.empty
        shape = (layers, 2, slots, heads, positions + spare, width)
        self.positions = positions
        self.states = made(shape, dtype=dtype, device=device)
        """(layers, keys and values, slots, heads, positions, width of a head)"""
        self._spare = spare
        self.arrays = list(as_array(self.states)) if device.type == "cpu" else []
        """The same memory, layer by layer, for compiled code."""
        self.lengths = [0] * slots

    def begin(self, slot: int, prefix: Remembered) -> None:
        """Start a slot with a prefix."""
        self.states[:, :, slot, :, : prefix.positions] = prefix.states
        self._end(slot, prefix.positions)

    def remember(self, slot: int) -> Remembered:
        """Return what a slot holds, to start others with."""
        return Remembered(self.states[:, :, slot, :, : self.lengths[slot]].clone())

    def rewind(self, slot: int, length: int) -> None:
        """Forget what came behind a position."""
        self._end(slot, min(length, self.lengths[slot]))

    def write(self, layer: int, slot: int, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Put new positions (heads, positions, width) behind those of a slot; return all of them.

        The slot's length stays as it is until `grow`, so that every layer writes to one place.
        """
        start = self.lengths[slot]
        end = start + keys.shape[1]
        states = self.states[layer, :, slot]
        states[0, :, start:end] = keys
        states[1, :, start:end] = values
        return states[0, :, :end], states[1, :, :end]

    def grow(self, slot: int, positions: int) -> None:
        """Every layer has written these positions."""
        self.lengths[slot] += positions

    def _end(self, slot: int, length: int) -> None:
        self.lengths[slot] = length
        if self._spare:
            self.states[:, :, slot, :, length:] = 0
