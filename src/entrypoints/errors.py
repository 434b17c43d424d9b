"""From what went wrong to an HTTP answer: one table, one shape, one sentence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from operator import attrgetter
from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from domain.errors import (
    AccessError,
    ClipTooLargeError,
    ConflictError,
    InputError,
    MarkupError,
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
    (MarkupError, 400),
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

TOO_LARGE = "The body is too large; send less at a time."
BROKEN = "Something broke here; the log knows more."
_CLIENT_CLOSED = 499


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong, for a dialect to put into its own shape."""

    detail: str
    status: int
    error: Exception
    headers: Mapping[str, str] = field(default_factory=dict)


Handlers = dict[int | type[Exception], Callable[[Connection, Any], Response[Any]]]


def handlers(
    shape: Callable[[Failure], Any],
    media_type: str = "application/json",
    status: Callable[[Failure], int] = attrgetter("status"),
) -> Handlers:
    """Return what answers every failure in one dialect.

    Its bodies are what `shape` makes; `status` answers where the dialect has other numbers.
    """

    def answered(judge: Callable[[Connection, Any], Failure]) -> Callable[..., Response[Any]]:
        def answer(request: Connection, error: Any) -> Response[Any]:
            failure = judge(request, error)
            headers = dict(failure.headers)
            return Response(
                shape(failure),
                status_code=status(failure),
                headers=headers,
                media_type=media_type,
            )

        return answer

    return {
        SpeechError: answered(lambda _request, error: refused(error)),
        HTTPException: answered(_http_failed),
        ClientGoneError: answered(_client_gone),
        Exception: answered(_broke),
    }


def refused(error: SpeechError) -> Failure:
    """What the domain refused, with the sentence it gives."""
    status = next(status for kind, status in STATUS if isinstance(error, kind))
    headers = {}
    if isinstance(error, UnavailableError):
        headers["Retry-After"] = str(max(1, round(error.retry_after_s or 1)))
    if isinstance(error, AccessError):
        headers["WWW-Authenticate"] = "Bearer"
    return Failure(str(error), status, error, headers)


def _http_failed(request: Connection, error: HTTPException) -> Failure:
    """What the framework refused: an unknown path, a wrong method, too large a body."""
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _broke(request, error)
    what = f"{request.method} {request.url.path}"
    said = {
        HTTPStatus.NOT_FOUND: f"There is nothing at {what}; GET / tells where to go.",
        HTTPStatus.METHOD_NOT_ALLOWED: f"{what} is not possible; see the Allow header.",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: TOO_LARGE,
    }
    detail = said.get(HTTPStatus(error.status_code), error.detail)
    return Failure(detail, error.status_code, error, dict(error.headers or {}))


def _client_gone(_request: Connection, error: ClientGoneError) -> Failure:
    """Nobody reads this: the client hung up."""
    return Failure("The client closed the connection.", _CLIENT_CLOSED, error)


def _broke(request: Connection, error: Exception) -> Failure:
    """A fault of ours: the log has the trace, the client the request's id."""
    log.error("request failed", path=request.url.path, exc_info=error)
    return Failure(BROKEN, 500, error)


HANDLERS = handlers(lambda failure: {"detail": failure.detail})
"""What answers where no dialect has a shape of its own."""
