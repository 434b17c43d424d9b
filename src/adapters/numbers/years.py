"""Years, which many languages do not read as they read numbers."""

from adapters.numbers.cardinals import cardinal, digit_by_digit
from adapters.numbers.language import Language
from adapters.numbers.ordinals import ordinal

_HUNDRED, _THOUSAND = 100, 1_000
_IN_HUNDREDS = range(1_100, 2_000)
_TEENS = range(1, 10)
_LONGEST = 4


def year(number: int, language: Language) -> str:
    """Say a year as it is said within a date."""
    law = language.text("year")
    if law == "english":
        return _english(number, language)
    if law == "digits":
        return digit_by_digit(str(number), language)
    if law == "genitive":
        return f"{ordinal(number, language, 'genitive')} {language.text('year_noun')}"
    if law == "hundreds" and number in _IN_HUNDREDS:
        return _in_hundreds(number, language)
    return cardinal(number, language)


def _english(number: int, language: Language) -> str:
    century, rest = divmod(number, _HUNDRED)
    plain = (
        number < _THOUSAND or len(str(number)) > _LONGEST or number % _THOUSAND < len(_TEENS) + 1
    )
    if plain:
        return cardinal(number, language)
    first = cardinal(century, language)
    if not rest:
        return f"{first} hundred"
    pad = f"{language.text('pad', 'times')} " if rest in _TEENS else ""
    return f"{first} {pad}{cardinal(rest, language)}"


def _in_hundreds(number: int, language: Language) -> str:
    century, rest = divmod(number, _HUNDRED)
    said = cardinal(century, language) + language.text("hundred")
    return (said + cardinal(rest, language) if rest else said).strip()
