"""A talk over a socket in any protocol: what to send, and what is heard; no I/O, no clock."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from domain.errors import InputError, UnavailableError


@dataclass(frozen=True, slots=True)
class Said:
    """A message to send."""

    data: str
    letters: int = 0
    """How much of the text it holds."""
    flushes: bool = False
    """Whether all words so far are to be spoken now."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a message brought, and what to send in turn."""

    sound: bytes = b""
    then: tuple[Said, ...] = ()
    letters: int = 0
    """How much of the text was heard with it, as far as the server tells."""


class Talk(Protocol):
    """One text, said as it comes."""

    @property
    def over(self) -> bool:
        """Whether everything was said and heard."""
        ...

    def opening(self) -> Sequence[Said]:
        """Return what goes before all words."""
        ...

    def says(self, text: str) -> Sequence[Said]:
        """Return how a piece of the text is sent, if it is time for it."""
        ...

    def ends(self) -> Sequence[Said]:
        """Return how the text's end is told."""
        ...

    def hears(self, data: str | bytes) -> Heard:
        """Heed a message; a refusal is raised as an `InputError` that says what the server said."""
        ...


def message(**fields: Any) -> str:
    """Write a message, in as few bytes as can be: servers bound them."""
    return json.dumps(fields, ensure_ascii=False)


def read(data: str | bytes) -> dict[str, Any]:
    """Read a message."""
    try:
        told = json.loads(data)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise foreign(data)
    return told


def foreign(data: str | bytes) -> UnavailableError:
    """Return the error for a message that no server of the protocol sends."""
    begins = data[:60]
    return UnavailableError(f"The server sent what is no message of this protocol: {begins!r}.")


def refusal(told: str, *facts: object) -> InputError:
    """Return what a server refused with, and the codes it gave."""
    known = ", ".join(str(fact) for fact in facts if fact not in {None, told})
    return InputError(f"The server said: {told}{f' ({known})' if known else ''}")
