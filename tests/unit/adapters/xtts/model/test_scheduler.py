"""Whose turn it is, without any model."""

import numpy as np

from adapters.xtts.model.chunks import wanted_latents
from adapters.xtts.model.guards import Fault
from adapters.xtts.model.scheduler import Scheduler, Turn, Work
from adapters.xtts.model.sequence import Sequence
from domain.ports import SpokenLine
from domain.voice import Timbre

TIMBRE = Timbre("xtts/0", {"speaker_embedding": np.zeros(1, np.float32)})


def sequence(ticket: int, *, rate: float = 1.0, cap: int | None = None) -> Sequence:
    line = SpokenLine(f"s{ticket}", 0, "A line.", "en", TIMBRE, rate=rate)
    return Sequence(ticket, line, most_tokens=600, most_ahead=24_000, chunk_tokens=cap)


def played(scheduler: Scheduler, turns: int, *, ends_at: int = 10_000) -> list[Turn]:
    """Do what is asked for as a model would, one latent a token and 1,000 samples a latent."""
    done: list[Turn] = []
    for _ in range(turns):
        turn = scheduler.next()
        if turn is None:
            break
        done.append(turn)
        for each in turn.sequences:
            if turn.work is Work.STEP:
                each.tokens.append(1)
                each.ended = each.latents == ends_at
            elif turn.work is Work.VOICE:
                each.sent += 1000 * (each.latents - each.voiced)
                each.voiced, each.chunks = each.latents, each.chunks + 1
                if each.ended:
                    scheduler.leave(each.ticket)
    return done


def chunks(turns: list[Turn]) -> list[int]:
    sizes, size = [], 0
    for turn in turns:
        if turn.work is Work.STEP:
            size += 1
        elif turn.work is Work.VOICE:
            sizes.append(size)
            size = 0
    return sizes


def test_a_line_is_read_then_stepped_then_voiced_in_growing_chunks() -> None:
    scheduler = Scheduler(1)
    line = sequence(1)
    line.most_ahead = 10**9
    scheduler.join(line)
    turns = played(scheduler, 200, ends_at=100)
    assert [turn.work for turn in turns[:8]] == [Work.READ, *[Work.STEP] * 6, Work.VOICE]
    assert chunks(turns) == [6, 4, 6, 8, 12, 16, 24, 24]
    assert len(scheduler) == 0


def test_a_cap_never_delays_the_first_chunk_and_holds_for_the_others() -> None:
    for cap in (1, 5, 20, 100):
        sizes = [wanted_latents(chunk, 1.0, cap) for chunk in range(10)]
        assert sizes[0] == 6
        assert max(sizes[1:]) == min(cap, 24)


def test_fast_speech_takes_more_latents_and_slow_speech_fewer() -> None:
    assert wanted_latents(0, 2.0, None) == 12
    assert wanted_latents(0, 0.5, None) == 3
    assert wanted_latents(9, 0.25, None) == 6


def test_a_line_whose_listener_has_enough_is_parked_and_goes_on_when_heard() -> None:
    scheduler = Scheduler(1)
    line = sequence(1)
    scheduler.join(line)
    played(scheduler, 200)
    assert line.sent - line.taken >= line.most_ahead
    assert scheduler.next() is None
    line.taken = line.sent
    assert scheduler.next() == Turn(Work.STEP, (line,))


def test_a_newcomer_is_read_between_two_steps_and_steps_along() -> None:
    scheduler = Scheduler(2)
    first, second = sequence(1), sequence(2)
    scheduler.join(first)
    played(scheduler, 3)
    scheduler.join(second)
    assert scheduler.next() == Turn(Work.READ, (second,))
    assert scheduler.next() == Turn(Work.STEP, (first, second))
    assert {first.slot, second.slot} == {0, 1}


def test_a_newcomer_waits_for_a_slot_and_gets_the_one_that_was_left() -> None:
    scheduler = Scheduler(1)
    first, second = sequence(1), sequence(2)
    scheduler.join(first)
    played(scheduler, 2)
    scheduler.join(second)
    assert scheduler.next() == Turn(Work.STEP, (first,))
    assert scheduler.leave(1) is first
    assert scheduler.next() == Turn(Work.READ, (second,))


def test_who_left_is_forgotten() -> None:
    scheduler = Scheduler(1)
    scheduler.join(sequence(1))
    assert scheduler.leave(1) is not None
    assert scheduler.leave(1) is None
    assert scheduler.find(1) is None
    assert scheduler.next() is None


def test_of_two_that_are_due_the_one_with_less_in_hand_is_voiced_first() -> None:
    scheduler = Scheduler(2)
    rich, poor = sequence(1), sequence(2)
    for line in (rich, poor):
        scheduler.join(line)
        scheduler.next()
    rich.tokens, rich.sent = [1] * 6, 900
    poor.tokens, poor.sent = [1] * 6, 100
    assert scheduler.next() == Turn(Work.VOICE, (poor,))


def test_a_second_try_keeps_what_was_heard_and_throws_other_dice() -> None:
    line = sequence(1)
    line.tokens, line.voiced, line.fault, line.ended = [1, 2, 3, 4], 2, Fault.LOOP, True
    line.restart(9)
    assert (line.tokens, line.seed) == ([1, 2], 9)
    assert line.tried_again
    assert not line.ended
    assert not line.fault
