import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.recent import Recent
from tests.fakes.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def recent(clock: FakeClock, most: int = 3, ttl_s: float = 10.0) -> Recent[str, int]:
    return Recent(clock, most=most, ttl_s=ttl_s)


def test_a_value_is_held_until_it_is_too_old(clock: FakeClock) -> None:
    values = recent(clock)
    values.put("a", 1)
    clock.turn(9.9)
    assert values.get("a") == 1
    clock.turn(0.1)
    assert values.get("a") is None
    assert len(values) == 0


def test_using_a_value_does_not_make_it_younger_but_putting_it_does(clock: FakeClock) -> None:
    values = recent(clock)
    values.put("a", 1)
    clock.turn(6)
    values.put("a", 2)
    clock.turn(6)
    assert values.get("a") == 2
    clock.turn(6)
    assert values.get("a") is None


def test_the_least_used_goes_first(clock: FakeClock) -> None:
    values = recent(clock)
    for number, name in enumerate("abc"):
        values.put(name, number)
    values.get("a")
    values.put("b", 9)
    values.put("d", 3)
    assert [values.get(name) for name in "abcd"] == [0, 9, None, 3]


def test_hits_and_misses_are_counted(clock: FakeClock) -> None:
    values = recent(clock)
    values.put("a", 0)
    values.get("a")
    values.get("a")
    values.get("b")
    clock.turn(10)
    values.get("a")
    assert (values.hits, values.misses) == (2, 2)


def test_values_are_dropped_one_by_one_and_all_at_once(clock: FakeClock) -> None:
    values = recent(clock)
    for name in "abc":
        values.put(name, 1)
    values.drop("a")
    values.drop("never held")
    assert values.get("a") is None
    assert values.clear() == 2
    assert len(values) == 0
    assert values.clear() == 0


def test_what_is_too_old_is_not_counted(clock: FakeClock) -> None:
    values = recent(clock)
    values.put("a", 1)
    clock.turn(10)
    values.put("b", 1)
    assert len(values) == 1
    assert values.clear() == 1


@pytest.mark.parametrize(("most", "ttl_s"), [(0, 10.0), (3, 0.0)])
def test_room_or_time_of_nothing_holds_nothing(clock: FakeClock, most: int, ttl_s: float) -> None:
    values = recent(clock, most, ttl_s)
    values.put("a", 1)
    assert values.get("a") is None


def test_the_defaults_are_those_of_the_settings(clock: FakeClock) -> None:
    values: Recent[str, int] = Recent(clock)
    assert (values.most, values.ttl_s) == (100, 3600)


steps = st.lists(
    st.tuples(st.sampled_from(["put", "get", "drop", "wait"]), st.integers(0, 6)),
    max_size=60,
)


@given(steps=steps, most=st.integers(0, 4))
def test_it_agrees_with_a_plain_list_kept_by_hand(steps: list[tuple[str, int]], most: int) -> None:
    clock = FakeClock()
    values: Recent[int, int] = Recent(clock, most=most, ttl_s=10)
    model: list[tuple[int, int, float]] = []
    for number, (what, key) in enumerate(steps):
        if what == "wait":
            clock.turn(key)
        others = [each for each in model if each[0] != key]
        mine = [each for each in model if each[0] == key and clock.monotonic() - each[2] < 10]
        if what == "put":
            values.put(key, number)
            model = [*others, (key, number, clock.monotonic())]
            model = model[len(model) - most :] if len(model) > most else model
        elif what == "get":
            assert values.get(key) == (mine[0][1] if mine else None)
            model = [*others, *mine]
        elif what == "drop":
            values.drop(key)
            model = others
        assert len(values) == sum(clock.monotonic() - each[2] < 10 for each in model)
        model = [each for each in model if clock.monotonic() - each[2] < 10]
