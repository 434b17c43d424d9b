"""Narrating: one job spoken passage by passage, each kept before the next is begun, then bound."""

import logging
from collections.abc import Sequence
from itertools import accumulate

from application.bookbinding import Bookbinding
from application.reciting import Reciting
from domain.errors import StoreUnavailableError
from domain.job import Job, Progress
from domain.passages import Passage
from domain.ports import Clock
from domain.ports.jobs import JobQueue, JobShelf, JobSound, Tape

log = logging.getLogger(__name__)

_TELL_S = 1.0
"""How often it is written down how far a job is; the shelf knows it at any moment."""


class Narrating:
    """Takes a job to its end, from wherever it was left."""

    def __init__(
        self,
        *,
        queue: JobQueue,
        shelf: JobShelf,
        sound: JobSound,
        reciting: Reciting,
        bookbinding: Bookbinding,
        clock: Clock,
    ) -> None:
        self._queue = queue
        self._shelf = shelf
        self._sound = sound
        self._reciting = reciting
        self._bookbinding = bookbinding
        self._clock = clock

    async def narrate(self, job: Job) -> bool:
        """Speak what is missing and bind it; False if somebody stopped the job meanwhile."""
        passages = await self._shelf.passages(job.id)
        if not await self._speak(job, passages):
            return False
        chapters, bound = await self._bookbinding.bind(job)
        return await self._queue.finish(job.id, chapters, bound)

    async def _speak(self, job: Job, passages: Sequence[Passage]) -> bool:
        spoken = [0, *accumulate(len(passage.text) for passage in passages)]
        async with self._sound.tape(job.id) as tape:
            # it may have been stopped between being claimed and getting here
            if not await self._tell(job, tape, spoken):
                return False
            told_s = self._clock.monotonic()
            while tape.spoken < len(passages):
                index = tape.spoken
                await tape.append(await self._reciting.take(job, index, passages[index]))
                if self._clock.monotonic() - told_s < _TELL_S:
                    continue
                told_s = self._clock.monotonic()
                if not await self._tell(job, tape, spoken):
                    return False
            return await self._tell(job, tape, spoken)

    async def _tell(self, job: Job, tape: Tape, spoken: Sequence[int]) -> bool:
        """Write down how far the job is; a database that is away is told later."""
        progress = Progress(
            passages=len(spoken) - 1,
            characters=spoken[-1],
            spoken_passages=tape.spoken,
            spoken_characters=spoken[tape.spoken],
            seconds=tape.seconds,
        )
        try:
            return await self._queue.progress(job.id, progress)
        except StoreUnavailableError as error:
            log.warning("the progress of job %s could not be written: %s", job.id, error)
            return True
