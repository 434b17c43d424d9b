import numpy as np
import pytest

from domain.audio import Pcm, Samples
from domain.clip_report import clip_report, snr_db

RATE_HZ = 24_000


def noise(seconds: float, dbfs: float, seed: int = 1) -> Samples:
    samples = np.random.default_rng(seed).standard_normal(round(seconds * RATE_HZ))
    return (samples * 10 ** (dbfs / 20)).astype(np.float32)


def speech(floor_dbfs: float, level_dbfs: float = -20.0, seconds: float = 6.0) -> Pcm:
    """Half a second of sound, a quarter of a pause, and so on, in a room of this noise."""
    voiced = noise(seconds, level_dbfs, seed=2)
    spoken = np.arange(len(voiced)) % round(0.75 * RATE_HZ) < 0.5 * RATE_HZ
    return Pcm((voiced * spoken + noise(seconds, floor_dbfs)).astype(np.float32), RATE_HZ)


@pytest.mark.parametrize("floor_dbfs", [-70.0, -50.0, -35.0, -30.0])
def test_how_far_speech_stands_above_its_noise_is_found_within_two_decibels(
    floor_dbfs: float,
) -> None:
    estimate = snr_db(speech(floor_dbfs))
    assert estimate == pytest.approx(-20 - floor_dbfs, abs=2.0)


def test_zeros_between_the_words_do_not_make_a_recording_clean() -> None:
    noisy = speech(-35.0).samples
    padded = np.concatenate([noisy, np.zeros(4 * RATE_HZ, np.float32)])
    assert snr_db(Pcm(padded, RATE_HZ)) == pytest.approx(15.0, abs=2.0)


def test_noise_alone_has_nothing_above_it_and_half_a_second_is_needed_to_say() -> None:
    alone = snr_db(Pcm(noise(3, -30), RATE_HZ))
    assert alone is not None
    assert alone < 1.0
    assert snr_db(Pcm(noise(0.4, -30), RATE_HZ)) is None
    assert snr_db(Pcm(np.zeros(RATE_HZ, np.float32), RATE_HZ)) is None
    assert snr_db(Pcm(np.full(RATE_HZ, 0.5, np.float32), RATE_HZ)) == 0.0


def test_only_runs_at_full_scale_are_clipping() -> None:
    samples = speech(-60).samples
    samples[100] = 1.0
    samples[200:202] = -1.0
    samples[300:305] = 1.2
    samples[400:403] = -1.0
    samples[-4:] = 1.0
    report = clip_report(Pcm(samples, RATE_HZ))
    assert report.clipped_places == 3
    assert report.clipped_share == pytest.approx(12 / len(samples))
    assert report.warnings == ()


def test_a_good_recording_is_measured_and_not_complained_of() -> None:
    report = clip_report(speech(-60), trimmed_s=0.5, warnings=("It is short.",))
    assert (report.seconds, report.rate_hz, report.trimmed_s) == (6.0, RATE_HZ, 0.5)
    assert report.lufs is not None
    assert -25 < report.lufs < -15
    assert report.clipped_places == 0
    assert report.warnings == ("It is short.",)


def test_what_is_wrong_is_said_with_what_to_do() -> None:
    loud = np.clip(speech(-60, level_dbfs=-3).samples, -1, 1)
    for pcm, says in (
        (speech(-25), "dB above its noise"),
        (speech(-80, level_dbfs=-50), "quiet"),
        (Pcm(loud, RATE_HZ), "full scale"),
        (Pcm(speech(-60).samples, 8000), "8000 samples a second"),
    ):
        (warning,) = clip_report(pcm).warnings
        assert says in warning
        assert warning.isascii()


def test_a_sound_too_short_for_the_meter_has_no_loudness() -> None:
    assert clip_report(Pcm(noise(0.2, -20), RATE_HZ)).lufs is None
