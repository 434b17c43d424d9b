"""Jobs: long texts handed in to be spoken in their own time, watched, stopped and fetched."""

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict

from application.drafting import Draft, Drafting
from application.job_desk import JobDesk
from application.timbres import Timbres
from domain.captions import Cue, cues
from domain.errors import ConflictError, InputError, StoreFullError, TextTooLongError
from domain.errors.jobs import JobsFullError, JobUnfinishedError, JobUnknownError
from domain.job import (
    CANCEL,
    PAUSE,
    RESUME,
    Job,
    JobState,
    Manuscript,
    Progress,
    Step,
    is_job_id,
    new_job_id,
)
from domain.ports import Clock, Once
from domain.ports.jobs import (
    JobPage,
    JobSearch,
    JobShelf,
    JobSound,
    JobStore,
    ResultFile,
)

_WAITING = frozenset({JobState.QUEUED})


class Jobs:
    """What an owner may do with jobs; another owner's is unknown."""

    def __init__(
        self,
        *,
        store: JobStore,
        shelf: JobShelf,
        sound: JobSound,
        desk: JobDesk,
        drafting: Drafting,
        timbres: Timbres,
        clock: Clock,
        longest_queue: int,
    ) -> None:
        self._store = store
        self._shelf = shelf
        self._sound = sound
        self._desk = desk
        self._drafting = drafting
        self._timbres = timbres
        self._clock = clock
        self._longest_queue = longest_queue

    async def submit(self, manuscript: Manuscript, key: str | None = None) -> Job:
        """Take a text in: whatever can be refused is refused now. Under a key, once."""
        if len(manuscript.text) > self._drafting.longest_text:
            raise TextTooLongError(len(manuscript.text), self._drafting.longest_text)
        waiting = await self._store.find(JobSearch(manuscript.owner, _WAITING, limit=1))
        if waiting.total >= self._longest_queue:
            raise JobsFullError(self._longest_queue)
        draft = await asyncio.to_thread(self._drafting.draft, manuscript)
        for voice in {passage.voice for passage in draft.passages}:
            await self._timbres.find(manuscript.owner, voice or manuscript.order.voice)
        return await self._kept(manuscript, draft, key)

    async def get(self, owner: str, job_id: str) -> Job:
        """Return a job."""
        job = await self._store.get(owner, job_id) if is_job_id(job_id) else None
        if job is None:
            raise JobUnknownError(job_id)
        return job

    async def find(self, search: JobSearch) -> JobPage:
        """Return a page of jobs, the newest first."""
        if search.after is not None and not is_job_id(search.after):
            raise InputError("There is no page of jobs behind this 'after'; begin the list anew.")
        return await self._store.find(search)

    async def pause(self, owner: str, job_id: str) -> Job:
        """Stop speaking until the job is resumed; the passage being spoken is spoken again."""
        return await self._step(owner, job_id, PAUSE)

    async def resume(self, owner: str, job_id: str) -> Job:
        """Go on, also with a job that failed."""
        job = await self._step(owner, job_id, RESUME)
        self._desk.look()
        return job

    async def cancel(self, owner: str, job_id: str) -> Job:
        """Stop for good, and let go of what was spoken."""
        job = await self._step(owner, job_id, CANCEL)
        await self._let_go(job)
        return job

    async def delete(self, owner: str, job_id: str) -> None:
        """Forget a job, wherever it stands, with its sound."""
        await self.get(owner, job_id)
        job = await self._store.remove(owner, job_id)
        await self._desk.interrupt(job_id)
        await self._let_go(job)

    async def result(
        self, owner: str, job_id: str
    ) -> tuple[Job, AbstractAsyncContextManager[ResultFile]]:
        """Return a job that is done and its file, to be entered; `JobUnfinishedError`."""
        job = await self._done(owner, job_id)
        return job, self._sound.result(job_id)

    async def captions(self, owner: str, job_id: str) -> AsyncIterator[Cue]:
        """Return the captions of a job that is done, one by one."""
        await self._done(owner, job_id)
        return self._cues(job_id)

    async def _cues(self, job_id: str) -> AsyncGenerator[Cue, None]:
        passages = await self._shelf.passages(job_id)
        async for spoken in self._sound.spoken(job_id):
            passage = passages[spoken.passage]
            ends_s = max(spoken.start_s, spoken.end_s - passage.pause_s)
            for cue in cues(passage.text, spoken.words, spoken.start_s, ends_s):
                yield cue

    async def _kept(self, manuscript: Manuscript, draft: Draft, key: str | None) -> Job:
        now = self._clock.now()
        job = Job(
            id=new_job_id(),
            owner=manuscript.owner,
            order=manuscript.order,
            state=JobState.QUEUED,
            progress=Progress(len(draft.passages), draft.characters),
            chapters=draft.chapters,
            shelf=self._shelf.name,
            created_at=now,
            updated_at=now,
        )
        await self._shelf.begin(job.id, draft.passages)
        try:
            kept = await self._store.add(job, Once(key, _content(manuscript)) if key else None)
        except (ConflictError, StoreFullError):
            await self._shelf.remove(job.id)
            raise
        if kept.id != job.id:
            await self._shelf.remove(job.id)
        self._desk.look()
        return kept

    async def _step(self, owner: str, job_id: str, step: Step) -> Job:
        await self.get(owner, job_id)
        job = await self._store.take(owner, job_id, step)
        await self._desk.interrupt(job_id)
        return job

    async def _done(self, owner: str, job_id: str) -> Job:
        job = await self.get(owner, job_id)
        if job.state is not JobState.DONE or job.shelf != self._shelf.name:
            raise JobUnfinishedError(job_id, job.state)
        return job

    async def _let_go(self, job: Job) -> None:
        if job.shelf == self._shelf.name:
            await self._shelf.remove(job.id)


def _content(manuscript: Manuscript) -> str:
    """Return a hash of all that was asked for."""
    told = asdict(manuscript.order) | {"markup": manuscript.markup}
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
    digest.update(manuscript.text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
