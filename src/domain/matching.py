"""Which characters of a text as it was sent became which of the text that is spoken."""

import re
from collections.abc import Iterator

_TAG = re.compile(r"<[^<>]*>")
_BLANK = re.compile(r"\s")
_UNHEARD = "\0"
_REACH = 160
_SURE = 4


class Matching:
    """Leads spans of the spoken text back to spans of the text that was sent, both in order.

    Both are the same but for markup, blanks and words that stand for figures. What differs is
    stretched over what stands in its place, so that a span is never lost and never turns back.
    """

    def __init__(self, sent: str, spoken: str, *, markup: bool = False) -> None:
        self._begins: list[int] = []
        self._ends: list[int] = []
        told = 0
        for at, place in (
            *_same(_plain(sent, markup=markup), _plain(spoken)),
            (len(sent), len(spoken)),
        ):
            self._stretch(told, at, place - len(self._begins))
            if place < len(spoken):
                self._begins.append(at)
                self._ends.append(at + 1)
            told = at + 1

    def span(self, char: int, char_end: int) -> tuple[int, int]:
        """Return where a span of the spoken text stands in the one that was sent."""
        return self._begins[char], self._ends[char_end - 1]

    def _stretch(self, begin: int, end: int, count: int) -> None:
        """Lay so many spoken characters over what was sent between two places."""
        edges = (
            [begin + (end - begin) * part // count for part in range(count + 1)] if count else []
        )
        self._begins += edges[:-1]
        self._ends += edges[1:]


def _plain(text: str, *, markup: bool = False) -> str:
    """Return as many characters: tags as something that is never spoken, blanks all alike."""
    bare = text.replace(_UNHEARD, " ")
    if markup:
        bare = _TAG.sub(lambda tag: _UNHEARD * len(tag[0]), bare)
    return _BLANK.sub(" ", bare)


def _same(sent: str, spoken: str) -> Iterator[tuple[int, int]]:
    """Yield the places of characters that are the same, each but once, in order."""
    at = place = 0
    while at < len(sent) and place < len(spoken):
        if sent[at] == _UNHEARD:
            at += 1
        elif sent[at] == spoken[place]:
            yield at, place
            at, place = at + 1, place + 1
        else:
            skipped, passed = _step(sent, spoken, at, place)
            at, place = at + skipped, place + passed


def _step(sent: str, spoken: str, at: int, place: int) -> tuple[int, int]:
    """Return how far to go in each until they are the same again: the nearest such place."""
    best: tuple[int, int] | None = None
    for passed in range(min(_REACH, len(spoken) - place)):
        if best and passed >= sum(best):
            break
        key = spoken[place + passed : place + passed + _SURE]
        found = -1 if key.isspace() else sent.find(key, at, at + _REACH)
        if found >= 0 and (best is None or passed + found - at < sum(best)):
            best = found - at, passed
    return best or (_REACH // 2, _REACH // 2)
