"""What happened, in the past tense; told to whoever subscribed and never waited for."""

from dataclasses import dataclass

from domain.access import HOUSE


@dataclass(frozen=True, slots=True)
class SpeechQueued:
    """A request was found speakable and given a session."""

    session_id: str
    characters: int
    owner: str = HOUSE


@dataclass(frozen=True, slots=True)
class FirstAudio:
    """The first sound of a stream was handed out."""

    session_id: str
    wait_s: float
    owner: str = HOUSE


@dataclass(frozen=True, slots=True)
class AudioContinued:
    """A further chunk was handed out; starved when the listener had run dry before it."""

    session_id: str
    gap_s: float
    starved: bool
    chunks: int = 0
    """How many there are by now, the first one included."""
    audio_s: float = 0.0
    """How long they last together."""
    owner: str = HOUSE


@dataclass(frozen=True, slots=True)
class SpeechFinished:
    """A stream ended as `outcome`: done, cancelled or failed."""

    session_id: str
    outcome: str
    stage: str
    characters: int
    chunks: int
    audio_s: float
    took_s: float
    owner: str = HOUSE


@dataclass(frozen=True, slots=True)
class SpeechRefused:
    """A request was turned away before it cost the engine anything."""

    reason: str


@dataclass(frozen=True, slots=True)
class RequestAnswered:
    """A request to a route was answered, whatever the answer."""

    route: str
    status: int
    took_s: float


@dataclass(frozen=True, slots=True)
class SocketOpened:
    """A socket was let in at the door."""


@dataclass(frozen=True, slots=True)
class SocketClosed:
    """A socket of a route has ended, with this code."""

    route: str
    code: int


@dataclass(frozen=True, slots=True)
class CacheAsked:
    """A cache was asked for something and had it, or had not."""

    cache: str
    hit: bool


@dataclass(frozen=True, slots=True)
class GuardTripped:
    """A guard of the engine stopped a line that had gone astray: repeating, silent or endless."""

    guard: str


@dataclass(frozen=True, slots=True)
class VoiceSaved:
    """A voice was added to the registry."""

    voice_id: str


@dataclass(frozen=True, slots=True)
class VoiceDeleted:
    """A voice was removed from the registry."""

    voice_id: str


@dataclass(frozen=True, slots=True)
class VoiceFoundUnusable:
    """A saved voice could not speak its first line, or nothing was heard of it."""

    voice_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class EventsLost:
    """Somebody elsewhere could not be told of so many events."""

    count: int


Event = (
    SpeechQueued
    | FirstAudio
    | AudioContinued
    | SpeechFinished
    | SpeechRefused
    | RequestAnswered
    | SocketOpened
    | SocketClosed
    | CacheAsked
    | GuardTripped
    | VoiceSaved
    | VoiceDeleted
    | VoiceFoundUnusable
    | EventsLost
)
