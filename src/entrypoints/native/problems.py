"""Problem documents for every route of the house's own API, and a page about each of them."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import structlog
from litestar import Router, get
from litestar.exceptions import NotFoundException, ValidationException
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from domain.errors import SpeechError
from entrypoints.dialect import Dialect
from entrypoints.documented import Answer, documented
from entrypoints.errors import STATUS, Failure
from entrypoints.guards import OPEN
from entrypoints.native.wire.problems import (
    ABOUT,
    MEDIA_TYPE,
    Problem,
    ProblemPage,
    kinds,
    pages,
    problem,
)
from entrypoints.refusals import NO_SUCH_PATH
from entrypoints.replies import json
from entrypoints.schemas import listed, record, told

_EXAMPLE = {
    "type": "/problems/engine-busy",
    "title": "Engine busy",
    "status": 503,
    "about": "Too many lines wait already.",
    "data": ["retry_after_s"],
}


@get(
    "/problems",
    opt=OPEN
    | documented(
        Answer(
            "The problems.",
            schema=record(problems=(listed(told(ProblemPage, ABOUT)), "All of them.")),
            example={"problems": [_EXAMPLE]},
        )
    ),
)
async def every_problem() -> ASGIResponse:
    """List the problems that an answer can have, and what each means."""
    return json({"problems": list(_pages().values())})


@get(
    "/problems/{name:str}",
    opt=OPEN
    | documented(
        Answer("The problem.", schema=told(ProblemPage, ABOUT), example=_EXAMPLE),
        about={"name": "The last part of a problem's type."},
        examples={"name": "engine-busy"},
        refuses=(NO_SUCH_PATH,),
    ),
)
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


DIALECT = Dialect(
    "Rhapsode",
    "The house's own API: all that this server can do. Errors are problem documents (RFC 9457),"
    " with further members that hold their data.",
    shape=_shape,
    schema=told(Problem),
    media_type=MEDIA_TYPE,
)


@lru_cache
def _pages() -> Mapping[str, ProblemPage]:
    return pages({kind: _status(kind) for kind in kinds()})


def _status(kind: type[SpeechError]) -> int:
    return next(status for known, status in STATUS if issubclass(kind, known))
