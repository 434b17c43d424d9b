import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.signal import resample_poly

from domain.audio import Samples, join, silence
from domain.limiter import Limiter
from domain.peaks import true_peak_dbtp
from tests.sounds import cut, ffmpeg_hears, noise, speech, tone

CEILING = -1.5
RATES = [8_000, 22_050, 24_000, 48_000]
rates = pytest.mark.parametrize("rate_hz", RATES)


def clicks(rate_hz: int) -> Samples:
    made = silence(1, rate_hz)
    at = np.random.default_rng(3).integers(50, len(made) - 50, 40)
    made[at] = np.resize(np.array([-8, 8, 3, -1], dtype=np.float32), 40)
    return made


def bursts(rate_hz: int) -> Samples:
    open_or_not = np.random.default_rng(3).uniform(0, 1, rate_hz // 100 + 1) > 0.7
    return noise(1, rate_hz, 3) * np.repeat(open_or_not, 100)[:rate_hz].astype(np.float32)


HOSTILE: dict[str, Callable[[int], Samples]] = {
    "noise": lambda rate_hz: noise(1, rate_hz),
    "square": lambda rate_hz: np.sign(tone(441, 1, rate_hz)),
    "fast square": lambda rate_hz: np.sign(tone(rate_hz / 5.3, 1, rate_hz)),
    "between samples": lambda rate_hz: tone(rate_hz / 4, 1, rate_hz, 1.0, math.pi / 4),
    "high": lambda rate_hz: tone(0.45 * rate_hz, 1, rate_hz, 2.0, 0.3),
    "third": lambda rate_hz: tone(rate_hz / 3, 1, rate_hz, 1.5, 0.1),
    "much too loud speech": lambda rate_hz: speech(2, rate_hz, 1.6),
    "clicks": clicks,
    "bursts": bursts,
}
hostile = pytest.mark.parametrize("sound", HOSTILE)


def limited(samples: Samples, rate_hz: int) -> Samples:
    limiter = Limiter(rate_hz, CEILING)
    return join(limiter.feed(samples), limiter.flush())


def peak_dbtp(samples: Samples, times: int) -> float:
    between = resample_poly(samples.astype(float), times, 1)
    return float(20 * np.log10(np.abs(between).max()))


@rates
@hostile
def test_no_peak_is_higher_than_the_ceiling(rate_hz: int, sound: str) -> None:
    made = limited(HOSTILE[sound](rate_hz), rate_hz)
    # ffmpeg mirrors what it resamples at both ends: let them be silent
    surrounded = join(silence(0.05, rate_hz), made, silence(0.05, rate_hz))
    assert peak_dbtp(surrounded, 8) < CEILING + 0.05
    assert peak_dbtp(surrounded, 16) < CEILING + 0.05
    assert ffmpeg_hears(surrounded, rate_hz).peak_dbtp <= CEILING + 0.05


@rates
def test_a_peak_is_turned_down_no_more_than_it_must(rate_hz: int) -> None:
    made = limited(tone(300, 1, rate_hz, 2.0), rate_hz)
    settled = made[rate_hz // 2 :]
    assert peak_dbtp(settled, 16) == pytest.approx(CEILING - 0.15, abs=0.1)


@rates
def test_what_stays_under_the_ceiling_keeps_its_bits(rate_hz: int) -> None:
    samples = speech(3, rate_hz)
    samples = samples * np.float32(0.83 / 10 ** (true_peak_dbtp(samples) / 20))
    assert limited(samples, rate_hz).tobytes() == samples.tobytes()


@rates
@hostile
def test_any_chunking_sounds_the_same(rate_hz: int, sound: str) -> None:
    samples = HOSTILE[sound](rate_hz)
    limiter = Limiter(rate_hz, CEILING)
    chunks = cut(samples, np.random.default_rng(7), rate_hz // 20)
    made = join(*(limiter.feed(chunk) for chunk in chunks), limiter.flush())
    assert len(made) == len(samples)
    assert made.dtype == np.float32
    assert np.abs(made - limited(samples, rate_hz)).max() < 1e-5


def test_a_loud_moment_is_over_soon_and_leaves_no_trace() -> None:
    samples = tone(300, 4, 24_000, 0.5)
    samples[24_000:24_024] *= 8
    gains = limited(samples, 24_000) / np.where(samples == 0, 1, samples)
    assert np.array_equal(limited(samples, 24_000)[:23_900], samples[:23_900])
    assert 0.9 < abs(gains[24_000 + 5_000]) < 1
    assert np.array_equal(limited(samples, 24_000)[48_000:], samples[48_000:])


def test_the_gain_never_steps() -> None:
    level = np.ones(24_000, dtype=np.float32)
    level[12_000] = 8
    samples = level * np.float32(0.5)
    gains = limited(samples, 24_000).astype(float) / samples
    assert np.abs(np.diff(20 * np.log10(gains))).max() < 1.0


def test_less_than_four_milliseconds_are_held_back() -> None:
    made = Limiter(24_000, CEILING).feed(noise(0.1, 24_000))
    assert 0 < 2_400 - len(made) < 96


def test_after_a_flush_a_new_sound_begins() -> None:
    limiter, samples = Limiter(24_000, CEILING), noise(0.2, 24_000)
    first = join(limiter.feed(samples), limiter.flush())
    assert np.array_equal(join(limiter.feed(samples), limiter.flush()), first)


def test_nothing_gives_nothing() -> None:
    limiter = Limiter(24_000, CEILING)
    assert len(limiter.feed(silence(0, 24_000))) == 0
    assert len(limiter.flush()) == 0


def test_a_sound_longer_than_memory_is_limited_in_parts() -> None:
    samples = noise(130, 8_000)
    made = limited(samples, 8_000)
    assert len(made) == len(samples)
    assert np.isfinite(made).all()
    assert true_peak_dbtp(made) < CEILING


@pytest.mark.parametrize("rate_hz", [24_000, 48_000])
@hostile
def test_a_true_peak_is_what_ffmpeg_reads(rate_hz: int, sound: str) -> None:
    edge = silence(0.05, rate_hz)
    samples = (
        join(edge, speech(2, rate_hz), edge)
        if sound == "square"
        else limited(HOSTILE[sound](rate_hz), rate_hz)
    )
    surrounded = join(edge, samples, edge)
    expected = max(peak_dbtp(surrounded, 16), ffmpeg_hears(surrounded, rate_hz).peak_dbtp)
    assert true_peak_dbtp(samples) == pytest.approx(expected, abs=0.2)


def test_a_peak_between_two_parts_of_a_long_sound_is_seen() -> None:
    samples = silence(10, 24_000)
    for at in range(65_500, 65_570):
        samples[at : at + 2] = 0.5
        assert true_peak_dbtp(samples) == pytest.approx(-3.95, abs=0.05)
        samples[at : at + 2] = 0


def test_silence_has_no_peak() -> None:
    assert true_peak_dbtp(silence(1, 24_000)) == -math.inf
    assert true_peak_dbtp(silence(0, 24_000)) == -math.inf
