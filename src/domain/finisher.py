"""From what an engine speaks, line by line, to one finished sound, and when what is heard."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from domain.audio import Samples, join, silence
from domain.gain import Volume
from domain.levelling import Leveller
from domain.limiter import Limiter
from domain.passages import Passage, Unspoken
from domain.pitch import PitchShift
from domain.ports.engine import EngineCard, Word
from domain.resampling import Resampler
from domain.script import FASTEST, SLOWEST, Bleep, Mark, Prosody, TimedMark, TimedWord
from domain.seams import Seams
from domain.tempo import Tempo

_BLEEP_HZ = 1000.0
_BLEEP_LEVEL = 0.1
_BLEEP_FADE_S = 0.01


@dataclass(frozen=True, slots=True)
class Manner:
    """How a line reaches its rate and pitch: what the engine is asked for, and what is done after.

    A pitch is made by playing faster what was spoken, or stretched, slower by as much.
    """

    rate: float
    tempo: float
    pitch: float

    @classmethod
    def of(cls, prosody: Prosody, speed: float, card: EngineCard) -> "Manner":
        """Ask the engine for as much as it can do well; the rest is a stretch.

        Where its rates are only about right, a pitch would change how long a line lasts.
        """
        wanted = min(max(prosody.rate * speed, SLOWEST), FASTEST)
        asked = wanted / prosody.pitch if card.rates_exact else wanted
        low, high = card.rates
        rate = min(max(asked, low), high)
        return cls(rate, wanted / prosody.pitch / rate, prosody.pitch)


@dataclass(frozen=True, slots=True)
class Finished:
    """The next of the finished sound, and what was placed in it: words that began by now, marks."""

    samples: Samples
    words: tuple[TimedWord, ...] = ()
    marks: tuple[TimedMark, ...] = ()


class Finisher:
    """Takes lines one after another, each with what stands before it.

    Times are those of the finished sound. What is held back for the joints, the rate and the
    limiter is a few milliseconds, and none of it is ever added.
    """

    def __init__(self, engine_hz: int, rate_hz: int, ceiling_dbtp: float) -> None:
        self._engine_hz = engine_hz
        self._seams = Seams(engine_hz)
        self._volume = Volume(engine_hz)
        self._resampler = Resampler(engine_hz, rate_hz)
        self._limiter = None if math.isinf(ceiling_dbtp) else Limiter(rate_hz, ceiling_dbtp)
        self._made = 0
        self._line: _Line | None = None

    def pass_by(self, items: Iterable[Unspoken]) -> Finished:
        """Come past pauses, tones and marks."""
        parts: list[Samples] = []
        marks: list[TimedMark] = []
        for item in items:
            if isinstance(item, Mark):
                marks.append(TimedMark(item.name, self._made / self._engine_hz))
                continue
            sound = (
                self._bleep(item.seconds) if isinstance(item, Bleep) else self._none(item.seconds)
            )
            parts.append(self._out(sound))
            self._volume.rest()
        return Finished(join(*parts) if parts else silence(0, 1), marks=tuple(marks))

    def begin(self, passage: Passage, manner: Manner, leveller: Leveller) -> None:
        """Begin a line; the one before has ended."""
        self._line = _Line(passage, manner, leveller, self._engine_hz, self._made)

    def feed(self, samples: Samples, words: Sequence[Word], *, last: bool) -> Finished:
        """Take the next of the line; behind its last comes the pause of the passage."""
        line = self._line
        if line is None:
            raise RuntimeError("no line was begun")
        shaped = line.shaped(samples, last=last)
        levelled = line.leveller.level(self._seams.feed(shaped, last=last), line_ends=last)
        heard = self._volume.feed(levelled, line.passage.prosody.volume)
        if last and line.passage.pause_s:
            heard = join(heard, self._none(line.passage.pause_s))
            self._volume.rest()
        return Finished(self._out(heard), tuple(self._timed(line, word) for word in words))

    def end(self) -> Finished:
        """Return what was held back: nothing more comes."""
        rest, limiter = self._resampler.flush(), self._limiter
        return Finished(rest if limiter is None else join(limiter.feed(rest), limiter.flush()))

    def _out(self, samples: Samples) -> Samples:
        self._made += len(samples)
        resampled = self._resampler.feed(samples)
        return resampled if self._limiter is None else self._limiter.feed(resampled)

    def _timed(self, line: "_Line", word: Word) -> TimedWord:
        start, end = (
            (line.begins_at + at * line.stretch) / self._engine_hz for at in (word.start, word.end)
        )
        return TimedWord(line.passage.text[word.char : word.char_end], start, end)

    def _none(self, seconds: float) -> Samples:
        return silence(seconds, self._engine_hz)

    def _bleep(self, seconds: float) -> Samples:
        count = round(seconds * self._engine_hz)
        turns = 2 * np.pi * _BLEEP_HZ / self._engine_hz * np.arange(count)
        edge = np.minimum(np.arange(count), np.arange(count)[::-1]) / (
            _BLEEP_FADE_S * self._engine_hz
        )
        tone: Samples = (_BLEEP_LEVEL * np.sin(turns) * np.minimum(edge, 1.0)).astype(np.float32)
        return tone


class _Line:
    """A line on its way: what shapes it, and where it began."""

    def __init__(
        self, passage: Passage, manner: Manner, leveller: Leveller, rate_hz: int, begins_at: int
    ) -> None:
        self.passage = passage
        self.leveller = leveller
        self.begins_at = begins_at
        self._tempo = Tempo(rate_hz, manner.tempo)
        self._pitch = PitchShift(rate_hz, manner.pitch)
        self.stretch = 1 / (manner.tempo * self._pitch.ratio)

    def shaped(self, samples: Samples, *, last: bool) -> Samples:
        """Bring samples to the line's rate and pitch."""
        slowed = self._tempo.feed(samples)
        if not last:
            return self._pitch.feed(slowed)
        rest = self._pitch.feed(join(slowed, self._tempo.flush()))
        return join(rest, self._pitch.flush())
