"""JSON in and out: numbers may come as strings, and a wrong field is named."""

import re
from typing import TypeVar

import msgspec

from domain.errors import InputError

T = TypeVar("T")
_MISSING = re.compile(r"Object missing required field `(.+)`")


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
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        msg = f'The body is not JSON ({error}); send an object such as {{"text": "Hello."}}.'
        raise MalformedBodyError(msg) from error


def encode(reply: object) -> bytes:
    """Return a reply as JSON."""
    return msgspec.json.encode(reply)


def _invalid(message: str) -> FieldInvalidError:
    wrong, _, path = message.partition(" - at `$.")
    field = path.rstrip("`")
    if missing := _MISSING.fullmatch(wrong):
        field = f"{field}.{missing[1]}" if field else missing[1]
        return FieldInvalidError(f"The field '{field}' is missing.", field)
    if field:
        return FieldInvalidError(f"The field '{field}' is wrong: {wrong.lower()}.", field)
    return FieldInvalidError(f"The body is wrong: {wrong.lower()}.", None)
