import struct

import numpy as np
import pytest

from adapters.ffmpeg import wav

SOUND = np.array([0.0, 0.25, -1.0], dtype=np.float32)
ENDLESS = 0xFFFFFFFF


def chunk(name: bytes, content: bytes, size: int | None = None) -> bytes:
    head = struct.pack("<4sI", name, len(content) if size is None else size)
    return head + content + bytes(len(content) % 2)


def described(form: int = 3, channels: int = 1, bits: int = 32) -> bytes:
    return struct.pack("<HHIIHH", form, channels, 22_050, 88_200, 4, bits)


def file(*chunks: bytes) -> bytes:
    return struct.pack("<4sI4s", b"RIFF", ENDLESS, b"WAVE") + b"".join(chunks)


EXTENSIBLE = described(0xFFFE) + struct.pack("<HHIH", 22, 32, 4, 3) + bytes(14)
DATA = chunk(b"data", SOUND.tobytes(), ENDLESS)


@pytest.mark.parametrize(
    "whole",
    [
        file(chunk(b"fmt ", described()), DATA),
        file(chunk(b"fmt ", described() + b"\0\0"), chunk(b"data", SOUND.tobytes())),
        file(chunk(b"fmt ", EXTENSIBLE), DATA),
        file(chunk(b"fmt ", described()), chunk(b"LIST", b"INFOodd"), DATA),
        file(chunk(b"LIST", b"data"), chunk(b"fmt ", described()), DATA),
        file(chunk(b"fmt ", described()), chunk(b"data", SOUND.tobytes()), chunk(b"LIST", b"x")),
        file(chunk(b"fmt ", described()), DATA + b"\1\2\3"),
    ],
)
def test_reads_every_shape_of_header(whole: bytes) -> None:
    pcm = wav.read(bytearray(whole))
    assert pcm.rate_hz == 22_050
    assert pcm.samples.tolist() == SOUND.tolist()
    assert pcm.samples.flags.writeable


def test_nothing_is_no_sound() -> None:
    header_only = file(chunk(b"fmt ", described()), chunk(b"data", b"", ENDLESS))
    for whole in (b"", header_only):
        assert len(wav.read(bytearray(whole)).samples) == 0


@pytest.mark.parametrize(
    "whole",
    [
        b"x",
        b"RIFX" + file(chunk(b"fmt ", described()), DATA)[4:],
        file(),
        file(DATA),
        file(chunk(b"fmt ", described())),
        file(chunk(b"fmt ", described()[:15]), DATA),
        file(chunk(b"fmt ", described(form=1)), DATA),
        file(chunk(b"fmt ", described(channels=2)), DATA),
        file(chunk(b"fmt ", described(bits=64)), DATA),
        file(chunk(b"fmt ", described(form=0xFFFE)), DATA),
        file(chunk(b"fmt ", EXTENSIBLE.replace(struct.pack("<HIH", 32, 4, 3), bytes(8))), DATA),
    ],
)
def test_says_what_is_no_float_wav(whole: bytes) -> None:
    with pytest.raises(wav.NotFloatWavError):
        wav.read(bytearray(whole))
