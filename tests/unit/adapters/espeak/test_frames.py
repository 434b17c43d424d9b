import struct

import numpy as np
import pytest

from adapters.espeak.frames import HEADER_SIZE, Kind, framed, framed_chunk, opened, read_chunk
from adapters.espeak.job import Delivery, Job
from domain.ports import Chunk, Pronunciation, Word


def test_a_job_survives_its_bytes_even_with_half_a_character() -> None:
    job = Job(
        'one\ud800 \U0001f600 "[[\x00',
        "gmw/en-US",
        Delivery("gmw/en-US+r0o1", 175, 43, 61),
        0.7,
        (Pronunciation(0, 3, "wʌn"), Pronunciation(4, 5, "]]")),
    )
    assert Job.from_bytes(job.to_bytes()) == job


@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("words", [(), (Word(0, 3, 0, 40), Word(4, 300, 41, 70_000))])
@pytest.mark.parametrize("length", [0, 1, 70_001])
def test_a_chunk_survives_its_frame(length: int, words: tuple[Word, ...], *, last: bool) -> None:
    samples = np.random.default_rng(length).standard_normal(length).astype(np.float32)
    head, sound = framed_chunk(Chunk(samples, words, last))
    frame = head + bytes(sound)
    kind, size = opened(frame[:HEADER_SIZE])
    assert size == len(frame) - HEADER_SIZE
    chunk = read_chunk(kind, bytearray(frame[HEADER_SIZE:]))
    assert (chunk.words, chunk.last) == (words, last)
    assert chunk.samples.tobytes() == samples.tobytes()
    assert chunk.samples.flags.writeable


def test_a_frame_may_be_empty() -> None:
    assert opened(framed(Kind.STOP)) == (Kind.STOP, 0)


@pytest.mark.parametrize("header", [struct.pack("<II", 99, 0), struct.pack("<II", 4, 1 << 31)])
def test_what_is_no_header_is_not_taken_for_one(header: bytes) -> None:
    with pytest.raises(ValueError, match=r"99|2147483648"):
        opened(header)
