"""What the document tells of jobs: examples, and what each field of an answer means."""

from typing import Any

from entrypoints.schemas import like

JOB: dict[str, Any] = {
    "id": "01K9XJ6T7M3V",
    "title": "My book",
    "state": "done",
    "stage": "speaking",
    "format": "m4b",
    "voice": None,
    "language": "en",
    "created_at": "2026-11-21T12:00:00+00:00",
    "updated_at": "2026-11-21T12:03:00+00:00",
    "progress": {
        "share": 1.0,
        "passages": 2,
        "spoken_passages": 2,
        "characters": 12,
        "spoken_characters": 12,
        "seconds": 1.9,
        "eta_s": None,
    },
    "chapters": 1,
    "result": {
        "seconds": 1.9,
        "size_bytes": 17_000,
        "media_type": "audio/mp4",
        "loudness_lufs": -16.0,
        "peak_dbtp": -1.6,
        "audio": "/api/v1/jobs/01K9XJ6T7M3V/audio",
        "chapters": "/api/v1/jobs/01K9XJ6T7M3V/chapters",
        "captions": {
            "srt": "/api/v1/jobs/01K9XJ6T7M3V/captions.srt",
            "vtt": "/api/v1/jobs/01K9XJ6T7M3V/captions.vtt",
        },
    },
    "error": None,
}
CHAPTERS = {"chapters": [{"title": "One", "start_ms": 0, "end_ms": 1900}]}

_ABOUT = {
    "id": "What to ask for the job by.",
    "title": "What the file, or the chapter, is called.",
    "state": "queued, speaking, paused, done, cancelled or failed.",
    "stage": "What is done while it speaks: speaking, then binding.",
    "format": "The file that is made.",
    "voice": "Who speaks; null is the default voice.",
    "language": "The text's language; null is the server's own.",
    "created_at": "When it was handed in.",
    "updated_at": "When it last moved.",
    "progress": "How far it is.",
    "share": "Of the text, 0 to 1.",
    "passages": "Lines for the engine.",
    "spoken_passages": "Those that are spoken.",
    "characters": "Of the text.",
    "spoken_characters": "Those that are spoken.",
    "seconds": "Of sound.",
    "eta_s": "How much longer it may take, where that can be said.",
    "chapters": "How many there are; in a result, where they are listed.",
    "result": "What came of it, once it is done.",
    "size_bytes": "Of the file.",
    "media_type": "Of the file.",
    "loudness_lufs": "How loud it is.",
    "peak_dbtp": "Its true peak.",
    "audio": "Where the file is.",
    "captions": "Where the captions are.",
    "srt": "As SubRip.",
    "vtt": "As WebVTT.",
    "error": "Why it failed.",
    "start_ms": "Where it begins in the file.",
    "end_ms": "Where it ends.",
    "jobs": "The jobs of this page.",
    "total": "How many there are.",
    "next": "The `after` of the next page, if there is one.",
}
_MAY_BE_NULL = frozenset({"language", "result", "loudness_lufs", "start_ms", "end_ms"})


def _loose(schema: dict[str, Any]) -> dict[str, Any]:
    """Let what is not known yet be null."""
    for name, field in schema.get("properties", {}).items():
        _loose(field)
        if name in _MAY_BE_NULL:
            field["type"] = [field["type"], "null"]
    if "items" in schema:
        _loose(schema["items"])
    return schema


JOB_SCHEMA = _loose(like(JOB, _ABOUT))
PAGE = {"jobs": [JOB], "total": 1, "next": None}
PAGE_SCHEMA = _loose(like(PAGE, _ABOUT))
CHAPTERS_SCHEMA = _loose(like(CHAPTERS, _ABOUT))
