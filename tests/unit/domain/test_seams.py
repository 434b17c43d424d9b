import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.audio import Samples
from domain.seams import Seams

RATE_HZ = 24_000
FADE = 120
QUIET = 0.001


def loud(length: int) -> Samples:
    return np.full(length, 0.5, np.float32)


def fed(samples: Samples, *cuts: int) -> Samples:
    """The samples as one line, in chunks that end at the cuts."""
    seams = Seams(RATE_HZ)
    *chunks, end = np.split(samples, sorted(cuts))
    return np.concatenate(
        [seams.feed(chunk, last=False) for chunk in chunks] + [seams.feed(end, last=True)]
    )


def test_a_line_that_is_loud_at_its_ends_rises_and_falls_in_five_milliseconds() -> None:
    heard = fed(loud(1000))
    assert len(heard) == 1000
    assert heard[0] == heard[-1] == 0.0
    assert np.all(np.diff(heard[: FADE + 1]) > 0)
    assert np.all(np.diff(heard[-FADE - 1 :]) < 0)
    assert np.abs(np.diff(heard)).max() < 0.5 * np.pi / 2 / FADE
    np.testing.assert_array_equal(heard[FADE:-FADE], loud(1000 - 2 * FADE))


def test_only_the_end_that_needs_it_is_faded() -> None:
    samples = loud(1000)
    samples[0] = QUIET
    np.testing.assert_array_equal(fed(samples)[:-FADE], samples[:-FADE])
    assert fed(samples)[-1] == 0.0
    samples = loud(1000)
    samples[-1] = -QUIET
    np.testing.assert_array_equal(fed(samples)[FADE:], samples[FADE:])
    assert fed(samples)[0] == 0.0


@given(st.integers(0, 600), st.lists(st.integers(0, 600), max_size=8))
def test_a_line_with_quiet_ends_stays_as_it_is_however_it_is_cut(
    length: int, cuts: list[int]
) -> None:
    samples = np.linspace(-1, 1, length, dtype=np.float32)
    samples[:1] = samples[-1:] = -QUIET
    assert fed(samples, *cuts).tobytes() == samples.tobytes()


@given(st.integers(0, 600), st.lists(st.integers(0, 600), max_size=8))
def test_a_loud_line_sounds_the_same_however_it_is_cut(length: int, cuts: list[int]) -> None:
    assert fed(loud(length), *cuts).tobytes() == fed(loud(length)).tobytes()


@pytest.mark.parametrize("length", [0, 1, 2, FADE - 1, FADE, FADE + 1, 2 * FADE])
def test_a_line_shorter_than_its_fades_still_begins_and_ends_quietly(length: int) -> None:
    heard = fed(loud(length))
    assert len(heard) == length
    assert all(abs(end) <= QUIET for end in (*heard[:1], *heard[-1:]))
    assert np.abs(heard).max(initial=0.0) <= 0.5


def test_each_line_has_its_own_ends() -> None:
    seams = Seams(RATE_HZ)
    first = seams.feed(loud(500), last=True)
    second = np.concatenate([seams.feed(loud(300), last=False), seams.feed(loud(200), last=True)])
    assert first.tobytes() == second.tobytes() == fed(loud(500)).tobytes()


def test_what_an_engine_gave_is_never_written_into() -> None:
    samples = loud(500)
    samples.flags.writeable = False
    assert fed(samples)[0] == 0.0
    np.testing.assert_array_equal(samples, loud(500))


def test_no_more_than_a_fade_is_held_back() -> None:
    seams = Seams(RATE_HZ)
    assert len(seams.feed(loud(1000), last=False)) == 1000 - FADE
    assert len(seams.feed(loud(1000), last=False)) == 1000
