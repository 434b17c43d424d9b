"""Numbers as they are written, with a sign, groups and decimals, and how they are said."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from adapters.numbers.cardinals import LONGEST, cardinal, digit_by_digit
from adapters.numbers.counting import form, gender_of
from adapters.numbers.language import Language

_MINUS = "-−"
_SPACES = "\u00a0\u202f"
_LONGEST_PAIR = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """A number by its digits."""

    whole: str
    places: str = ""
    negative: bool = False

    @property
    def value(self) -> int:
        """The number without what stands behind its point."""
        return int(self.whole[:LONGEST])


@lru_cache(maxsize=64)
def pattern(language: Language) -> str:
    """Return what a number without a sign looks like; no repeat stands within another."""
    point = re.escape(language.text("decimal"))
    groups = re.escape(language.text("groups").replace(language.text("decimal"), "") + _SPACES)
    places = rf"(?:{point}\d{{1,40}}+(?!\d|{point}\d))?"
    grouped = rf"\d{{1,3}}(?:[{groups}]\d{{3}}(?!\d)){{1,6}}{places}"
    indian = rf"\d{{1,2}}(?:,\d\d){{1,6}},\d{{3}}(?!\d){places}"
    other = r"|\d++\.\d{1,2}(?![\d.])" if language.text("decimal") == "," else ""
    indian = f"|{indian}" if language.base in ("en", "hi") else ""
    return rf"(?:{grouped}{indian}{other}|\d++{places})"


@lru_cache(maxsize=64)
def _whole(language: Language) -> re.Pattern[str]:
    return re.compile(rf"\s*([+\-−]?)\s?({pattern(language)})\s*", re.ASCII)


def read(text: str, language: Language) -> Figure | None:
    """Read a text that is nothing but one number."""
    found = _whole(language).fullmatch(text)
    return (
        figure(found[2], language, negative=found[1] in _MINUS and found[1] != "")
        if found
        else None
    )


def figure(written: str, language: Language, *, negative: bool = False) -> Figure:
    """Read what the pattern has found."""
    point = language.text("decimal")
    if point == "," and "," not in written and re.fullmatch(r"\d+\.\d{1,2}", written):
        point = "."
    whole, _, places = written.partition(point)
    return Figure(re.sub(r"\D", "", whole), places, negative)


def said(number: Figure, language: Language, gender: str = "") -> str:
    """Say a number; its last word bends for what is counted."""
    if number.negative:
        positive = said(replace(number, negative=False), language, gender)
        return f"{language.text('minus')}{language.gap}{positive}"
    if number.places:
        return _with_places(number, language)
    return _whole_said(number.whole, language, gender)


def _whole_said(whole: str, language: Language, gender: str = "") -> str:
    if len(whole) > LONGEST or (whole[0] == "0" and len(whole) > 1):
        return digit_by_digit(whole, language)
    return cardinal(int(whole), language, gender)


def _with_places(number: Figure, language: Language) -> str:
    names = language.words("places")
    named = len(number.places) <= len(names)
    rest = Figure(number.places.lstrip("0") or "0")
    if named:
        tail = counted(rest, names[len(number.places) - 1], language)
    else:
        tail = _places_said(number.places, language)
    unit = language.text("whole")
    if unit and (named or not names):
        return f"{counted(Figure(number.whole), unit, language)} {tail}"
    return language.gap.join((_whole_said(number.whole, language), language.text("point"), tail))


def _places_said(places: str, language: Language) -> str:
    rest = places.lstrip("0")
    if language.text("fraction") != "number" or not rest or len(places) >= _LONGEST_PAIR:
        return digit_by_digit(places, language)
    zeros = [language.digits[0]] * (len(places) - len(rest))
    return " ".join([*zeros, cardinal(int(rest), language)])


def counted(number: Figure, noun: str, language: Language) -> str:
    """Say how many of something there are."""
    name = form(number.value, noun, language.text("plural"), broken=bool(number.places))
    alone = language.base == "ar" and "|" in noun and not number.places and number.value in (1, 2)
    if alone:
        return name
    words = said(number, language, gender_of(noun))
    return name.format(words) if "{}" in name else f"{words}{_link(number, language)}{name}"


def _link(number: Figure, language: Language) -> str:
    """Return what joins number and noun; behind whole millions some languages say `of`."""
    millions = not number.places and number.value and number.value % 1_000_000 == 0
    joint = language.text("joint", "scales") if millions else ""
    return joint.split("{}")[2] if joint else language.gap
