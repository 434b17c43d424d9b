"""Jobs to rows and back."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row

from domain.job import Binding, Bound, Chapter, Fault, Job, JobOrder, JobState, Progress
from domain.loudness import Target
from domain.script import Prosody
from domain.speech import SpeechSettings

_Row = Row[*tuple[Any, ...]]


def job_row(job: Job) -> dict[str, Any]:
    """Return the columns of `jobs`; the key is the database's to give."""
    return progress_row(job.progress) | {
        "id": job.id,
        "owner": job.owner,
        "state": str(job.state),
        "shelf": job.shelf,
        "request": json.dumps(asdict(job.order)),
        "passages": job.progress.passages,
        "characters": job.progress.characters,
        "created_at": job.created_at,
        "updated_at": job.updated_at,
    }


def progress_row(progress: Progress) -> dict[str, Any]:
    """Return the columns that change while a job is spoken."""
    return {
        "spoken_passages": progress.spoken_passages,
        "spoken_characters": progress.spoken_characters,
        "seconds": progress.seconds,
    }


def chapter_rows(key: int, chapters: Sequence[Chapter]) -> list[dict[str, Any]]:
    """Return the columns of `job_chapters` for the job of this key."""
    return [
        {
            "job_key": key,
            "position": position,
            "title": chapter.title,
            "passage": chapter.passage,
            "start_s": chapter.start_s,
        }
        for position, chapter in enumerate(chapters)
    ]


def read_job(row: _Row, chapters: Iterable[_Row]) -> Job:
    """Return the job of a row."""
    counted = (row.passages, row.characters, row.spoken_passages, row.spoken_characters)
    return Job(
        id=row.id,
        owner=row.owner,
        order=_order(json.loads(row.request)),
        state=JobState(row.state),
        progress=Progress(*counted, seconds=row.seconds),
        chapters=tuple(Chapter(each.title, each.passage, each.start_s) for each in chapters),
        shelf=row.shelf,
        created_at=row.created_at,
        updated_at=row.updated_at,
        bound=_bound(row),
        fault=None if row.fault_kind is None else Fault(row.fault_kind, row.fault),
    )


def _order(told: dict[str, Any]) -> JobOrder:
    return JobOrder(
        **told
        | {
            "to": Binding(told["to"]),
            "settings": SpeechSettings(**told["settings"]),
            "prosody": Prosody(**told["prosody"]),
            "target": Target(**told["target"]),
        }
    )


def _bound(row: _Row) -> Bound | None:
    if row.size_bytes is None:
        return None
    return Bound(row.size_bytes, row.seconds, row.lufs, row.peak_dbtp)
