"""What may be wrong with a query or a form: an error that names the field."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from domain.errors import InputError

T = TypeVar("T")


class WrongParameterError(InputError):
    """A parameter of the query, or a field of the form, that cannot be what it is."""

    def __init__(self, place: str, name: str, reason: str) -> None:
        super().__init__(f"{name!r} is wrong: {reason}.")
        self.place = place
        self.name = name


def chosen(name: str, value: str | None, among: Mapping[str, T]) -> T | None:
    """Return what a word of the query stands for; an empty one stands for none."""
    if not value:
        return None
    if value not in among:
        raise WrongParameterError("query", name, f"choose one of {', '.join(among)}")
    return among[value]


def decoded(name: str, text: str | None, kind: type[T]) -> T | None:
    """Return a field of a form that holds JSON; clients send `null` for what they leave out."""
    if not text:
        return None
    try:
        return msgspec.json.decode(text, type=kind | None)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise WrongParameterError("body", name, f"send it as JSON ({error})") from error


def flag(text: str | None) -> bool:
    """Return whether a field of a form says yes."""
    return (text or "").strip().lower() in {"true", "1", "yes", "on"}
