import io
import struct
import wave

import numpy as np

from domain.audio import Pcm, join, silence, to_int16
from domain.wav import stream_header, whole_file


def test_integers_are_rounded_and_never_wrap() -> None:
    samples = np.array([0.0, 1.0, -1.0, 2.0, -2.0, 0.5 / 32767], dtype=np.float32)
    assert struct.unpack("<6h", to_int16(samples)) == (0, 32767, -32767, 32767, -32767, 0)


def test_silence_lasts_exactly_as_long_as_asked() -> None:
    assert len(silence(0.25, 24_000)) == 6000
    assert Pcm(join(silence(1, 8000), silence(0.5, 8000)), 8000).seconds == 1.5


def test_a_whole_file_has_true_sizes_and_its_mark_behind_the_sound() -> None:
    data = whole_file(24_000, to_int16(np.linspace(-1, 1, 2401, dtype=np.float32)))
    with wave.open(io.BytesIO(data)) as read:
        assert (read.getnchannels(), read.getsampwidth(), read.getframerate()) == (1, 2, 24_000)
        assert read.getnframes() == 2401
    assert struct.unpack_from("<I", data, 4) == (len(data) - 8,)
    assert data[44 + 4802 :].startswith(b"LIST")
    assert len(data) % 2 == 0


def test_a_streams_header_is_the_canonical_one_without_an_end() -> None:
    header = stream_header(24_000)
    assert len(header) == 44
    assert header[:4] + header[8:16] + header[36:40] == b"RIFFWAVEfmt data"
    assert struct.unpack_from("<I", header, 4) == struct.unpack_from("<I", header, 40)
    assert header[40:] == b"\xff\xff\xff\xff"
