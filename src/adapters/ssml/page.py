"""Items as they are written one behind another, with the laws of spaces and of pauses."""

import re
from dataclasses import dataclass

from adapters.ssml.scales import LONGEST_REST_S
from domain.script import PLAIN, Bleep, Item, Mark, Pronunciation, Prosody, Rest, Say

_SPACES = re.compile(r"[ \t\n\r]+")


@dataclass(frozen=True, slots=True)
class Manner:
    """How words are spoken."""

    prosody: Prosody = PLAIN
    language: str | None = None
    voice: str | None = None

    def say(self, text: str, *pronunciations: Pronunciation) -> Say:
        """Return words in this manner."""
        return Say(text, self.prosody, self.language, self.voice, pronunciations)


def collapsed(text: str) -> str:
    """Make any white space one space."""
    return _SPACES.sub(" ", text)


class Page:
    """Hands items out as early as nothing that follows can change them.

    A space belongs to the words before it. Breaks in one place add up; the gaps that elements
    make there become the longest of them, and none where there is a break.
    """

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._last = Manner()
        self._is_spaced = True
        self._has_sound = False
        self._gap_s = 0.0
        self._waiting: list[Rest | Mark] = []

    def say(self, text: str, manner: Manner, ipa: str | None = None) -> None:
        """Write words; `ipa` is how all of them are pronounced."""
        text = collapsed(text)
        if text.startswith(" "):
            text = text[1:]
            if not self._is_spaced:
                self._items.append(self._last.say(" "))
                self._is_spaced = True
        if not text:
            return
        self._settle()
        spoken = Pronunciation(0, len(text.rstrip(" ")), ipa) if ipa else None
        self._items.append(manner.say(text, *([spoken] if spoken else [])))
        self._last, self._is_spaced = manner, text.endswith(" ")

    def bleep(self, seconds: float) -> None:
        """Write a tone."""
        self._settle()
        self._items.append(Bleep(seconds))
        self._is_spaced = True

    def mark(self, name: str) -> None:
        """Write a mark; where a pause is not yet certain it comes behind it."""
        if self._waiting or self._gap_s:
            self._waiting.append(Mark(name))
        else:
            self._items.append(Mark(name))

    def rest(self, seconds: float) -> None:
        """Write a pause somebody asked for."""
        last = self._waiting[-1] if self._waiting else None
        if isinstance(last, Rest):
            seconds += last.seconds
            self._waiting.pop()
        self._waiting.append(Rest(min(seconds, LONGEST_REST_S)))
        self._is_spaced = True

    def gap(self, seconds: float) -> None:
        """Write the pause that an element makes with its neighbours; none before any sound."""
        if self._has_sound:
            self._gap_s = max(self._gap_s, seconds)
            self._is_spaced = True

    def taken(self) -> list[Item]:
        """Hand out what is certain."""
        items, self._items = self._items, []
        return items

    def close(self) -> None:
        """Write what waits; a gap at the end is none."""
        self._gap_s = 0.0
        self._settle()

    def _settle(self) -> None:
        """Decide the pause in this place, for now something is heard."""
        if self._gap_s and not any(isinstance(item, Rest) for item in self._waiting):
            self._items.append(Rest(self._gap_s))
        self._items += self._waiting
        self._waiting, self._gap_s = [], 0.0
        self._has_sound = True
