"""The studio's encoders: the arithmetic ones, and a bounded number of programs."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

from adapters.ffmpeg import coding
from adapters.ffmpeg.booths import Booths
from adapters.ffmpeg.cleaning import as_it_comes
from adapters.ffmpeg.direct import DirectEncoder, WholeDirectEncoder
from adapters.ffmpeg.line import Line
from adapters.ffmpeg.spares import Spares
from adapters.ffmpeg.streaming import StreamEncoder, WholeEncoder
from domain.formats import AudioFormat
from domain.ports import Encoder


@dataclass(frozen=True, slots=True)
class _Job:
    """What a program is started for; a spare fits any stream of the same."""

    to: AudioFormat
    clean: bool

    @property
    def needs_program(self) -> bool:
        return self.clean or self.to.needs_encoder

    @property
    def filters(self) -> str | None:
        return as_it_comes(self.to.rate_hz) if self.clean else None


class Encoding:
    """Hands out encoders; `at_once` streams have a program at a time, and few stand ready."""

    def __init__(
        self,
        program: Callable[[], str],
        *,
        at_once: int,
        patience_s: float,
        timeout_s: float,
        spares: int,
        marked: bool,
    ) -> None:
        self._program = program
        self._booths = Booths(at_once, patience_s, "streams are being encoded")
        self._timeout_s = timeout_s
        self._marked = marked
        self._spares = Spares(self._started, most=spares)

    async def __aenter__(self) -> Self:
        """Let programs stand ready from now on."""
        await self._spares.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """End those that stand ready; an encoder in use is its user's to leave."""
        await self._spares.__aexit__()

    @asynccontextmanager
    async def encoder(self, to: AudioFormat, *, whole: bool, clean: bool) -> AsyncIterator[Encoder]:
        """Enter: an encoder of this format; leave: nothing of it runs any more."""
        job = _Job(to, clean)
        if not job.needs_program:
            yield WholeDirectEncoder(to, marked=self._marked) if whole else DirectEncoder(to)
            return
        async with self._booths.take():
            if whole:
                yield self._whole(job)
                return
            line = await self._spares.take(job)
            try:
                yield StreamEncoder(to, line)
            finally:
                await line.aclose()

    def _whole(self, job: _Job) -> Encoder:
        command = coding.at_leisure(self._program(), job.to, job.filters, marked=self._marked)
        return WholeEncoder(job.to, command, self._timeout_s, marked=self._marked)

    async def _started(self, job: _Job) -> Line:
        command = coding.streaming(self._program(), job.to, job.filters, marked=self._marked)
        return await Line.open(command, coding.float_header(job.to.rate_hz), self._timeout_s)
