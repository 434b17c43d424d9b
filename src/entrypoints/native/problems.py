"""Problem documents for every route of the house's own API, and a page about each of them."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import structlog
from litestar import Router, get
from litestar.exceptions import NotFoundException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from domain.errors import SpeechError
from entrypoints.errors import STATUS, Failure, handlers
from entrypoints.guards import OPEN
from entrypoints.native.wire.problems import (
    MEDIA_TYPE,
    Problem,
    ProblemPage,
    kinds,
    pages,
    problem,
)
from entrypoints.replies import json

_WHEN = {
    400: "The body is no JSON, or a parameter is not what it should be.",
    401: "A key is needed, or the one sent is not known.",
    404: "What was named is not there.",
    409: "The name is taken, or somebody was quicker.",
    412: "The version named by If-Match is not the one there is.",
    413: "The text or the body is larger than this server takes.",
    422: "What was sent cannot be used; the sentence says what to change.",
    500: "Something is broken here.",
    503: "The engine, the studio or the database is busy; Retry-After says when to try again.",
    507: "The disk is full.",
}


def refusals(*statuses: int) -> dict[int, ResponseSpec]:
    """Document the refusals of a route; a missing key and a fault can come from any."""
    return {
        status: ResponseSpec(
            Problem, description=_WHEN[status], media_type=MEDIA_TYPE, generate_examples=False
        )
        for status in sorted({401, 500, *statuses})
    }


@get("/problems", opt=OPEN)
async def every_problem() -> ASGIResponse:
    """List the problems that an answer can have, and what each means."""
    return json({"problems": list(_pages().values())})


@get("/problems/{name:str}", opt=OPEN)
async def one_problem(name: FromPath[str]) -> ASGIResponse:
    """Tell what a problem means: the `type` of every problem document leads here."""
    if name not in _pages():
        raise NotFoundException
    return json(_pages()[name])


routes = Router("/", route_handlers=[every_problem, one_problem])


def _shape(failure: Failure) -> dict[str, Any]:
    request_id = structlog.contextvars.get_contextvars().get("request", "unknown")
    return problem(failure.error, failure.status, _detail(failure), request_id)


def _detail(failure: Failure) -> str:
    """Name the parameter that the framework could not read."""
    extra = failure.error.extra if isinstance(failure.error, ValidationException) else None
    if not isinstance(extra, list) or not extra:
        return failure.detail
    wrong = [f"{each.get('key', 'value')} ({each.get('message', 'invalid')})" for each in extra]
    return f"The request has a wrong parameter: {', '.join(wrong)}."


HANDLERS = handlers(_shape, MEDIA_TYPE)


@lru_cache
def _pages() -> Mapping[str, ProblemPage]:
    return pages({kind: _status(kind) for kind in kinds()})


def _status(kind: type[SpeechError]) -> int:
    return next(status for known, status in STATUS if issubclass(kind, known))
