"""JSON schemas of what is sent and answered, with what each field means."""

from collections.abc import Mapping
from typing import Any

import msgspec

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
TEXT = "text/plain"
WAV = "audio/wav"
FLAC = "audio/flac"
FILE = "application/octet-stream"

BINARY: Mapping[str, Any] = {"type": "string", "format": "binary"}

Range = tuple[float, float]


def told(
    kind: type[msgspec.Struct],
    about: Mapping[str, str] | None = None,
    within: Mapping[str, Range] | None = None,
    **further: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the schema of a struct, with every other one that it holds written out.

    `about` says what a field means, at whatever depth, where its type does not say it; `within`
    what a number may be; `further` adds fields that the struct has not, all of them required.
    """
    schema: dict[str, Any] = schema_of(kind)
    _describe(schema, about or {}, within or {})
    schema["properties"] = {**further, **schema["properties"]}
    schema["required"] = [*further, *schema.get("required", ())]
    return schema


def schema_of(kind: Any) -> dict[str, Any]:
    """Return the schema of any type, all in one piece."""
    (schema,), components = msgspec.json.schema_components([kind])
    found: dict[str, Any] = _written_out(schema, components)
    return found


def record(**fields: tuple[Any, str]) -> dict[str, Any]:
    """Return the schema of an object that is answered: of each field its kind and its meaning.

    A kind is a type, or a schema that is made already.
    """
    return {
        "type": "object",
        "properties": {
            name: {**_schema(kind), "description": about} for name, (kind, about) in fields.items()
        },
        "required": list(fields),
    }


def like(example: Any, about: Mapping[str, str], otherwise: str = "") -> dict[str, Any]:
    """Return the schema of what looks like an example; what is null there may be anything.

    `about` says what fields mean, at whatever depth; `otherwise` stands for all others.
    """
    if isinstance(example, Mapping):
        fields = {
            name: {**like(each, about, otherwise), "description": about.get(name, otherwise)}
            for name, each in example.items()
        }
        return {"type": "object", "properties": fields}
    if isinstance(example, list | tuple):
        return listed(like(example[0], about, otherwise) if example else {})
    kinds = {bool: "boolean", int: "number", float: "number", str: "string"}
    kind = kinds.get(type(example))
    return {"type": kind} if kind else {}


def listed(items: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a list of such things."""
    return {"type": "array", "items": dict(items)}


def _schema(kind: Any) -> Mapping[str, Any]:
    return kind if isinstance(kind, Mapping) else schema_of(kind)


def _describe(part: Any, about: Mapping[str, str], within: Mapping[str, Range]) -> None:
    """Put into all the objects of a schema what their fields mean and may be."""
    if isinstance(part, list):
        for each in part:
            _describe(each, about, within)
    if not isinstance(part, dict):
        return
    for name, field in part.get("properties", {}).items():
        if name in about:
            field.setdefault("description", about[name])
        if name in within:
            field["minimum"], field["maximum"] = within[name]
    for each in part.values():
        _describe(each, about, within)


def _written_out(part: Any, components: Mapping[str, Any]) -> Any:
    if isinstance(part, list):
        return [_written_out(each, components) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        return _written_out(components[name], components)
    if part.get("prefixItems"):
        return _pair(part)
    return {name: _written_out(each, components) for name, each in part.items()}


def _pair(part: dict[str, Any]) -> dict[str, Any]:
    """Write a tuple of like things as a list of so many: readers of schemas know lists better."""
    length = len(part["prefixItems"])
    items = part["prefixItems"][0]
    return {"type": "array", "items": items, "minItems": length, "maxItems": length}
