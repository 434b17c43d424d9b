"""What an element does, once its attributes are read."""

from collections.abc import Mapping
from typing import NamedTuple, overload

from domain.script import PLAIN, Prosody


class SayAs(NamedTuple):
    """How the content of an element is to be understood."""

    kind: str
    shape: str


class Effect(NamedTuple):
    """What an element does to its content, or in the place where it stands."""

    prosody: Prosody = PLAIN
    language: str | None = None
    voice: str | None = None
    gap_s: float | None = None
    """The pause between this element and its neighbours."""
    rest_s: float | None = None
    mark: str | None = None
    instead: str | None = None
    """Spoken in the place of the content."""
    is_mute: bool = False
    say_as: SayAs | None = None
    ipa: str | None = None
    remark: str | None = None


class Given(NamedTuple):
    """The attributes of one element that could be read."""

    values: Mapping[str, float | str] = {}
    refused: frozenset[str] = frozenset()
    """Names of those that were there and could not be read."""

    def text(self, name: str) -> str | None:
        """Return an attribute that is text."""
        value = self.values.get(name)
        return value if isinstance(value, str) else None

    @overload
    def number(self, name: str) -> float | None: ...
    @overload
    def number(self, name: str, default: float) -> float: ...
    def number(self, name: str, default: float | None = None) -> float | None:
        """Return an attribute that is a number."""
        value = self.values.get(name)
        return value if isinstance(value, float) else default
