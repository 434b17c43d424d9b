"""Parameters of the path, the query and the headers, as the document has them."""

from collections.abc import Callable, Iterator, Mapping
from inspect import Parameter as Given
from inspect import signature
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from litestar.params import QueryParameter

from entrypoints.documented import Documented
from entrypoints.schemas import schema_of

Parameter = dict[str, Any]

_USUAL: Mapping[str, tuple[str, Any]] = {
    "voice_id": ("A voice's id.", "ana"),
    "session_id": ("A session's id, as X-Session-Id told it.", "story-1"),
    "job_id": ("A job's id, as the answer to its submission told it.", "01K9XJ6T7M3V"),
    "q": ("What to look for in ids, names and descriptions.", "ana"),
    "limit": ("How many to list at most.", 10),
    "after": ("Where a further page begins.", None),
    "output_format": ("A codec, its rate and its bit rate.", "mp3_44100_128"),
}
"""What those mean that many routes have, and an example."""

_SHORT = 200
_LONGEST = {"text": 1500, "INPUT_TEXT": 1500}
"""A whole address fits into 32 KiB, however its letters are escaped; longer texts are posted."""


def parameters(
    fn: Callable[..., Any], path: Mapping[str, Any], said: Documented
) -> list[Parameter]:
    """Return all parameters of a handler, those of the path first."""
    return [*_of_path(path, said), *_of_query(fn, said), *_own(said), *_headers(said)]


def checks_kinds(fn: Callable[..., Any]) -> bool:
    """Whether a parameter of the query may be of the wrong kind: not every text will do."""
    return any(
        "string" not in str(each["schema"]) or "enum" in str(each["schema"])
        for each in _of_query(fn, Documented())
    )


def _of_path(path: Mapping[str, Any], said: Documented) -> Iterator[Parameter]:
    for name, definition in path.items():
        yield _told("path", name, schema_of(definition.type), said, required=True)


def _of_query(fn: Callable[..., Any], said: Documented) -> Iterator[Parameter]:
    given = signature(fn).parameters
    for name, hint in get_type_hints(fn, include_extras=True).items():
        if get_origin(hint) is Annotated and any(
            isinstance(each, QueryParameter) for each in hint.__metadata__
        ):
            default = given[name].default
            schema = schema_of(get_args(hint)[0])
            if default not in {Given.empty, None, ""}:
                schema["default"] = default
            yield _told("query", name, schema, said, required=default is Given.empty)


def _own(said: Documented) -> Iterator[Parameter]:
    """Those of a query that the handler reads by itself."""
    schema = said.query or {"properties": {}}
    for name, found in schema["properties"].items():
        required = name in schema.get("required", ())
        yield _told("query", name, dict(found), said, required=required)


def _headers(said: Documented) -> Iterator[Parameter]:
    for name, about in said.headers.items():
        yield {
            "name": name,
            "in": "header",
            "description": about,
            "required": False,
            "schema": {"type": "string"},
        }


def _told(
    where: str, name: str, schema: dict[str, Any], said: Documented, *, required: bool
) -> Parameter:
    about, usual = _USUAL.get(name, ("", None))
    example = said.examples.get(name, usual if where == "path" else None)
    if "string" in str(schema):
        schema.setdefault("maxLength", _LONGEST.get(name, _SHORT))
    told = {
        "name": name,
        "in": where,
        "description": said.about.get(name) or schema.pop("description", about),
        "required": required,
        "schema": schema,
    }
    return told if example is None else told | {"example": example}
