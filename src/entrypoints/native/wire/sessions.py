"""Sessions on the wire."""

from collections.abc import Iterable

from msgspec import Struct

from application.sessions import SessionStatus
from domain.speech import check_range

_LIMITS = (1, 1000)

ABOUT = {
    "sessions": "The living ones first.",
    "session_id": "The session.",
    "state": "queued, speaking, done, cancelled or failed.",
    "progress": "How much of the text was spoken, 0 to 1.",
    "characters": "How long the text is.",
    "chunks": "Pieces of sound so far.",
    "audio_ms": "How much sound was made.",
    "queue_position": "How many lines are before it; 0 when it speaks.",
    "wait_ms": "How long that may take.",
    "underruns": "How often the sound came too late for somebody who listens.",
    "loudness_lufs": "How loud it was, once that is known.",
    "marks": "The marks of the text that were passed.",
    "name": "The mark's name.",
    "at_ms": "When it was passed.",
}
EXAMPLE = {
    "session_id": "story-1",
    "state": "done",
    "progress": 1.0,
    "characters": 19,
    "chunks": 4,
    "audio_ms": 1630.0,
    "queue_position": 0,
    "wait_ms": 0.0,
    "underruns": 0,
    "loudness_lufs": -18.0,
    "marks": [],
}


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
