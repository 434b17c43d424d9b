"""Slower or faster at the same pitch: for what an engine cannot do by itself."""

import math

import numpy as np

from domain.audio import Samples

_FRAME_S = 0.025
_SEARCH_S = 0.008
"""Half the pitch period of a deep voice: a frame can always be laid in phase with the last."""
_QUIET = 1e-9


class Tempo:
    """Lays frames of a stream over one another, closer together or further apart (WSOLA).

    Each frame is taken where it goes on best from the last, no more than 8 ms from its place.
    For n samples fed there are, after `flush`, round(n / ratio), the same however sound is cut
    up. A ratio of 1 changes nothing; quality is for 0.25 to 4.
    """

    def __init__(self, rate_hz: int, ratio: float) -> None:
        if not 0 < ratio < math.inf:
            raise ValueError(f"A tempo of {ratio} is none; it is above zero.")
        self._ratio = ratio
        self._hop = max(1, round(_FRAME_S * rate_hz / 2))
        self._search = max(1, round(_SEARCH_S * rate_hz))
        turns = np.pi * (np.arange(self._hop) + 0.5) / self._hop
        self._rise = (0.5 - 0.5 * np.cos(turns)).astype(np.float32)
        self._begin()

    def _begin(self) -> None:
        self._known: Samples = np.zeros(0, dtype=np.float32)
        self._known_from = 0
        self._fed: int = 0
        self._halves = self._goes_on = 0

    def feed(self, samples: Samples) -> Samples:
        """Return every sample that can be made by now."""
        if self._ratio == 1.0:
            return samples
        self._known = np.concatenate((self._known, samples), dtype=np.float32)
        self._fed += len(samples)
        return self._made()

    def flush(self) -> Samples:
        """Return what was held back; a feed afterwards begins a new sound."""
        if self._ratio == 1.0:
            return np.zeros(0, dtype=np.float32)
        due = max(0, round(self._fed / self._ratio) - self._halves * self._hop)
        # what the last halves may look at, and what makes them due
        silence = 2 * (self._hop + self._search) + math.ceil(self._hop * self._ratio)
        rest = self.feed(np.zeros(silence, dtype=np.float32))[:due]
        self._begin()
        return rest

    def _made(self) -> Samples:
        """Make every half frame that is due and whose surroundings are known."""
        parts = [self._known[:0]]
        while self._fed >= self._needed():
            parts.append(self._half())
        keep_from = max(self._known_from, min(self._goes_on, self._place() - self._search))
        # a copy, so that a long line is not kept for the sake of its end
        self._known = self._known[keep_from - self._known_from :].copy()
        self._known_from = keep_from
        return np.concatenate(parts)

    def _place(self) -> int:
        """Where the next half would be taken from if phase were nothing."""
        return round(self._halves * self._hop * self._ratio)

    def _needed(self) -> int:
        """How much sound the next half waits for; the first is given as soon as it is there."""
        if not self._halves:
            return self._hop
        seen = max(self._place() + self._search, self._goes_on) + self._hop
        return max(seen, math.ceil((self._halves + 1) * self._hop * self._ratio))

    def _half(self) -> Samples:
        """Return the end of the last frame and the beginning of the next, over one another."""
        ending = self._taken(self._goes_on, self._hop)
        at = self._best(ending) if self._halves else 0
        beginning = self._taken(at, self._hop)
        self._halves += 1
        self._goes_on = at + self._hop
        made: Samples = ending + (beginning - ending) * self._rise
        return made

    def _best(self, ending: Samples) -> int:
        """Return where sound is most like what would have come: the highest correlation."""
        place = self._place()
        first = max(0, place - self._search)
        around = self._taken(first, place + self._search - first + self._hop)
        alike = np.correlate(around, ending, "valid")
        energy = np.cumsum(np.concatenate(([0.0], around.astype(np.float64) ** 2)))
        alike = alike / np.sqrt(energy[self._hop :] - energy[: -self._hop] + _QUIET)
        best = int(alike.argmax())
        return first + best if alike[best] > 0 else place

    def _taken(self, at: int, count: int) -> Samples:
        start = at - self._known_from
        return self._known[start : start + count]
