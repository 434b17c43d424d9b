"""When each character of a text is heard, told from the times of the words that are spoken."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from domain.matching import Matching
from domain.script import TimedWord


@dataclass(frozen=True, slots=True)
class TimedText:
    """Characters that follow one another, and from when to when each is heard."""

    text: str
    starts_s: tuple[float, ...] = ()
    ends_s: tuple[float, ...] = ()


def joined(parts: Sequence[TimedText]) -> TimedText:
    """Return texts that follow one another as one."""
    return TimedText(
        "".join(part.text for part in parts),
        tuple(chain.from_iterable(part.starts_s for part in parts)),
        tuple(chain.from_iterable(part.ends_s for part in parts)),
    )


class Lettering:
    """Follows a text to its end: each character is told once, in order, and time never turns back.

    The characters of a word share its time alike; those between two words share the gap.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._told = 0
        self._at_s = 0.0

    def hear(self, char: int, char_end: int, start_s: float, end_s: float) -> TimedText:
        """Return what is known once a word is: the characters before it, and its own."""
        return joined((self.until(char, start_s), self.until(char_end, end_s)))

    def tell(self, span: tuple[int, int], next_char: int, times: tuple[float, ...]) -> TimedText:
        """Return a word and what stands behind it; `times` are its own, and when the next begins.

        Where nothing stands behind it, it lasts until then itself.
        """
        start_s, end_s, until_s = times
        char, char_end = span
        if next_char <= char_end:
            end_s = until_s
        return joined((self.hear(char, char_end, start_s, end_s), self.until(next_char, until_s)))

    def until(self, char: int, at_s: float) -> TimedText:
        """Share the time up to this moment among the characters up to this one."""
        at_s = max(self._at_s, at_s)
        text = self.text[self._told : char]
        edges = tuple(_edges(self._at_s, at_s, len(text)))
        self._at_s = at_s
        self._told += len(text)
        return TimedText(text, edges[:-1], edges[1:])

    def end(self, at_s: float) -> TimedText:
        """Return all that was not told yet."""
        return self.until(len(self.text), at_s)


@dataclass(frozen=True, slots=True)
class Captions:
    """What became known: characters of the text as it was sent, and as it is spoken."""

    sent: TimedText
    spoken: TimedText

    def followed_by(self, *later: "Captions") -> "Captions":
        """Return these and what became known after them."""
        every = (self, *later)
        return Captions(
            joined([each.sent for each in every]), joined([each.spoken for each in every])
        )


_NOTHING = Captions(TimedText(""), TimedText(""))


class Captioning:
    """Captions a speech while it is heard; `lead_s` of silence are heard before its beginning."""

    def __init__(
        self, sent: str, spoken: str, *, lead_s: float = 0.0, markup: bool = False
    ) -> None:
        self._spoken = spoken
        self._matching = Matching(sent, spoken, markup=markup)
        self._letterings = Lettering(sent), Lettering(spoken)
        self._lead_s = lead_s
        self._found = 0
        self._last = max((at for at, c in enumerate(spoken) if c.isalnum()), default=len(spoken))

    def hear(self, words: Sequence[TimedWord], seconds: float) -> Captions:
        """Return what these words make known, `seconds` of the speech having been made.

        What stands behind the last word of all is told with it.
        """
        heard = [self._placed(word) for word in words]
        if self._found > self._last:
            heard.append(self.end(seconds))
        return _NOTHING.followed_by(*heard)

    def tell(self, word: TimedWord, until_s: float) -> Captions:
        """Return a word and what stands between it and the next, which is heard until then.

        Where nothing stands between them the word itself lasts until then: no time is left out. The
        blank behind the last of all is kept for `tell_rest`: more may be heard of that word.
        """
        span = self._span(word)
        if span is None:
            return _NOTHING
        sent, spoken = self._letterings
        later = self._next_word()
        behind = len(sent.text.rstrip()), len(spoken.text.rstrip())
        if later is not None:
            behind = self._matching.span(later, later + 1)[0], later
        times = word.start_s + self._lead_s, word.end_s + self._lead_s, until_s
        return Captions(
            sent.tell(self._matching.span(*span), behind[0], times),
            spoken.tell(span, behind[1], times),
        )

    def tell_rest(self, until_s: float) -> Captions:
        """Return what is left once the last word was told, and is heard until then."""
        return self.end(until_s - self._lead_s) if self._found > self._last else _NOTHING

    def end(self, seconds: float) -> Captions:
        """Return all that was not told yet: nothing more is heard."""
        at_s = seconds + self._lead_s
        sent, spoken = (lettering.end(at_s) for lettering in self._letterings)
        return Captions(sent, spoken)

    def _next_word(self) -> int | None:
        """Return where the next word begins, with the signs in front of it, if there is one."""
        letters = range(self._found, self._last + 1)
        at = next((at for at in letters if self._spoken[at].isalnum()), None)
        while at is not None and at > self._found and not self._spoken[at - 1].isspace():
            at -= 1
        return at

    def _placed(self, word: TimedWord) -> Captions:
        span = self._span(word)
        if span is None:
            return _NOTHING
        times = word.start_s + self._lead_s, word.end_s + self._lead_s
        sent, spoken = self._letterings
        return Captions(sent.hear(*self._matching.span(*span), *times), spoken.hear(*span, *times))

    def _span(self, word: TimedWord) -> tuple[int, int] | None:
        """Return where a word stands in the spoken text, behind those before it."""
        char = self._spoken.find(word.text, self._found)
        if char < 0 or not word.text:
            return None
        self._found = char + len(word.text)
        return char, self._found


def _edges(start_s: float, end_s: float, count: int) -> Iterator[float]:
    """Yield the moments between so many characters; rounding must not let time turn back."""
    step = (end_s - start_s) / max(1, count)
    yield start_s
    for part in range(1, count):
        yield min(start_s + step * part, end_s)
    if count:
        yield end_s
