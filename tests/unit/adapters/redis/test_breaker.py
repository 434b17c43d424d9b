from itertools import pairwise

from adapters.redis.breaker import Breaker
from tests.fakes.clock import FakeClock


def breaker(clock: FakeClock) -> Breaker:
    return Breaker(first_s=1, longest_s=4, now=clock.monotonic)


def failing_times(broken: Breaker, clock: FakeClock, seconds: int) -> list[int]:
    """When a try is let through and fails, of one each tenth of a second."""
    times = []
    for _ in range(10 * seconds):
        if broken.lets_try():
            times.append(round(clock.monotonic() * 10))
            broken.failed()
        clock.turn(0.1)
    return times


def test_who_never_failed_is_always_tried() -> None:
    whole = breaker(FakeClock())
    assert all(whole.lets_try() for _ in range(100))
    assert not whole.broken


def test_who_fails_is_left_alone_for_longer_and_longer() -> None:
    clock = FakeClock()
    times = failing_times(breaker(clock), clock, 18)
    assert times[0] == 0
    gaps = [after - before for before, after in pairwise(times)]
    assert [round(gap / 10) for gap in gaps] == [1, 2, 4, 4, 4]


def test_one_alone_may_try_again() -> None:
    clock = FakeClock()
    broken = breaker(clock)
    broken.failed()
    clock.turn(1.1)
    assert [broken.lets_try() for _ in range(5)] == [True, False, False, False, False]


def test_many_failures_of_one_moment_are_one() -> None:
    clock = FakeClock()
    broken = breaker(clock)
    for _ in range(10):
        broken.failed()
    clock.turn(1.1)
    assert broken.lets_try()


def test_one_success_makes_it_whole() -> None:
    clock = FakeClock()
    broken = breaker(clock)
    failing_times(broken, clock, 20)
    broken.succeeded()
    assert all(broken.lets_try() for _ in range(5))
    broken.failed()
    clock.turn(1.1)
    assert broken.lets_try()
