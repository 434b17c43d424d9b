"""Sun's AU file: a short header, a remark, and 16-bit samples with the high byte first."""

import struct

import numpy as np

from domain.wav import MARK

_LINEAR_16, _MONO = 3, 1
_FIXED_BYTES = 24


def whole_file(rate_hz: int, samples: bytes, *, marked: bool = True) -> bytes:
    """A complete file of 16-bit little-endian samples; the remark says that it is synthetic."""
    remark = _remark(MARK if marked else "")
    header = struct.pack(
        ">4sIIIII",
        b".snd",
        _FIXED_BYTES + len(remark),
        len(samples),
        _LINEAR_16,
        rate_hz,
        _MONO,
    )
    return b"".join((header, remark, np.frombuffer(samples, dtype="<i2").astype(">i2").tobytes()))


def _remark(text: str) -> bytes:
    """End it with NUL, and fill it up so that the samples begin at a multiple of eight."""
    said = text.encode() + b"\0"
    return said + b"\0" * (-len(said) % 8)
