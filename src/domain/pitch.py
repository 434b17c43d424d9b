"""Higher or lower, as a tape is that runs faster or slower: time follows the pitch."""

from itertools import count

from domain.audio import Samples
from domain.resampling import Resampler

_NEAR = 0.001


class PitchShift:
    """Plays a stream faster by a ratio close to the one asked for (within 0.1 %).

    What lasted n samples lasts n / `ratio` then: the engine was asked to speak as much slower.
    """

    def __init__(self, rate_hz: int, ratio: float) -> None:
        if rate_hz <= 0 or not 0 < ratio < float("inf"):
            raise ValueError(f"A pitch of {ratio} at {rate_hz} Hz is none; both are above zero.")
        faster, slower = _fraction(ratio)
        self.ratio = faster / slower
        """Exactly what is applied, so that times can be mapped."""
        self._resampler = Resampler(faster, slower)

    def feed(self, samples: Samples) -> Samples:
        """Return every sample that can be made by now."""
        return self._resampler.feed(samples)

    def flush(self) -> Samples:
        """Return what was held back; a feed afterwards begins a new sound."""
        return self._resampler.flush()


def _fraction(ratio: float) -> tuple[int, int]:
    """Return the smallest numbers that are close enough: they make the smallest tables."""
    for slower in count(1):
        faster = round(ratio * slower)
        if abs(faster / slower / ratio - 1) < _NEAR:
            return faster, slower
    raise AssertionError  # pragma: no cover
