"""Documenting routes that read their bodies and write their answers themselves."""

from dataclasses import dataclass
from typing import Any, cast

import msgspec
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema

JSON = "application/json"


def takes(schema: dict[str, Any], example: object, media_type: str = JSON) -> type[Operation]:
    """Return what documents a body, with an example of it."""
    content = OpenAPIMediaType(schema=cast("Schema", schema), example=example)

    @dataclass
    class Taking(Operation):
        def __post_init__(self) -> None:
            self.request_body = RequestBody(content={media_type: content}, required=True)

    return Taking


def answers(kind: Any, description: str, media_type: str = JSON) -> ResponseSpec:
    """Document an answer; `bytes` is a file."""
    return ResponseSpec(
        kind, description=description, media_type=media_type, generate_examples=False
    )


def schema_of(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the JSON schema of a struct with every other one that it holds written out."""
    (_,), components = msgspec.json.schema_components([kind])
    found: dict[str, Any] = _written_out(components[kind.__name__], components)
    return found


def _written_out(part: Any, components: dict[str, Any]) -> Any:
    if isinstance(part, list):
        return [_written_out(each, components) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _written_out(components[part["$ref"].rpartition("/")[2]], components)
    return {name: _written_out(each, components) for name, each in part.items()}
