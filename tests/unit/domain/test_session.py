import pytest

from domain.errors import SessionIdInvalidError
from domain.session import Session, SessionState, session_id


def test_a_callers_id_is_kept_and_a_new_one_cannot_be_guessed() -> None:
    assert session_id("call-7:a.b") == "call-7:a.b"
    assert len({session_id(None) for _ in range(100)}) == 100


@pytest.mark.parametrize("harmful", ["", "a b", "a\r\nSet-Cookie: x", "x" * 129, "ä"])
def test_an_id_that_could_harm_a_header_is_refused(harmful: str) -> None:
    with pytest.raises(SessionIdInvalidError, match="session id"):
        session_id(harmful)


def test_a_session_counts_what_was_heard() -> None:
    session = Session("s", characters=100, began_s=10.0)
    assert session.wait_s(10.5) == 0.5
    assert not session.heard(1.0, now_s=11.0)
    assert session.state is SessionState.SPEAKING
    assert not session.heard(1.0, now_s=11.9)
    session.spoken_characters = 40
    assert (session.chunks, session.audio_s, session.progress) == (2, 2.0, 0.4)
    assert session.wait_s(99.0) == 1.0
    assert session.lead_s(12.0) == pytest.approx(1.0)


def test_a_chunk_that_comes_too_late_is_an_underrun() -> None:
    session = Session("s", characters=1, began_s=0.0)
    session.heard(1.0, now_s=0.0)
    assert session.heard(1.0, now_s=1.5)
    assert session.underruns == 1


def test_a_session_ends_once() -> None:
    session = Session("s", characters=1, began_s=0.0)
    assert session.end(SessionState.CANCELLED, now_s=2.0)
    assert not session.end(SessionState.DONE, now_s=3.0)
    assert session.state is SessionState.CANCELLED
    assert session.ended
    assert session.wait_s(9.0) == 2.0


def test_a_finished_session_is_wholly_spoken() -> None:
    session = Session("s", characters=0, began_s=0.0)
    session.end(SessionState.DONE, now_s=1.0)
    assert session.progress == 1.0


@pytest.mark.parametrize(
    ("chunks", "from_engine", "remembered"), [(0, 0, False), (2, 0, True), (2, 1, False)]
)
def test_what_no_engine_made_was_remembered(
    chunks: int, from_engine: int, *, remembered: bool
) -> None:
    session = Session("s", characters=2, began_s=0.0)
    for _ in range(chunks):
        session.heard(1.0, now_s=0.0)
    session.from_engine = from_engine
    assert session.remembered == remembered
