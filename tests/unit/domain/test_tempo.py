import math

import numpy as np
import pytest

from domain.audio import Samples, join, silence
from domain.tempo import Tempo
from tests.sounds import cut, noise, speech, tone

RATE = 24_000
RATIOS = [0.25, 0.5, 0.8, 0.95, 1.1, 1.37, 2.0, 3.0, 4.0]
ratios = pytest.mark.parametrize("ratio", RATIOS)


def stretched(samples: Samples, ratio: float, rate_hz: int = RATE) -> Samples:
    tempo = Tempo(rate_hz, ratio)
    return join(tempo.feed(samples), tempo.flush())


def strongest_hz(samples: Samples) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 2**18))
    return float(np.argmax(spectrum) * RATE / 2**18)


@ratios
@pytest.mark.parametrize("seconds", [0.3, 1.0, 3.21])
def test_sound_lasts_as_long_as_asked(ratio: float, seconds: float) -> None:
    samples = speech(seconds, RATE)
    assert len(stretched(samples, ratio)) == round(len(samples) / ratio)


@ratios
@pytest.mark.parametrize("count", [0, 1, 100, 299, 300, 301, 900])
def test_the_shortest_sounds_last_a_frame_longer_at_most(ratio: float, count: int) -> None:
    made = stretched(noise(count / RATE, RATE), ratio)
    assert 0 <= len(made) - round(count / ratio) <= 300


@ratios
@pytest.mark.parametrize("hz", [90, 210, 1_000])
def test_the_pitch_stays(ratio: float, hz: float) -> None:
    made = stretched(tone(hz, 3, RATE, 0.5), ratio)
    assert strongest_hz(made) == pytest.approx(hz, rel=0.01, abs=1.5)


@ratios
def test_a_tone_stays_whole_and_clean(ratio: float) -> None:
    made = stretched(tone(150, 2, RATE, 0.5), ratio)[300 : -round(900 / ratio)]
    slope = 0.5 * 2 * math.pi * 150 / RATE
    assert np.abs(np.diff(made)).max() < 1.3 * slope
    heights = np.abs(made[: len(made) // 160 * 160].reshape(-1, 160)).max(axis=1)
    assert heights.min() > 0.45
    assert heights.max() < 0.51


@ratios
def test_any_chunking_gives_the_same_bits(ratio: float) -> None:
    samples, tempo = speech(2, RATE), Tempo(RATE, ratio)
    chunks = cut(samples, np.random.default_rng(8), 1_500)
    made = join(*(tempo.feed(chunk) for chunk in chunks), tempo.flush())
    assert made.tobytes() == stretched(samples, ratio).tobytes()
    assert made.dtype == np.float32


@ratios
def test_what_sounds_at_a_moment_sounds_near_its_new_moment(ratio: float) -> None:
    samples = silence(2, RATE)
    samples[24_000:31_200] = tone(300, 0.3, RATE, 0.5)
    loud = np.flatnonzero(np.abs(stretched(samples, ratio)) > 0.1) / RATE
    assert loud[0] == pytest.approx(1.0 / ratio, abs=0.015 / min(ratio, 1) + 0.01)
    assert loud[-1] == pytest.approx(1.3 / ratio, abs=0.015 / min(ratio, 1) + 0.01)


@ratios
def test_the_first_sound_is_there_after_forty_milliseconds(ratio: float) -> None:
    assert len(Tempo(RATE, ratio).feed(speech(0.04, RATE))) > 0


@pytest.mark.parametrize("ratio", [0.5, 0.8, 1.1, 1.5])
def test_little_is_held_back(ratio: float) -> None:
    made = Tempo(RATE, ratio).feed(speech(2, RATE))
    assert 2 - len(made) * ratio / RATE < 0.04


def test_a_ratio_of_one_keeps_the_bits() -> None:
    samples, tempo = noise(0.5, RATE), Tempo(RATE, 1.0)
    assert tempo.feed(samples) is samples
    assert len(tempo.flush()) == 0


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 48_000])
def test_other_rates_work_as_well(rate_hz: int) -> None:
    samples = speech(2, rate_hz)
    made = stretched(samples, 1.5, rate_hz)
    assert len(made) == round(len(samples) / 1.5)
    power = np.mean(made.astype(float) ** 2) / np.mean(samples.astype(float) ** 2)
    assert power == pytest.approx(1, abs=0.15)


def test_silence_stays_silence() -> None:
    assert not stretched(silence(1, RATE), 0.7).any()


def test_after_a_flush_a_new_sound_begins() -> None:
    tempo, samples = Tempo(RATE, 1.3), speech(1, RATE)
    first = join(tempo.feed(samples), tempo.flush())
    assert np.array_equal(join(tempo.feed(samples), tempo.flush()), first)


def test_a_long_line_is_not_kept_for_its_end() -> None:
    tempo = Tempo(RATE, 0.5)
    tempo.feed(speech(5, RATE))
    assert tempo._known.base is None
    assert len(tempo._known) < 2_000


@pytest.mark.parametrize("ratio", [0, -1, math.inf, math.nan])
def test_what_is_no_tempo_is_refused(ratio: float) -> None:
    with pytest.raises(ValueError, match="above zero"):
        Tempo(RATE, ratio)
