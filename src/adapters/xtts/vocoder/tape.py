"""One line on its way through the vocoder: all that must be remembered of it."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from adapters.xtts.vocoder.frames import Stretch

Span = tuple[int, int]


class Tape:
    """Latents that are still needed, the tails of the layers, and the voice as biases.

    Nothing it holds is ever changed in place: a shallow copy can be gone back to.
    """

    def __init__(
        self, speed: float, course: Sequence[Stretch], width: int, biases: Sequence[Tensor]
    ) -> None:
        self.speed = speed
        self.biases = biases
        self.tails: Mapping[object, Tensor] = {}
        self.latents = 0
        self.frames = 0
        self.samples = 0
        self._course = course
        self._kept = biases[0].new_zeros(0, width)

    def add(self, latents: Tensor) -> None:
        """Put latents (count, width) behind those there are."""
        self._kept = torch.cat((self._kept, latents.to(self._kept)))
        self.latents += len(latents)

    def take(self, stop: int) -> Tensor:
        """Return the frames up to `stop` that were not taken yet; forget what no other needs."""
        spans = _spans(self._course, (self.frames, stop))
        rows, end = self._kept, self.latents
        first = end - len(rows)
        for stretch, (start, after) in zip(self._course, spans, strict=True):
            rows = _stretched(stretch, rows, first, end, (start, after))
            first, end = start, stretch.length(end)
        self.frames = stop
        self._forget()
        return rows

    def _forget(self) -> None:
        frame = self.frames
        for stretch in reversed(self._course):
            frame = stretch.source(frame)
        unused = frame - (self.latents - len(self._kept))
        self._kept = self._kept[unused:].clone()


def _spans(course: Sequence[Stretch], frames: Span) -> list[Span]:
    """The rows each interpolation must make so that the last one makes these frames."""
    spans = [frames]
    for stretch in reversed(course[1:]):
        start, stop = spans[0]
        spans.insert(0, (stretch.source(start), stretch.source(stop - 1) + 2))
    return spans


def _stretched(stretch: Stretch, rows: Tensor, first: int, end: int, span: Span) -> Tensor:
    """Rows of a span, out of rows that begin at `first`; nothing follows those before `end`."""
    if stretch.copies(end):
        return rows[span[0] - first : span[1] - first]
    left, weight = stretch.sources(*span)
    places = np.stack((left, left + 1)).clip(max=end - 1) - first
    before, behind = rows[torch.from_numpy(places).to(rows.device)]
    share = torch.from_numpy(weight).to(rows.device)[:, None]
    # In this order the result has the very bits of torch's own kernel.
    return torch.addcmul(behind * share, 1.0 - share, before)
