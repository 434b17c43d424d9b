"""JSON in and out: numbers may come as strings, and a wrong field is named."""

from typing import TypeVar

import msgspec

from domain.errors import InputError

T = TypeVar("T")


class MalformedBodyError(InputError):
    """The body is no JSON object at all."""


class WrongFieldError(InputError):
    """A field of the body is wrong or missing; `path` leads to it, if it is known."""

    def __init__(self, message: str) -> None:
        wrong, _, path = message.partition(" - at `$.")
        self.path = path.rstrip("`")
        where = f"field '{self.path}'" if path else "body"
        super().__init__(f"The {where} is wrong: {wrong.lower()}.")


def decode(body: bytes | str, kind: type[T]) -> T:
    """Return the body as `kind`; the error says which field to change."""
    try:
        return msgspec.json.decode(body, type=kind, strict=False)
    except msgspec.ValidationError as error:
        raise WrongFieldError(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        msg = f'The body is not JSON ({error}); send an object such as {{"text": "Hello."}}.'
        raise MalformedBodyError(msg) from error


def encode(reply: object) -> bytes:
    """Return a reply as JSON."""
    return msgspec.json.encode(reply)
