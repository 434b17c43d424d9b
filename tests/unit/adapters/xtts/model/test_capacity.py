"""How many lines a machine carries, from what was measured on it."""

import pytest

from adapters.xtts.model.capacity import Pace, room, slots_for


@pytest.mark.parametrize(
    ("pace", "side_by_side", "slots"),
    [
        (Pace(0.018, 0.023, 0.16), True, 4),  # two cores, the vocoder is the narrow place
        (Pace(0.014, 0.018, 0.15), False, 2),  # one core for both
        (Pace(0.014, 0.060, 0.02), True, 2),  # a step that grows with the lines
        (Pace(0.100, 0.200, 2.00), True, 1),  # too slow for anything: still one
        (Pace(0.001, 0.001, 0.01), False, 16),  # whatever there is room for
    ],
)
def test_as_many_lines_as_are_spoken_in_time(pace: Pace, *, side_by_side: bool, slots: int) -> None:
    assert slots_for(pace, side_by_side=side_by_side, most=16) == slots


def test_a_moment_of_noise_is_not_taken_for_a_step_that_gets_cheaper() -> None:
    assert slots_for(Pace(0.05, 0.04, 0.01), side_by_side=True, most=16) == 1


def test_half_of_the_free_memory_is_room() -> None:
    assert [room(free, 100, 16) for free in (0, 199, 800, 1_000_000)] == [1, 1, 4, 16]
