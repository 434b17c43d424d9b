"""What is done otherwise on a GPU than on a processor; either may be tried on the other."""

from dataclasses import dataclass
from typing import Self

import torch


@dataclass(frozen=True, slots=True)
class Manner:
    """How the model is run."""

    still: bool = False
    """Whether all slots take part in each step, in tensors that never move: it can be recorded."""
    late: bool = False
    """Whether a token is looked at only when the next step is on its way, to wait for nothing."""
    rows: int = 24
    """How much of a text is read at a time, alone or in company: about two steps' work."""
    together: int = 1
    """How many lines the vocoder takes at once."""

    @classmethod
    def of(cls, device: torch.device) -> Self:
        """Return what suits a device; a GPU reads a whole text in the time of a few words."""
        if device.type != "cuda":
            return cls()
        return cls(still=True, late=True, rows=512, together=16)
