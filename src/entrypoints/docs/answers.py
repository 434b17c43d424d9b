"""Answers and refusals, as the document has them; refusals look as their dialect makes them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from domain.errors import SpeechError
from entrypoints.body import encode
from entrypoints.dialect import Dialect
from entrypoints.documented import Answer, Refusal
from entrypoints.errors import Failure, refused

Responses = dict[str, dict[str, Any]]

_HEADERS = {
    "Retry-After": "Seconds after which to try again.",
    "WWW-Authenticate": "How to send a key.",
}


def answered(answers: Iterable[Answer]) -> Responses:
    """Return what comes when all goes well; several kinds of content share one status."""
    found: Responses = {}
    for each in answers:
        response = found.setdefault(str(each.status), {"description": each.says})
        if each.headers:
            response["headers"] = _headers(each.headers)
        if each.media_type:
            response.setdefault("content", {})[each.media_type] = _content(each)
    return found


def refusals(dialect: Dialect, refuses: Iterable[Refusal]) -> Responses:
    """Return what comes otherwise: for each status its meaning, and an example of each error."""
    by_status: dict[int, list[Failure]] = defaultdict(list)
    for each in refuses:
        failure = each if isinstance(each, Failure) else refused(each)
        by_status[dialect.status(failure)].append(failure)
    return {str(status): _refusal(dialect, by_status[status]) for status in sorted(by_status)}


def shared(paths: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Write each refusal once and let the operations refer to it; return what they refer to."""
    found: dict[str, Any] = {}
    names: dict[bytes, str] = {}
    for operation in (each for path in paths.values() for each in path.values()):
        for status, response in operation["responses"].items():
            if int(status) >= HTTPStatus.BAD_REQUEST:
                name = names.setdefault(encode(response), f"{status}-{len(names) + 1}")
                found[name] = response
                operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    return found


def _refusal(dialect: Dialect, failures: list[Failure]) -> dict[str, Any]:
    examples = {
        _name(each): {"summary": _meaning(each), "value": dialect.shape(each)} for each in failures
    }
    told = dict.fromkeys(each["summary"] for each in examples.values())
    response: dict[str, Any] = {
        "description": " ".join(told),
        "content": {dialect.media_type: {"schema": dict(dialect.schema), "examples": examples}},
    }
    headers = {name: _HEADERS[name] for each in failures for name in each.headers}
    return response | ({"headers": _headers(headers)} if headers else {})


def _content(answer: Answer) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": dict(answer.schema)}
    return content if answer.example is None else content | {"example": answer.example}


def _headers(told: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: {"description": about, "schema": {"type": "string"}} for name, about in told.items()
    }


def _meaning(failure: Failure) -> str:
    """Say what an error is, as its own class says it."""
    if isinstance(failure.error, SpeechError):
        return (type(failure.error).__doc__ or "").partition("\n")[0].strip()
    return failure.detail


def _name(failure: Failure) -> str:
    """`TextTooLongError` is `text-too-long`."""
    if not isinstance(failure.error, SpeechError):
        return HTTPStatus(failure.status).phrase.lower().replace(" ", "-")
    words = re.findall(r"[A-Z][a-z]*", type(failure.error).__name__.removesuffix("Error"))
    return "-".join(words).lower()
