"""Whose turn it is: a model that does nothing, and takes the time a real one takes."""

from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.xtts.model.scheduler import Scheduler, Turn, Work
from adapters.xtts.model.sequence import Sequence
from domain.audio import HOUSE_RATE_HZ
from tests.unit.adapters.xtts.model.pretending import AS_SEEN, Model, sequence


def alone(**how: float) -> tuple[Model, Sequence]:
    model, line = Model(slots=1), sequence(1)
    for name, value in how.items():
        setattr(line, name, value)
    model.join(line)
    return model, line


def test_a_line_is_read_then_stepped_then_voiced_in_growing_chunks() -> None:
    model, _ = alone()
    model.longest = 100
    model.play(300)
    works = [turn.work for turn in model.turns]
    assert works == [Work.READ] * 3 + [Work.STEP] * 100
    sizes = model.latents(1)
    assert sizes[0] == 6
    assert sum(sizes) == 100
    assert max(sizes) >= 24
    assert model.scheduler.find(1) is None


def test_tokens_are_drawn_while_sound_is_made() -> None:
    model, line = alone()
    model.play(3 + 8)
    assert line.sounding
    assert line.latents > 6


def test_a_slow_vocoder_is_not_run_away_from() -> None:
    model, line = alone()
    for _ in range(500):
        turn = model.scheduler.next(0.0)
        if turn is None:
            break
        model._do(turn)
        if line.due(0.0, company=0):
            line.voice(0.0)
    assert line.latents == 6 + 64


def test_the_first_chunk_lasts_longer_among_many() -> None:
    model = Model(slots=4)
    model.join(*(sequence(ticket) for ticket in range(4)))
    model.play(100)
    assert [model.latents(ticket)[0] for ticket in range(4)] == [24] * 4


def test_of_four_who_come_in_one_moment_nobody_runs_dry() -> None:
    model = Model(slots=4, costs=AS_SEEN)
    model.join(*(sequence(ticket) for ticket in range(4)))
    model.play(300)
    assert [model.dry_s(ticket) for ticket in range(4)] == [0.0] * 4


@pytest.mark.parametrize(
    ("slots", "turns", "wanted"),
    [
        (1, 1, 6),  # the others have to wait for its slot
        (2, 1, 12),  # one of them has a slot to be read in
        (2, 2, 12),  # and is being read
        (3, 2, 16),  # one is being read, the next has a slot, the last has to wait
        (4, 1, 24),
        (4, 2, 24),
    ],
)
def test_who_is_about_to_speak_makes_a_first_chunk_longer(
    slots: int, turns: int, wanted: int
) -> None:
    scheduler, lines = Scheduler(slots), [sequence(ticket) for ticket in range(4)]
    for line in lines:
        scheduler.join(line)
    for _ in range(turns):
        scheduler.next(0.0)
        lines[0].ready = True
    while not scheduler.due(0.0):
        lines[0].tokens.append(1)
    assert lines[0].latents == wanted


def test_a_line_whose_listener_has_enough_is_parked_and_goes_on_when_heard() -> None:
    model, line = alone(most_ahead=24_000)
    model.play(300)
    assert line.sent - line.taken >= line.most_ahead
    assert model.scheduler.next(model.now_s) is None
    line.taken = line.sent
    assert model.scheduler.next(model.now_s) == Turn(Work.STEP, (line,))


def test_a_newcomer_is_read_bit_by_bit_between_the_steps_of_the_others() -> None:
    model, first = alone()
    model.play(6)
    second = sequence(2, needed_s=model.now_s)
    model.scheduler._free.append(1)
    model.join(second)
    model.turns.clear()
    model.play(7)
    read, step = Turn(Work.READ, (second,)), Turn(Work.STEP, (first,))
    assert model.turns[:6] == [read, step, read, step, read, Turn(Work.STEP, (first, second))]
    assert {first.slot, second.slot} == {0, 1}


def test_texts_are_read_one_after_the_other() -> None:
    model = Model(slots=3)
    model.join(*(sequence(ticket, needed_s=ticket) for ticket in (3, 1, 2)))
    model.play(15)
    reads = [turn.sequences[0].ticket for turn in model.turns if turn.work is Work.READ]
    assert reads == [1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_a_newcomer_waits_for_a_slot_and_gets_the_one_that_was_left() -> None:
    model, first = alone()
    second = sequence(2)
    model.play(5)
    model.join(second)
    assert model.scheduler.next(1.0) == Turn(Work.STEP, (first,))
    assert model.scheduler.leave(1) is first
    assert model.scheduler.next(1.0) == Turn(Work.READ, (second,))


def test_a_newcomer_gets_the_lowest_slot_that_is_free() -> None:
    scheduler = Scheduler(3)
    lines = [sequence(ticket) for ticket in range(4)]
    for line in lines[:3]:
        scheduler.join(line)
        scheduler.next(0.0)
        line.ready = True
    assert [line.slot for line in lines[:3]] == [0, 1, 2]
    scheduler.leave(0)
    scheduler.leave(2)
    scheduler.join(lines[3])
    scheduler.next(0.0)
    assert lines[3].slot == 0


def test_who_left_is_forgotten() -> None:
    scheduler = Scheduler(1)
    scheduler.join(sequence(1))
    assert scheduler.leave(1) is not None
    assert scheduler.leave(1) is None
    assert scheduler.find(1) is None
    assert scheduler.next(0.0) is None


def test_of_two_that_are_due_the_one_with_less_in_hand_is_voiced_first() -> None:
    scheduler = Scheduler(2)
    rich, poor = sequence(1), sequence(2)
    for line in (rich, poor):
        scheduler.join(line)
        line.ready, line.tokens, line.chunks = True, [1] * 6, 1
        line.most_ahead = 10**9
    rich.sent, poor.sent = 9000, 1000
    assert scheduler.due(0.0) == (poor,)
    assert scheduler.due(0.0, most=5) == (poor, rich)


def test_who_is_seconds_ahead_yields_to_who_has_not_begun() -> None:
    scheduler = Scheduler(3)
    rich, poor, newcomer = (sequence(ticket) for ticket in (1, 2, 3))
    for line in (rich, poor, newcomer):
        scheduler.join(line)
        line.slot, line.ready = line.ticket, True
    rich.sent, poor.sent = 5 * HOUSE_RATE_HZ, HOUSE_RATE_HZ // 2
    rich.chunks = poor.chunks = 1
    assert scheduler.next(0.0) == Turn(Work.STEP, (poor, newcomer))
    newcomer.chunks = 1
    assert scheduler.next(0.0) == Turn(Work.STEP, (rich, poor, newcomer))


def test_under_equal_load_nobody_waits_three_times_as_long_as_the_others() -> None:
    model = Model(slots=4)
    model.join(*(sequence(ticket) for ticket in range(4)))
    model.play(400)
    gaps = []
    for ticket in range(4):
        # Chunks grow to their full size first.
        moments = model.moments(ticket)[7:]
        gaps += [after - before for before, after in pairwise(moments)]
    assert len(gaps) > 12
    assert max(gaps) < 3 * median(gaps)


@dataclass(frozen=True)
class Guest:
    """When it comes, how much it has to say, and what it does so long after it came."""

    comes_s: float
    length: int
    does: str
    after_s: float
    rate: float
    early_s: float
    """How long before it is needed it comes."""


GUESTS = st.lists(
    st.builds(
        Guest,
        comes_s=st.floats(0, 5),
        length=st.integers(1, 120),
        does=st.sampled_from(["stays", "leaves", "stalls"]),
        after_s=st.floats(0, 3),
        rate=st.sampled_from([0.25, 1.0, 4.0]),
        early_s=st.sampled_from([0.0, 10.0, 1000.0]),
    ),
    min_size=1,
    max_size=20,
)


def until(model: Model, when_s: float) -> None:
    while model.now_s < when_s:
        before_s = model.now_s
        model.play(1)
        if model.now_s == before_s:
            model.now_s = when_s


@given(guests=GUESTS, slots=st.integers(1, 16))
def test_whoever_comes_leaves_or_stalls_no_slot_is_lost_and_nobody_starves(
    guests: list[Guest], slots: int
) -> None:
    model = Model(slots=slots)
    lines = [
        sequence(ticket, rate=guest.rate, needed_s=guest.comes_s + guest.early_s)
        for ticket, guest in enumerate(guests)
    ]
    model.lengths = {ticket: guest.length for ticket, guest in enumerate(guests)}
    joins = [(guest.comes_s, ticket, "comes") for ticket, guest in enumerate(guests)]
    acts = [(each.comes_s + each.after_s, ticket, each.does) for ticket, each in enumerate(guests)]
    for when_s, ticket, act in sorted(joins + acts):
        until(model, when_s)
        if act == "comes":
            model.join(lines[ticket])
        elif act == "leaves":
            model.scheduler.leave(ticket)
        elif act == "stalls":
            lines[ticket].most_ahead = lines[ticket].sent
    model.play(20_000)
    # Who stalls keeps a slot until somebody loses patience.
    for ticket, guest in enumerate(guests):
        if guest.does == "stalls":
            model.scheduler.leave(ticket)
    model.play(20_000)
    spoken = [sum(model.latents(ticket)) for ticket in range(len(guests))]
    stayed = [ticket for ticket, guest in enumerate(guests) if guest.does == "stays"]
    assert [spoken[ticket] for ticket in stayed] == [guests[ticket].length for ticket in stayed]
    assert sorted(model.scheduler._free) == list(range(slots))
    assert all(len(set(turn.sequences)) == len(turn.sequences) <= slots for turn in model.turns)
