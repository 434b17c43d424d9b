"""What one language says: its table, found by the tag callers write."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from domain.language import XTTS_LANGUAGES, canonical

_DAY_FIRST = ("en-gb", "en-au", "en-ie", "en-in", "en-nz", "en-za")

Bends = Sequence[tuple[str, str]]
"""Endings and what becomes of them, as patterns and replacements, one behind the other."""


class Language:
    """One table; what it lacks is empty, so that no caller asks twice."""

    def __init__(self, tag: str, table: Mapping[str, Any]) -> None:
        self.tag = tag
        self.base = tag.partition("-")[0]
        self._table = table
        self.gap: str = table.get("gap", " ")
        self.order: str = "dmy" if tag in _DAY_FIRST else table["order"]
        self.digits: tuple[str, ...] = tuple(table["digits"].split())

    def text(self, key: str, section: str = "") -> str:
        """Return one phrase, empty where the language has none."""
        found: str = self._section(section).get(key, "")
        return found

    def words(self, key: str, section: str = "") -> tuple[str, ...]:
        """Return a row of words, as a list of phrases or as one string with spaces."""
        found = self._section(section).get(key, ())
        return tuple(found.split()) if isinstance(found, str) else tuple(found)

    def bends(self, key: str, section: str) -> Bends:
        """Return how words bend for a gender, a case or a place."""
        found: Bends = self._section(section).get(key, ())
        return found

    def entries(self, section: str) -> Mapping[str, str]:
        """Return a section whose keys are what is written and whose values are what is said."""
        return self._section(section)

    def _section(self, section: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._table.get(section, {}) if section else self._table
        return found


def bend(words: str, bends: Bends) -> str:
    """Give words other endings."""
    for ending, instead in bends:
        words = re.sub(ending, instead, words)
    return words


def language(tag: str) -> Language | None:
    """Return the language of a tag, whatever its region; None if there is no table for it."""
    plain = canonical(tag)
    base = canonical(plain.partition("-")[0])
    return _loaded(plain if plain in _DAY_FIRST else base, base) if base in XTTS_LANGUAGES else None


@lru_cache(maxsize=64)
def _loaded(tag: str, base: str) -> Language:
    table = files("adapters.numbers").joinpath("tables", f"{base}.toml")
    return Language(tag, tomllib.loads(table.read_text("utf-8")))
