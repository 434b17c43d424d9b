import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.audio import Samples, join
from domain.pitch import PitchShift
from tests.sounds import cut, noise, tone

RATE = 24_000


def shifted(samples: Samples, ratio: float) -> Samples:
    shift = PitchShift(RATE, ratio)
    return join(shift.feed(samples), shift.flush())


@settings(max_examples=200, deadline=None)
@given(st.floats(0.25, 4))
def test_the_ratio_is_near_the_one_asked_for(ratio: float) -> None:
    assert PitchShift(RATE, ratio).ratio == pytest.approx(ratio, rel=0.001)


@pytest.mark.parametrize("ratio", [0.5, 0.843, 0.97, 1.06, 1.5, 2.0])
def test_a_tone_rises_by_the_ratio_and_lasts_as_much_less(ratio: float) -> None:
    made = shifted(tone(440, 2, RATE), ratio)
    exact = PitchShift(RATE, ratio).ratio
    assert len(made) == math.ceil(2 * RATE / exact - 1e-9)
    spectrum = np.abs(np.fft.rfft(made * np.hanning(len(made)), 2**18))
    assert np.argmax(spectrum) * RATE / 2**18 == pytest.approx(440 * exact, abs=0.2)


def test_an_unchanged_pitch_keeps_the_bits() -> None:
    samples = noise(0.1, RATE)
    assert PitchShift(RATE, 1.0004).ratio == 1.0
    assert shifted(samples, 1.0).tobytes() == samples.tobytes()


def test_any_chunking_gives_the_same_bits() -> None:
    samples, shift = noise(0.5, RATE), PitchShift(RATE, 1.19)
    parts = [shift.feed(chunk) for chunk in cut(samples, np.random.default_rng(1), 700)]
    assert join(*parts, shift.flush()).tobytes() == shifted(samples, 1.19).tobytes()


@pytest.mark.parametrize("ratio", [0, -1, math.inf, math.nan])
def test_what_is_no_pitch_is_refused(ratio: float) -> None:
    with pytest.raises(ValueError, match="above zero"):
        PitchShift(RATE, ratio)
