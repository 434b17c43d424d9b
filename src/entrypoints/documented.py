"""What a route says of itself beside its docstring; `entrypoints.docs` makes the document of it.

A route names the errors it can have, never their statuses: how an error looks is its dialect's
matter, and the document asks the dialect.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.errors import SpeechError
from entrypoints.errors import Failure
from entrypoints.schemas import BINARY, JSON

Refusal = SpeechError | Failure

NAME = "documented"


@dataclass(frozen=True, slots=True)
class Body:
    """One way to send what a route takes, and an example that works."""

    schema: Mapping[str, Any]
    example: Any = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route answers when all goes well."""

    says: str
    media_type: str = JSON
    schema: Mapping[str, Any] = field(default_factory=dict)
    example: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    """Each with what it tells."""


@dataclass(frozen=True, slots=True)
class Documented:
    """All that a route says."""

    answers: Sequence[Answer] = ()
    body: Mapping[str, Body] = field(default_factory=dict)
    query: Mapping[str, Any] | None = None
    about: Mapping[str, str] = field(default_factory=dict)
    examples: Mapping[str, Any] = field(default_factory=dict)
    refuses: Sequence[Refusal] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def __deepcopy__(self, _memo: object) -> "Documented":
        """The framework copies its handlers whole, and errors cannot be copied; nor need they."""
        return self


def documented(
    *answers: Answer,
    body: Mapping[str, Body] | None = None,
    query: Mapping[str, Any] | None = None,
    about: Mapping[str, str] | None = None,
    examples: Mapping[str, Any] | None = None,
    refuses: Sequence[Refusal] = (),
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the `opt` of a handler.

    `body` has a schema and an example for each media type it may come as; `query` is the schema
    of an object whose properties are the query's parameters, for a route that reads them itself;
    `about` says what the handler's own parameters mean, `examples` what may stand for parameters;
    `headers` are those that a request may carry.
    """
    told = Documented(
        answers, body or {}, query, about or {}, examples or {}, refuses, headers or {}
    )
    return {NAME: told}


SPOKEN_HEADERS = {
    "X-Session-Id": "What to watch and stop the speech by.",
    "X-Sample-Rate": "Samples a second.",
    "X-Synthetic-Audio": "true: nobody said this.",
    "X-SSML-Warnings": "A JSON list of what was not understood of the markup, if anything.",
}

PREVIEW_HEADERS = {name: SPOKEN_HEADERS[name] for name in ("X-Sample-Rate", "X-Synthetic-Audio")}


def sound(says: str, *media_types: str, headers: Mapping[str, str] | None = None) -> list[Answer]:
    """Document sound, in any of several kinds."""
    named = SPOKEN_HEADERS if headers is None else headers
    return [Answer(says, each, BINARY, headers=named) for each in media_types]
