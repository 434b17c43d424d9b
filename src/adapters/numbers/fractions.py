"""Fractions written with a slash or as one character."""

import unicodedata

from adapters.numbers.cardinals import LONGEST, cardinal
from adapters.numbers.figures import Figure, counted
from adapters.numbers.language import Language

SIGNS = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"


def fraction_said(above: int, below: int, language: Language) -> str:
    """Say a fraction by its parts' name, or as one number over another."""
    pattern, name = language.text("pattern", "fractions"), language.text(str(below), "fractions")
    if pattern:
        return pattern.format(n=cardinal(above, language), d=name or cardinal(below, language))
    if name:
        return counted(Figure(str(above)), name, language)
    return language.text("over").format(cardinal(above, language), cardinal(below, language))


def sign_said(sign: str, language: Language) -> str:
    """Say one of the characters that are fractions."""
    above, _, below = unicodedata.normalize("NFKC", sign).partition("⁄")
    return fraction_said(int(above), int(below), language)


def read_fraction(text: str, language: Language) -> str | None:
    """Say a text that is nothing but a fraction, perhaps behind a whole number."""
    whole, _, rest = text.strip().replace("+", " ").rpartition(" ")
    above, slash, below = rest.replace("⁄", "/").partition("/")
    if not slash or not all(_short(part) for part in (above, below, whole.strip() or "0")):
        return None
    said = fraction_said(int(above), int(below), language)
    return (
        f"{cardinal(int(whole), language)}{language.text('and') or language.gap}{said}"
        if whole
        else said
    )


def _short(digits: str) -> bool:
    return digits.isascii() and digits.isdecimal() and len(digits) <= LONGEST
