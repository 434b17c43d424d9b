import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from domain.audio import Samples, join
from domain.resampling import Resampler

RATIOS = [
    (22_050, 24_000),
    (16_000, 24_000),
    (24_000, 48_000),
    (24_000, 44_100),
    (24_000, 22_050),
    (24_000, 16_000),
    (24_000, 8_000),
    (44_100, 24_000),
    (96_000, 22_050),
    (192_000, 22_050),
]
ratios = pytest.mark.parametrize(("from_hz", "to_hz"), RATIOS)


def resampled(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    resampler = Resampler(from_hz, to_hz)
    return join(resampler.feed(samples), resampler.flush())


def noise(count: int) -> Samples:
    return np.random.default_rng(5).uniform(-1, 1, count).astype(np.float32)


def tone(hz: float, rate_hz: int, seconds: float = 1.5) -> Samples:
    moments = np.arange(round(seconds * rate_hz)) / rate_hz
    return np.cos(2 * np.pi * hz * moments).astype(np.float32)


def levels_db(samples: Samples, rate_hz: int) -> NDArray[np.float64]:
    """One level per hertz, from a second in the middle, as a full-scale tone would be 0 dB."""
    middle = samples[rate_hz // 4 :][:rate_hz]
    window = np.kaiser(rate_hz, 20)
    spectrum = np.abs(np.fft.rfft(middle * window)) * 2 / window.sum()
    levels: NDArray[np.float64] = 20 * np.log10(np.maximum(spectrum, 1e-9))
    return levels


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(RATIOS), st.lists(st.integers(0, 1_500), max_size=12))
@example((22_050, 24_000), [1] * 200)
@example((22_050, 24_000), [1_323, 0, 1_323, 16, 1])
def test_any_chunking_gives_the_same_bits(ratio: tuple[int, int], sizes: list[int]) -> None:
    whole = noise(sum(sizes))
    resampler = Resampler(*ratio)
    cuts = np.cumsum(sizes, dtype=int)[:-1]
    parts = [resampler.feed(part) for part in np.split(whole, cuts)]
    assert join(*parts, resampler.flush()).tobytes() == resampled(whole, *ratio).tobytes()


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(RATIOS), st.integers(0, 20_000))
@example((22_050, 24_000), 147)
@example((22_050, 24_000), 148)
def test_the_sound_lasts_as_long_as_before(ratio: tuple[int, int], count: int) -> None:
    from_hz, to_hz = ratio
    made = resampled(noise(count), from_hz, to_hz)
    assert len(made) == math.ceil(count * to_hz / from_hz)
    assert made.dtype == np.float32


@ratios
def test_sixteen_samples_of_the_lower_rate_are_held_back(from_hz: int, to_hz: int) -> None:
    fed = from_hz // 10
    made = Resampler(from_hz, to_hz).feed(noise(fed))
    held_s = fed / from_hz - len(made) / to_hz
    assert 0 < held_s <= 17 / min(from_hz, to_hz)


def test_at_22050_less_than_a_millisecond_is_held_back() -> None:
    made = Resampler(22_050, 24_000).feed(noise(2_205))
    assert 0.1 - len(made) / 24_000 < 0.001


@ratios
def test_what_sounds_at_a_moment_sounds_at_it_still(from_hz: int, to_hz: int) -> None:
    low = min(from_hz, to_hz)
    moments_in = np.arange(from_hz) / from_hz
    moments_out = np.arange(to_hz) / to_hz
    made = resampled(_chirp(moments_in, low), from_hz, to_hz)
    away_from_edges = slice(to_hz // 100, -to_hz // 100)
    error = np.abs(made - _chirp(moments_out, low))[away_from_edges]
    assert error.max() < 5e-4


def _chirp(moments: NDArray[np.float64], low_hz: int) -> Samples:
    """Rise to 0.8 of the lower rate's half within the second."""
    return np.sin(2 * np.pi * 0.2 * low_hz * moments**2).astype(np.float32)


@ratios
def test_a_click_stays_where_it_is(from_hz: int, to_hz: int) -> None:
    common = math.gcd(from_hz, to_hz)
    click = np.zeros(4 * from_hz // common * 20, dtype=np.float32)
    at = 40 * (from_hz // common)
    click[at] = 1.0
    made = resampled(click, from_hz, to_hz)
    assert np.argmax(made) == at * to_hz // from_hz


@ratios
@pytest.mark.parametrize("share", [0.02, 0.3, 0.5, 0.7, 0.8])
def test_the_passband_is_flat_and_clean(from_hz: int, to_hz: int, share: float) -> None:
    hz = round(share * min(from_hz, to_hz) / 2)
    levels = levels_db(resampled(tone(hz, from_hz), from_hz, to_hz), to_hz)
    assert abs(levels[hz]) < 0.01
    levels[hz - 8 : hz + 9] = -200
    assert levels.max() < -80


@pytest.mark.parametrize("hz", [100, 1_000, 5_000, 8_820, 9_000])
def test_the_embedded_engines_rate_stays_clean_up_to_nine_kilohertz(hz: int) -> None:
    levels = levels_db(resampled(tone(hz, 22_050), 22_050, 24_000), 24_000)
    assert abs(levels[hz]) < 0.01
    levels[hz - 8 : hz + 9] = -200
    assert levels.max() < -80


@pytest.mark.parametrize("hz", [4_800, 6_000, 8_000, 11_500])
def test_what_the_lower_rate_cannot_hold_is_gone(hz: int) -> None:
    assert levels_db(resampled(tone(hz, 24_000), 24_000, 8_000), 8_000).max() < -80


@ratios
def test_silence_stays_silence(from_hz: int, to_hz: int) -> None:
    assert not resampled(np.zeros(9_999, dtype=np.float32), from_hz, to_hz).any()


@ratios
def test_a_constant_stays_as_it_is(from_hz: int, to_hz: int) -> None:
    made = resampled(np.full(from_hz, 0.5, dtype=np.float32), from_hz, to_hz)
    assert np.abs(made[to_hz // 50 : -to_hz // 50] / 0.5 - 1).max() < 1e-6


def test_equal_rates_change_nothing() -> None:
    resampler, samples = Resampler(24_000, 24_000), noise(100)
    assert resampler.feed(samples) is samples
    assert len(resampler.flush()) == 0


def test_after_a_flush_a_new_sound_begins() -> None:
    resampler, samples = Resampler(22_050, 24_000), noise(5_000)
    first = join(resampler.feed(samples), resampler.flush())
    assert np.array_equal(join(resampler.feed(samples), resampler.flush()), first)
    assert len(resampler.flush()) == 0


def test_what_is_fed_may_change_afterwards() -> None:
    samples = noise(3_000)
    expected = resampled(samples.copy(), 22_050, 24_000)
    resampler = Resampler(22_050, 24_000)
    made = resampler.feed(samples)
    samples[:] = 9.0
    assert np.array_equal(join(made, resampler.flush()), expected)


def test_a_long_line_is_not_kept_for_its_end() -> None:
    resampler = Resampler(22_050, 24_000)
    resampler.feed(noise(441_000))
    assert resampler._held.base is None
    assert len(resampler._held) < 2_000


@pytest.mark.parametrize("rates", [(0, 24_000), (24_000, -1)])
def test_a_rate_is_above_zero(rates: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="above zero"):
        Resampler(*rates)


def test_rates_without_a_short_period_are_refused() -> None:
    with pytest.raises(ValueError, match="no short period"):
        Resampler(22_051, 24_000)
