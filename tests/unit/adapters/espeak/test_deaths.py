import pytest

from adapters.espeak.deaths import Deaths


def test_more_than_five_within_ten_seconds_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    children = Deaths()
    for number in range(1, 7):
        children.note()
        assert children.too_many == (number == 6)
        now += 1
    now = 109.9
    assert children.too_many
    now = 110.1
    assert not children.too_many


def test_deaths_far_apart_are_never_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    children = Deaths()
    for _ in range(50):
        children.note()
        now += 2.5
        assert not children.too_many
