"""Reciting: one passage of a job, spoken whenever the engine has nothing more urgent to do."""

import asyncio
import logging
import math

from application.timbres import Timbres
from application.turns import LONGEST_S, Turns
from domain.audio import HOUSE_RATE_HZ, join
from domain.errors import EngineBusyError, EngineFailedError, UnavailableError
from domain.finisher import Finished, Finisher, Manner
from domain.job import Job
from domain.levelling import Leveller
from domain.loudness import Target
from domain.passages import Passage
from domain.ports import SpeechEngine, SpokenLine
from domain.ports.jobs import Take

log = logging.getLogger(__name__)

_STREAM = "job-"
_LEAD_S = 300.0
"""As if there were five minutes of sound before each line: whoever listens is spoken to first."""
_WITHIN_S = 2 * _LEAD_S
_LOOK_S = 0.1
_MOST_FAILURES = 8
_LONGEST_REST_S = 30.0
_AS_SPOKEN = Target(lufs=None)


class Reciting:
    """Speaks passages for their jobs; a busy engine is waited for, a failing one tried again."""

    def __init__(
        self,
        *,
        engine: SpeechEngine,
        timbres: Timbres,
        turns: Turns,
        first_rest_s: float = 0.5,
    ) -> None:
        self._engine = engine
        self._timbres = timbres
        self._turns = turns
        self._first_rest_s = first_rest_s

    async def take(self, job: Job, index: int, passage: Passage) -> Take:
        """Return a passage as it was spoken; what is still wrong in the end is raised."""
        failures = 0
        while True:
            await self._give_way()
            try:
                return await self._spoken(job, index, passage)
            except EngineBusyError as busy:
                await asyncio.sleep(min(busy.retry_after_s or _LOOK_S, _LONGEST_REST_S))
            except UnavailableError as error:
                failures += 1
                if failures == _MOST_FAILURES:
                    raise
                log.warning("passage %d of job %s is tried again: %s", index, job.id, error)
                await asyncio.sleep(min(self._first_rest_s * 2**failures, _LONGEST_REST_S))

    async def _give_way(self) -> None:
        """Let everyone who listens to something go first, for as long as a line waits at most."""
        looks = round(_LEAD_S / _LOOK_S)
        while looks and any(
            not stream.startswith(_STREAM) for stream in (await self._engine.pulse()).waiting
        ):
            looks -= 1
            await asyncio.sleep(_LOOK_S)

    async def _spoken(self, job: Job, index: int, passage: Passage) -> Take:
        timbre = await self._timbres.find(job.owner, passage.voice or job.order.voice)
        card, settings = self._engine.card, job.order.settings
        manner = Manner.of(passage.prosody, settings.speed, card)
        finisher = Finisher(card.rate_hz, HOUSE_RATE_HZ, math.inf)
        parts = [finisher.pass_by(passage.before)]
        finisher.begin(passage, manner, Leveller(_AS_SPOKEN, None, None, card.rate_hz))
        line = SpokenLine(
            stream=f"{_STREAM}{job.id}",
            index=index,
            text=passage.text,
            language=passage.language,
            timbre=timbre,
            rate=manner.rate,
            pronunciations=passage.pronunciations,
            settings=settings,
            start_within_s=_WITHIN_S,
            lead_s=_LEAD_S,
        )
        parts += await self._heard(line, finisher)
        return Take(
            join(*(part.samples for part in parts)),
            tuple(word for part in parts for word in part.words),
        )

    async def _heard(self, line: SpokenLine, finisher: Finisher) -> list[Finished]:
        parts: list[Finished] = []
        longest = round(LONGEST_S * self._engine.card.rate_hz)
        async with self._engine.speak(line) as sound:
            async for chunk in sound:
                for part in chunk.cut(longest):
                    await self._turns.take(_LEAD_S)
                    parts.append(finisher.feed(part.samples, part.words, last=part.last))
                if chunk.last:
                    return [*parts, finisher.end()]
        raise EngineFailedError("The engine broke off in the middle of a passage.")
