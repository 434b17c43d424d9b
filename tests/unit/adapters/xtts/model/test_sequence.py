"""What one line needs next, and what its listener has in hand."""

from adapters.xtts.model.guards import Fault
from domain.audio import HOUSE_RATE_HZ
from tests.unit.adapters.xtts.model.pretending import sequence


def test_who_runs_dry_gets_a_small_chunk_rather_than_a_late_one() -> None:
    line = sequence(1, needed_s=0.0)
    line.ready, line.tokens, line.voiced, line.chunks = True, [1] * 40, 36, 6
    line.sent = HOUSE_RATE_HZ
    assert line.due(0.9, company=3)
    assert not line.due(0.1, company=3)


def test_a_first_chunk_that_had_to_wait_is_no_longer_than_the_others() -> None:
    line = sequence(1, cap=20)
    line.ready, line.tokens = True, [1] * 40
    line.voice(9.0)
    assert line.sounding == 24


def test_a_listener_plays_from_the_first_sound_on() -> None:
    line = sequence(1, needed_s=1.0)
    line.tokens, line.ready = [1] * 6, True
    assert line.lead_s(3.0) == -2.0
    assert line.due(4.0, company=0)
    line.voice(0.0)
    line.heard(HOUSE_RATE_HZ, 4.0)
    assert line.lead_s(4.0) == 1.0
    line.tokens += [1] * 4
    line.voice(0.0)
    line.heard(HOUSE_RATE_HZ, 4.5)
    assert line.lead_s(5.0) == 1.0


def test_a_listener_who_ran_dry_plays_on_and_owes_nothing() -> None:
    line = sequence(1, needed_s=0.0)
    line.tokens, line.ready = [1] * 6, True
    line.voice(0.0)
    line.heard(HOUSE_RATE_HZ, 0.0)
    assert line.lead_s(3.0) == -2.0
    line.tokens += [1] * 4
    line.voice(3.0)
    line.heard(HOUSE_RATE_HZ, 3.0)
    assert line.lead_s(3.0) == 1.0


def test_a_later_line_is_needed_when_the_sound_before_it_has_been_played() -> None:
    line = sequence(1, needed_s=9.0)
    line.tokens, line.ready = [1] * 6, True
    line.voice(0.0)
    line.heard(HOUSE_RATE_HZ, 4.0)
    assert line.lead_s(4.0) == 6.0


def test_a_second_try_keeps_what_was_heard_and_throws_other_dice() -> None:
    line = sequence(1)
    line.tokens, line.voiced, line.fault, line.ended = [1, 2, 3, 4], 2, Fault.LOOP, True
    line.restart(9)
    assert (line.tokens, line.seed) == ([1, 2], 9)
    assert line.tried_again
    assert not line.ended
    assert not line.fault
