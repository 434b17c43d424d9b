"""Apple's AIFF file: chunks like those of WAV, with the high byte first everywhere."""

import struct

import numpy as np

from domain.wav import MARK

_MONO, _BITS = 1, 16
_BIAS, _MANTISSA_BITS = 16_383, 64


def whole_file(rate_hz: int, samples: bytes, *, marked: bool = True) -> bytes:
    """A complete file of 16-bit little-endian samples; the remark says that it is synthetic."""
    data = np.frombuffer(samples, dtype="<i2").astype(">i2")
    about = struct.pack(">hIh", _MONO, len(data), _BITS) + _extended(rate_hz)
    remark = _chunk(b"ANNO", MARK.encode()) if marked else b""
    sound = struct.pack(">II", 0, 0) + data.tobytes()
    chunks = b"".join((_chunk(b"COMM", about), remark, _chunk(b"SSND", sound)))
    return _chunk(b"FORM", b"AIFF" + chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">4sI", name, len(content)) + content + b"\0" * (len(content) % 2)


def _extended(number: int) -> bytes:
    """A positive whole number as the 80 bits of extended precision that rates are written in."""
    bits = number.bit_length()
    return struct.pack(">HQ", _BIAS + bits - 1, number << (_MANTISSA_BITS - bits))
