"""Captions from the times of words: cues no longer than two lines, as SRT and as WebVTT."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.script import TimedWord

_LINE = 42
_LONGEST, _LONGEST_WIDE = 2 * _LINE, 36
_ENDS = ".!?;:,…。！？、，"  # noqa: RUF001 - of several scripts
_ROOM = 0.6
"""From so much of a cue on, a mark of punctuation ends it."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Text that is seen while it is heard."""

    text: str
    start_s: float
    end_s: float


def cues(text: str, words: Sequence[TimedWord], start_s: float, end_s: float) -> Iterator[Cue]:
    """Cut a passage that is heard from one time to another into cues.

    Words know their own times, from the passage's beginning; without any, its characters share it.
    """
    pieces = list(_pieces(text))
    times = _times(pieces, text, words, start_s, end_s)
    for piece, begin, end in zip(pieces, times, times[1:], strict=False):
        yield Cue(piece, begin, max(begin, end))


def srt(number: int, cue: Cue) -> str:
    """Return a cue as SubRip; they are numbered from 1."""
    times = f"{_clock(cue.start_s, ',')} --> {_clock(cue.end_s, ',')}"
    return f"{number}\n{times}\n{_folded(cue.text)}\n\n"


def vtt(number: int, cue: Cue) -> str:
    """Return a cue as WebVTT, the first with the file's own first line."""
    head = "WEBVTT\n\n" if number == 1 else ""
    times = f"{_clock(cue.start_s, '.')} --> {_clock(cue.end_s, '.')}"
    plain = cue.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"{head}{times}\n{_folded(plain)}\n\n"


def _pieces(text: str) -> Iterator[str]:
    """Cut where a speaker would breathe, else between words, else anywhere."""
    rest = " ".join(text.split())
    longest = _LONGEST_WIDE if _is_wide(rest) else _LONGEST
    while len(rest) > longest:
        at = _cut(rest, longest)
        yield rest[:at].strip()
        rest = rest[at:].strip()
    if rest:
        yield rest


def _is_wide(text: str) -> bool:
    """Whether a character takes the room of two, as in Chinese."""
    return any(unicodedata.east_asian_width(character) in "WF" for character in text[:_LINE])


def _cut(text: str, longest: int) -> int:
    breath = max(text.rfind(mark, int(longest * _ROOM), longest) for mark in _ENDS)
    space = text.rfind(" ", 1, longest + 1)
    if breath > 0:
        return breath + 1
    return space if space > 0 else longest


def _times(
    pieces: Sequence[str], text: str, words: Sequence[TimedWord], start_s: float, end_s: float
) -> list[float]:
    """Return when each piece begins and, last, when the passage ends.

    Words are counted by their letters, for a word of the engine need not be one of the text.
    """
    letters = max(1, _letters(text))
    known, passed = [(0, start_s)], 0
    for word in words:
        known.append((passed, start_s + word.start_s))
        passed += _letters(word.text)
    times, before, at = [], 0, 0
    for piece in pieces:
        if words:
            while at + 1 < len(known) and known[at + 1][0] <= before:
                at += 1
            times.append(known[at][1])
        else:
            times.append(start_s + (end_s - start_s) * before / letters)
        before += _letters(piece)
    last = start_s + words[-1].end_s if words else end_s
    return [*times, max(last, times[-1] if times else start_s)]


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _folded(text: str) -> str:
    """Break a cue into two lines about as long as one another."""
    if len(text) <= _LINE:
        return text
    middle = len(text) // 2
    spaces = [at for at, character in enumerate(text) if character == " "]
    if not spaces:
        return text
    at = min(spaces, key=lambda each: abs(each - middle))
    return f"{text[:at]}\n{text[at + 1 :]}"


def _clock(seconds: float, point: str) -> str:
    ms = round(max(0.0, seconds) * 1000)
    minutes, ms = divmod(ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{ms // 1000:02d}{point}{ms % 1000:03d}"
