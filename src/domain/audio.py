"""Sound as samples: mono float32 at a known rate."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

HOUSE_RATE_HZ = 24_000
"""Every stream leaves the house at XTTS's rate, whatever engine made it: clients rely on it."""


@dataclass(frozen=True, slots=True, eq=False)
class Pcm:
    """Mono samples between -1 and 1, and the rate they are played at."""

    samples: Samples
    rate_hz: int

    @property
    def seconds(self) -> float:
        """How long the sound lasts."""
        return len(self.samples) / self.rate_hz


def silence(seconds: float, rate_hz: int) -> Samples:
    """Nothing, for so long."""
    return np.zeros(round(seconds * rate_hz), dtype=np.float32)


def join(*parts: Samples) -> Samples:
    """Return the parts one after another."""
    return np.concatenate(parts)


def to_int16(samples: Samples) -> bytes:
    """Little-endian 16-bit samples: the one place where float becomes integer."""
    scaled = np.rint(np.clip(samples, -1.0, 1.0) * np.float32(32767.0))
    data: bytes = scaled.astype("<i2").tobytes()
    return data
