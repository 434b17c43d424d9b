"""How far ahead of its listener sound is sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pacing import Pacer

TARGET_S = 0.02
PACKET_S = 0.04


def test_the_first_packet_goes_at_once() -> None:
    pacer = Pacer(TARGET_S)
    assert pacer.lead_s(7.0) == 0.0
    assert pacer.due_s(7.0) == 7.0


def test_a_packet_goes_when_the_lead_has_fallen_to_the_target() -> None:
    pacer = Pacer(TARGET_S)
    pacer.sent(PACKET_S, 7.0)
    assert pacer.lead_s(7.01) == pytest.approx(0.03)
    assert pacer.due_s(7.0) == pytest.approx(7.02)
    assert pacer.due_s(7.025) == 7.025


@given(
    st.floats(0, 1),
    st.lists(st.floats(0, 0.06), min_size=1, max_size=300),
    st.floats(0, 1e6),
)
def test_the_lead_before_each_packet_is_the_target_while_its_maker_is_fast(
    target_s: float, packets: list[float], begun_s: float
) -> None:
    pacer, now_s, sent_s = Pacer(target_s), begun_s, 0.0
    for seconds in packets:
        now_s = pacer.due_s(now_s)
        lead_s = sent_s - (now_s - begun_s)
        assert lead_s == pytest.approx(pacer.lead_s(now_s), abs=1e-6)
        assert lead_s <= target_s + 1e-6
        if sent_s > target_s:
            assert now_s > begun_s or target_s == pytest.approx(sent_s)
        if now_s > begun_s:
            assert lead_s == pytest.approx(target_s, abs=1e-6)
        pacer.sent(seconds, now_s)
        sent_s += seconds


def test_who_ran_dry_plays_on_with_what_comes_next() -> None:
    pacer = Pacer(TARGET_S)
    pacer.sent(PACKET_S, 0.0)
    assert pacer.lead_s(1.0) == 0.0
    assert pacer.due_s(1.0) == 1.0
    pacer.sent(PACKET_S, 1.0)
    assert pacer.lead_s(1.0) == pytest.approx(PACKET_S)
    assert pacer.due_s(1.0) == pytest.approx(1.02)


def test_sound_that_lasts_no_time_holds_nothing_up() -> None:
    pacer = Pacer(0.0)
    for _ in range(3):
        assert pacer.due_s(5.0) == 5.0
        pacer.sent(0.0, 5.0)
