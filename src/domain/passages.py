"""A script as passages an engine can take, each with what is heard before it."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from domain.pieces import USUAL_PAUSES, Pauses, Piece, pause_behind, plan, tidy
from domain.ports.text import SentenceSplitter
from domain.script import Bleep, Item, Mark, Pronunciation, Prosody, Rest, Say

Unspoken = Rest | Bleep | Mark

MOST_SILENCE_S = 10.0
"""Between two words; what is longer is cut."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Text for one line of the engine, its manner, what comes before it and the pause behind it."""

    text: str
    pause_s: float
    language: str
    voice: str | None
    prosody: Prosody
    pronunciations: tuple[Pronunciation, ...] = ()
    before: tuple[Unspoken, ...] = ()

    @property
    def silence_before_s(self) -> float:
        """How long its first word is waited for."""
        return sum(each.seconds for each in self.before if not isinstance(each, Mark))


@dataclass(frozen=True, slots=True)
class Plan:
    """Passages in order, and what comes behind the last of them."""

    passages: tuple[Passage, ...]
    after: tuple[Unspoken, ...] = ()


class Planner:
    """Cuts what is to be said into passages of at most `longest(language)` characters."""

    def __init__(
        self,
        splitter: SentenceSplitter,
        longest: Callable[[str], int],
        pauses: Pauses = USUAL_PAUSES,
    ) -> None:
        self._splitter = splitter
        self._longest = longest
        self._pauses = pauses

    def plan(self, items: Sequence[Item], language: str, *, awaited: bool = True) -> Plan:
        """Plan items, whose language is this where they name none.

        Where somebody waits for the first passage, it is short.
        """
        passages: list[Passage] = []
        waiting: list[Unspoken] = []
        for at, item in enumerate(items):
            if not isinstance(item, Say):
                waiting.append(_bounded(item, waiting))
                continue
            said = self._said(item, item.language or language, first=awaited and not passages)
            if said:
                said[0] = replace(said[0], before=tuple(waiting))
                waiting.clear()
                said[-1] = replace(said[-1], pause_s=self._last_pause_s(said[-1], items[at + 1 :]))
                passages += said
        return Plan(tuple(passages), tuple(waiting))

    def _said(self, say: Say, language: str, *, first: bool) -> list[Passage]:
        text, pronunciations = _tidied(say)
        if not any(map(str.isalnum, text)):
            return []
        longest = self._longest(language)
        pieces = plan(text, language, self._splitter, longest, self._pauses, first=first)
        marked = _marked(text, pieces, pronunciations)
        return [
            Passage(piece.text, piece.pause_s, language, say.voice, say.prosody, spans)
            for piece, spans in zip(pieces, marked, strict=True)
        ]

    def _last_pause_s(self, passage: Passage, followers: Sequence[Item]) -> float:
        """Behind the last words of one manner: the pause of its punctuation, unless one is told."""
        follower = next((item for item in followers if not isinstance(item, Mark)), None)
        return pause_behind(passage.text, self._pauses) if isinstance(follower, Say) else 0.0


def _bounded(item: Unspoken, before: Sequence[Unspoken]) -> Unspoken:
    """Let no silence between two words be longer than one break may be, whatever it is made of."""
    if isinstance(item, Mark):
        return item
    left_s = MOST_SILENCE_S - sum(each.seconds for each in before if not isinstance(each, Mark))
    return replace(item, seconds=min(item.seconds, max(0.0, left_s)))


def _tidied(say: Say) -> tuple[str, tuple[Pronunciation, ...]]:
    """Tidy a text around the words whose pronunciation is given, which move with it."""
    if not say.pronunciations:
        return tidy(say.text), ()
    text, done = "", 0
    spans: list[Pronunciation] = []
    for each in say.pronunciations:
        text = _joined(text, say.text[done : each.char])
        spoken = tidy(say.text[each.char : each.char_end])
        start = len(_joined(text, say.text[each.char : each.char_end])) - len(spoken)
        text = text[:start].ljust(start) + spoken
        spans.append(Pronunciation(start, len(text), each.ipa))
        done = each.char_end
    return _joined(text, say.text[done:]).rstrip(), tuple(spans)


def _joined(before: str, text: str) -> str:
    """Put a text behind tidy text, tidied, with a space where there was one and none at first."""
    told = tidy(text)
    gap = " " if before and text[:1].isspace() and not before.endswith(" ") else ""
    end = " " if told and text[-1:].isspace() else ""
    return f"{before}{gap}{told}{end}"


def _marked(
    text: str, pieces: Sequence[Piece], spans: Sequence[Pronunciation]
) -> Iterator[tuple[Pronunciation, ...]]:
    """Find each span in its piece; pieces have the letters of the text, not always its spaces."""
    if not spans:
        yield from ((),) * len(pieces)
        return
    letters = [0, *accumulate(not each.isspace() for each in text)]
    begins = 0
    for piece in pieces:
        own = [0, *accumulate(not each.isspace() for each in piece.text)]
        yield tuple(
            Pronunciation(
                _nth(own, letters[span.char] - begins),
                bisect_left(own, letters[span.char_end] - begins),
                span.ipa,
            )
            for span in spans
            if begins <= letters[span.char] and letters[span.char_end] <= begins + own[-1]
        )
        begins += own[-1]


def _nth(counts: Sequence[int], letters: int) -> int:
    """Return where the letter stands that has so many before it."""
    return bisect_left(counts, letters + 1) - 1
