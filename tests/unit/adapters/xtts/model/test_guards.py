"""When a model has lost its way, and when it has not."""

import numpy as np
import pytest

from adapters.xtts.model.guards import Silence, in_a_loop, most_tokens

RATE_HZ = 1000


@pytest.mark.parametrize("period", [[7], [7, 8], [7, 8, 9], [1, 2, 1, 3]])
def test_the_same_few_tokens_again_and_again_are_a_loop(period: list[int]) -> None:
    spoken = [3, 1, 4, 1, 5, 9, 2, 6]
    assert in_a_loop(spoken + period * 28)
    assert not in_a_loop(spoken + period * (16 // len(period)) + [1000])


def test_speech_is_no_loop() -> None:
    dice = np.random.default_rng(1)
    assert not any(in_a_loop(dice.integers(0, 50, 200).tolist()) for _ in range(200))
    assert not in_a_loop([])
    assert not in_a_loop([5] * 20)


def test_a_longer_text_may_have_more_tokens() -> None:
    assert most_tokens(1) >= 40
    assert most_tokens(100) > most_tokens(10) > most_tokens(1)


def sound(seconds: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.full(round(seconds * RATE_HZ), 0.1, np.float32)


def quiet(seconds: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.full(round(seconds * RATE_HZ), 1e-4, np.float32)


def test_silence_is_too_long_however_it_is_cut() -> None:
    whole = np.concatenate((sound(1), quiet(2.6), sound(1)))
    assert Silence(RATE_HZ).too_long(whole)
    for size in (1, 10, 333, 1000):
        silence = Silence(RATE_HZ)
        cuts = range(0, len(whole), size)
        assert any(silence.too_long(whole[at : at + size]) for at in cuts), size


def test_pauses_of_a_speaker_are_not_too_long() -> None:
    whole = np.concatenate([sound(0.5), quiet(2.4)] * 5)
    assert not Silence(RATE_HZ).too_long(whole)
    silence = Silence(RATE_HZ)
    assert not any(silence.too_long(whole[at : at + 100]) for at in range(0, len(whole), 100))


def test_a_line_that_never_begins_to_sound_is_too_silent() -> None:
    silence = Silence(RATE_HZ)
    assert [silence.too_long(quiet(1)) for _ in range(3)] == [False, False, True]
