import tracemalloc
from collections.abc import Callable

import numpy as np
import pyloudnorm
import pytest

from domain.audio import Samples, join, silence
from domain.loudness import Learnt, Meter
from tests.sounds import cut, ffmpeg_hears, noise, speech, tone

RATES = [8_000, 16_000, 22_050, 24_000, 44_100, 48_000]
rates = pytest.mark.parametrize("rate_hz", RATES)


def quiet_and_loud(rate_hz: int) -> Samples:
    levels = (0.3, 0.001, 0.08, 0.00001, 0.2)
    return join(*(noise(2, rate_hz, level, seed=at) for at, level in enumerate(levels)))


def broken_speech(rate_hz: int) -> Samples:
    return join(speech(7, rate_hz, 0.02), silence(3, rate_hz), speech(4, rate_hz, 0.1))


SOUNDS: dict[str, Callable[[int], Samples]] = {
    "low tone": lambda rate_hz: tone(60, 3, rate_hz, 0.3),
    "middle tone": lambda rate_hz: tone(997, 3, rate_hz, 0.5),
    "high tone": lambda rate_hz: tone(3_000, 3, rate_hz, 0.1),
    "noise": lambda rate_hz: noise(3, rate_hz, 0.2),
    "speech": lambda rate_hz: speech(10, rate_hz),
    "short": lambda rate_hz: speech(0.7, rate_hz),
    "quiet and loud": quiet_and_loud,
    "broken speech": broken_speech,
    "offset": lambda rate_hz: tone(300, 3, rate_hz, 0.02) + np.float32(0.4),
}
sounds = pytest.mark.parametrize("sound", SOUNDS)


def metered(samples: Samples, rate_hz: int) -> Meter:
    meter = Meter(rate_hz)
    meter.hear(samples)
    return meter


@rates
@sounds
def test_another_meter_reads_the_same(rate_hz: int, sound: str) -> None:
    samples = SOUNDS[sound](rate_hz)
    expected = pyloudnorm.Meter(rate_hz).integrated_loudness(samples.astype(float))
    assert metered(samples, rate_hz).lufs == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
@sounds
def test_ffmpeg_reads_the_same(rate_hz: int, sound: str) -> None:
    samples = SOUNDS[sound](rate_hz)
    assert metered(samples, rate_hz).lufs == pytest.approx(
        ffmpeg_hears(samples, rate_hz).lufs, abs=0.1
    )


def test_a_full_tone_at_the_standards_rate_reads_as_the_standard_says() -> None:
    assert metered(tone(997, 5, 48_000), 48_000).lufs == pytest.approx(-3.01, abs=0.01)


@rates
def test_any_chunking_reads_the_same(rate_hz: int) -> None:
    samples = broken_speech(rate_hz)
    meter = Meter(rate_hz)
    for chunk in cut(samples, np.random.default_rng(rate_hz), rate_hz // 3):
        meter.hear(chunk)
    whole = metered(samples, rate_hz)
    assert meter.lufs == whole.lufs
    assert meter.seconds == whole.seconds


def test_too_short_a_sound_has_no_loudness() -> None:
    short = metered(tone(500, 0.399, 24_000), 24_000)
    assert (short.lufs, short.seconds) == (None, 0)
    enough = metered(tone(500, 0.401, 24_000), 24_000)
    assert enough.lufs == pytest.approx(-3.5, abs=0.5)
    assert enough.seconds == pytest.approx(0.4)


def test_silence_has_no_loudness() -> None:
    meter = metered(silence(5, 24_000), 24_000)
    assert (meter.lufs, meter.seconds) == (None, 0)


def test_pauses_do_not_count_as_seconds_heard() -> None:
    parts = [tone(500, 1, 24_000, 0.1), silence(3, 24_000), tone(500, 1, 24_000, 0.1)]
    assert metered(join(*parts), 24_000).seconds == pytest.approx(2, abs=0.11)


def test_what_is_louder_than_any_sound_is_still_measured() -> None:
    lufs = metered(tone(997, 1, 48_000, 100), 48_000).lufs
    assert lufs == pytest.approx(36.99, abs=0.01)


def test_ten_minutes_take_no_more_room_than_one() -> None:
    meter, minute = Meter(8_000), noise(60, 8_000)
    meter.hear(minute)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(10):
        meter.hear(minute)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 10_000


def test_what_is_fed_may_change_afterwards() -> None:
    samples, meter = noise(0.09, 8_000), Meter(8_000)
    kept = samples.copy()
    meter.hear(samples)
    samples[:] = 9
    meter.hear(kept[:1])
    meter.hear(tone(500, 1, 8_000))
    expected = metered(join(kept, kept[:1], tone(500, 1, 8_000)), 8_000)
    assert meter.lufs == expected.lufs


@pytest.mark.parametrize("rate_hz", [11_025, 12_347, 32_000, 96_000])
def test_unusual_rates_are_measured_too(rate_hz: int) -> None:
    samples = speech(5, rate_hz)
    expected = pyloudnorm.Meter(rate_hz).integrated_loudness(samples.astype(float))
    assert metered(samples, rate_hz).lufs == pytest.approx(expected, abs=0.06)


def test_two_lessons_join_as_their_sounds_would() -> None:
    quiet, loud = tone(500, 4, 24_000, 0.1), tone(500, 2, 24_000, 0.2)
    lessons = [
        Learnt(metered(each, 24_000).lufs or 0, len(each) / 24_000, 1) for each in (quiet, loud)
    ]
    both = lessons[0] + lessons[1]
    expected = metered(join(quiet, loud), 24_000).lufs
    assert both.lufs == pytest.approx(expected, abs=0.1)
    assert both.seconds == pytest.approx(6)
    assert both.utterances == 2
