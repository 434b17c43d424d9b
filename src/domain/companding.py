"""G.711: the telephone's 8 bits for 16, in the two laws of the world."""

import numpy as np

from domain.audio import Samples, to_int16

_BIAS, _ULAW_MOST = 132, 32_635


def to_ulaw(samples: Samples) -> bytes:
    """Return a byte for each sample, as North America and Japan hear it."""
    whole = np.frombuffer(to_int16(samples), dtype="<i2").astype(np.int32)
    size = np.minimum(np.abs(whole), _ULAW_MOST) + _BIAS
    exponent = np.frexp(size.astype(np.float64))[1] - 8
    mantissa = (size >> (exponent + 3)) & 15
    data: bytes = (~((whole < 0) << 7 | exponent << 4 | mantissa)).astype(np.uint8).tobytes()
    return data


def to_alaw(samples: Samples) -> bytes:
    """Return a byte for each sample, as the rest of the world hears it."""
    whole = np.frombuffer(to_int16(samples), dtype="<i2").astype(np.int32)
    size = np.where(whole < 0, ~whole, whole) >> 4
    exponent = np.maximum(np.frexp(size.astype(np.float64))[1] - 4, 0)
    mantissa = (size >> np.maximum(exponent - 1, 0)) & 15
    code = (whole >= 0) << 7 | exponent << 4 | mantissa
    data: bytes = (code ^ 0x55).astype(np.uint8).tobytes()
    return data
