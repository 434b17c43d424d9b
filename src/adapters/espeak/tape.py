"""The sound of one line on its way: silence trimmed off, words found, chunks handed out."""

import numpy as np

from adapters.espeak.library import RATE_HZ, Pcm16
from adapters.espeak.native import CLAUSE_END, PHONEME, WORD, Mark
from adapters.espeak.spelling import Span, Spelling
from domain.audio import Samples
from domain.ports import Chunk, Word

_QUIET = 32
_MARGIN = RATE_HZ // 100
_FULL_SCALE = np.float32(32_768)


class Tape:
    """Written by the engine's thread, read by the listener; the owner keeps them apart.

    Sound leaves the tape up to the last word whose end is known, so that a chunk always brings
    the words that begin in it whole. Positions are raw samples until they leave.
    """

    def __init__(self, spelling: Spelling) -> None:
        self._spelling = spelling
        self._parts: list[Pcm16] = []
        self._made = 0
        self._taken = 0
        self._limit = 0
        self._begins: int | None = None
        self._span: Span | None = None
        self._span_from = 0
        self._marked = False
        self._sounding: int | None = None
        self._early: Mark | None = None
        self._clause_end: int | None = None
        self._words: list[Word] = []
        self._finished = False
        self._emptied = False

    @property
    def ready(self) -> int:
        """How many samples could leave now."""
        return self._limit - self._taken

    def write(self, samples: Pcm16, marks: list[Mark]) -> None:
        """Take the next samples, and the marks that lie in them."""
        self._parts.append(samples)
        self._made += len(samples)
        for mark in marks:
            self._heed(mark)

    def finish(self) -> None:
        """The line is whole: end its last word, and itself right behind its sound."""
        self._begin_early(self._made)
        self._end_word(len(self._spelling.text), self._made)
        sound = np.flatnonzero(np.abs(self._held().astype(np.int32)) > _QUIET)
        tail = int(sound[-1]) + 1 + _MARGIN if len(sound) else 0
        self._limit = min(self._made, self._taken + tail)
        self._finished = True

    def take(self) -> Chunk | None:
        """Everything that can leave, or None; the chunk that ends the line leaves once."""
        if self._emptied or not (self.ready or self._finished):
            return None
        samples = self._cut()
        if self._begins is None and not self._finished:
            return None
        self._emptied = self._finished
        words, self._words = tuple(map(self._placed, self._words)), []
        return Chunk(samples, words, last=self._finished)

    def _heed(self, mark: Mark) -> None:
        """Where a vowel follows a nasal or a liquid, espeak-ng marks its word a phoneme early.

        The mark then stands where that phoneme begins, which belongs to the word before.
        """
        if mark.kind == PHONEME:
            self._begin_early(mark.sample)
            self._sounding = mark.sample
            return
        self._begin_early(mark.sample)
        if mark.kind == CLAUSE_END and self._clause_end is None:
            self._clause_end = mark.sample
        elif mark.kind == WORD and mark.sample == self._sounding:
            self._early = mark
        elif mark.kind == WORD:
            self._begin_word(mark)

    def _begin_early(self, sample: int) -> None:
        mark, self._early = self._early, None
        if mark is not None:
            self._begin_word(mark._replace(sample=sample))

    def _begin_word(self, mark: Mark) -> None:
        span = self._spelling.span(mark)
        if span is None:
            return
        if self._span is not None and span[0] < self._span[1]:
            self._span = self._span[0], max(self._span[1], span[1])
            return
        sample = min(max(mark.sample, self._limit), self._made)
        if not self._marked and sample > _MARGIN:
            self._span = self._spelling.before_first(span)
        self._marked = True
        self._end_word(span[0], sample)
        self._span, self._span_from, self._clause_end = span, sample, None
        self._limit = sample

    def _end_word(self, before: int, sample: int) -> None:
        if self._span is None:
            return
        first, final = self._span_from, min(sample, self._clause_end or sample)
        inside = self._held()[first - self._taken : final - self._taken]
        sound = np.flatnonzero(np.abs(inside.astype(np.int32)) > _QUIET)
        end = first + int(sound[-1]) + 1 if len(sound) else final
        char, char_end = self._spelling.word(self._span, before)
        self._words.append(Word(char, char_end, first, end))
        self._span = None

    def _cut(self) -> Samples:
        """Take the samples up to the limit off the tape, without the silence before the line."""
        held = self._held()
        leaving = held[: self.ready]
        self._parts = [held[self.ready :]]
        if self._begins is None:
            sound = np.flatnonzero(np.abs(leaving.astype(np.int32)) > _QUIET)
            skipped = max(0, int(sound[0]) - _MARGIN) if len(sound) else len(leaving)
            if len(sound):
                self._begins = self._taken + skipped
            leaving = leaving[skipped:]
        self._taken = self._limit
        samples: Samples = leaving.astype(np.float32) / _FULL_SCALE
        return samples

    def _held(self) -> Pcm16:
        if len(self._parts) != 1:
            self._parts = [np.concatenate([np.zeros(0, np.int16), *self._parts])]
        return self._parts[0]

    def _placed(self, word: Word) -> Word:
        """The word in samples of the line as it leaves."""
        begins = self._taken if self._begins is None else self._begins
        longest = self._taken - begins
        start = min(max(0, word.start - begins), longest)
        end = min(max(start, word.end - begins), longest)
        return Word(word.char, word.char_end, start, end)
