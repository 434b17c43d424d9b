import numpy as np
import pytest

from domain.audio import Pcm, Samples
from domain.trimming import trimmed

RATE_HZ = 16_000


def noise(seconds: float, dbfs: float, seed: int = 1) -> Samples:
    samples = np.random.default_rng(seed).standard_normal(round(seconds * RATE_HZ))
    return (samples * 10 ** (dbfs / 20)).astype(np.float32)


def clip(*parts: Samples) -> Pcm:
    return Pcm(np.concatenate(parts), RATE_HZ)


def test_silence_at_both_ends_is_cut_to_a_fifth_of_a_second() -> None:
    kept = trimmed(clip(noise(1.5, -70), noise(2, -20, seed=2), noise(3, -70)))
    assert kept.seconds == pytest.approx(2.4, abs=0.03)
    assert kept.rate_hz == RATE_HZ


def test_pauses_within_are_left() -> None:
    speech = clip(noise(1, -20), noise(2, -90), noise(1, -20))
    assert trimmed(speech).seconds == speech.seconds


@pytest.mark.parametrize("level", [-20, -35, -45])
def test_a_soft_consonant_is_no_silence_however_quiet_the_recording(level: int) -> None:
    soft = noise(0.3, level - 28, seed=3)
    speech = clip(noise(1, -90), soft, noise(2, level), soft, noise(1, -90))
    assert trimmed(speech).seconds == pytest.approx(3.0, abs=0.05)


def test_steady_noise_is_left_for_speech_may_hide_in_it() -> None:
    speech = clip(noise(1, -45), noise(2, -20), noise(1, -45))
    assert trimmed(speech).seconds == speech.seconds


def test_no_voice_is_cut_out_of_what_would_be_left_too_short() -> None:
    short = clip(noise(1, -90), noise(0.55, -20), noise(1, -90))
    assert trimmed(short).seconds == short.seconds


@pytest.mark.parametrize("length", [0, 5, RATE_HZ])
def test_nothing_but_silence_is_left_as_it_is(length: int) -> None:
    assert len(trimmed(Pcm(np.zeros(length, np.float32), RATE_HZ)).samples) == length
