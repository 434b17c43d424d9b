"""Words found in sound by its energy alone, for engines that do not tell where their words are."""

import math
import sys
from bisect import bisect
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

import numpy as np

from domain.audio import Samples
from domain.landmarks import Landmarks, Levels, Places, Row, landmarks
from domain.ports.engine import Word
from domain.wording import Wording, worded

_USUAL_PACE = 0.87
_PACES = (0.62, 0.74, 0.86, 1.0, 1.16, 1.35, 1.6)
_PACE_SPREAD = 0.1
_LEARNING = 0.5
_LOOK_S = 1.0
_LAG_S = 0.4
_LIKELY, _AGREED_S = 1.0, 0.12
_LEAST_PART_S = 0.02
_SPREAD, _LEAST_SPREAD_S = 0.25, 0.04
_SYLLABLE, _MOST_MISSED = 1.2, 2.0
_FEWEST, _MOST = 0.6, 1.4
_DIP = 1.2
_PAUSED, _UNPAUSED = 3.0, 1.5
_BARE_PAUSE = 0.5
_WHOLE_PAUSE_S = 0.2
_HOPELESS = 4.0
_REACH_S, _REACH = 0.4, 0.06


def aligned(text: str, language: str, samples: Samples, rate_hz: int) -> tuple[Word, ...]:
    """Return every word of the text once, in order, within the samples of the whole line."""
    aligner = Aligner(text, language, rate_hz)
    aligner.wait()
    return aligner.hear(samples, last=True)


class Aligner:
    """Follows one line as it arrives, and gives each word once it is reasonably sure of it."""

    def __init__(self, text: str, language: str, rate_hz: int, rate: float = 1.0) -> None:
        self._left = worded(text, language)
        self._levels = Levels(rate_hz)
        self._pace = _USUAL_PACE / rate
        self._heard = 0
        self._told = 0
        self._look = self._look_in = round(_LOOK_S * rate_hz)

    def wait(self) -> None:
        """Give no word before the last is heard."""
        self._look_in = sys.maxsize

    def hear(self, samples: Samples, *, last: bool) -> tuple[Word, ...]:
        """Take the next samples; return the words that are certain now, all others with the last.

        Words come in order, never before the sound they begin in, and are the same however the
        line is cut into chunks.
        """
        known: list[Word] = []
        while len(samples) >= self._look_in:
            self._take(samples[: self._look_in])
            samples = samples[self._look_in :]
            self._look_in = self._look
            known.extend(self._certain())
        self._look_in -= len(samples)
        self._take(samples)
        return (*known, *self._rest()) if last else tuple(known)

    def _take(self, samples: Samples) -> None:
        self._heard += len(samples)
        self._levels.feed(samples)

    def _rest(self) -> tuple[Word, ...]:
        """Fit all words that are left between here and the end."""
        words, self._left = self._left, ()
        if not words:
            return ()
        marks = landmarks(self._levels, self._told // self._levels.frame)
        if marks is None:
            return _spread(words, self._told, self._heard)
        pace = float(marks.spoken_s[-1]) / sum(word.usual_s for word in words)
        _, path = _path(words, marks, pace)
        frame = self._levels.frame
        begins, ends = int(marks.begins[0]) * frame, int(marks.ends[-1]) * frame
        if len(path) < len(words) - 1:
            return _spread(words, max(begins, self._told), min(ends, self._heard))
        return self._placed(words, marks, [*path, len(marks.ends) - 1])

    def _certain(self) -> tuple[Word, ...]:
        """Give the words that are where they are at any pace that may be the speaker's."""
        marks = landmarks(self._levels, self._told // self._levels.frame)
        if marks is None or len(self._left) <= 1:
            return ()
        guesses = sorted((*self._guess(marks, self._pace * factor), factor) for factor in _PACES)
        cheapest, path, factor = guesses[0]
        paths = [other for cost, other, _ in guesses if cost <= cheapest + _LIKELY]
        latest_s = float(marks.spoken_s[-1]) - _LAG_S
        sure: list[int] = []
        for places in zip(*paths, strict=False):
            at_s = marks.spoken_s[list(places)]
            if np.ptp(at_s) > _AGREED_S or at_s.max() > latest_s:
                break
            sure.append(path[len(sure)])
        if not sure:
            return ()
        self._pace *= factor**_LEARNING
        words, self._left = self._left[: len(sure)], self._left[len(sure) :]
        return self._placed(words, marks, sure)

    def _guess(self, marks: Landmarks, pace: float) -> tuple[float, list[int]]:
        """Fit as many words as have been heard at this pace; the last of them is under way."""
        heard = float(marks.spoken_s[-1]) / pace
        due = list(accumulate(word.usual_s for word in self._left[:-1]))
        whole = bisect(due, heard)
        if not whole:
            return math.inf, []
        word = self._left[whole]
        part_s = max(heard - due[whole - 1], _LEAST_PART_S)
        syllables = word.syllables * min(part_s / word.usual_s, 1.0)
        under_way = replace(word, usual_s=part_s, syllables=syllables)
        cost, path = _path((*self._left[:whole], under_way), marks, pace)
        return cost / (whole + 1) + math.log(pace / self._pace) ** 2 / _PACE_SPREAD, path

    def _placed(
        self, words: Sequence[Wording], marks: Landmarks, path: list[int]
    ) -> tuple[Word, ...]:
        frame = self._levels.frame
        begins = marks.begins[[0, *path[:-1]]] * frame
        ends = np.minimum(marks.ends[path] * frame, self._heard)
        self._told = int(ends[-1])
        return tuple(
            Word(word.char, word.char_end, int(start), int(end))
            for word, start, end in zip(words, begins, ends, strict=True)
        )


def _spread(words: Sequence[Wording], start: int, end: int) -> tuple[Word, ...]:
    """Share out what there is where nothing is to be heard, or less than a syllable a word."""
    count, length = len(words), end - start
    edges = [start + length * index // count for index in range(count + 1)]
    return tuple(
        Word(word.char, word.char_end, first, final)
        for word, (first, final) in zip(words, pairwise(edges), strict=True)
        if first < final
    )


def _path(words: Sequence[Wording], marks: Landmarks, pace: float) -> tuple[float, list[int]]:
    """Choose the landmark behind each word but the last, and say what the choice costs."""
    spoken = marks.spoken_s
    reach_s = _REACH_S + _REACH * float(spoken[-1])
    swelling = _swelling(words, marks)
    at, costs, due_s = np.zeros(1, np.intp), np.zeros(1), 0.0
    trail: list[tuple[Places, Places]] = []
    for word in words[:-1]:
        due_s += word.usual_s * pace
        low, high = np.searchsorted(spoken, (due_s - reach_s, due_s + reach_s))
        ahead = np.arange(max(1, low), min(len(spoken) - 1, high))
        if not len(ahead) or not len(at):
            return math.inf, []
        steps = costs[None, :] + _misfit(word, marks, (at[None, :], ahead[:, None]), pace, swelling)
        came = steps.argmin(axis=1)
        reached = steps[np.arange(len(ahead)), came] + _reluctance(marks, ahead, paused=word.paused)
        kept = reached <= reached.min() + _HOPELESS
        at, costs = ahead[kept], reached[kept]
        trail.append((at, came[kept]))
    end = np.array([len(spoken) - 1])
    costs = costs + _misfit(words[-1], marks, (at, end), pace, swelling)
    return float(costs.min()), _back(trail, int(costs.argmin()))


def _swelling(words: Sequence[Wording], marks: Landmarks) -> float:
    """How many swells a syllable has in this line."""
    syllables = sum(word.syllables for word in words)
    return min(max(float(marks.swells[-1]) / syllables, _FEWEST), _MOST)


def _back(trail: list[tuple[Places, Places]], index: int) -> list[int]:
    path: list[int] = []
    for ahead, came in reversed(trail):
        path.append(int(ahead[index]))
        index = int(came[index])
    return path[::-1]


def _misfit(
    word: Wording, marks: Landmarks, between: tuple[Places, Places], pace: float, swelling: float
) -> Row:
    """How odd it is that the word lasts from the one to the other, with so many syllables."""
    begin, end = between
    lasts_s = marks.spoken_s[end] - marks.spoken_s[begin]
    usual_s = word.usual_s * pace
    odd = np.square((lasts_s - usual_s) / (_SPREAD * usual_s + _LEAST_SPREAD_S)) / 2
    missed = np.abs(marks.swells[end] - marks.swells[begin] - word.syllables * swelling)
    odd += _SYLLABLE * np.minimum(missed, _MOST_MISSED)
    return np.where(lasts_s > 0, odd, np.inf)


def _reluctance(marks: Landmarks, at: Places, *, paused: bool) -> Row:
    """How odd it is that a word ends there."""
    pause = np.minimum(marks.pause_s[at] / _WHOLE_PAUSE_S, 1.0)
    if paused:
        return _DIP * marks.level[at] + _UNPAUSED - _PAUSED * pause
    return _DIP * marks.level[at] - _BARE_PAUSE * pause
