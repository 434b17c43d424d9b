"""Text that arrives in pieces: gathered until it can be spoken; no word or number is ever cut."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from typing_extensions import override

from domain.errors import MarkupError
from domain.pieces import clause_end, ends_sentence
from domain.ports.text import MarkupFeed, SentenceSplitter, SpeechMarkup
from domain.script import Item, Say, Script

_BLANK = re.compile(r"\s+")
_BREAK = re.compile(r"(<break\s[^<>]*>)")
_BREAK_BEGUN = re.compile(r"<(?:b|br|bre|brea|break(?:\s[^<>]{0,100})?)?\Z")
_FIGURES = re.compile(r"\d\S*$")
_POINT = re.compile(r"\d[.,]$")
_NEXT = " X"
"""Stands for a sentence to come: an abbreviation before it does not end one."""


class Arriving:
    """Gathers items; what is taken is gone. Offsets count the characters that are spoken.

    Its feed is one that begins a new text once it was closed.
    """

    def __init__(self, feed: MarkupFeed, splitter: SentenceSplitter, language: str) -> None:
        self._feed = feed
        self._splitter = splitter
        self._language = language
        self._items: list[Item] = []

    @property
    def text(self) -> str:
        """The characters that wait."""
        return "".join(item.text for item in self._items if isinstance(item, Say))

    @property
    def audible(self) -> bool:
        """Whether there is anything to hear in it."""
        return any(map(str.isalnum, self.text))

    def hear(self, text: str) -> None:
        """Add a piece; a tag, a break or a say-as that is not whole yet is held back."""
        self._items = _merged((*self._items, *self._feed.feed(text)))

    def finish(self) -> tuple[str, ...]:
        """End what is open, for what comes is another text; return what had no effect."""
        rest = self._feed.close()
        self._items = _merged((*self._items, *rest.items))
        return rest.warnings

    def take(self, chars: int | None = None) -> tuple[Item, ...]:
        """Take so many characters and what stands between them, or everything."""
        if chars is None or chars >= len(self.text):
            taken, self._items = self._items, []
            return tuple(taken)
        taken, self._items = _parted(self._items, chars)
        return tuple(taken)

    def sentences(self, *, eager: bool = False) -> int:
        """How many characters whole sentences have.

        A last one counts once a blank follows it; to the eager its mark is enough, unless that
        may be the point within a number.
        """
        text = self.text
        parts = self._splitter.split(text, self._language) if text else []
        if not parts:
            return 0
        last = parts[-1]
        sure = last != last.rstrip() or (eager and not _POINT.search(last))
        closed = sure and ends_sentence(last.rstrip())
        if closed and len(self._splitter.split(text.rstrip() + _NEXT, self._language)) > len(parts):
            return len(text)
        return len(text) - len(last)

    def clauses(self, *, eager: bool = False) -> int:
        """How many characters there are up to where a speaker would breathe, or 0."""
        return max(self.sentences(eager=eager), clause_end(self.text) or 0)

    def words(self) -> int:
        """How many characters whole words have; a number may go on behind a blank."""
        blanks = list(_BLANK.finditer(self.text))
        for blank in reversed(blanks):
            if not _FIGURES.search(self.text, 0, blank.start()):
                return blank.end()
        return 0


class PlainFeed(MarkupFeed):
    """Plain text in which nothing but `<break/>` means anything."""

    def __init__(self, markup: SpeechMarkup, language: str) -> None:
        self._markup = markup
        self._language = language
        self._held = ""

    @override
    def feed(self, text: str) -> Sequence[Item]:
        whole = self._held + text
        begun = _BREAK_BEGUN.search(whole)
        self._held = begun[0] if begun else ""
        return tuple(self._items(whole[: begun.start()] if begun else whole))

    @override
    def close(self) -> Script:
        rest, self._held = self._held, ""
        return Script((Say(rest),) if rest else ())

    def _items(self, text: str) -> Iterator[Item]:
        for part in _BREAK.split(text):
            if not _BREAK.fullmatch(part):
                yield from (Say(part),) if part else ()
                continue
            try:
                yield from self._markup.parse(f"<speak>{part}</speak>", self._language).items
            except MarkupError:
                # plain text may hold anything, and a tag is not to be read aloud
                continue


class TaggedFeed(MarkupFeed):
    """Markup that outlives a flush: a tag that is half there begins the text behind it."""

    def __init__(self, begin: Callable[[], MarkupFeed]) -> None:
        self._begin = begin
        self._feed = begin()
        self._tag = ""

    @override
    def feed(self, text: str) -> Sequence[Item]:
        whole = self._tag + text
        at = whole.rfind("<")
        half = at if at > whole.rfind(">") else len(whole)
        self._tag = whole[half:]
        return self._feed.feed(whole[:half])

    @override
    def close(self) -> Script:
        feed, self._feed = self._feed, self._begin()
        return feed.close()


def _merged(items: Sequence[Item]) -> list[Item]:
    """Join words that are spoken in one manner."""
    merged: list[Item] = []
    for item in items:
        last = merged[-1] if merged else None
        if isinstance(item, Say) and isinstance(last, Say) and _alike(last, item):
            merged[-1] = replace(last, text=last.text + item.text)
        else:
            merged.append(item)
    return merged


def _alike(one: Say, other: Say) -> bool:
    spelled = one.pronunciations or other.pronunciations
    return not spelled and replace(one, text="") == replace(other, text="")


def _parted(items: Sequence[Item], chars: int) -> tuple[list[Item], list[Item]]:
    """Part items behind so many characters; a word that is spelled out stays whole."""
    ends = list(accumulate(len(item.text) if isinstance(item, Say) else 0 for item in items))
    at = bisect_right(ends, chars)
    before, after = list(items[:at]), list(items[at:])
    over = chars - (ends[at - 1] if at else 0)
    cut = after[0] if after else None
    if over and isinstance(cut, Say):
        if cut.pronunciations:
            return [*before, cut], after[1:]
        before.append(replace(cut, text=cut.text[:over]))
        after[0] = replace(cut, text=cut.text[over:])
    return before, after


def spoken_text(items: Sequence[Item]) -> str:
    """Return the characters of items."""
    return "".join(_texts(items))


def _texts(items: Sequence[Item]) -> Iterator[str]:
    return (item.text for item in items if isinstance(item, Say))
