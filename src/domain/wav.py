"""RIFF WAVE: the header of a stream whose end is unknown, and the whole file."""

import struct

_ENDLESS = 0xFFFFFFFF
_SAMPLE_BYTES = 2
MARK = "Synthetic speech made by Rhapsode"
"""What every container that has room for a comment says of the sound in it."""


def stream_header(rate_hz: int) -> bytes:
    """The canonical 44 bytes with sizes that say: play until the stream ends."""
    return _header(rate_hz, data_bytes=_ENDLESS, riff_bytes=_ENDLESS)


def whole_file(rate_hz: int, samples: bytes, *, marked: bool = True) -> bytes:
    """A complete file of 16-bit samples with true sizes.

    The mark that the sound is synthetic stands behind it.
    """
    mark = _info_chunk() if marked else b""
    header = _header(rate_hz, len(samples), 36 + len(samples) + len(mark))
    return b"".join((header, samples, mark))


def _header(rate_hz: int, data_bytes: int, riff_bytes: int) -> bytes:
    pcm_format, channels = 1, 1
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        riff_bytes,
        b"WAVE",
        b"fmt ",
        16,
        pcm_format,
        channels,
        rate_hz,
        rate_hz * _SAMPLE_BYTES,
        _SAMPLE_BYTES,
        8 * _SAMPLE_BYTES,
        b"data",
        data_bytes,
    )


def _info_chunk() -> bytes:
    text = MARK.encode() + b"\0"
    comment = struct.pack("<4sI", b"ICMT", len(text)) + text
    return struct.pack("<4sI4s", b"LIST", 4 + len(comment), b"INFO") + comment
