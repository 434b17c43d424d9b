"""Whole numbers in words, from num2words or a law of our own, and each asked for once."""

from functools import lru_cache

from num2words import num2words

from adapters.numbers.language import Language, bend
from adapters.numbers.laws import LAWS, korean

LONGEST = 18
"""Behind so many digits no one hears a number any more: they are said one by one."""

_CACHED = 20_000
_NATIVE = 100


class Toil:
    """Counts the digits that were really put into words: num2words takes 50 µs for each."""

    digits = 0


def cardinal(number: int, language: Language, gender: str = "") -> str:
    """Return a number that is not negative, bent for what is counted if there is a gender."""
    if gender == "native" and language.text("native_units") and 0 < number < _NATIVE:
        return bend(korean(number, language), language.bends("native", "count"))
    words = _cardinal(number, language)
    return bend(words, language.bends(gender, "count")) if gender else words


@lru_cache(maxsize=_CACHED)
def _cardinal(number: int, language: Language) -> str:
    Toil.digits += len(str(number))
    law = LAWS.get(language.base)
    words = law(number, language) if law else _asked(number, "cardinal", language)
    return bend(words, language.bends("cardinal", "tidy"))


@lru_cache(maxsize=_CACHED)
def listed_ordinal(number: int, language: Language) -> str:
    """Return num2words' ordinal; empty where it has none."""
    Toil.digits += len(str(number))
    try:
        words = _asked(number, "ordinal", language)
    except Exception:  # noqa: BLE001 - each language fails in its own way where it has no word
        return ""
    return bend(words, language.bends("fixes", "ordinals"))


def _asked(number: int, kind: str, language: Language) -> str:
    words: str = num2words(number, lang=language.text("num2words"), to=kind)
    return words.replace(",", "").strip()


def digit_by_digit(digits: str, language: Language) -> str:
    """Return the name of each digit."""
    names = dict(zip("0123456789", language.digits, strict=True))
    return language.gap.join([names[digit] for digit in digits])
