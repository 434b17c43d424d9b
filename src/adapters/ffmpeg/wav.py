"""Reads the float WAV that ffmpeg writes, whose sizes are unknown when it begins."""

import struct
from collections.abc import Iterator

import numpy as np

from domain.audio import Pcm

_HEADER_BYTES = 12
_FLOAT = 3
_EXTENSIBLE = 0xFFFE


class NotFloatWavError(ValueError):
    """These bytes are not what ffmpeg was asked for."""


def read(wav: bytearray) -> Pcm:
    """Return the samples of a mono float32 file, in its own memory; no bytes are no samples."""
    if not wav:
        return Pcm(np.zeros(0, dtype=np.float32), 0)
    chunks = dict(_chunks(wav))
    if b"fmt " not in chunks or b"data" not in chunks:
        raise NotFloatWavError
    rate_hz = _rate(chunks[b"fmt "])
    data = chunks[b"data"]
    samples = np.frombuffer(data, dtype="<f4", count=len(data) // 4)
    return Pcm(samples.astype(np.float32, copy=False), rate_hz)


def _chunks(wav: bytearray) -> Iterator[tuple[bytes, memoryview]]:
    if wav[:4] != b"RIFF" or wav[8:_HEADER_BYTES] != b"WAVE":
        raise NotFloatWavError
    view, at = memoryview(wav), _HEADER_BYTES
    while at + 8 <= len(wav):
        name, size = struct.unpack_from("<4sI", wav, at)
        at += 8
        yield name, view[at : at + size]
        at += size + size % 2


def _rate(described: memoryview) -> int:
    if len(described) < 16:  # noqa: PLR2004 - the smallest description there is
        raise NotFloatWavError
    form, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", described)
    if form == _EXTENSIBLE and len(described) >= 26:  # noqa: PLR2004
        (form,) = struct.unpack_from("<H", described, 24)
    if (form, channels, bits) != (_FLOAT, 1, 32):
        raise NotFloatWavError
    return int(rate_hz)
