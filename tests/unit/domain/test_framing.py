"""Whole frames of bytes that come in any pieces, the bytes made by hand."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.formats import format_named
from domain.framing import Frame, Framer
from tests.unit.domain.flac_frames import HEAD, crc8, flac

MP3, AAC, OPUS = format_named("mp3_24000_48"), format_named("aac_24000_64"), format_named("opus")
FLAC = format_named("flac_24000")
ID3 = b"ID3\x04\0\0" + bytes((0, 0, 1, 2)) + bytes(130)


def mp3(kbps_index: int = 6, *, padded: bool = False) -> bytes:
    """A frame of MPEG 2 at 24 kHz; index 6 is 48 kbit/s: 144 bytes of 24 ms."""
    length = 576 * 125 * (0, 8, 16, 24, 32, 40, 48, 56, 64)[kbps_index] // 24_000 + padded
    return bytes((0xFF, 0xF3, kbps_index << 4 | 1 << 2 | padded << 1, 0xC4)).ljust(length, b"\xaa")


def adts(length: int) -> bytes:
    head = bytes((0xFF, 0xF1, 0x58, 0x40 | length >> 11, length >> 3 & 0xFF, length << 5 & 0xE0, 0))
    return head.ljust(length, b"\xff")


def page(granule: int, *segments: int) -> bytes:
    head = b"OggS\0\0" + granule.to_bytes(8, "little", signed=True) + bytes(12)
    return head + bytes((len(segments), *segments)) + b"\xcc" * sum(segments)


def in_pieces(framer: Framer, data: bytes, at: list[int]) -> list[Frame]:
    edges = [0, *sorted(min(place, len(data)) for place in at), len(data)]
    pieces = [data[begin:end] for begin, end in pairwise(edges)]
    return [frame for piece in pieces for frame in framer.feed(piece)]


PLACES = st.lists(st.integers(0, 900), max_size=60)


@given(PLACES)
def test_frames_of_mp3_last_24_ms_and_a_tag_goes_with_the_first(at: list[int]) -> None:
    parts = [ID3 + mp3(), mp3(padded=True), mp3(2), mp3(8)]
    frames = in_pieces(Framer(MP3), b"".join(parts), at)
    assert frames == [Frame(part, 0.024) for part in parts]


@given(PLACES)
def test_what_goes_on_behind_another_encoder_has_no_tag(at: list[int]) -> None:
    for to, frame in ((MP3, mp3()), (AAC, adts(200))):
        frames = in_pieces(Framer(to, goes_on=True), ID3 + frame * 2, at)
        assert [each.data for each in frames] == [frame, frame]


@given(PLACES)
def test_frames_of_aac_are_1024_samples(at: list[int]) -> None:
    parts = [adts(7), adts(200), adts(300)]
    frames = in_pieces(Framer(AAC), b"".join(parts), at)
    assert frames == [Frame(part, 1024 / 24_000) for part in parts]


@given(PLACES)
def test_pages_of_opus_last_as_long_as_their_numbers_tell(at: list[int]) -> None:
    head, tags = page(0, 19), page(0, 255, 10)
    # a page on which nothing ends goes with the one on which it does
    parts = [page(960, 100), page(-1, 255), page(2_880, 30, 20)]
    frames = in_pieces(Framer(OPUS), b"".join((head, tags, *parts)), at)
    assert frames == [
        Frame(head + tags + parts[0], 0.02),
        Frame(parts[1] + parts[2], 0.04),
    ]


@given(PLACES, st.sampled_from([0, 126, 2046, 65_534]))
def test_a_frame_of_flac_ends_where_the_next_number_begins(at: list[int], number: int) -> None:
    parts = [flac(number), flac(number + 1, 300), flac(number + 2, 16)]
    framer = Framer(FLAC)
    frames = in_pieces(framer, HEAD + b"".join(parts), at)
    assert frames == [Frame(HEAD + parts[0], 512 / 24_000), Frame(parts[1], 300 / 24_000)]
    assert list(framer.end()) == [Frame(parts[2], 16 / 24_000)]


def test_what_looks_like_a_frame_of_no_length_ends_none() -> None:
    head = bytes((0xFF, 0xF8, 0x04, 0x08, 1))
    decoy = flac(0) + head + bytes((crc8(head),))
    assert list(Framer(FLAC).feed(decoy + flac(1))) == [Frame(decoy, 512 / 24_000)]


def test_frames_of_flac_may_count_samples() -> None:
    framer = Framer(FLAC)
    assert list(framer.feed(flac(0, counts=0xF9) + flac(512, counts=0xF9))) == [
        Frame(flac(0, counts=0xF9), 512 / 24_000)
    ]


@pytest.mark.parametrize("begins", [b"", flac(0), b"fLaC\0\xff\xff\xff"])
def test_what_holds_no_frame_of_flac_goes_on_as_it_is(begins: bytes) -> None:
    framer, data = Framer(FLAC), begins + b"\xff\xf8" * 700_000
    begun = time.process_time()
    assert [frame.data for frame in framer.feed(data)] == [data]
    assert time.process_time() - begun < 1


def test_a_frame_of_flac_ends_where_another_stream_begins() -> None:
    framer = Framer(FLAC)
    assert list(framer.feed(flac(7) + HEAD + flac(0))) == [Frame(flac(7), 512 / 24_000)]
    assert list(framer.end()) == [Frame(HEAD + flac(0), 512 / 24_000)]


@pytest.mark.parametrize(
    ("name", "whole"), [("mp3_24000_48", mp3()), ("aac_24000_64", adts(99)), ("opus", page(960, 9))]
)
def test_what_is_left_at_the_end_is_not_lost(name: str, whole: bytes) -> None:
    for cut in range(1, len(whole)):
        framer = Framer(format_named(name))
        assert list(framer.feed(whole[:cut])) == []
        assert list(framer.end()) == [Frame(whole[:cut], 0.0)]
        assert list(framer.end()) == []


def test_headers_without_a_frame_behind_them_come_at_the_end() -> None:
    framer = Framer(OPUS)
    assert list(framer.feed(page(0, 19))) == []
    assert list(framer.end()) == [Frame(page(0, 19), 0.0)]


def test_what_has_no_frames_to_tell_apart_goes_as_it_comes() -> None:
    framer = Framer(format_named("pcm"))
    assert list(framer.feed(b"abc")) == [Frame(b"abc", 0.0)]
    assert list(framer.feed(b"")) == []
    assert list(framer.end()) == []
