"""What the server and its child say to each other: a kind, a length, and so many bytes."""

import struct
from enum import IntEnum

import numpy as np

from domain.ports import Chunk, Word

_HEADER = struct.Struct("<II")
_COUNT = struct.Struct("<I")
_WORD = struct.Struct("<4I")
# A line of 300 characters at its slowest stays far below; more is a child gone mad.
_LONGEST = 1 << 28

HEADER_SIZE = _HEADER.size


class Kind(IntEnum):
    """`SPEAK` and `STOP` go to the child; it is `READY` once, then answers each `SPEAK`.

    An answer is any number of `CHUNK` and then one of `LAST`, `STOPPED` and `FAILED`.
    """

    SPEAK = 1
    STOP = 2
    READY = 3
    CHUNK = 4
    LAST = 5
    STOPPED = 6
    FAILED = 7


def framed(kind: Kind, body: bytes = b"") -> bytes:
    """Put a body into a frame."""
    return _HEADER.pack(kind, len(body)) + body


def opened(header: bytes | bytearray) -> tuple[Kind, int]:
    """What comes and how long it is; ValueError if this is no header."""
    kind, length = _HEADER.unpack(header)
    if length > _LONGEST:
        msg = f"a frame of {length} bytes"
        raise ValueError(msg)
    return Kind(kind), length


def framed_chunk(chunk: Chunk) -> tuple[bytes, memoryview]:
    """The frame of a chunk in two parts: its words, and its samples where they are."""
    words = (_WORD.pack(word.char, word.char_end, word.start, word.end) for word in chunk.words)
    head = b"".join((_COUNT.pack(len(chunk.words)), *words))
    kind = Kind.LAST if chunk.last else Kind.CHUNK
    samples = chunk.samples.view(np.uint8).data
    return _HEADER.pack(kind, len(head) + len(samples)) + head, samples


def read_chunk(kind: Kind, body: bytearray) -> Chunk:
    """The chunk in a frame; its samples stay where they are."""
    (count,) = _COUNT.unpack_from(body)
    samples_at = _COUNT.size + count * _WORD.size
    words = _WORD.iter_unpack(memoryview(body)[_COUNT.size : samples_at])
    samples = np.frombuffer(body, np.float32, offset=samples_at)
    return Chunk(samples, tuple(Word(*word) for word in words), last=kind is Kind.LAST)
