"""Bookbinding: what was spoken of a job, at its loudness, as one file with chapters.

Nothing holds the whole: the sound is read from the shelf some seconds at a time, once to measure
it, again for each try at a gain where the limiter takes part, and a last time into the encoder.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from domain.audio import HOUSE_RATE_HZ, Samples
from domain.job import Bound, Chapter, Job
from domain.mastering import Fader, GainSearch, Gauge, first_gain_db, needs_limiter
from domain.ports.jobs import Book, Bookbinder, JobSound
from domain.wav import MARK

_ROUNDS = 4


class Bookbinding:
    """Binds jobs whose passages have all been spoken."""

    def __init__(self, *, sound: JobSound, binder: Bookbinder, marked: bool) -> None:
        self._sound = sound
        self._binder = binder
        self._marked = marked

    async def bind(self, job: Job) -> tuple[tuple[Chapter, ...], Bound]:
        """Make the file; return its chapters with their times, and what was measured of it."""
        chapters, seconds = await self._placed(job)
        gain, ceiling, gauge = await self._gain(job)
        tags = {"comment": MARK} if self._marked else {}
        order = job.order
        book = Book(order.to, order.title, HOUSE_RATE_HZ, seconds, chapters, tags)
        async with self._sound.binding(job.id) as place:
            sound = self._faded(job.id, Fader(HOUSE_RATE_HZ, gain, ceiling))
            async with aclosing(sound):
                await self._binder.bind(book, sound, place)
        async with self._sound.result(job.id) as file:
            size_bytes = file.size_bytes
        shift = 0.0 if ceiling is not None else gain
        lufs = None if gauge.lufs is None else gauge.lufs + shift
        return chapters, Bound(size_bytes, seconds, lufs, gauge.peak_dbtp + shift)

    async def _placed(self, job: Job) -> tuple[tuple[Chapter, ...], float]:
        """Return the chapters with the times of their beginnings, and the time of the end."""
        wanted = {chapter.passage for chapter in job.chapters}
        starts: dict[int, float] = {}
        seconds = 0.0
        async for spoken in self._sound.spoken(job.id):
            seconds = spoken.end_s
            if spoken.passage in wanted:
                starts[spoken.passage] = spoken.start_s
        placed = (replace(each, start_s=starts.get(each.passage)) for each in job.chapters)
        return tuple(placed), seconds

    async def _gain(self, job: Job) -> tuple[float, float | None, Gauge]:
        """Return the gain, the limiter's ceiling if it is needed, and what was heard last."""
        target = job.order.target
        gauge = await self._measured(job.id, Fader(HOUSE_RATE_HZ, 0.0, None))
        search = GainSearch(target, first_gain_db(gauge, target))
        if not needs_limiter(gauge, search.gain_db, target):
            return search.gain_db, None, gauge
        gain = search.gain_db
        for _ in range(_ROUNDS):
            gain = search.gain_db
            fader = Fader(HOUSE_RATE_HZ, gain, target.ceiling_dbtp)
            gauge = await self._measured(job.id, fader)
            if search.close(gauge):
                break
        return gain, target.ceiling_dbtp, gauge

    async def _measured(self, job_id: str, fader: Fader) -> Gauge:
        gauge = Gauge(HOUSE_RATE_HZ)
        async with aclosing(self._faded(job_id, fader)) as sound:
            async for samples in sound:
                await asyncio.to_thread(gauge.hear, samples)
        return gauge

    async def _faded(self, job_id: str, fader: Fader) -> AsyncGenerator[Samples, None]:
        async for samples in self._sound.sound(job_id):
            yield await asyncio.to_thread(fader.feed, samples)
        yield fader.flush()
