"""How loud a line is beside its neighbours: a gain that changes at its edge without a click."""

import numpy as np

from domain.audio import Samples, join

_RAMP_S = 0.008


class Volume:
    """Brings each line to its own gain, along a raised cosine where that changes."""

    def __init__(self, rate_hz: int) -> None:
        length = max(1, round(_RAMP_S * rate_hz))
        self._rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(length) / length)
        self._from = self._to = 1.0
        self._at = length
        self._begun = False

    def rest(self) -> None:
        """Silence follows: what comes behind it begins at its own gain."""
        self._begun = False

    def feed(self, samples: Samples, gain: float) -> Samples:
        """Return samples at a gain; where it is another than before, they begin the change."""
        if not len(samples):
            return samples
        if gain != self._to:
            self._from = self._now() if self._begun else gain
            self._to, self._at = gain, 0
        self._begun = True
        rise = self._rise[self._at : self._at + len(samples)]
        self._at += len(rise)
        if len(rise) and self._from != self._to:
            gains = self._from + (self._to - self._from) * rise
            ramped = (samples[: len(rise)] * gains).astype(np.float32)
            return join(ramped, self._settled(samples[len(rise) :]))
        return self._settled(samples)

    def _now(self) -> float:
        """Return the gain that the next sample would have had."""
        if self._at >= len(self._rise):
            return self._to
        return float(self._from + (self._to - self._from) * self._rise[self._at])

    def _settled(self, samples: Samples) -> Samples:
        return samples if self._to == 1.0 else samples * np.float32(self._to)
