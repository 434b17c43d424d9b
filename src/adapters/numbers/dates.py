"""Dates as they are written, in any order and with any marks, and how they are said."""

import calendar
import re
from dataclasses import dataclass

from adapters.numbers.cardinals import cardinal
from adapters.numbers.language import Language, bend
from adapters.numbers.ordinals import ordinal
from adapters.numbers.years import year

_PART = re.compile(r"[0-9]+|[^\W\d_]+")
_LONGEST = 40
_LEAP = 2_000
_MONTHS = 12
_TWO_DIGITS, _FOUR_DIGITS, _SIX_DIGITS, _EIGHT_DIGITS = 2, 4, 6, 8
_NEXT_CENTURY_UNTIL = 70


@dataclass(frozen=True, slots=True)
class Date:
    """What of a date is known; none is 0."""

    year: int = 0
    month: int = 0
    day: int = 0

    @property
    def real(self) -> bool:
        """Whether there is such a day."""
        if not self.month:
            return not self.day or 1 <= self.day <= 31  # noqa: PLR2004 - the longest month
        if not 1 <= self.month <= _MONTHS:
            return False
        return 0 <= self.day <= calendar.monthrange(self.year or _LEAP, self.month)[1]


def date_said(date: Date, language: Language) -> str:
    """Say a date, or the part of one that there is."""
    parts = {
        "day": day(date.day, language) if date.day else "",
        "month": month(date.month, language, alone=not date.day) if date.month else "",
        "year": year(date.year, language) if date.year else "",
    }
    present = [name for name, words in parts.items() if words]
    if len(present) == 1:
        return parts[present[0]]
    known = {"day month year": "full", "day month": "day_month", "month year": "month_year"}
    shape = language.text(known.get(" ".join(present), ""), "dates")
    return shape.format(**parts) if shape else language.gap.join(filter(None, parts.values()))


def day(number: int, language: Language) -> str:
    """Say the day of a month."""
    listed, first = language.words("days", "dates"), language.text("first", "dates")
    if listed:
        return listed[number - 1]
    if number == 1 and first:
        return first
    law = language.text("day", "dates")
    if law:
        return ordinal(number, language, law)
    return cardinal(number, language)


def month(number: int, language: Language, *, alone: bool = False) -> str:
    """Return a month's name; by itself it may have another form than behind a day."""
    names = language.words("alone", "dates") if alone else ()
    return (names or language.words("months", "dates"))[number - 1]


def read_date(text: str, shape: str, language: Language) -> Date | None:
    """Read a date written in this order, or in the one it looks like."""
    if len(text) > _LONGEST:
        return None
    parts = [part for part in _PART.findall(text) if part.isdecimal() or _month_of(part, language)]
    order = re.sub(r"(.)\1+", r"\1", re.sub(r"[^ymd]", "", shape.lower()))
    if len(parts) == 1 and len(parts[0]) in (_SIX_DIGITS, _EIGHT_DIGITS):
        parts, order = _cut(parts[0], order or "ymd")
    if not parts:
        return None
    order = order or _looks_like(parts, language)
    date = _filled(parts, order, language)
    if date is None and not shape and set(order) == set("mdy"):
        date = _filled(parts, order.translate(str.maketrans("md", "dm")), language)
    return date


def _cut(digits: str, order: str) -> tuple[list[str], str]:
    years = len(digits) - 2 * _TWO_DIGITS
    parts = []
    for letter in order:
        length = years if letter == "y" else _TWO_DIGITS
        parts.append(digits[:length])
        digits = digits[length:]
    return parts, order


def _looks_like(parts: list[str], language: Language) -> str:
    named = next((index for index, part in enumerate(parts) if not part.isdecimal()), None)
    long = [
        index for index, part in enumerate(parts) if len(part) == _FOUR_DIGITS and part.isdecimal()
    ]
    if len(parts) == 1:
        return "m" if named == 0 else "y" if long else "d"
    if len(parts) == 2:  # noqa: PLR2004 - a pair
        if long:
            return "ym" if long[0] == 0 else "my"
        return {0: "md", 1: "dm"}.get(-1 if named is None else named) or language.order.replace(
            "y", ""
        )
    if 0 in long:
        return "ymd"
    ordered = language.order if language.order != "ymd" or len(parts[0]) < _FOUR_DIGITS else "ymd"
    if named is not None:
        return {0: "mdy", 1: "dmy"}.get(named, "ymd")
    return "dmy" if ordered == "ymd" and long else ordered


def _filled(parts: list[str], order: str, language: Language) -> Date | None:
    if not parts or len(parts) != len(order):
        return None
    values = dict(zip(order, parts, strict=True))
    month_name = values.get("m", "0")
    if not all(value.isdecimal() for name, value in values.items() if name != "m"):
        return None
    date = Date(
        _full_year(values.get("y", "0")),
        int(month_name) if month_name.isdecimal() else _month_of(month_name, language),
        int(values.get("d", "0")),
    )
    given = {"y": date.year, "m": date.month, "d": date.day}
    return date if all(given[name] for name in order) and date.real else None


def _full_year(written: str) -> int:
    number = int(written)
    if len(written) != _TWO_DIGITS:
        return number if len(written) <= _FOUR_DIGITS else 0
    return number + (2_000 if number < _NEXT_CENTURY_UNTIL else 1_900)


def _month_of(name: str, language: Language) -> int:
    """Return which month a name or the beginning of one is; 0 if it is none."""
    lowered = name.lower()
    for key in ("months", "alone"):
        for index, listed in enumerate(language.words(key, "dates"), start=1):
            known = listed.lower()
            if known == lowered or (len(lowered) >= 3 and known.startswith(lowered)):  # noqa: PLR2004
                return index
    return 0


def weak(words: str, language: Language) -> str:
    """Bend a German day for what stands before it."""
    return bend(words.removesuffix("r"), language.bends("weak", "ordinals"))
