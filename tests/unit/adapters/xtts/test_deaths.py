"""How long the next child waits."""

from adapters.xtts.deaths import Deaths


def rests(deaths: Deaths, many: int, ready_s: float = 0.0) -> list[float]:
    found = []
    for _ in range(many):
        deaths.note(ready_s)
        found.append(deaths.rest_s)
    return found


def test_a_few_in_a_row_cost_nothing_and_each_after_them_twice_as_much() -> None:
    assert rests(Deaths(), 7) == [0, 0, 0, 0.5, 1, 2, 4]


def test_no_rest_is_longer_than_half_a_minute() -> None:
    assert rests(Deaths(), 5000)[-1] == 30


def test_a_child_that_was_on_duty_for_long_begins_the_count_anew() -> None:
    deaths = Deaths()
    rests(deaths, 9)
    assert rests(deaths, 4, ready_s=61.0) == [0, 0, 0, 0]
    assert rests(deaths, 3, ready_s=59.0) == [0, 0, 0.5]
