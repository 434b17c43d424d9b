import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.recording_file import packed, unpacked
from tests.fakes.cache import key, recording, same

GIVEN = recording(1, 50, 2)
DATA = packed(key(1), GIVEN)
DIGEST = hashlib.sha256().digest_size


def signed(body: bytes) -> bytes:
    return hashlib.sha256(body).digest() + body


@given(samples=st.integers(0, 200), words=st.integers(0, 10), seed=st.integers(0, 99))
def test_what_is_packed_is_unpacked(samples: int, words: int, seed: int) -> None:
    given = recording(seed, samples, words)
    assert same(unpacked(key(seed), packed(key(seed), given)), given)


def test_no_single_bit_can_flip_unnoticed() -> None:
    for bit in range(8 * len(DATA)):
        flipped = bytearray(DATA)
        flipped[bit // 8] ^= 1 << bit % 8
        assert unpacked(key(1), bytes(flipped)) is None


def test_no_byte_can_be_missing_or_too_many() -> None:
    for length in range(len(DATA)):
        assert unpacked(key(1), DATA[:length]) is None
    assert unpacked(key(1), DATA + b"\0") is None


@given(st.binary(max_size=300))
def test_foreign_bytes_are_no_entry(data: bytes) -> None:
    assert unpacked(key(1), data) is None
    assert unpacked(key(1), signed(data)) is None


def test_an_entry_of_another_key_is_none() -> None:
    assert unpacked(key(2), DATA) is None


@pytest.mark.parametrize("at", [0, 4, 40, 48])
def test_a_signed_entry_of_another_kind_version_or_length_is_none(at: int) -> None:
    body = bytearray(DATA[DIGEST:])
    body[at] ^= 1
    assert unpacked(key(1), signed(bytes(body))) is None
