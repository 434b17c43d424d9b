"""From what went wrong to an HTTP answer: one table, one shape, one sentence."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from domain.errors import (
    AccessError,
    ClipTooLargeError,
    ConflictError,
    InputError,
    NotFoundError,
    SpeechCancelledError,
    SpeechError,
    StoreFullError,
    TextTooLongError,
    UnavailableError,
    VoiceDamagedError,
)
from entrypoints.body import MalformedBodyError
from entrypoints.listening import ClientGoneError

log = structlog.get_logger()

Connection = Request[Any, Any, Any]

STATUS: tuple[tuple[type[SpeechError], int], ...] = (
    (MalformedBodyError, 400),
    (TextTooLongError, 413),
    (ClipTooLargeError, 413),
    (InputError, 422),
    (AccessError, 401),
    (NotFoundError, 404),
    (ConflictError, 409),
    (SpeechCancelledError, 409),
    (StoreFullError, 507),
    (UnavailableError, 503),
    (VoiceDamagedError, 500),
    (SpeechError, 500),
)
"""The first row whose error it is gives the status."""

_CLIENT_CLOSED = 499


def speech_failed(_request: Connection, error: SpeechError) -> Response[dict[str, str]]:
    """Answer what the domain refused, with the sentence it gives."""
    status = next(status for kind, status in STATUS if isinstance(error, kind))
    headers = {}
    if isinstance(error, UnavailableError):
        headers["Retry-After"] = str(max(1, round(error.retry_after_s or 1)))
    if isinstance(error, AccessError):
        headers["WWW-Authenticate"] = "Bearer"
    return _answer(str(error), status, headers)


def http_failed(request: Connection, error: HTTPException) -> Response[dict[str, str]]:
    """Answer what the framework refused: an unknown path, a wrong method, too large a body."""
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return broke(request, error)
    what = f"{request.method} {request.url.path}"
    said = {
        HTTPStatus.NOT_FOUND: f"There is nothing at {what}; GET / tells where to go.",
        HTTPStatus.METHOD_NOT_ALLOWED: f"{what} is not possible; see the Allow header.",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large; send less at a time.",
    }
    detail = said.get(HTTPStatus(error.status_code), error.detail)
    return _answer(detail, error.status_code, dict(error.headers or {}))


def client_gone(_request: Connection, _error: ClientGoneError) -> Response[dict[str, str]]:
    """Answer nobody: the client hung up."""
    return _answer("The client closed the connection.", _CLIENT_CLOSED, {})


def broke(request: Connection, error: Exception) -> Response[dict[str, str]]:
    """Answer a fault of ours: the log has the trace, the client the request's id."""
    log.error("request failed", path=request.url.path, exc_info=error)
    return _answer("Something broke here; the log knows more.", 500, {})


HANDLERS: dict[int | type[Exception], Callable[[Connection, Any], Response[Any]]] = {
    SpeechError: speech_failed,
    HTTPException: http_failed,
    ClientGoneError: client_gone,
    Exception: broke,
}


def _answer(detail: str, status: int, headers: dict[str, str]) -> Response[dict[str, str]]:
    return Response({"detail": detail}, status_code=status, headers=headers)
