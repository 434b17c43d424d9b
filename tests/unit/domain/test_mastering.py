"""A sound measured and turned up in pieces is what it would be as a whole."""

import numpy as np
import pytest

from domain.audio import Samples, join
from domain.loudness import Meter, Target
from domain.mastering import Fader, GainSearch, Gauge, first_gain_db, needs_limiter
from domain.peaks import true_peak_dbtp
from tests.sounds import ffmpeg_hears, speech

RATE = 24_000


def heard(samples: Samples, piece: int) -> Gauge:
    gauge = Gauge(RATE)
    for at in range(0, len(samples), piece):
        gauge.hear(samples[at : at + piece])
    return gauge


@pytest.mark.parametrize("piece", [977, 24_000, 240_000])
def test_it_hears_the_same_however_the_sound_is_cut(piece: int) -> None:
    samples = speech(10, RATE)
    gauge = heard(samples, piece)
    meter = Meter(RATE)
    meter.hear(samples)
    assert gauge.lufs == meter.lufs
    assert gauge.peak_dbtp == pytest.approx(true_peak_dbtp(samples), abs=0.02)
    assert gauge.lufs == pytest.approx(ffmpeg_hears(samples, RATE).lufs, abs=0.1)


def limited(samples: Samples, gain_db: float) -> Samples:
    fader = Fader(RATE, gain_db, -1.5)
    pieces = [fader.feed(samples[at : at + 30_000]) for at in range(0, len(samples), 30_000)]
    return join(*pieces, fader.flush())


def test_silence_has_no_loudness_and_asks_for_no_gain() -> None:
    gauge = heard(np.zeros(RATE, np.float32), 4000)
    assert (gauge.lufs, gauge.peak_dbtp) == (None, -120.0)
    assert first_gain_db(gauge, Target()) == 0.0
    assert GainSearch(Target(), 0.0).close(gauge)


def test_a_gain_and_the_limiter_bring_it_to_the_target() -> None:
    samples, target = speech(20, RATE, level=0.02), Target(-13.0, -1.5)
    gauge = heard(samples, RATE)
    search = GainSearch(target, first_gain_db(gauge, target))
    assert needs_limiter(gauge, search.gain_db, target)
    made = limited(samples, search.gain_db)
    for _ in range(3):
        if search.close(heard(made, RATE)):
            break
        made = limited(samples, search.gain_db)
    assert len(made) == len(samples)
    after = ffmpeg_hears(made, RATE)
    assert after.lufs == pytest.approx(-13.0, abs=0.2)
    assert after.peak_dbtp <= -1.4


def test_without_a_limiter_every_sample_is_turned_alike() -> None:
    samples = speech(2, RATE)
    fader = Fader(RATE, 6.0, None)
    made = join(fader.feed(samples), fader.flush())
    assert np.allclose(made, samples * 10 ** (6 / 20), rtol=1e-6)


def test_off_leaves_the_loudness() -> None:
    gauge = heard(speech(3, RATE), RATE)
    assert first_gain_db(gauge, Target(lufs=None)) == 0.0
    assert not needs_limiter(gauge, 0.0, Target(lufs=None))
