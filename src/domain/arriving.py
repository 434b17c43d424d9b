"""Text that arrives in pieces: gathered until it can be spoken; no word or number is ever cut."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import accumulate, takewhile

from domain.errors import MarkupError
from domain.pieces import clause_end, ends_sentence
from domain.ports.text import MarkupFeed, SentenceSplitter
from domain.script import Item, Pronunciation, Say

_WORD = re.compile(r"(?<!\S)\S*\s+")
_FIGURE = re.compile(r"\d")
_POINT = re.compile(r"\d[.,]\s*$")
_NEXT = " X"
"""Stands for a sentence to come: an abbreviation before it does not end one."""
_REACH = 1_000
"""How far back ends are looked for: who sends single letters shall not have all read again."""
_LONGEST_NUMBER = 12
"""How many figures behind one another may be one number, a telephone's at most."""
_MOST_ITEMS = 10_000


class Arriving:
    """Gathers items; what is taken is gone. Offsets count the characters that are spoken."""

    def __init__(self, feed: MarkupFeed, splitter: SentenceSplitter, language: str) -> None:
        self._feed = feed
        self._splitter = splitter
        self._language = language
        self._items: list[Item] = []
        self._text = ""
        self._audible = False
        self._searched = 0
        self._found: dict[str, int] = {}

    @property
    def text(self) -> str:
        """The characters that wait."""
        return self._text

    @property
    def audible(self) -> bool:
        """Whether there is anything to hear in it."""
        return self._audible

    def hear(self, text: str) -> None:
        """Add a piece; a tag, a break or a say-as that is not whole yet is held back."""
        self._gather(self._feed.feed(text))

    def finish(self) -> tuple[str, ...]:
        """End what is open, for what comes is another text; return what had no effect."""
        rest = self._feed.close()
        self._gather(rest.items)
        return rest.warnings

    def take(self, chars: int | None = None) -> tuple[Item, ...]:
        """Take so many characters and what stands between them, or everything.

        A word that is spelled out goes whole.
        """
        taken, self._items = _parted(self._items, len(self._text) if chars is None else chars)
        if chars is None:
            taken, self._items = [*taken, *self._items], []
        self._text = spoken_text(self._items)
        self._audible = is_audible(self._text)
        self._searched = 0
        self._found.clear()
        return tuple(taken)

    def sentences(self, *, eager: bool = False) -> int:
        """How many characters whole sentences have.

        A last one counts once a blank follows it; to the eager its mark is enough. Behind a figure
        a point may be part of a number or a date: what comes next tells.
        """
        return self._once(f"sentences {eager}", lambda: self._sentences(eager=eager))

    def clauses(self, *, eager: bool = False) -> int:
        """How many characters there are up to where a speaker would breathe, or 0."""
        return max(self.sentences(eager=eager), self._once("clauses", self._clauses))

    def words(self) -> int:
        """How many characters whole words have; a number may go on behind a blank."""
        return self._once("words", self._words)

    def _gather(self, items: Iterable[Item]) -> None:
        for item in items:
            if isinstance(item, Say):
                self._listen(item.text)
            last = self._items[-1] if self._items else None
            if isinstance(item, Say) and isinstance(last, Say) and _alike(last, item):
                self._items[-1] = _joined(last, item)
            else:
                self._items.append(item)
        if len(self._items) > _MOST_ITEMS:
            raise MarkupError(f"more than {_MOST_ITEMS:,} pauses and marks wait for what is said")

    def _listen(self, text: str) -> None:
        """Take note of characters; within a word nothing ends that did not end before."""
        if not (text.isalnum() and self._text[-1:].isalnum()):
            self._found.clear()
        self._text += text
        self._audible = self._audible or is_audible(text)

    def _once(self, kind: str, find: Callable[[], int]) -> int:
        """Look for an end, unless nothing came since the last time that could be one."""
        if kind not in self._found:
            self._found[kind] = find()
        return self._found[kind]

    def _words(self) -> int:
        whole = list(_WORD.finditer(self._text, max(0, len(self._text) - _REACH)))
        figures = sum(1 for _ in takewhile(_has_figure, reversed(whole)))
        last = len(whole) - (figures if figures < _LONGEST_NUMBER else 0)
        return whole[last - 1].end() if last else 0

    def _clauses(self) -> int:
        before = max(0, len(self._text) - _REACH)
        end = clause_end(self._text[before:])
        return 0 if end is None else before + end

    def _sentences(self, *, eager: bool) -> int:
        searched_from = max(0, self._searched - _REACH)
        self._searched = len(self._text)
        text = self._text[searched_from:]
        parts = self._splitter.split(text, self._language) if text else []
        if parts and self._ended(text, parts[-1], len(parts), eager=eager):
            return len(self._text)
        begun = parts[-1:]
        if parts[1:] and begun[0] == begun[0].rstrip() and _POINT.search(parts[-2]):
            begun = parts[-2:]
        whole = len(text) - sum(map(len, begun))
        return searched_from + whole if whole else 0

    def _ended(self, text: str, last: str, count: int, *, eager: bool) -> bool:
        """Whether the last of so many sentences is whole."""
        sure = (eager or last != last.rstrip()) and not _POINT.search(last)
        if not sure or not ends_sentence(last.rstrip()):
            return False
        return len(self._splitter.split(text.rstrip() + _NEXT, self._language)) > count


def spoken_text(items: Sequence[Item]) -> str:
    """Return the characters of items."""
    return "".join(item.text for item in items if isinstance(item, Say))


def is_audible(text: str) -> bool:
    """Whether there is anything to hear in a text."""
    return any(map(str.isalnum, text))


def _has_figure(word: re.Match[str]) -> bool:
    return _FIGURE.search(word[0]) is not None


def _alike(one: Say, other: Say) -> bool:
    """Whether both are spoken in one manner."""
    bare = [replace(say, text="", pronunciations=()) for say in (one, other)]
    return bare[0] == bare[1]


def _joined(one: Say, other: Say) -> Say:
    spelled = (*one.pronunciations, *_moved(other.pronunciations, len(one.text)))
    return replace(one, text=one.text + other.text, pronunciations=spelled)


def _moved(spans: Iterable[Pronunciation], by: int) -> tuple[Pronunciation, ...]:
    return tuple(replace(span, char=span.char + by, char_end=span.char_end + by) for span in spans)


def _parted(items: Sequence[Item], chars: int) -> tuple[list[Item], list[Item]]:
    """Part items behind so many characters."""
    ends = list(accumulate(len(item.text) if isinstance(item, Say) else 0 for item in items))
    at = bisect_right(ends, chars)
    before, after = list(items[:at]), list(items[at:])
    over = chars - (ends[at - 1] if at else 0)
    if over and after and isinstance(after[0], Say):
        said, rest = _cut(after[0], over)
        before.append(said)
        after[:1] = [rest] if rest.text else []
    return before, after


def _cut(say: Say, at: int) -> tuple[Say, Say]:
    """Cut words in two; a word that is spelled out goes with the first of them."""
    spans = say.pronunciations
    at = max([at, *(span.char_end for span in spans if span.char < at)])
    first = tuple(span for span in spans if span.char < at)
    second = _moved((span for span in spans if span.char >= at), -at)
    return (
        replace(say, text=say.text[:at], pronunciations=first),
        replace(say, text=say.text[at:], pronunciations=second),
    )
