"""How far a job is, as server-sent events until it has ended."""

import asyncio
import time
from collections.abc import Callable
from typing import cast

from litestar.types import HTTPResponseStartEvent, Receive, Scope, Send

from application.jobs import Jobs
from domain.errors import NotFoundError, UnavailableError
from domain.job import Job, JobState
from entrypoints.body import encode
from entrypoints.listening import gone
from entrypoints.native.wire import jobs as wire

_LOOK_S = 0.5
_HEARTBEAT_S = 15.0
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class JobEvents:
    """Sends a job whenever it has moved; the last event is named after the state it ended in.

    A server that closes ends the events too: whoever listens asks the next one.
    """

    def __init__(
        self,
        jobs: Jobs,
        job: Job,
        *,
        closing: Callable[[], bool],
        look_s: float = _LOOK_S,
        heartbeat_s: float = _HEARTBEAT_S,
    ) -> None:
        self._jobs = jobs
        self._closing = closing
        self._job = job
        self._look_s = look_s
        self._heartbeat_s = heartbeat_s
        self._pace = _Pace()

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until the job has ended, or whoever listens has gone."""
        start = {"type": "http.response.start", "status": 200, "headers": _HEADERS}
        await send(cast("HTTPResponseStartEvent", start))
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(gone(receive))
            telling = tasks.create_task(self._tell(send))
            await asyncio.wait({watching, telling}, return_when=asyncio.FIRST_COMPLETED)
            watching.cancel()
            telling.cancel()

    async def _tell(self, send: Send) -> None:
        job: Job | None = self._job
        shown, quiet_s = None, 0.0
        while job is not None and not job.ended and not self._closing():
            if job != shown or quiet_s >= self._heartbeat_s:
                data = self._event(job) if job != shown else b": still here\n\n"
                await _send(send, data, more=True)
                shown, quiet_s = job, 0.0
            await asyncio.sleep(self._look_s)
            quiet_s += self._look_s
            job = await self._now(job)
        await _send(send, self._event(job) if job else b"event: deleted\ndata: {}\n\n", more=False)

    async def _now(self, job: Job) -> Job | None:
        """Return the job as it is by now; a database that is away for a moment is asked again."""
        try:
            return await self._jobs.get(job.owner, job.id)
        except NotFoundError:
            return None
        except UnavailableError:
            return job

    def _event(self, job: Job) -> bytes:
        speaking = job.state in {JobState.SPEAKING, JobState.QUEUED}
        name = "progress" if speaking else str(job.state)
        data = encode(wire.told(job, self._pace.eta_s(job)))
        return b"event: %b\ndata: %b\n\n" % (name.encode(), data)


class _Pace:
    """Guesses from what was spoken since it first looked how long the rest takes."""

    def __init__(self) -> None:
        self._begun: tuple[float, int] | None = None

    def eta_s(self, job: Job) -> float | None:
        """Return the seconds that are left; None while nobody can tell."""
        if job.state is not JobState.SPEAKING:
            self._begun = None
            return None
        now_s, spoken = time.monotonic(), job.progress.spoken_characters
        began_s, before = self._begun = self._begun or (now_s, spoken)
        if spoken == before:
            return None
        left = job.progress.characters - spoken
        return round(left * (now_s - began_s) / (spoken - before), 1)


async def _send(send: Send, data: bytes, *, more: bool) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": more})
