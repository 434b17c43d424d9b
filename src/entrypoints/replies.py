"""Answers in JSON and recordings, and what every handler asks of a request."""

from collections.abc import Mapping
from typing import Any

from litestar import Request
from litestar.response.base import ASGIResponse

from domain.voice import Clip
from entrypoints.body import encode

Connection = Request[Any, Any, Any]


def json(
    reply: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> ASGIResponse:
    """Answer a struct."""
    return ASGIResponse(
        body=encode(reply),
        status_code=status,
        headers=dict(headers or {}),
        media_type="application/json",
    )


def recording(clip: Clip, *, synthetic: bool = False) -> ASGIResponse:
    """Answer what was kept of a voice, as FLAC."""
    headers = {"X-Sample-Rate": str(clip.rate_hz)}
    if synthetic:
        headers["X-Synthetic-Audio"] = "true"
    return ASGIResponse(body=clip.flac, headers=headers, media_type="audio/flac")


def once(request: Connection) -> str | None:
    """Return the caller's own name for a save, under which a retry saves nothing."""
    return request.headers.get("idempotency-key") or None
