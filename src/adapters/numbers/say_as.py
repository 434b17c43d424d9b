"""What SSML's `say-as` asks for, kind by kind; a text that does not fit its kind has no words."""

import re
from collections.abc import Callable, Mapping

from adapters.numbers import figures, phones, units
from adapters.numbers.cardinals import LONGEST
from adapters.numbers.dates import date_said, read_date
from adapters.numbers.fractions import read_fraction
from adapters.numbers.language import Language
from adapters.numbers.letters import spelled
from adapters.numbers.money import PATTERN, currency, sum_said
from adapters.numbers.ordinals import ordinal
from adapters.numbers.signs import roman
from adapters.numbers.spot import grammar
from adapters.numbers.times import length_said, read_time, time_said

Said = Callable[[str, str, Language], str | None]

_LONGEST_FITTING, _LONGEST_SPELLED = 100, 5_000
_ORDINAL = re.compile(
    r"([0-9]+)(?:st|nd|rd|th|\.|[^\W\d_]{1,4}|\.?[ºª°]|-[^\W\d_]{1,3})?", re.ASCII
)
_MONEY = re.compile(rf"\s*([-−]?)({PATTERN})?\s?([-−]?)([0-9.,\s]+)({PATTERN})?\s*")
_UNIT = re.compile(r"\s*([-−]?[0-9][0-9.,\s]*)(.+)")
_RUN = re.compile(r"[0-9]{5,}")


def _cardinal(text: str, _: str, language: Language) -> str | None:
    if value := roman(text.strip()):
        return figures.said(figures.Figure(str(value)), language)
    number = figures.read(text, language)
    return figures.said(number, language) if number else None


def _ordinal(text: str, _: str, language: Language) -> str | None:
    value = roman(text.strip())
    found = _ORDINAL.fullmatch(text.strip())
    if found and len(found[1]) <= LONGEST:
        value = int(found[1])
    elif not value:
        return None
    return ordinal(value, language)


def _digits(text: str, _: str, language: Language) -> str | None:
    kept = "".join(character for character in text if character.isalnum())
    return spelled(kept, language) if kept else None


def _date(text: str, shape: str, language: Language) -> str | None:
    date = read_date(text, shape, language)
    return date_said(date, language) if date else None


def _time(text: str, shape: str, language: Language) -> str | None:
    time = read_time(text, shape)
    if time and not (time.hour and "'" in text):
        return time_said(time, language)
    return length_said(text, language)


def _fraction(text: str, _: str, language: Language) -> str | None:
    return read_fraction(text, language)


def _unit(text: str, _: str, language: Language) -> str | None:
    found = _UNIT.fullmatch(text)
    number = figures.read(found[1], language) if found else None
    if not found or not number:
        return None
    symbol = grammar(language).unit.fullmatch(found[2].strip())
    return units.measured(number, symbol[2], language) if symbol else None


def _currency(text: str, shape: str, language: Language) -> str | None:
    found = _MONEY.fullmatch(text)
    number = figures.read(found[4].strip(), language) if found else None
    if not found or not number:
        return None
    code = currency(found[2] or found[5] or shape.upper(), language)
    signed = figures.Figure(number.whole, number.places, negative=bool(found[1] or found[3]))
    return sum_said(signed, code, language) if code else None


def _telephone(text: str, _: str, language: Language) -> str | None:
    return phones.phone_said(text, language) or None


def _address(text: str, _: str, language: Language) -> str | None:
    words = language.entries("address")
    short = re.compile(rf"\b({'|'.join(words)})\b\.?") if words else None
    text = short.sub(lambda found: words[found[1]], text) if short else text
    return _RUN.sub(lambda found: spelled(found[0], language), text)


def _spelled(text: str, _: str, language: Language) -> str | None:
    return spelled(text, language) or None


KINDS: Mapping[str, Said] = {
    **dict.fromkeys(("characters", "spell-out", "verbatim"), _spelled),
    **dict.fromkeys(("cardinal", "number"), _cardinal),
    **dict.fromkeys(("digits", "number_digit"), _digits),
    "ordinal": _ordinal,
    "fraction": _fraction,
    "unit": _unit,
    "date": _date,
    "time": _time,
    "telephone": _telephone,
    "address": _address,
    "currency": _currency,
}
"""All kinds there are; those that are not bounded by what fits them work letter by letter."""

LETTER_BY_LETTER = frozenset(
    ("characters", "spell-out", "verbatim", "digits", "number_digit", "telephone", "address")
)


def fitting(text: str, kind: str) -> bool:
    """Tell whether a text may be one such thing; none is longer than a line."""
    return len(text) <= (_LONGEST_SPELLED if kind in LETTER_BY_LETTER else _LONGEST_FITTING)
