"""Frames of FLAC made by hand."""

HEAD = b"fLaC\x80\0\0\x22" + bytes(34)
"""What stands before the first frame."""


def flac(number: int, samples: int = 512, *, counts: int = 0xF8) -> bytes:
    """A frame in which the beginnings of others seem to lie."""
    head = (
        bytes((0xFF, counts, 0x70, 0x08)) + chr(number).encode() + (samples - 1).to_bytes(2, "big")
    )
    looks_like_the_next = bytes((0xFF, 0xF8, 0x70, 0x08)) + chr(number + 1).encode() + b"\1\xff"
    decoys = looks_like_the_next + bytes((crc8(looks_like_the_next) ^ 1, 0xFF, 0xF8)) + head
    return head + bytes((crc8(head),)) + b"\xff\xf8" + decoys + bytes((crc8(head), 0xFF))


def crc8(data: bytes) -> int:
    """Divide bit by bit, as the format's description does."""
    rest = 0
    for bit in (byte >> place & 1 for byte in data for place in range(7, -1, -1)):
        rest = (rest << 1 & 0xFF) ^ (0x07 if (rest >> 7) ^ bit else 0)
    return rest
