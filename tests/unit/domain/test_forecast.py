import pytest

from domain.forecast import Forecast
from domain.pieces import Piece

PIECES = (Piece("a" * 30, 0.25), Piece("b" * 60, 0.5), Piece("c" * 15, 0.1), Piece("d", 0.0))


def test_before_anything_is_heard_fifteen_characters_are_a_second() -> None:
    forecast = Forecast(PIECES, 1.0)
    assert [forecast.until_s(index) for index in range(4)] == pytest.approx(
        [0.0, 2.25, 2.25 + 4.5, 2.25 + 4.5 + 1.1]
    )


def test_who_speaks_twice_as_fast_is_done_in_half_the_time_but_rests_as_long() -> None:
    assert Forecast(PIECES, 2.0).until_s(2) == pytest.approx(1.25 + 2.5)


def test_what_was_heard_of_a_line_is_no_longer_to_come() -> None:
    forecast = Forecast(PIECES, 1.0)
    assert forecast.hear(0.5, last=False) == 0.5
    assert forecast.until_s(1) == pytest.approx(1.5 + 0.25)
    forecast.hear(7.0, last=False)
    assert forecast.until_s(1) == pytest.approx(0.25)
    assert forecast.until_s(2) == pytest.approx(0.25 + 4.5)


def test_the_end_of_a_line_brings_its_pause_and_teaches_how_fast_the_voice_is() -> None:
    forecast = Forecast(PIECES, 1.0)
    forecast.hear(2.0, last=False)
    assert forecast.hear(4.0, last=True) == 4.25
    assert forecast.until_s(1) == 0.0
    assert forecast.until_s(2) == pytest.approx(60 * 0.2 + 0.5)
    forecast.hear(3.0, last=True)
    assert forecast.until_s(3) == pytest.approx(15 * 9 / 90 + 0.1)


def test_a_voice_without_any_sound_needs_no_time() -> None:
    forecast = Forecast(PIECES, 1.0)
    forecast.hear(0.0, last=True)
    assert forecast.until_s(2) == pytest.approx(0.5)
