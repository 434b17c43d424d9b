"""Answers in JSON, and what every handler asks of a request."""

from collections.abc import Mapping
from typing import Any

from litestar import Request
from litestar.response.base import ASGIResponse

from entrypoints.body import encode

Connection = Request[Any, Any, Any]

MIB = 2**20


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


def once(request: Connection) -> str | None:
    """Return the caller's own name for a save, under which a retry saves nothing."""
    return request.headers.get("idempotency-key") or None
