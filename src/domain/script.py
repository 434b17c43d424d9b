"""What is to be spoken, in order: words with the manner they are spoken in, pauses and marks."""

from dataclasses import dataclass

SLOWEST, FASTEST = 0.25, 4.0
"""How far rates, multiplied with one another and with a request's speed, may go."""


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """Characters of a line that are to be spoken as this IPA."""

    char: int
    char_end: int
    ipa: str


@dataclass(frozen=True, slots=True)
class Prosody:
    """Ratios to the voice's own way; they multiply where one stands within another."""

    rate: float = 1.0
    pitch: float = 1.0
    volume: float = 1.0
    """Of the amplitude; 0 is silence that lasts as long as the words would."""

    def within(self, outer: "Prosody") -> "Prosody":
        """Return what this is inside another."""
        return Prosody(
            rate=min(max(outer.rate * self.rate, SLOWEST), FASTEST),
            pitch=min(max(outer.pitch * self.pitch, 0.5), 2.0),
            volume=outer.volume * self.volume,
        )


PLAIN = Prosody()


@dataclass(frozen=True, slots=True)
class Say:
    """Words in one manner; no language or no voice means those of the request."""

    text: str
    prosody: Prosody = PLAIN
    language: str | None = None
    voice: str | None = None
    pronunciations: tuple[Pronunciation, ...] = ()


@dataclass(frozen=True, slots=True)
class Rest:
    """Silence of exactly this length, instead of the pause that punctuation would make."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Bleep:
    """A tone in the place of words that are not to be heard."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A place whose time is told; it has no sound."""

    name: str


Item = Say | Rest | Bleep | Mark


@dataclass(frozen=True, slots=True)
class Script:
    """Items in order, and what of the markup had no effect and why."""

    items: tuple[Item, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word as it was written, and when it is heard."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class TimedMark:
    """A mark, and when it is passed."""

    name: str
    at_s: float
