"""What clients send and expect of jobs: structs, pure decode and encode."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from domain.errors import InputError
from domain.job import Job, JobOrder, JobState, Manuscript, binding_named, title_of
from domain.loudness import Target
from domain.ports.jobs import JobPage
from domain.script import Prosody
from domain.speech import RANGES, SpeechSettings, check_range
from entrypoints.body import decode

_PITCHES = (0.5, 2.0)
_TEXTS = frozenset({"text/plain", "text/markdown"})

ABOUT = {
    "text": "What to speak: plain text, Markdown, or SSML, which begins with <speak. Chapters begin"
    " at headings (# and ##), at lines such as Chapter 3, or at marks named chapter:Title.",
    "title": "What the file is called.",
    "ssml": "Whether the text is SSML; by default it is if it begins with <speak.",
    "language": "The text's language, such as en or zh-cn.",
    "voice": "A saved voice or a built-in speaker.",
    "format": "The file to make: m4b, mp3, opus, flac or wav.",
    "loudness": "The loudness to reach in LUFS, or off.",
    "speed": "How fast to speak; 1 is the voice's own pace.",
    "pitch": "How high to speak; 1 is the voice's own pitch.",
    "normalize": "Whether numbers, dates and the like become words before the engine reads them.",
    "temperature": "How far the delivery may stray.",
    "top_k": "How many of the likeliest tokens are drawn from.",
    "top_p": "How likely all tokens together are that are drawn from.",
    "repetition_penalty": "How much less likely a token becomes once it was drawn.",
    "seed": "The same text with the same seed throws the same dice.",
}


EXAMPLE = {"text": "# One\n\nIt began.\n", "title": "My book", "format": "m4b"}


class JobBody(msgspec.Struct):
    """The body of `POST /api/v1/jobs`; unknown fields are ignored."""

    text: str
    title: str = ""
    ssml: bool | None = None
    language: str | None = None
    voice: str | None = None
    format: str = "m4b"
    loudness: float | Literal["off"] | None = None
    speed: float = 1.0
    pitch: float = 1.0
    normalize: bool = False
    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    repetition_penalty: float | None = None
    seed: int | None = None


def decode_job(body: bytes, media_type: str, query: Mapping[str, str]) -> JobBody:
    """Read a job: JSON, or a bare text whose other fields stand in the query."""
    if media_type not in _TEXTS:
        return decode(body, JobBody)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"The text is not UTF-8 (byte {error.start}); save it as UTF-8 and send it again."
        raise InputError(msg) from error
    return decode(msgspec.json.encode({**query, "text": text}), JobBody)


def manuscript(job: JobBody, usual: Target, owner: str) -> Manuscript:
    """Return what the domain is to speak."""
    check_range("pitch", job.pitch, _PITCHES)
    settings = {name: getattr(job, name) for name in RANGES if hasattr(job, name)}
    order = JobOrder(
        title=title_of(job.title) or "Untitled",
        to=binding_named(job.format),
        voice=job.voice or None,
        language=job.language or None,
        settings=SpeechSettings(**settings),
        prosody=Prosody(pitch=job.pitch),
        in_words=job.normalize,
        target=usual.asked(job.loudness),
    )
    return Manuscript(job.text, order, job.ssml, owner)


def decode_states(wanted: str | None) -> frozenset[JobState]:
    """Read which states a list is asked for, separated by commas; none means all."""
    if not wanted:
        return frozenset(JobState)
    try:
        return frozenset(JobState(each.strip().lower()) for each in wanted.split(","))
    except ValueError as error:
        msg = f"The field 'state' is wrong; use some of: {', '.join(JobState)}."
        raise InputError(msg) from error


def schema() -> dict[str, Any]:
    """Return the JSON schema of `JobBody`, with what each field means and may be."""
    (_,), components = msgspec.json.schema_components([JobBody])
    found: dict[str, Any] = components["JobBody"]
    for name, field in found["properties"].items():
        field["description"] = ABOUT[name]
        if within := {**RANGES, "pitch": _PITCHES}.get(name):
            field["minimum"], field["maximum"] = within
    return found


def told(job: Job, eta_s: float | None = None) -> dict[str, Any]:
    """Answer a job."""
    return {
        "id": job.id,
        "title": job.order.title,
        "state": job.state,
        "stage": job.stage,
        "format": job.order.to,
        "voice": job.order.voice,
        "language": job.order.language,
        "created_at": _moment(job.created_at),
        "updated_at": _moment(job.updated_at),
        "progress": _progress(job) | {"eta_s": eta_s},
        "chapters": len(job.chapters),
        "result": _result(job),
        "error": job.fault and {"kind": job.fault.kind, "detail": job.fault.detail},
    }


def listed(page: JobPage) -> dict[str, Any]:
    """Answer a page of jobs."""
    return {"jobs": [told(job) for job in page.jobs], "total": page.total, "next": page.next}


def chapters(job: Job) -> dict[str, Any]:
    """Answer the chapters, with their times once the job is done."""
    starts = [chapter.start_s for chapter in job.chapters]
    ends = [*starts[1:], job.bound.seconds if job.bound else None]
    return {
        "chapters": [
            {"title": chapter.title, "start_ms": _ms(start), "end_ms": _ms(end)}
            for chapter, start, end in zip(job.chapters, starts, ends, strict=True)
        ]
    }


def _progress(job: Job) -> dict[str, Any]:
    progress = job.progress
    return {
        "share": round(progress.share, 4),
        "passages": progress.passages,
        "spoken_passages": progress.spoken_passages,
        "characters": progress.characters,
        "spoken_characters": progress.spoken_characters,
        "seconds": round(progress.seconds, 3),
    }


def _result(job: Job) -> dict[str, Any] | None:
    if job.bound is None:
        return None
    here = f"/api/v1/jobs/{job.id}"
    return {
        "seconds": round(job.bound.seconds, 3),
        "size_bytes": job.bound.size_bytes,
        "media_type": job.order.to.media_type,
        "loudness_lufs": job.bound.lufs,
        "peak_dbtp": job.bound.peak_dbtp,
        "audio": f"{here}/audio",
        "chapters": f"{here}/chapters",
        "captions": {"srt": f"{here}/captions.srt", "vtt": f"{here}/captions.vtt"},
    }


def _moment(when: datetime) -> str:
    return when.isoformat()


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
