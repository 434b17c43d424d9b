"""Sessions on the wire."""

from collections.abc import Iterable

from msgspec import Struct

from application.sessions import SessionStatus
from domain.speech import check_range

_LIMITS = (1, 1000)


class MarkReply(Struct):
    """A mark of the text, and when it was passed."""

    name: str
    at_ms: float


class SessionReply(Struct):
    """How far a stream is."""

    session_id: str
    state: str
    progress: float
    characters: int
    chunks: int
    audio_ms: float
    queue_position: int
    wait_ms: float
    underruns: int
    loudness_lufs: float | None
    marks: list[MarkReply]


class SessionsReply(Struct):
    """The living sessions, then those that ended, the latest first."""

    sessions: list[SessionReply]


def check_limit(limit: int) -> int:
    """Refuse a page of no session, or of too many."""
    check_range("limit", limit, _LIMITS)
    return limit


def session(seen: SessionStatus) -> SessionReply:
    """Answer a session."""
    told = seen.session
    return SessionReply(
        session_id=told.id,
        state=told.state,
        progress=round(told.progress, 4),
        characters=told.characters,
        chunks=told.chunks,
        audio_ms=_ms(told.audio_s),
        queue_position=seen.queue_position,
        wait_ms=_ms(seen.wait_s),
        underruns=told.underruns,
        loudness_lufs=told.lufs,
        marks=[MarkReply(each.name, _ms(each.at_s)) for each in told.marks],
    )


def sessions(seen: Iterable[SessionStatus]) -> SessionsReply:
    """Answer several."""
    return SessionsReply([session(each) for each in seen])


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
