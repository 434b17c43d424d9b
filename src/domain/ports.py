"""Every driven port: what the use cases need from the world, written for the one who calls."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from domain.audio import Pcm, Samples
from domain.events import Event
from domain.speech import Latents, SpeechSettings
from domain.voice import Clip, Timbre, Voice


@dataclass(frozen=True, slots=True)
class EngineCard:
    """What an engine is and can do; constant while it runs."""

    name: str
    fingerprint: str
    rate_hz: int
    languages: tuple[str, ...]
    speakers: Mapping[str, Timbre]
    default_speaker: str
    cloning: str
    alignment: str
    device: str
    precision: str
    ahead_s: float
    slots: int | None
    rates: tuple[float, float]
    longest_text: Mapping[str, int] = field(default_factory=dict)
    longest_text_otherwise: int = 250

    def longest(self, language: str) -> int:
        """How many characters one line of this language may have."""
        return self.longest_text.get(language, self.longest_text_otherwise)


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """Characters of a line that are to be spoken as this IPA."""

    char: int
    char_end: int
    ipa: str


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """One line for the engine: plain data that can cross a process border."""

    stream: str
    index: int
    text: str
    language: str
    timbre: Timbre
    rate: float = 1.0
    pitch: float = 1.0
    pronunciations: tuple[Pronunciation, ...] = ()
    settings: SpeechSettings = field(default_factory=SpeechSettings)
    start_within_s: float = 30.0
    lead_s: float = 0.0
    """Sound its listener still has in hand: who has the least is spoken to first."""


@dataclass(frozen=True, slots=True)
class Word:
    """Where a word of the line (characters) is heard in the line (samples)."""

    char: int
    char_end: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """The next samples of a line and the words that begin in them."""

    samples: Samples
    words: tuple[Word, ...] = ()
    last: bool = False


@dataclass(frozen=True, slots=True)
class Pulse:
    """How an engine feels right now; `waiting` names the streams in line, the next one first."""

    alive: bool
    speaking: int
    waiting: tuple[str, ...]
    expected_wait_s: float
    last_step_age_s: float | None


class SpeechEngine(Protocol):
    """Makes sound from one line at a time, for many streams."""

    @property
    def card(self) -> EngineCard:
        """What this engine is; valid once the engine has been entered."""
        ...

    async def condition(self, clips: Sequence[Pcm]) -> Timbre:
        """Return what this engine needs to sound like the speaker of the clips."""
        ...

    async def recall(self, latents: Latents) -> Timbre:
        """Return the timbre a client kept; `LatentsForeignError` if another engine made it."""
        ...

    def speak(self, line: SpokenLine) -> AbstractAsyncContextManager[AsyncIterator[Chunk]]:
        """Speak a line; the manager may be entered, iterated and left by different tasks.

        Enter: the line is admitted, or `EngineBusyError` says when to try again. A line that has
        not begun within `start_within_s` raises `EngineBusyError` where it is iterated.
        Iterate: chunks in order, the final one marked `last`. At most `ahead_s` of sound (or one
        line, for an engine that makes a line in one go) waits unread; then the line is parked.
        Leave, for whatever reason: the engine is free of the line within one step, nothing more
        arrives, and a task still waiting for a chunk sees the iteration end.
        """
        ...

    async def pulse(self) -> Pulse:
        """Answer at once, even under full load."""
        ...


class VoiceStore(Protocol):
    """Keeps voices whole: all of one, or nothing of it. `StoreUnavailableError` when it cannot."""

    async def add(self, voice: Voice, clips: Sequence[Clip], timbres: Sequence[Timbre]) -> None:
        """Keep a voice with its clips and timbres in one transaction; `VoiceExistsError`."""
        ...

    async def find(self, voice_id: str) -> Voice | None:
        """Return the voice of exactly this id, if there is one."""
        ...

    async def every(self) -> tuple[Voice, ...]:
        """Return all voices, oldest first."""
        ...

    async def remove(self, voice_id: str) -> None:
        """Forget the voice, its clips and its timbres; `VoiceUnknownError`."""
        ...


class TimbreStore(Protocol):
    """Keeps what each engine made of a voice."""

    async def load(self, voice_id: str, fingerprint: str) -> Timbre | None:
        """Return the voice's timbre under this engine, if it was made; damage is an error."""
        ...

    async def clips(self, voice_id: str) -> tuple[Clip, ...]:
        """Return the clips a timbre can be made from, in their order."""
        ...

    async def keep(self, voice_id: str, timbre: Timbre) -> None:
        """Remember a timbre; a voice deleted meanwhile is no error."""
        ...


class SoundStudio(Protocol):
    """Reads what people upload; `StudioBusyError` when its tools fail."""

    async def read_clip(self, upload: bytes) -> Pcm:
        """Decode an upload at its own rate, mixed to mono; `ClipRefusedError` says what is wrong.

        Reads nothing but these bytes, and at most one second more than the longest clip allowed.
        """
        ...

    async def pack(self, pcm: Pcm) -> Clip:
        """Return the sound as a lossless clip to keep."""
        ...


class SentenceSplitter(Protocol):
    """Knows where sentences end in many languages."""

    def split(self, text: str, language: str) -> list[str]:
        """Cut the text behind each sentence; the parts joined are the text."""
        ...


class EventBus(Protocol):
    """Tells what happened to whoever listens."""

    def publish(self, event: Event) -> None:
        """Never waits, never raises; a listener that is too slow loses its oldest events."""
        ...

    def subscribe(self) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
        """Listen to all that is published from entering until leaving."""
        ...


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """Return the date and time, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that only ever rise."""
        ...
