"""Finds the numbers of a text and puts words in their place; the work it does is bounded."""

import re
import unicodedata
from collections.abc import Callable

from adapters.numbers.calendar_rules import clock_at, date_at, day_of_month, hungarian_at, year_at
from adapters.numbers.cardinals import Toil
from adapters.numbers.fractions import SIGNS, sign_said
from adapters.numbers.language import Language
from adapters.numbers.number_rules import (
    counted_at,
    dotted_at,
    fraction_at,
    long_at,
    ordinal_at,
    phone_at,
)
from adapters.numbers.spot import Reading, Spot

_DIGIT = re.compile(rf"[0-9{SIGNS}]")
_WIDE = {
    character: str(unicodedata.decimal(character))
    for first in "٠۰०０"
    for character in map(chr, range(ord(first), ord(first) + 10))
}
_WIDE_DIGIT = re.compile("[٠-٩۰-۹०-९０-９]")
_RULES: tuple[Callable[[Spot], Reading | None], ...] = (
    *(long_at, date_at, day_of_month, hungarian_at, clock_at, phone_at, dotted_at),
    *(fraction_at, ordinal_at, year_at, counted_at),
)
_MOST_SPOTS = 300
_MOST_DIGITS = 300
"""How much is put into words; the rest stays in digits, which the engines can read too."""

_LATIN_TO_GREEK = 0x0590


def numbers_said(text: str, language: Language) -> str:
    """Return the text with words for its numbers."""
    plain = _narrow(text) if _WIDE_DIGIT.search(text) else text
    parts: list[str] = []
    done, limit = 0, Toil.digits + _MOST_DIGITS
    for _ in range(_MOST_SPOTS):
        found = _DIGIT.search(plain, done)
        if not found or Toil.digits > limit:
            break
        reading = _read(Spot(plain, found.start(), done, language))
        parts += (text[done : reading.start], _apart(plain, reading, language))
        done = reading.end + _glued(plain, reading.end, language)
    return "".join([*parts, text[done:]])


def _narrow(text: str) -> str:
    """Write the digits of all scripts as ours; `replace` is ten times as fast as `translate`."""
    for character, digit in _WIDE.items():
        text = text.replace(character, digit)
    return text


def _read(spot: Spot) -> Reading:
    sign = spot.text[spot.start]
    if sign in SIGNS:
        return Reading(spot.start, spot.start + 1, sign_said(sign, spot.language))
    for rule in _RULES:
        if reading := rule(spot):
            return reading
    return Reading(spot.start, spot.start + 1, sign)


def _apart(text: str, reading: Reading, language: Language) -> str:
    """Keep words apart from the letters that digits stood next to."""
    before = text[reading.start - 1] if reading.start else " "
    after = text[reading.end] if reading.end < len(text) else " "
    words = reading.words
    if not language.gap:
        return words
    glued = _glued(text, reading.end, language)
    return (" " if _letter(before) else "") + words + (" " if _letter(after) and not glued else "")


def _letter(character: str) -> bool:
    return character.isalpha() and ord(character) < _LATIN_TO_GREEK


def _glued(text: str, end: int, language: Language) -> int:
    """Return 1 where an ending is written behind a mark that no one hears."""
    mark = text[end : end + 1]
    return int(bool(mark) and mark in language.text("glue") and text[end + 1 : end + 2].islower())
