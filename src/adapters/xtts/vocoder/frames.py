"""How latents become frames and frames samples, in numbers alone: no tensor is seen here."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]
Weights = NDArray[np.float32]

_SLOWEST = 0.05
_PATIENCE = 4
"""No sample is exact before there are so many latents, whatever the speed."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Linear interpolation by a factor, with the rounding that torch has in float32.

    torch copies a line that would not get longer. Whether it will is waited for, but for no more
    than `patience` rows: so many are needed for the first sound anyway.
    """

    factor: float
    patience: int

    def length(self, rows: int) -> int:
        """How many rows so many rows become, once there are no more."""
        return int(rows * self.factor)

    def copies(self, rows: int) -> bool:
        """Whether a line of so many rows is left as it is."""
        return rows < self.patience and self.length(rows) == rows

    def exact(self, rows: int) -> int:
        """How many rows are known for good while more may follow."""
        if self.copies(rows):
            return 0
        known = self.length(rows)
        while known and self.source(known - 1) + 1 >= rows:
            known -= 1
        return known

    def source(self, row: int) -> int:
        """The first of the two rows that a row is made of."""
        return int(self.sources(row, row + 1)[0][0])

    def sources(self, start: int, stop: int) -> tuple[Indices, Weights]:
        """For each row of a range: the row it begins at, and how far it is towards the next."""
        # The kernels fuse multiplication and subtraction: one rounding, which doubles give too.
        step = np.float64(np.float32(1.0 / self.factor))
        exact = (np.arange(start, stop, dtype=np.float64) + 0.5) * step - 0.5
        places = np.maximum(exact.astype(np.float32), np.float32(0.0))
        rows = places.astype(np.int64)
        return rows, places - rows.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Rise:
    """One stage of the generator: rows multiplied, then mixed with `reach` rows on each side."""

    factor: int
    overlap: int
    reach: int


@dataclass(frozen=True, slots=True)
class Frames:
    """What a model's vocoder makes of latents, and from when on; a scheduler may carry it."""

    stretches: tuple[Stretch, ...]
    before: int
    rises: tuple[Rise, ...]
    after: int

    def course(self, speed: float) -> tuple[Stretch, ...]:
        """The interpolations a line goes through, one after another."""
        factor = 1.0 / max(speed, _SLOWEST)
        return self.stretches if factor == 1.0 else (Stretch(factor, _PATIENCE), *self.stretches)

    def ready(self, latents: int, speed: float = 1.0) -> int:
        """How many samples are exact after so many latents while more may follow."""
        return self.samples(self.exact(latents, speed))

    def length(self, latents: int, speed: float = 1.0) -> int:
        """How many samples a line of so many latents has."""
        rows = self.all(latents, speed)
        for rise in self.rises:
            rows *= rise.factor
        return rows

    def all(self, latents: int, speed: float) -> int:
        """How many frames a line of so many latents has."""
        for stretch in self.course(speed):
            latents = stretch.length(latents)
        return latents

    def exact(self, latents: int, speed: float) -> int:
        """How many frames are exact after so many latents while more may follow."""
        for stretch in self.course(speed):
            latents = stretch.exact(latents)
        return latents

    def samples(self, frames: int) -> int:
        """How many samples are exact after so many frames while more may follow."""
        rows = frames - self.before
        for rise in self.rises:
            rows = rows * rise.factor - rise.overlap - rise.reach
        return max(0, rows - self.after)
