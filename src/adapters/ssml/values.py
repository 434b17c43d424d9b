"""How the values of attributes are written and what they come to."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from typing_extensions import override

from domain.language import canonical

_NUMBER = r"([0-9]{1,6}(?:\.[0-9]{0,6})?|\.[0-9]{1,6})"
_TAG = re.compile(r"[A-Za-z]{1,8}(?:[-_][A-Za-z0-9]{1,8}){0,7}")
_SPACES = re.compile(r"[ \t\n\r]+")


class Values(Protocol):
    """What an attribute may be: a number once it is read, or text."""

    def read(self, written: str) -> float | str | None:
        """Return the value, None if it is none."""
        ...

    def described(self) -> object:
        """Tell what may be written."""
        ...


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write a number: `N` stands for its digits, `±` for a sign that must be there."""

    written: str
    law: Callable[[float], float]
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        """Make the pattern out of what people are told."""
        sign, unit = self.written.split("N")
        pattern = f"({'[+-]' if sign else ''}){_NUMBER}{unit}"
        object.__setattr__(self, "pattern", re.compile(pattern, re.IGNORECASE))

    def read(self, written: str) -> float | None:
        """Return what the number comes to."""
        found = self.pattern.fullmatch(written)
        return self.law(float(found[1] + found[2])) if found else None


@dataclass(frozen=True, slots=True)
class Scale(Values):
    """Named steps, and numbers that are kept between two ends."""

    steps: Mapping[str, float] = field(default_factory=dict)
    forms: tuple[Form, ...] = ()
    lowest: float = 0.0
    highest: float = 0.0

    @override
    def read(self, written: str) -> float | None:
        plain = written.strip().lower()
        if plain in self.steps:
            return self.steps[plain]
        values = (form.read(plain) for form in self.forms)
        value = next((value for value in values if value is not None), None)
        return None if value is None else min(max(value, self.lowest), self.highest)

    @override
    def described(self) -> object:
        told: dict[str, object] = {}
        if self.steps:
            told["named"] = dict(self.steps)
        if self.forms:
            told["written"] = [form.written for form in self.forms]
            told["between"] = [round(self.lowest, 3), round(self.highest, 3)]
        return told


@dataclass(frozen=True, slots=True)
class Choice(Values):
    """One of a few words, in any case."""

    words: tuple[str, ...]

    @override
    def read(self, written: str) -> str | None:
        plain = written.strip().lower()
        return plain if plain in self.words else None

    @override
    def described(self) -> object:
        return list(self.words)


@dataclass(frozen=True, slots=True)
class Words(Values):
    """Any text that is not blank and not longer than this."""

    what: str
    longest: int = 65_536

    @override
    def read(self, written: str) -> str | None:
        plain = _SPACES.sub(" ", written).strip(" ")
        return plain if 0 < len(plain) <= self.longest else None

    @override
    def described(self) -> object:
        return self.what


@dataclass(frozen=True, slots=True)
class Language(Values):
    """A language tag; whether it is spoken shows when it is."""

    @override
    def read(self, written: str) -> str | None:
        plain = written.strip()
        return canonical(plain) if _TAG.fullmatch(plain) else None

    @override
    def described(self) -> object:
        return "a language tag such as en or pt"
