import math
from itertools import pairwise

import numpy as np
import pyloudnorm
import pytest

from domain.audio import Samples, join, silence
from domain.levelling import Leveller
from domain.limiter import Limiter
from domain.loudness import Learnt, Meter, Target
from tests.sounds import cut, noise, speech

RATE = 24_000
TARGET = Target(-16.0)
HOP = 2_400


def steady(seconds: float) -> Samples:
    """Make sound that never rests, at one height."""
    return np.copysign(np.float32(0.03), noise(seconds, RATE))


def lufs(samples: Samples) -> float:
    return float(pyloudnorm.Meter(RATE).integrated_loudness(samples.astype(float)))


def voiced(at_lufs: float, seconds: float = 4, seed: int = 1) -> Samples:
    made = speech(seconds, RATE, 0.1, seed)
    return made * np.float32(10 ** ((at_lufs - lufs(made)) / 20))


def leveller(learnt: Learnt | None = None, house: Learnt | None = None) -> Leveller:
    return Leveller(TARGET, learnt, house, RATE)


def levelled(each: Leveller, samples: Samples) -> Samples:
    """Level a line as it comes from an engine: in chunks of 20 ms."""
    chunks = [samples[at : at + 480] for at in range(0, len(samples), 480)]
    last = len(chunks) - 1
    return join(*(each.level(chunk, line_ends=at == last) for at, chunk in enumerate(chunks)))


def gains_db(samples: Samples, made: Samples) -> Samples:
    loud = np.abs(samples) > 1e-4
    gains: Samples = 20 * np.log10(made[loud] / samples[loud])
    return gains


def test_ten_voices_come_to_the_target_from_the_third_utterance_on() -> None:
    rng = np.random.default_rng(11)
    house = Learnt(-22.0, 200.0, 50)
    misses = []
    for voice in range(10):
        level, learnt = -31.0 + 2 * voice, None
        for utterance in range(8):
            seconds = float(rng.uniform(2.5, 6))
            spoken = voiced(level + rng.normal(0, 0.5), seconds, seed=10 * voice + utterance)
            each = leveller(learnt, house)
            limiter = Limiter(RATE, TARGET.ceiling_dbtp)
            made = join(limiter.feed(levelled(each, spoken)), limiter.flush())
            learnt = each.learnt or learnt
            if utterance >= 2:
                misses.append(abs(lufs(made) + 16.0))
    assert max(misses) <= 1.5
    assert len(misses) == 60


def test_without_a_target_nothing_is_changed_and_nothing_learnt() -> None:
    spoken = voiced(-30)
    each = Leveller(Target(None), None, Learnt(-20, 100, 9), RATE)
    assert levelled(each, spoken).tobytes() == spoken.tobytes()
    assert each.learnt is None


def test_a_calibrated_voice_starts_at_its_own_gain() -> None:
    spoken = voiced(-24)
    made = levelled(leveller(Learnt(-24, 4.5, 1), Learnt(-10, 100, 9)), spoken)
    assert gains_db(spoken, made)[0] == pytest.approx(8, abs=0.01)


@pytest.mark.parametrize(
    ("learnt", "house", "gain_db"),
    [
        (None, None, 0.0),
        (None, Learnt(-20, 100, 9), 4.0),
        (Learnt(-24, 2, 1), None, 8.0),
        (Learnt(-26, 2, 1), Learnt(-20, 100, 9), 7.0),
        (Learnt(-26, 3, 2), Learnt(-20, 100, 9), 8.0),
        (Learnt(-60, 30, 9), None, 20.0),
        (Learnt(16, 30, 9), None, -30.0),
    ],
)
def test_the_first_gain_is_what_is_known_of_the_voice_and_the_engine(
    learnt: Learnt | None, house: Learnt | None, gain_db: float
) -> None:
    ones = np.ones(100, dtype=np.float32)
    made = leveller(learnt, house).level(ones, line_ends=False)
    assert 20 * np.log10(made[0]) == pytest.approx(gain_db, abs=1e-4)


def test_within_a_line_the_gain_moves_half_a_decibel_a_second_and_never_steps() -> None:
    spoken = steady(10)
    gains = gains_db(spoken, levelled(leveller(Learnt(-20, 5, 1)), spoken))
    assert gains[0] == pytest.approx(4, abs=0.01)
    assert np.abs(np.diff(gains)).max() < 0.0002
    for at in range(RATE, len(gains), HOP):
        assert abs(gains[at] - gains[at - RATE]) <= 0.501
    assert gains[-1] - gains[0] > 3


def test_at_the_edge_of_a_line_the_gain_moves_a_decibel_at_most() -> None:
    each = leveller(None, Learnt(-20, 100, 9))
    ends = []
    for _ in range(4):
        spoken = steady(1.5)
        gains = gains_db(spoken, levelled(each, spoken))
        assert np.abs(np.diff(gains)).max() < 0.001
        ends.append((float(gains[0]), float(gains[HOP]), float(gains[-1])))
    moved = [after[1] - before[2] for before, after in pairwise(ends)]
    assert max(moved) <= 1.01
    assert moved[0] > 0.5


def test_a_pause_neither_moves_nor_teaches() -> None:
    each = leveller(Learnt(-20, 5, 1))
    spoken = voiced(-28, 3)
    before = each.level(spoken, line_ends=False)
    gain = gains_db(spoken, before)[-1]
    each.level(silence(10, RATE), line_ends=False)
    after = each.level(spoken[-2_400:], line_ends=True)
    assert gains_db(spoken[-2_400:], after)[0] == pytest.approx(gain, abs=0.11)
    assert each.learnt is not None
    assert each.learnt.seconds < 5 + 3.2


def test_less_than_a_second_teaches_nothing() -> None:
    each = leveller(None, Learnt(-20, 100, 9))
    for _ in range(5):
        levelled(each, voiced(-30, 0.8))
    assert each.learnt is None


def test_a_stream_adds_to_what_was_learnt() -> None:
    each = leveller(Learnt(-24, 6, 2))
    levelled(each, voiced(-24, 3))
    levelled(each, voiced(-24, 3))
    assert each.learnt is not None
    assert each.learnt.utterances == 4
    assert 9.5 < each.learnt.seconds <= 12.2
    assert each.learnt.lufs == pytest.approx(-24, abs=0.2)


def test_what_is_known_well_is_learnt_no_more_and_stays() -> None:
    each, spoken = leveller(Learnt(-20, 20, 5)), voiced(-30, 6)
    made = join(levelled(each, spoken), levelled(each, spoken))
    assert np.array_equal(made, join(spoken, spoken) * np.float32(10 ** (4 / 20)))
    assert each.learnt is None


def test_a_long_line_is_learnt_from_until_enough_is_known() -> None:
    each = leveller(Learnt(-24, 15, 3))
    spoken = join(voiced(-24, 8), voiced(-40, 8))
    gains = gains_db(spoken, levelled(each, spoken))
    assert each.learnt is not None
    assert 20 <= each.learnt.seconds < 20.2
    assert each.learnt.lufs == pytest.approx(-24, abs=0.3)
    assert np.abs(gains - 8).max() < 0.5


def test_any_chunking_sounds_the_same() -> None:
    lines = [voiced(-27, 4), voiced(-22, 3, seed=3)]
    one, other = leveller(), leveller()
    rng = np.random.default_rng(4)
    for line in lines:
        parts = [one.level(chunk, line_ends=False) for chunk in cut(line, rng, 5_000)]
        parts.append(one.level(line[:0], line_ends=True))
        assert join(*parts).tobytes() == other.level(line, line_ends=True).tobytes()
    assert one.learnt == other.learnt


def test_the_gain_follows_what_is_heard_before_it() -> None:
    each = leveller(Learnt(-40, 5, 1))
    spoken = voiced(-40, 4)
    levelled(each, spoken)
    meter = Meter(RATE)
    meter.hear(spoken)
    assert each.learnt is not None
    assert each.learnt.lufs == pytest.approx(-40, abs=0.2)
    assert meter.lufs == pytest.approx(-40, abs=0.1)


def test_what_the_limiter_takes_is_made_up_for_from_the_second_line_on() -> None:
    peaky = voiced(-24, 5) + 0
    peaky[:: RATE // 20] *= 4
    each = leveller(Learnt(-24, 5, 1))
    limiter = Limiter(RATE, TARGET.ceiling_dbtp)
    first, second, third = (limiter.feed(levelled(each, peaky)) for _ in range(3))
    assert lufs(first) < -17
    assert lufs(second) == pytest.approx(-16, abs=0.6)
    assert lufs(third) == pytest.approx(-16, abs=0.4)


def test_a_target_without_a_ceiling_loses_nothing() -> None:
    each = Leveller(Target(-16.0, math.inf), Learnt(-24, 5, 1), None, RATE)
    assert lufs(levelled(each, voiced(-24, 5))) == pytest.approx(-16, abs=0.1)
