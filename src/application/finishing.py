"""The finished sound of one stream: chunk by chunk, with the words and marks that lie in it."""

import math
from dataclasses import dataclass

from application.reading import Reading
from application.turns import LONGEST_S, Turns
from domain.audio import Pcm, join
from domain.finisher import Finisher
from domain.loudness import Meter
from domain.ports import Chunk
from domain.script import TimedMark, TimedWord


@dataclass(frozen=True, slots=True)
class Sound:
    """The next of a stream, and what is known to lie in it: times count from its beginning."""

    pcm: Pcm
    words: tuple[TimedWord, ...] = ()
    marks: tuple[TimedMark, ...] = ()
    passage: int = 0
    """Which of the stream's passages it is of; the last moment of the one before may be in it."""

    def followed_by(self, *others: "Sound") -> "Sound":
        """Return it and what comes behind it as one."""
        if not others:
            return self
        every = (self, *others)
        return Sound(
            Pcm(join(*(each.pcm.samples for each in every)), self.pcm.rate_hz),
            tuple(word for each in every for word in each.words),
            tuple(mark for each in every for mark in each.marks),
            self.passage,
        )


class Finishing:
    """Leads the lines of a reading through the finisher, in order, and measures what comes out."""

    def __init__(self, reading: Reading, engine_hz: int, turns: Turns) -> None:
        self._reading = reading
        self._turns = turns
        self._longest = round(LONGEST_S * engine_hz)
        self._rate_hz = reading.finish.to.rate_hz
        # a whole sound is limited once it has its loudness
        ceiling_dbtp = math.inf if reading.finish.whole else reading.target.ceiling_dbtp
        self._finisher = Finisher(engine_hz, self._rate_hz, ceiling_dbtp)
        self._meter = Meter(self._rate_hz)
        self._begun = -1
        self.marks: tuple[TimedMark, ...] = ()

    @property
    def lufs(self) -> float | None:
        """How loud what came out was; None while it is too short to say."""
        return self._meter.lufs

    def characters(self, index: int) -> int:
        """How much text a line has."""
        return len(self._reading.plan.passages[index].text)

    async def finished(self, index: int, chunk: Chunk, lead_s: float) -> Sound:
        """Finish a chunk, and what stands before its line or behind the last.

        A long one takes several turns; it is needed in `lead_s`.
        """
        made = []
        for part in chunk.cut(self._longest):
            await self._turns.take(lead_s)
            made.append(self._finished(index, part))
        return made[0].followed_by(*made[1:])

    def _finished(self, index: int, chunk: Chunk) -> Sound:
        plan, finisher = self._reading.plan, self._finisher
        passage = plan.passages[index]
        parts = []
        if index != self._begun:
            parts.append(finisher.pass_by(passage.before))
            finisher.begin(passage, self._reading.manner(passage), self._reading.leveller(passage))
            self._begun = index
        parts.append(finisher.feed(chunk.samples, chunk.words, last=chunk.last))
        if chunk.last and index + 1 == len(plan.passages):
            parts += (finisher.pass_by(plan.after), finisher.end())
        samples = join(*(part.samples for part in parts))
        self._meter.hear(samples)
        marks = tuple(mark for part in parts for mark in part.marks)
        self.marks += marks
        words = tuple(word for part in parts for word in part.words)
        return Sound(Pcm(samples, self._rate_hz), words, marks, index)
