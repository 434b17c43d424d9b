"""JSON and forms in, JSON out: numbers may come as strings, and a wrong field is named."""

import re
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec

from domain.errors import InputError

T = TypeVar("T")
_MISSING = re.compile(r"[Oo]bject missing required field `(.+)`")
_MOST_FIELDS = 100


class MalformedBodyError(InputError):
    """The body is no JSON object at all."""


class FieldInvalidError(InputError):
    """A field is missing or of the wrong kind; None where it is the body itself."""

    def __init__(self, message: str, field: str | None) -> None:
        super().__init__(message)
        self.field = field


def decode(body: bytes | str, kind: type[T]) -> T:
    """Return the body as `kind`; the error says which field to change."""
    try:
        return msgspec.json.decode(body, type=kind, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        msg = f'The body is not JSON ({error}); send an object such as {{"text": "Hello."}}.'
        raise MalformedBodyError(msg) from error


def decode_fields(fields: Mapping[str, object], kind: type[T]) -> T:
    """Return the fields of a form or a query as `kind`; one left empty counts as left out."""
    try:
        filled = {name: value for name, value in fields.items() if value not in ("", None)}
        return msgspec.convert(filled, type=kind, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(str(error), "request") from error


def form_fields(body: bytes) -> dict[str, str]:
    """Return the fields of a URL-encoded body, whatever its sender calls it; the first counts."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        msg = "The body is no form: send its fields URL-encoded, as UTF-8."
        raise MalformedBodyError(msg) from error
    return dict(reversed(pairs))


def encode(reply: object) -> bytes:
    """Return a reply as JSON."""
    return msgspec.json.encode(reply)


def _invalid(message: str, sent: str = "body") -> FieldInvalidError:
    wrong, _, path = message.partition(" - at `$.")
    wrong = wrong[:1].lower() + wrong[1:]
    field = path.rstrip("`")
    if missing := _MISSING.fullmatch(wrong):
        field = f"{field}.{missing[1]}" if field else missing[1]
        return FieldInvalidError(f"The field '{field}' is missing.", field)
    if field:
        return FieldInvalidError(f"The field '{field}' is wrong: {wrong}.", field)
    return FieldInvalidError(f"The {sent} is wrong: {wrong}.", None)
