import io
import struct

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from domain import aiff, sun_audio
from domain.formats import USUAL_RATES_HZ
from domain.wav import MARK

KINDS = {"AU": sun_audio.whole_file, "AIFF": aiff.whole_file}


@pytest.mark.parametrize("kind", KINDS)
@given(
    rate_hz=st.sampled_from(USUAL_RATES_HZ),
    levels=st.lists(st.integers(-32_768, 32_767), max_size=50),
    marked=st.booleans(),
)
def test_others_read_the_very_samples(
    kind: str, rate_hz: int, levels: list[int], *, marked: bool
) -> None:
    samples = np.array(levels, dtype="<i2")
    file = KINDS[kind](rate_hz, samples.tobytes(), marked=marked)
    with soundfile.SoundFile(io.BytesIO(file)) as read:
        assert (read.format, read.subtype, read.channels) == (kind, "PCM_16", 1)
        assert read.samplerate == rate_hz
        assert read.read(dtype="int16").tolist() == levels
    assert (MARK.encode() in file) == marked


@pytest.mark.parametrize("kind", KINDS)
def test_sizes_are_true(kind: str) -> None:
    file = KINDS[kind](24_000, bytes(2 * 7))
    if kind == "AU":
        begins, size = struct.unpack_from(">II", file, 4)
        assert begins % 8 == 0
        assert begins + size == len(file)
    else:
        assert struct.unpack_from(">I", file, 4) == (len(file) - 8,)
