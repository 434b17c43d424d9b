"""Turns a line into sound: its spelling, its voice, its pitch and exactly its pace."""

import math
from collections.abc import Mapping
from typing import Protocol

from adapters.espeak.ipa import Pronouncer
from adapters.espeak.library import Delivery, Espeak, Pcm16
from adapters.espeak.native import Mark
from adapters.espeak.prosody import OWN_WORDS_PER_MINUTE, delivery, own_pitch_hz, setting
from adapters.espeak.spelling import Spelling, spell
from adapters.espeak.tape import Tape
from adapters.espeak.timbre import Character
from domain.ports import SpokenLine

_SAME = 0.01
_NEAR_ENOUGH = 0.02
_TAKES = 3
_SLOWEST, _FASTEST = 0.46, 2.33


class Listener(Protocol):
    """Who hears a line; may have enough at any time."""

    def ready(self, tape: Tape) -> None:
        """The line is about to be heard on this tape."""
        ...

    def hear(self, samples: Pcm16, marks: list[Mark]) -> bool:
        """Take the next samples; False when no more is wanted."""
        ...

    def wanted(self) -> bool:
        """Whether anybody still listens."""
        ...


class Speaker:
    """Speaks one line after another."""

    def __init__(self, espeak: Espeak, voices: Mapping[str, str]) -> None:
        self._espeak = espeak
        self._voices = voices
        self._pronouncer = Pronouncer(espeak)

    def say(self, line: SpokenLine, character: Character, listener: Listener) -> None:
        """Speak the whole line, or as much of it as is wanted."""
        voice = self._voices[line.language]
        spelling = spell(line, lambda ipa: self._pronouncer.mnemonics(ipa, voice))
        listener.ready(Tape(spelling))
        rate = min(max(line.rate * (character.pace or 1.0), _SLOWEST), _FASTEST)
        if abs(rate - 1) < _SAME:
            self._speak(spelling, self._delivery(line, character, 1.0), listener)
            return
        for samples, marks in self._paced(spelling, line, character, listener, rate):
            if not listener.hear(samples, marks):
                return

    def _paced(
        self,
        spelling: Spelling,
        line: SpokenLine,
        character: Character,
        listener: Listener,
        rate: float,
    ) -> list[tuple[Pcm16, list[Mark]]]:
        """The take whose length comes nearest: languages and texts stretch differently."""
        own = self._take(spelling, self._delivery(line, character, 1.0), listener)
        asked, best = rate, own
        for _ in range(_TAKES):
            take = self._take(spelling, self._delivery(line, character, asked), listener)
            best = min(best, take, key=lambda each: _miss(own, each, rate))
            if not listener.wanted() or _miss(own, take, rate) < _NEAR_ENOUGH:
                break
            asked = min(max(asked * rate / _ratio(own, take), _SLOWEST), _FASTEST)
        return best.pieces

    def _take(self, spelling: Spelling, how: Delivery, listener: Listener) -> "_Take":
        take = _Take(listener)
        self._espeak.speak(spelling.sent, how, take.hear, phonemes=bool(spelling.pronounced))
        return take

    def _speak(self, spelling: Spelling, how: Delivery, listener: Listener) -> None:
        self._espeak.speak(spelling.sent, how, listener.hear, phonemes=bool(spelling.pronounced))

    def _delivery(self, line: SpokenLine, character: Character, rate: float) -> Delivery:
        variant = self._espeak.variants[character.speaker]
        median_hz = character.median_hz or own_pitch_hz(variant, line.language)
        return delivery(
            self._voices[line.language],
            character.speaker,
            variant,
            line.language,
            median_hz * line.pitch,
            OWN_WORDS_PER_MINUTE if rate == 1 else setting(rate),
        )


class _Take:
    """One attempt at a line, kept until it is known to be the best."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self.pieces: list[tuple[Pcm16, list[Mark]]] = []
        self.length = 0

    def hear(self, samples: Pcm16, marks: list[Mark]) -> bool:
        self.pieces.append((samples, marks))
        self.length += len(samples)
        return self._listener.wanted()


def _ratio(own: _Take, take: _Take) -> float:
    return max(own.length, 1) / max(take.length, 1)


def _miss(own: _Take, take: _Take, rate: float) -> float:
    return abs(math.log(_ratio(own, take) / rate))
