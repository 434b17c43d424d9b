"""One line as bytes to keep: a SHA-256, the key, the lengths, the words, the samples."""

import hashlib
import struct

import numpy as np

from domain.ports import Word
from domain.recording import Recording

_MAGIC = b"RHLN"
_VERSION = 1
_HEAD = struct.Struct("<4sI32sQQ")
"""Magic, version, key, words, samples; the key, so that an entry under another's name is none."""
_DIGEST = hashlib.sha256().digest_size
_START = _DIGEST + _HEAD.size
_WORD = 4 * 8
_SAMPLE = 4


def packed(key: str, recording: Recording) -> bytes:
    """Return the recording as it is kept under this key."""
    words = np.array(
        [(w.char, w.char_end, w.start, w.end) for w in recording.words],
        dtype="<i8",
    )
    samples = np.ascontiguousarray(recording.samples, dtype="<f4")
    head = _HEAD.pack(_MAGIC, _VERSION, bytes.fromhex(key), len(recording.words), len(samples))
    body = b"".join((head, words.tobytes(), samples.tobytes()))
    return hashlib.sha256(body).digest() + body


def unpacked(key: str, data: bytes) -> Recording | None:
    """Return the recording, or None if these are not the bytes packed under the key."""
    if len(data) < _START:
        return None
    if hashlib.sha256(memoryview(data)[_DIGEST:]).digest() != data[:_DIGEST]:
        return None
    magic, version, owner, words, samples = _HEAD.unpack_from(data, _DIGEST)
    if (magic, version, owner) != (_MAGIC, _VERSION, bytes.fromhex(key)):
        return None
    if len(data) != _START + words * _WORD + samples * _SAMPLE:
        return None
    rows = np.frombuffer(data, "<i8", count=4 * words, offset=_START).reshape(-1, 4).tolist()
    sound = np.frombuffer(data, "<f4", count=samples, offset=_START + words * _WORD)
    return Recording(sound, tuple(Word(*row) for row in rows))
