"""The life of one stream: queued, speaking, then done, cancelled or failed."""

import re
import secrets
from dataclasses import dataclass, field
from enum import StrEnum

from domain.access import HOUSE
from domain.errors import SessionIdInvalidError
from domain.script import TimedMark

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


class SessionState(StrEnum):
    """Where a stream stands."""

    QUEUED = "queued"
    SPEAKING = "speaking"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


ENDED = frozenset({SessionState.DONE, SessionState.CANCELLED, SessionState.FAILED})


def session_id(wanted: str | None) -> str:
    """Return the caller's own id if it is harmless, or a new one nobody can guess."""
    if wanted is None:
        return secrets.token_hex(16)
    if not _ID.fullmatch(wanted):
        raise SessionIdInvalidError(wanted)
    return wanted


@dataclass(slots=True)
class Session:
    """What is known of a stream while it lives and for a while afterwards; times are monotonic."""

    id: str
    characters: int
    began_s: float
    owner: str = HOUSE
    state: SessionState = field(default=SessionState.QUEUED, init=False)
    spoken_characters: int = field(default=0, init=False)
    chunks: int = field(default=0, init=False)
    from_engine: int = field(default=0, init=False)
    """How many chunks an engine had to make; the others were remembered."""
    audio_s: float = field(default=0.0, init=False)
    underruns: int = field(default=0, init=False)
    first_audio_s: float | None = field(default=None, init=False)
    ended_s: float | None = field(default=None, init=False)
    lufs: float | None = field(default=None, init=False)
    """How loud it was in the end, where that can be said."""
    marks: tuple[TimedMark, ...] = field(default=(), init=False)

    @property
    def stream(self) -> str:
        """What the engine calls it: two owners may have chosen one id."""
        return f"{self.owner}/{self.id}"

    @property
    def ended(self) -> bool:
        """Whether nothing more will be heard."""
        return self.state in ENDED

    @property
    def remembered(self) -> bool:
        """Whether all that was handed out so far was spoken before and kept."""
        return self.chunks > 0 and self.from_engine == 0

    @property
    def progress(self) -> float:
        """The share of the text whose sound has been handed out, 0 to 1."""
        if self.state is SessionState.DONE:
            return 1.0
        return min(1.0, self.spoken_characters / max(1, self.characters))

    def heard(self, seconds: float, now_s: float) -> bool:
        """Count a chunk handed out; return True when the listener had run dry before it."""
        if self.first_audio_s is None:
            self.first_audio_s = now_s
            self.state = SessionState.SPEAKING
        starved = self.chunks > 0 and self.lead_s(now_s) < 0
        self.underruns += starved
        self.chunks += 1
        self.audio_s += seconds
        return starved

    def lead_s(self, now_s: float) -> float:
        """Sound handed out minus time since the first of it."""
        began_s = now_s if self.first_audio_s is None else self.first_audio_s
        return self.audio_s - (now_s - began_s)

    def wait_s(self, now_s: float) -> float:
        """Time from the request to its first sound, or until now while there is none."""
        if self.first_audio_s is not None:
            return self.first_audio_s - self.began_s
        return (now_s if self.ended_s is None else self.ended_s) - self.began_s

    def end(self, state: SessionState, now_s: float) -> bool:
        """Close the session once; a later end changes nothing and returns False."""
        if self.ended:
            return False
        self.state = state
        self.ended_s = now_s
        return True
