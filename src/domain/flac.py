"""Where the frames of FLAC begin: nothing in the format says how long one is."""

import re
from dataclasses import dataclass
from functools import cache

MARK = b"fLaC"
_SYNC = re.compile(rb"\xff[\xf8\xf9]")
_STREAM = re.compile(MARK + rb"[\0\x80]\0\0\x22")
_NUMBER_AT = 4
_LONGEST_HEADER = 16
_COUNTS_SAMPLES = 1
_BLOCK_HEADER = 4
_LAST_BLOCK = 0x80
_CRC_POLYNOMIAL = 0x07
_RESERVED, _BYTE, _WORD = 0, 6, 7
"""Codes of a length: of none, and of one that stands behind the number, in one byte or two."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the beginning of a frame says of it."""

    number: int
    """The how-manieth it is, or the how-manieth sample its first."""
    next_number: int
    samples: int


def described(data: bytes) -> int:
    """Return how long the blocks before the first frame are; 0 where that cannot be told yet."""
    at, last = len(MARK), False
    while not last:
        block = data[at : at + _BLOCK_HEADER]
        if len(block) < _BLOCK_HEADER:
            return 0
        last = bool(block[0] & _LAST_BLOCK)
        at += _BLOCK_HEADER + int.from_bytes(block[1:], "big")
    return at


def frame_end(data: bytes) -> int:
    """Return where the frame ends that data begins with; 0 where that cannot be told yet.

    That is where the frame with the next number begins, or another stream: samples may look like
    either, but not like a number that fits with a checksum that does.
    """
    this = header(data)
    if this is None:
        return 0
    stream = _STREAM.search(data)
    ends = (_next_frame(data, this.next_number), stream.start() if stream else 0)
    return min(filter(None, ends), default=0)


def header(data: bytes) -> Header | None:
    """Read the header that data begins with; None where there is none that is whole."""
    if not _SYNC.match(data) or len(data) <= _NUMBER_AT:
        return None
    code, more = data[2] >> 4, _following(data[_NUMBER_AT])
    behind = _NUMBER_AT + more + 1
    size = {_BYTE: 1, _WORD: 2}.get(code, 0)
    end = behind + size + _rate_bytes(data[2] & 0x0F)
    if code == _RESERVED or len(data) <= end or _crc8(data[:end]) != data[end]:
        return None
    told = int.from_bytes(data[behind : behind + size], "big") + 1
    number, samples = _number(data[_NUMBER_AT:behind]), told if size else _samples(code)
    step = samples if data[1] & _COUNTS_SAMPLES else 1
    return Header(number, number + step, samples)


def _next_frame(data: bytes, number: int) -> int:
    for sync in _SYNC.finditer(data, _NUMBER_AT):
        at = sync.start()
        found = header(data[at : at + _LONGEST_HEADER])
        if found is not None and found.number == number:
            return at
    return 0


def _following(first: int) -> int:
    """Return how many bytes follow the first of a number, which is written as in UTF-8."""
    ones = 8 - (first ^ 0xFF).bit_length()
    return max(0, ones - 1)


def _number(written: bytes) -> int:
    number = written[0] & (0xFF >> (len(written) + (len(written) > 1)))
    for byte in written[1:]:
        number = number << 6 | byte & 0x3F
    return number


def _samples(code: int) -> int:
    if code == 1:
        return 192
    return 576 << code - 2 if code < _BYTE else 256 << code - 8


def _rate_bytes(code: int) -> int:
    return {12: 1, 13: 2, 14: 2}.get(code, 0)


def _crc8(data: bytes) -> int:
    rest = 0
    for byte in data:
        rest = _crc_table()[rest ^ byte]
    return rest


@cache
def _crc_table() -> bytes:
    table = bytearray()
    for byte in range(256):
        rest = byte
        for _ in range(8):
            rest = rest << 1 ^ _CRC_POLYNOMIAL if rest & 0x80 else rest << 1
        table.append(rest & 0xFF)
    return bytes(table)
