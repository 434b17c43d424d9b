"""Who waits and who speaks."""

import pytest

from adapters.xtts.seats import Seats, Turn


def turn(ticket: int, needed_s: float = 0.0, characters: int = 10) -> Turn:
    return Turn(ticket, f"stream {ticket}", needed_s, characters)


def seats(count: int, max_waiting: int = 8) -> Seats:
    opened = Seats(max_waiting)
    opened.open(count)
    return opened


def seated(seats: Seats, now_s: float = 0.0) -> list[int]:
    found = []
    while (ticket := seats.next(now_s)) is not None:
        found.append(ticket)
    return found


def test_there_are_as_many_seats_as_the_child_has_slots() -> None:
    book = seats(2)
    for ticket in range(5):
        assert book.admit(turn(ticket), 0.0)
    assert seated(book) == [0, 1]
    assert book.speaking == 2
    assert book.streams() == ("stream 2", "stream 3", "stream 4")


def test_who_runs_dry_first_is_next_and_of_equals_who_came_first() -> None:
    book = seats(1)
    for ticket, needed_s in enumerate((5.0, 1.0, 3.0, 1.0)):
        book.admit(turn(ticket, needed_s), 0.0)
    order = []
    for _ in range(4):
        (ticket,) = seated(book)
        order.append(ticket)
        book.leave(ticket)
    assert order == [1, 3, 2, 0]


def test_a_line_that_ends_or_leaves_frees_its_seat_once() -> None:
    book = seats(1)
    for ticket in range(3):
        book.admit(turn(ticket), 0.0)
    seated(book)
    book.end(0, 1.0)
    assert seated(book) == [1]
    assert book.leave(1)
    assert not book.leave(1)
    book.end(1, 1.0)
    assert seated(book) == [2]
    assert book.speaking == 1


def test_a_line_that_leaves_while_it_waits_has_no_seat_and_makes_room() -> None:
    book = seats(1, max_waiting=1)
    book.admit(turn(0), 0.0)
    seated(book)
    assert book.admit(turn(1), 0.0)
    assert not book.admit(turn(2), 0.0)
    assert not book.leave(1)
    assert book.streams() == ()
    assert book.admit(turn(2), 0.0)


def test_a_free_seat_is_no_place_in_the_line() -> None:
    book = seats(2, max_waiting=0)
    for ticket in range(2):
        assert book.admit(turn(ticket), 0.0)
        assert seated(book) == [ticket]
    assert not book.admit(turn(2), 0.0)


def test_without_a_child_nobody_speaks_and_those_who_wait_go_on_waiting() -> None:
    book = seats(2)
    for ticket in range(4):
        book.admit(turn(ticket), 0.0)
    seated(book)
    assert book.clear() == (0, 1)
    assert (book.speaking, seated(book)) == (0, [])
    assert book.streams() == ("stream 2", "stream 3")
    book.open(1)
    assert seated(book) == [2]


def test_the_wait_is_what_lines_took_for_all_that_wait_over_all_seats() -> None:
    book = seats(2)
    for ticket in range(200):
        book.admit(turn(ticket), 0.0)
        seated(book, now_s=ticket)
        book.end(ticket, now_s=ticket + 2.0)
    assert book.expected_wait_s(0.0) == 0
    for ticket in range(2):
        book.admit(turn(ticket), 0.0)
    seated(book)
    for ticket in range(2, 5):
        book.admit(turn(ticket, characters=20), 0.0)
    assert book.expected_wait_s(0.0) == pytest.approx(3 * 20 * 0.2 / 2, rel=0.01)


def test_a_line_that_left_teaches_nothing_about_the_wait() -> None:
    book = seats(1)
    for ticket in range(2):
        book.admit(turn(ticket), 0.0)
    expected_s = book.expected_wait_s(0.0)
    seated(book)
    book.leave(0)
    book.admit(turn(2), 0.0)
    assert book.expected_wait_s(0.0) == expected_s


def test_lines_nobody_needs_yet_take_half_of_the_seats_and_of_the_queue() -> None:
    book = seats(4)
    for ticket in range(4):
        assert book.admit(turn(ticket, needed_s=20.0 + ticket), 0.0)
    assert seated(book) == [0, 1]
    assert book.expected_wait_s(0.0) == 0.0
    assert book.admit(turn(5, needed_s=0.0), 0.0)
    assert seated(book) == [5]
    # Its listener runs dry soon: now it is like any other.
    assert seated(book, now_s=20.0) == [2]


def test_a_queue_half_full_takes_in_those_alone_who_are_waited_for() -> None:
    book = seats(1, max_waiting=4)
    book.admit(turn(0), 0.0)
    seated(book)
    early = [book.admit(turn(ticket, needed_s=20.0), 0.0) for ticket in range(1, 4)]
    assert early == [True, True, False]
    assert [book.admit(turn(ticket), 0.0) for ticket in range(4, 7)] == [True, True, False]


def test_lines_nobody_needs_yet_do_not_overfill_the_queue_while_seats_are_free() -> None:
    book = seats(4, max_waiting=4)
    book.admit(turn(0), 0.0)
    book.admit(turn(1), 0.0)
    seated(book)
    early = [book.admit(turn(ticket, needed_s=20.0), 0.0) for ticket in range(2, 6)]
    assert early == [True, True, False, False]
    assert book.admit(turn(6), 0.0)


def test_a_line_that_came_early_teaches_nothing_of_the_wait() -> None:
    book = seats(2)
    book.admit(turn(0), 0.0)
    assert seated(book) == [0]
    book.end(0, 0.5)
    book.admit(turn(1, needed_s=20.0), 0.0)
    assert seated(book) == [1]
    book.admit(turn(2, characters=100), 0.0)
    expected_s = book.expected_wait_s(0.0)
    book.end(1, 1000.0)
    assert book.expected_wait_s(0.0) == expected_s
