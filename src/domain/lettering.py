"""When each character of a text is heard, told from the times of the words that are spoken."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.matching import Matching
from domain.script import TimedWord


@dataclass(frozen=True, slots=True)
class TimedText:
    """Characters that follow one another, and from when to when each is heard."""

    text: str
    starts_s: tuple[float, ...] = ()
    ends_s: tuple[float, ...] = ()

    def __add__(self, later: "TimedText") -> "TimedText":
        return TimedText(
            self.text + later.text, self.starts_s + later.starts_s, self.ends_s + later.ends_s
        )


_NONE = TimedText("")


class Lettering:
    """Follows a text to its end: each character is told once, in order, and time never turns back.

    The characters of a word share its time alike; those between two words share the gap.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._told = 0
        self._at_s = 0.0

    def hear(self, char: int, char_end: int, start_s: float, end_s: float) -> TimedText:
        """Return what is known once a word is: the characters before it, and its own."""
        return self.until(char, start_s) + self.until(char_end, end_s)

    def until(self, char: int, at_s: float) -> TimedText:
        """Share the time up to this moment among the characters up to this one."""
        at_s = max(self._at_s, at_s)
        text = self._text[self._told : char]
        edges = list(_edges(self._at_s, at_s, len(text)))
        self._at_s = at_s
        self._told += len(text)
        return TimedText(text, tuple(edges[:-1]), tuple(edges[1:])) if text else _NONE

    def end(self, at_s: float) -> TimedText:
        """Return all that was not told yet."""
        return self.until(len(self._text), at_s)


@dataclass(frozen=True, slots=True)
class Captions:
    """What became known: characters of the text as it was sent, and as it is spoken."""

    sent: TimedText = _NONE
    spoken: TimedText = _NONE

    def __add__(self, later: "Captions") -> "Captions":
        return Captions(self.sent + later.sent, self.spoken + later.spoken)


class Captioning:
    """Captions a speech while it is heard; `lead_s` of silence are heard before its beginning."""

    def __init__(self, sent: str, spoken: str, lead_s: float = 0.0) -> None:
        self._spoken = spoken
        self._matching = Matching(sent, spoken)
        self._letterings = Lettering(sent), Lettering(spoken)
        self._lead_s = lead_s
        self._found = 0
        self._last = max((at for at, c in enumerate(spoken) if c.isalnum()), default=len(spoken))

    def hear(self, words: Sequence[TimedWord], seconds: float) -> Captions:
        """Return what these words make known, `seconds` of the speech having been made.

        What stands behind the last word of all is told with it.
        """
        heard = Captions()
        for word in words:
            heard += self._placed(word)
        return heard + self.end(seconds) if self._found > self._last else heard

    def end(self, seconds: float) -> Captions:
        """Return all that was not told yet: nothing more is heard."""
        at_s = seconds + self._lead_s
        sent, spoken = (lettering.end(at_s) for lettering in self._letterings)
        return Captions(sent, spoken)

    def _placed(self, word: TimedWord) -> Captions:
        char = self._spoken.find(word.text, self._found)
        if char < 0 or not word.text:
            return Captions()
        self._found = char + len(word.text)
        times = word.start_s + self._lead_s, word.end_s + self._lead_s
        sent, spoken = self._letterings
        return Captions(
            sent.hear(*self._matching.span(char, self._found), *times),
            spoken.hear(char, self._found, *times),
        )


def _edges(start_s: float, end_s: float, count: int) -> Iterator[float]:
    for part in range(count + 1):
        yield start_s + (end_s - start_s) * part / max(1, count)
