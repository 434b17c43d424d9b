from threading import Event

import pytest

from entrypoints.cli.live.aside import Aside


def test_who_writes_slowly_holds_nobody_up_and_gets_everything_in_order() -> None:
    going, written = Event(), list[bytes]()

    def write(data: bytes) -> None:
        going.wait(10)
        written.append(data)

    with Aside(write) as aside:
        for each in (b"a", b"b", b"c"):
            aside.write(each)
        assert written == []
        going.set()
    assert written == [b"a", b"b", b"c"]


def test_a_player_that_is_gone_is_told_at_the_end() -> None:
    def write(_: bytes) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError), Aside(write) as aside:
        aside.write(b"a")


def test_a_player_that_is_gone_is_told_while_sound_still_comes() -> None:
    def write(_: bytes) -> None:
        raise BrokenPipeError

    def endless(aside: Aside) -> None:
        while True:
            aside.write(b"a")

    with pytest.raises(BrokenPipeError), Aside(write) as aside:
        endless(aside)


def test_another_error_is_not_hidden_by_the_players() -> None:
    def write(_: bytes) -> None:
        raise BrokenPipeError

    def interrupted(aside: Aside) -> None:
        aside.write(b"a")
        raise ValueError("first")

    with pytest.raises(ValueError, match="first"), Aside(write) as aside:
        interrupted(aside)
