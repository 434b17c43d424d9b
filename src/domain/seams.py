"""Where a line of sound meets silence or the next line: no click, whatever an engine ends on."""

import math

import numpy as np

from domain.audio import Samples, join, silence

_FADE_S = 0.005
_QUIET = 0.001


class Seams:
    """Fades the ends of each line that are not quiet (-60 dBFS) already; leaves all else alone.

    Holds back the length of a fade, because a line is known to have ended only when it has.
    """

    def __init__(self, rate_hz: int) -> None:
        self._ramp = _ramp(max(1, round(_FADE_S * rate_hz)))
        self._held = silence(0, rate_hz)
        self._begun = 0
        self._rising = False

    def feed(self, samples: Samples, *, last: bool) -> Samples:
        """Return what may be heard by now; after the last of a line, the next line begins."""
        known = join(self._held, self._risen(samples))
        ready = len(known) if last else max(0, len(known) - len(self._ramp))
        self._held = known[ready:]
        if not last:
            return known[:ready]
        self._begun = 0
        return self._fallen(known)

    def _risen(self, samples: Samples) -> Samples:
        """Let a line rise from nothing, even if it comes in chunks shorter than the fade."""
        if self._begun == 0 and len(samples):
            self._rising = _loud(samples[0])
        weights = self._ramp[self._begun : self._begun + len(samples)]
        self._begun += len(samples)
        if not self._rising or not len(weights):
            return samples
        return join(samples[: len(weights)] * weights, samples[len(weights) :])

    def _fallen(self, samples: Samples) -> Samples:
        if not len(samples) or not _loud(samples[-1]):
            return samples
        weights = self._ramp[::-1][-len(samples) :]
        return join(samples[: -len(weights)], samples[-len(weights) :] * weights)


def _loud(sample: np.float32) -> bool:
    return bool(abs(sample) > _QUIET)


def _ramp(length: int) -> Samples:
    """Rise from nothing at all, without a corner at either end."""
    return np.array(
        [math.sin(math.pi / 2 * at / length) ** 2 for at in range(length)], dtype=np.float32
    )
