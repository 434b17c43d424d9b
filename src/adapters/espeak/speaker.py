"""Turns a job into sound: its spelling, and exactly its pace."""

import math
from dataclasses import replace
from typing import Protocol

from adapters.espeak.ipa import Pronouncer
from adapters.espeak.job import Job
from adapters.espeak.library import Espeak, Pcm16
from adapters.espeak.native import Mark
from adapters.espeak.prosody import FASTEST, SLOWEST, setting
from adapters.espeak.spelling import Spelling, spell
from adapters.espeak.tape import Tape

_SAME = 0.01
_NEAR_ENOUGH = 0.02
_TAKES = 3


class Hearer(Protocol):
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

    def __init__(self, espeak: Espeak) -> None:
        self._espeak = espeak
        self._pronouncer = Pronouncer(espeak)

    def say(self, job: Job, hearer: Hearer) -> None:
        """Speak the whole line, or as much of it as is wanted."""
        spelling = spell(
            job.text,
            job.pronunciations,
            lambda ipa: self._pronouncer.mnemonics(ipa, job.voice),
        )
        hearer.ready(Tape(spelling))
        if abs(job.rate - 1) < _SAME:
            phonemes = bool(spelling.pronounced)
            self._espeak.speak(spelling.sent, job.delivery, hearer.hear, phonemes=phonemes)
            return
        for samples, marks in self._paced(spelling, job, hearer):
            if not hearer.hear(samples, marks):
                return

    def _paced(
        self, spelling: Spelling, job: Job, hearer: Hearer
    ) -> list[tuple[Pcm16, list[Mark]]]:
        """The take whose length comes nearest: languages and texts stretch differently."""
        own = self._take(spelling, job, 1.0, hearer)
        asked, best = job.rate, own
        for _ in range(_TAKES):
            take = self._take(spelling, job, asked, hearer)
            best = min(best, take, key=lambda each: _miss(own, each, job.rate))
            if not hearer.wanted() or _miss(own, take, job.rate) < _NEAR_ENOUGH:
                break
            asked = min(max(asked * job.rate / _ratio(own, take), SLOWEST), FASTEST)
        return best.pieces

    def _take(self, spelling: Spelling, job: Job, rate: float, hearer: Hearer) -> "_Take":
        take = _Take(hearer)
        how = replace(job.delivery, words_per_minute=setting(rate))
        self._espeak.speak(spelling.sent, how, take.hear, phonemes=bool(spelling.pronounced))
        return take


class _Take:
    """One attempt at a line, kept until it is known to be the best."""

    def __init__(self, hearer: Hearer) -> None:
        self._hearer = hearer
        self.pieces: list[tuple[Pcm16, list[Mark]]] = []
        self.length = 0

    def hear(self, samples: Pcm16, marks: list[Mark]) -> bool:
        self.pieces.append((samples, marks))
        self.length += len(samples)
        return self._hearer.wanted()


def _ratio(own: _Take, take: _Take) -> float:
    return max(own.length, 1) / max(take.length, 1)


def _miss(own: _Take, take: _Take, rate: float) -> float:
    return abs(math.log(_ratio(own, take) / rate))
