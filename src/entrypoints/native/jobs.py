"""The routes of jobs: long texts handed in, watched, stopped and fetched."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated
from urllib.parse import quote

from litestar import HttpMethod, Router, delete, get, post, route
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp

from application.jobs import Jobs
from application.sessions import Sessions
from domain import errors
from domain.captions import Cue, srt, vtt
from domain.errors.jobs import (
    JobDamagedError,
    JobsFullError,
    JobStateError,
    JobUnfinishedError,
    JobUnknownError,
)
from domain.job import Job
from domain.ports.jobs import JobSearch
from entrypoints.body import encode
from entrypoints.documented import Answer, Body, documented, sound
from entrypoints.given import Given
from entrypoints.native.job_events import JobEvents
from entrypoints.native.ranges import RangedFile
from entrypoints.native.wire import jobs as wire
from entrypoints.native.wire import jobs_told as told
from entrypoints.refusals import (
    MISSING,
    NO_VOICE,
    NOT_JSON,
    RANGE,
    STORE,
    TEXT,
    WRONG_PARAMETER,
)
from entrypoints.replies import Connection
from entrypoints.schemas import BINARY, JSON
from entrypoints.settings import Settings

_BYTES_A_CHARACTER = 6
"""As JSON may spell one: `\\u00e9`."""
_OTHER_FIELDS = 2**16

_WORDS = {"type": "string", "description": wire.ABOUT["text"]}
_BODY = {
    JSON: Body(wire.schema(), wire.EXAMPLE),
    "text/plain": Body(_WORDS, "One sentence. Another one."),
    "text/markdown": Body(_WORDS, "# One\n\nIt began.\n"),
}
_REFUSED = (
    NOT_JSON,
    MISSING,
    *TEXT,
    errors.SettingOutOfRangeError("speed", 9, 0.25, 4),
    errors.FormatUnknownError("avi", ("m4b", "mp3", "opus", "flac", "wav")),
    errors.OnceKeyReusedError("book-1"),
    JobsFullError(100),
    errors.StoreFullError(),
    *NO_VOICE,
)
_UNKNOWN = (JobUnknownError("gone"), *STORE)
_MOVED = (JobStateError("01K9XJ6T7M3V", "done", "paused"), *_UNKNOWN)
_UNFINISHED = (
    JobUnfinishedError("01K9XJ6T7M3V", "speaking"),
    JobDamagedError("01K9XJ6T7M3V", "audio"),
    *_UNKNOWN,
)
_KINDS = ("audio/mp4", "audio/mpeg", "audio/ogg", "audio/flac", "audio/wav")
_FILES = (
    *sound("The file.", *_KINDS, headers={"ETag": "Changes when the file does."}),
    *(Answer("The range of it.", kind, BINARY, status=206) for kind in _KINDS),
    Answer("There is no such range.", "text/plain", {"type": "string"}, "", status=416),
)
_JOB = Answer("The job.", schema=told.JOB_SCHEMA, example=told.JOB)


@post(
    "/",
    status_code=202,
    opt=documented(
        Answer("The job, which waits.", schema=told.JOB_SCHEMA, example=told.JOB, status=202),
        body=_BODY,
        refuses=_REFUSED,
        headers={"Idempotency-Key": "A name for this job: under it a retry makes no second one."},
    ),
)
async def submit(request: Connection, jobs: Given[Jobs], settings: Given[Settings]) -> ASGIResponse:
    """Take a long text in, to be spoken behind all who listen.

    Send JSON, or a bare text (text/plain, text/markdown) with the other fields in the query. Under
    an Idempotency-Key the same job is answered again. Refused at once: 413 a text that is too long,
    422 a field that is wrong, 404 an unknown voice, 409 a key that stood for something else, 503
    too many jobs that wait, 507 a full disk.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = wire.decode_job(await request.body(), media_type, dict(request.query_params))
    manuscript = wire.manuscript(body, settings.target, request.user.owner)
    job = await jobs.submit(manuscript, request.headers.get("idempotency-key"))
    return _json(job, status_code=202, headers={"Location": f"/api/v1/jobs/{job.id}"})


@get(
    "/",
    opt=documented(
        Answer("A page of jobs.", schema=told.PAGE_SCHEMA, example=told.PAGE),
        about={"states": "The states wanted, separated by commas."},
        refuses=(*RANGE, WRONG_PARAMETER, *STORE),
    ),
)
async def find(
    request: Connection,
    jobs: Given[Jobs],
    states: Annotated[str | None, QueryParameter(name="state")] = None,
    limit: FromQuery[int] = 100,
    after: FromQuery[str | None] = None,
) -> ASGIResponse:
    """List the jobs, newest first; `next` is the `after` of the next page.

    `state` names the states wanted, separated by commas; all of them without it.
    """
    search = JobSearch(request.user.owner, wire.decode_states(states), limit, after)
    reply = encode(wire.listed(await jobs.find(search)))
    return ASGIResponse(body=reply, media_type="application/json")


@get("/{job_id:str}", opt=documented(_JOB, refuses=_UNKNOWN))
async def status(request: Connection, job_id: FromPath[str], jobs: Given[Jobs]) -> ASGIResponse:
    """Tell how far a job is, and what came of it."""
    return _json(await jobs.get(request.user.owner, job_id))


@delete(
    "/{job_id:str}",
    status_code=204,
    opt=documented(Answer("It is forgotten.", "", status=204), refuses=_UNKNOWN),
)
async def remove(request: Connection, job_id: FromPath[str], jobs: Given[Jobs]) -> None:
    """Forget a job, wherever it stands, with its sound."""
    await jobs.delete(request.user.owner, job_id)


@post("/{job_id:str}/pause", status_code=200, opt=documented(_JOB, refuses=_MOVED))
async def pause(request: Connection, job_id: FromPath[str], jobs: Given[Jobs]) -> ASGIResponse:
    """Stop speaking until the job is resumed; 409 for a job that has ended or is paused."""
    return _json(await jobs.pause(request.user.owner, job_id))


@post("/{job_id:str}/resume", status_code=200, opt=documented(_JOB, refuses=_MOVED))
async def resume(request: Connection, job_id: FromPath[str], jobs: Given[Jobs]) -> ASGIResponse:
    """Go on with a job that is paused or has failed, where it was left; 409 for any other."""
    return _json(await jobs.resume(request.user.owner, job_id))


@post("/{job_id:str}/cancel", status_code=200, opt=documented(_JOB, refuses=_MOVED))
async def cancel(request: Connection, job_id: FromPath[str], jobs: Given[Jobs]) -> ASGIResponse:
    """Stop a job for good and let go of its sound; 409 for a job that has ended."""
    return _json(await jobs.cancel(request.user.owner, job_id))


@get(
    "/{job_id:str}/events",
    media_type="text/event-stream",
    opt=documented(
        Answer("Events, until the job ends.", "text/event-stream"),
        refuses=_UNKNOWN,
    ),
)
async def events(
    request: Connection, job_id: FromPath[str], jobs: Given[Jobs], sessions: Given[Sessions]
) -> ASGIApp:
    """Tell how far a job is, as server-sent events.

    `progress` while it waits or is spoken, `paused`, and at last `done`, `failed`, `cancelled` or
    `deleted`; the data is the job. A comment is sent every 15 seconds while nothing happens.
    """
    job = await jobs.get(request.user.owner, job_id)
    return JobEvents(jobs, job, closing=lambda: sessions.closing)


@get(
    "/{job_id:str}/chapters",
    opt=documented(
        Answer("The chapters.", schema=told.CHAPTERS_SCHEMA, example=told.CHAPTERS),
        refuses=_UNKNOWN,
    ),
)
async def chapters(request: Connection, job_id: FromPath[str], jobs: Given[Jobs]) -> ASGIResponse:
    """List the chapters, with their times once the job is done."""
    job = await jobs.get(request.user.owner, job_id)
    return ASGIResponse(body=encode(wire.chapters(job)), media_type="application/json")


@route(
    "/{job_id:str}/audio",
    http_method=[HttpMethod.GET, HttpMethod.HEAD],
    status_code=200,
    opt=documented(*_FILES, refuses=_UNFINISHED, headers={"Range": "The part that is wanted."}),
)
async def audio(request: Connection, job_id: FromPath[str], jobs: Given[Jobs]) -> ASGIApp:
    """Answer the file of a job that is done, or the range of it that is asked for."""
    job, file = await jobs.result(request.user.owner, job_id)
    headers = {
        "Content-Type": job.order.to.media_type,
        "Content-Disposition": _named(job),
        "X-Synthetic-Audio": "true",
    }
    return RangedFile(file, headers=headers, etag=f"{job.id}-{job.updated_at.timestamp():.0f}")


@get(
    "/{job_id:str}/captions.srt",
    opt=documented(
        Answer("The captions.", "application/x-subrip", {"type": "string"}), refuses=_UNFINISHED
    ),
)
async def captions_srt(
    request: Connection, job_id: FromPath[str], jobs: Given[Jobs]
) -> ASGIResponse:
    """Answer the captions of a job that is done, as SubRip."""
    found = await jobs.captions(request.user.owner, job_id)
    return await _captions(found, srt, "application/x-subrip; charset=utf-8")


@get(
    "/{job_id:str}/captions.vtt",
    opt=documented(Answer("The captions.", "text/vtt", {"type": "string"}), refuses=_UNFINISHED),
)
async def captions_vtt(
    request: Connection, job_id: FromPath[str], jobs: Given[Jobs]
) -> ASGIResponse:
    """Answer the captions of a job that is done, as WebVTT."""
    found = await jobs.captions(request.user.owner, job_id)
    return await _captions(found, vtt, "text/vtt")


def routes(settings: Settings) -> Router:
    """Return the routes of jobs; only the one for texts takes large bodies."""
    texts = Router(
        "/",
        route_handlers=[submit],
        request_max_body_size=settings.longest_job_text * _BYTES_A_CHARACTER + _OTHER_FIELDS,
    )
    return Router(
        "/jobs",
        route_handlers=[
            *(texts, find, status, remove, pause, resume, cancel),
            *(events, chapters, audio, captions_srt, captions_vtt),
        ],
    )


def _json(
    job: Job, *, status_code: int = 200, headers: dict[str, str] | None = None
) -> ASGIResponse:
    body = encode(wire.told(job))
    return ASGIResponse(body=body, status_code=status_code, headers=headers, media_type=JSON)


async def _captions(
    found: AsyncIterator[Cue], written: Callable[[int, Cue], str], media_type: str
) -> ASGIResponse:
    blocks: list[str] = []
    async for cue in found:
        blocks.append(written(len(blocks) + 1, cue))
    return ASGIResponse(body="".join(blocks).encode(), media_type=media_type)


def _named(job: Job) -> str:
    """Offer the file under its title, in letters that every client reads and in its own."""
    name = f"{job.order.title}.{job.order.to}"
    plain = "".join(each if each.isascii() and each not in '"\\/%' else "_" for each in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
