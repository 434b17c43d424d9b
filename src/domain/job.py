"""A long text spoken as a job: what was asked, how far it is, and which step may follow which."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.access import HOUSE
from domain.errors import FormatUnknownError
from domain.loudness import Target
from domain.script import PLAIN, Prosody
from domain.speech import SpeechSettings

_ID = re.compile(r"[0-9a-f]{32}")
LONGEST_TITLE = 200


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    SPEAKING = "speaking"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


ENDED = frozenset({JobState.DONE, JobState.CANCELLED, JobState.FAILED})


class Binding(StrEnum):
    """The one file a job ends in."""

    M4B = "m4b"
    MP3 = "mp3"
    OPUS = "opus"
    FLAC = "flac"
    WAV = "wav"

    @property
    def media_type(self) -> str:
        """What `Content-Type` says."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES: Mapping[Binding, str] = {
    Binding.M4B: "audio/mp4",
    Binding.MP3: "audio/mpeg",
    Binding.OPUS: "audio/ogg",
    Binding.FLAC: "audio/flac",
    Binding.WAV: "audio/wav",
}


def binding_named(name: str) -> Binding:
    """Return the kind of file a client names."""
    try:
        return Binding(name.strip().lower())
    except ValueError as error:
        raise FormatUnknownError(name, Binding) from error


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody may do to a job: from which states, to which."""

    name: str
    begins: frozenset[JobState]
    ends: JobState


PAUSE = Step("paused", frozenset({JobState.QUEUED, JobState.SPEAKING}), JobState.PAUSED)
RESUME = Step("resumed", frozenset({JobState.PAUSED, JobState.FAILED}), JobState.QUEUED)
"""A job that failed goes on where it broke off."""
CANCEL = Step("cancelled", frozenset(JobState) - ENDED, JobState.CANCELLED)
FAIL = Step("ended", frozenset({JobState.SPEAKING}), JobState.FAILED)


@dataclass(frozen=True, slots=True)
class JobOrder:
    """How a text is to be spoken; the text itself is kept as the passages it was cut into."""

    title: str
    to: Binding = Binding.M4B
    voice: str | None = None
    language: str | None = None
    settings: SpeechSettings = field(default_factory=SpeechSettings)
    prosody: Prosody = PLAIN
    in_words: bool = False
    target: Target = field(default_factory=Target)


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A text as it came in, and the order it came with."""

    text: str
    order: JobOrder
    markup: bool | None = None
    owner: str = HOUSE


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the whole: its name, the passage it begins with, and when that is heard."""

    title: str
    passage: int
    start_s: float | None = None
    """None while it has not been spoken."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How much there is to speak, and how much of it was."""

    passages: int
    characters: int
    spoken_passages: int = 0
    spoken_characters: int = 0
    seconds: float = 0.0

    @property
    def share(self) -> float:
        """The share of the text that was spoken, 0 to 1."""
        return min(1.0, self.spoken_characters / max(1, self.characters))


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a job failed: a word for programs and a sentence for people."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class Bound:
    """The finished file, and what was measured of it."""

    size_bytes: int
    seconds: float
    lufs: float | None
    peak_dbtp: float


@dataclass(frozen=True, slots=True)
class Job:
    """What is known of a job at one moment."""

    id: str
    owner: str
    order: JobOrder
    state: JobState
    progress: Progress
    chapters: tuple[Chapter, ...]
    shelf: str
    """Which folder of which machine holds its sound."""
    created_at: datetime
    updated_at: datetime
    bound: Bound | None = None
    fault: Fault | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self.state in ENDED

    @property
    def stage(self) -> str:
        """What is being done: whatever was spoken to the end is made into a file."""
        if self.state is not JobState.SPEAKING:
            return self.state
        spoken = self.progress.spoken_passages >= self.progress.passages
        return "finishing" if spoken else "speaking"


def new_job_id() -> str:
    """Return an id that nobody can guess."""
    return secrets.token_hex(16)


def is_job_id(job_id: str) -> bool:
    """Whether this can be the id of a job; whatever else comes never becomes a path."""
    return _ID.fullmatch(job_id) is not None


def title_of(wanted: str) -> str:
    """Make one line of what is to be a title: it becomes a tag and the name of a file."""
    shown = "".join(each if each.isprintable() else " " for each in wanted)
    return " ".join(shown.split())[:LONGEST_TITLE]
