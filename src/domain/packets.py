"""Sound in packets: each short, none across the beginning of a word that is told with it."""

import math
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain.audio import Pcm, Samples
from domain.lettering import Captioning, Captions
from domain.script import TimedMark, TimedWord

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Caption:
    """Characters, and the moment with whose sound they are told; all times count from one zero."""

    at_s: float
    captions: Captions


@dataclass(frozen=True, slots=True)
class Heard:
    """Sound that begins at a moment, and the characters that are heard in it."""

    pcm: Pcm
    begins_s: float
    captions: tuple[Caption, ...] = ()
    marks: tuple[TimedMark, ...] = ()


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of samples, and the characters to tell with it."""

    samples: Samples
    begins_s: float
    captions: Captions | None
    marks: tuple[TimedMark, ...] = ()


def apart(words: Sequence[TimedWord], zero_s: float) -> Iterator[TimedWord]:
    """Yield words one by one, so much later: an engine that runs some together tells one."""
    for told in words:
        step_s = (told.end_s - told.start_s) / max(1, len(told.text))
        for word in _WORD.finditer(told.text):
            start_s, end_s = (zero_s + told.start_s + at * step_s for at in word.span())
            yield TimedWord(word[0], start_s, end_s)


def begun_by(until_s: float, coming: deque[TimedWord]) -> Iterator[TimedWord]:
    """Take the words that begin before a moment."""
    while coming and coming[0].start_s < until_s:
        yield coming.popleft()


def captioned(
    captioning: Captioning, words: Sequence[TimedWord], begins_s: float, ends_s: float
) -> Iterator[Caption]:
    """Tell words with the sound in which they lie: without a gap, from its beginning to its end.

    Sound without words tells the blank behind the last word of all; clients add up what is told.
    """
    starts = [begins_s, *(max(begins_s, word.start_s) for word in words[1:]), ends_s]
    for word, at_s, until_s in zip(words, starts, starts[1:], strict=False):
        within = TimedWord(word.text, min(word.start_s, until_s), min(word.end_s, until_s))
        yield Caption(at_s, captioning.tell(within, until_s))
    if not words and (rest := captioning.tell_rest(ends_s)).spoken.text:
        yield Caption(begins_s, rest)


def cuts(heard: Heard, longest_s: float) -> Iterator[Cut]:
    """Cut sound where captions begin and into stretches of at most so many seconds."""
    rate_hz, samples = heard.pcm.rate_hz, heard.pcm.samples
    told: dict[int, Captions] = {}
    for caption in heard.captions:
        place = _at(caption.at_s - heard.begins_s, rate_hz, len(samples))
        earlier = told.get(place)
        told[place] = earlier.followed_by(caption.captions) if earlier else caption.captions
    longest = max(1, math.floor(longest_s * rate_hz))
    edges = [0, *(at for at in sorted(told) if 0 < at < len(samples)), len(samples)]
    marks = deque(heard.marks)
    for begin, end in pairwise(edges):
        for at in range(begin, max(end, 1), longest):
            part = samples[at : min(at + longest, end)]
            until_s = heard.begins_s + (at + len(part)) / rate_hz
            last = at + len(part) == len(samples)
            passed = []
            while marks and (last or marks[0].at_s < until_s):
                passed.append(marks.popleft())
            yield Cut(part, heard.begins_s + at / rate_hz, told.get(at), tuple(passed))


def _at(seconds: float, rate_hz: int, count: int) -> int:
    """Return the sample at a moment; the last one where the sound has ended by then."""
    return min(max(0, round(seconds * rate_hz)), max(0, count - 1))
