"""Ordinals, bent for gender, case and place where a language does that."""

from adapters.numbers.cardinals import LONGEST, cardinal, listed_ordinal
from adapters.numbers.language import Language, bend

_TEN, _TWENTY, _HUNDRED, _THOUSAND, _MILLION = 10, 20, 100, 1_000, 1_000_000


def ordinal(number: int, language: Language, bent: str = "") -> str:
    """Return `first`, or `number 1` where the language has no ordinal for it."""
    head, tail = _parts(number, language)
    words = head + bend(tail, language.bends(bent, "ordinals")) if bent else head + tail
    return words or language.text("number").format(cardinal(number, language))


def _parts(number: int, language: Language) -> tuple[str, str]:
    """Return what never bends and what does."""
    law = language.text("law", "ordinals")
    if len(str(number)) > LONGEST:
        return "", ""
    if law:
        return "", _by_law(law, number, language)
    if language.words("units", "ordinals"):
        return _slavic(number, language)
    if endings := language.bends("endings", "ordinals"):
        return "", bend(cardinal(number, language), endings)
    return "", listed_ordinal(number, language)


def _by_law(law: str, number: int, language: Language) -> str:
    if law == "arabic":
        return _arabic(number, language)
    pattern = language.text("pattern", "ordinals")
    if law == "korean":
        native = cardinal(number, language, "native")
        return pattern.format(language.text("first", "ordinals") if number == 1 else native)
    units = language.words("units", "ordinals")
    return units[number] if number < len(units) else pattern.format(cardinal(number, language))


def _slavic(number: int, language: Language) -> tuple[str, str]:
    """Put the last words into the ordinal and leave those before them as they are counted."""
    rest = number % _HUNDRED
    if number < _HUNDRED or rest:
        head, tail = _below_hundred(rest, language)
        before = cardinal(number - rest, language) + " " if number > rest else ""
        return _short(before + head, language), tail
    if number == _MILLION:
        return "", language.text("million", "ordinals")
    rest = number % _THOUSAND
    if rest:
        before = cardinal(number - rest, language) + " " if number > rest else ""
        return _short(before, language), language.words("hundreds", "ordinals")[
            rest // _HUNDRED - 1
        ]
    thousands = language.words("thousands", "ordinals")
    named = number // _THOUSAND
    return "", thousands[named - 1] if named <= len(thousands) else ""


def _below_hundred(number: int, language: Language) -> tuple[str, str]:
    units = language.words("units", "ordinals")
    if number < _TWENTY:
        return "", units[number]
    tens, ones = divmod(number, _TEN)
    ten = language.words("tens", "ordinals")[tens - 2]
    if not ones:
        return "", ten
    if language.text("both", "ordinals"):
        return "", f"{ten} {units[ones]}"
    return cardinal(number - ones, language) + " ", units[ones]


def _short(head: str, language: Language) -> str:
    """Russians leave out the one before a thousand."""
    return head.removeprefix("одна ") if language.base == "ru" else head


def _arabic(number: int, language: Language) -> str:
    tens, ones = divmod(number, _TEN)
    units, teens = language.words("units", "ordinals"), language.words("teens", "ordinals")
    if number == _HUNDRED:
        return language.text("hundred", "ordinals")
    if number > _HUNDRED or not number:
        return ""
    if number <= len(units):
        return units[number - 1]
    if tens == 1:
        return f"{teens[ones - 1]} عشر"
    ten = language.words("tens", "ordinals")[tens - 2]
    return f"{teens[ones - 1]} و{ten}" if ones else ten
