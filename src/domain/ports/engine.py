"""What makes the sound: the engine, and what crosses the border to it."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import Protocol

from domain.audio import Pcm, Samples
from domain.script import Pronunciation
from domain.speech import Latents, SpeechSettings
from domain.voice import Timbre


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
    """How it knows its words: `exact` from the synthesis, `energy` from the sound, or `none`."""
    device: str
    precision: str
    ahead_s: float
    slots: int | None
    """Lines it speaks at once; None where it takes them as they come."""
    rates: tuple[float, float]
    """How slowly and how fast it speaks by itself."""
    longest_text: Mapping[str, int] = field(default_factory=dict)
    longest_text_otherwise: int = 250
    rates_exact: bool = False
    """Whether a line at a rate lasts as long as the rate says, within 1 %."""
    pronounces: bool = False
    """Whether it speaks words as a `Pronunciation` says, instead of as they are written."""
    usual_lufs: float | None = None
    """How loud its voices mostly are, less what the limiter takes at the house's loudness."""
    slot_mib: float = 0.0
    """Memory that the longest line takes while it is spoken."""

    def longest(self, language: str) -> int:
        """How many characters one line of this language may have."""
        return self.longest_text.get(language, self.longest_text_otherwise)


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
    """Sound its listener hears before this line is needed: who has the least is spoken to first.

    For a line submitted early it counts what the lines between are guessed to last.
    """


@dataclass(frozen=True, slots=True)
class Word:
    """Where a word of the line (characters) is heard in the line (samples)."""

    char: int
    char_end: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """The next samples of a line, and words: each once, in order, no sooner than it begins."""

    samples: Samples
    words: tuple[Word, ...] = ()
    last: bool = False
    remembered: bool = False
    """Whether it was spoken before and kept, so that no engine was needed for it now."""

    def cut(self, longest: int) -> Iterator["Chunk"]:
        """Yield it in parts of at most so many samples; its words come with the last of them."""
        count = len(self.samples)
        parts = max(1, -(-count // longest))
        for part in range(parts):
            last = part + 1 == parts
            yield replace(
                self,
                samples=self.samples[count * part // parts : count * (part + 1) // parts],
                words=self.words if last else (),
                last=self.last and last,
            )


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

    async def mix(self, timbres: Sequence[Timbre], weights: Sequence[float]) -> Timbre:
        """Return a timbre between those of this engine, nearer to those of more weight.

        Only the ratios of the weights count and the order does not; none is below 0 and one at
        least above. All the weight on one timbre gives that timbre. `LatentsForeignError` if
        another engine made one of them.
        """
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
