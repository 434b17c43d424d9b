"""What the API's documentation tells of routes that read their own body and write their own answer.

The framework documents what it decodes and encodes itself; these are told here instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from litestar.openapi.spec import (
    Example,
    OpenAPIMediaType,
    OpenAPIResponse,
    Operation,
    Parameter,
    Reference,
    RequestBody,
    Schema,
)

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
WAV = "audio/wav"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route answers when all goes well: audio, text or JSON, and an example of it."""

    says: str
    media_type: str = WAV
    example: Any = None


def documented(
    answer: Answer,
    *,
    body: Mapping[str, tuple[Mapping[str, Any], Any]] | None = None,
    query: Mapping[str, Any] | None = None,
) -> type[Operation]:
    """Return the operation class of a route.

    `body` has a schema and an example for each media type it may come as; `query` is the schema
    of an object whose properties are the query's parameters.
    """

    @dataclass
    class Documented(Operation):
        def __post_init__(self) -> None:
            self.responses = {**(self.responses or {}), "200": _response(answer)}
            if body:
                content = {kind: _media(*told) for kind, told in body.items()}
                self.request_body = RequestBody(content=content, required=True)
            if query:
                self.parameters = [*(self.parameters or []), *_parameters(query)]

    return Documented


def told(kind: type[msgspec.Struct], about: Mapping[str, str], **further: Any) -> dict[str, Any]:
    """Return the JSON schema of a struct, with what each field means; `further` adds fields."""
    (_,), components = msgspec.json.schema_components([kind])
    schema: dict[str, Any] = components[kind.__name__]
    for name, field in schema["properties"].items():
        field["description"] = about[name]
    schema["properties"] |= further
    schema["required"] = [*schema.get("required", ()), *further]
    return schema


def _response(answer: Answer) -> OpenAPIResponse:
    binary = answer.media_type.startswith("audio/")
    schema = {"type": "string", "format": "binary"} if binary else {}
    content = {answer.media_type: _media(schema, answer.example)}
    return OpenAPIResponse(description=answer.says, content=content)


def _media(schema: Mapping[str, Any], example: Any) -> OpenAPIMediaType:
    examples: dict[str, Example | Reference] | None
    examples = None if example is None else {"usual": Example(value=example)}
    return OpenAPIMediaType(schema=cast("Schema", dict(schema)), examples=examples)


def _parameters(schema: Mapping[str, Any]) -> list[Parameter]:
    required = schema.get("required", ())
    return [
        Parameter(
            name=name,
            param_in="query",
            description=field["description"],
            required=name in required,
            schema=cast("Schema", {key: field[key] for key in field if key != "description"}),
        )
        for name, field in schema["properties"].items()
    ]
