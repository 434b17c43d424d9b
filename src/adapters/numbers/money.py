"""Sums of money."""

import re
from collections.abc import Mapping
from dataclasses import replace

from adapters.numbers.figures import Figure, counted, said
from adapters.numbers.language import Language

SIGNS: Mapping[str, str] = {
    "US$": "USD",
    "R$": "BRL",
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "￥": "JPY",
    "¥": "JPY",
    "₹": "INR",
    "Rs.": "INR",
    "₽": "RUB",
    "руб.": "RUB",
    "₩": "KRW",
    "₺": "TRY",
    "TL": "TRY",
    "zł": "PLN",
    "Kč": "CZK",
    "Ft": "HUF",
    "Fr.": "CHF",
    **{
        code: code
        for code in (
            *("USD", "EUR", "GBP", "JPY", "CNY", "INR", "CHF", "RUB"),
            *("KRW", "TRY", "PLN", "CZK", "HUF", "BRL", "SAR"),
        )
    },
}
PATTERN = "|".join(re.escape(sign) for sign in sorted(SIGNS, key=lambda sign: -len(sign)))
"""What money is written with, before or behind the number."""

_CENTS = 2


def currency(sign: str, language: Language) -> str:
    """Return the code of a sign, empty where the language has no word for the money."""
    code = SIGNS.get(sign, "")
    if language.base == "zh" and sign in ("¥", "￥"):
        code = "CNY"
    return code if language.text(code, "money") else ""


def sum_said(number: Figure, code: str, language: Language, scale: str = "") -> str:
    """Say a sum, its hundredths in the smaller coin where there is one."""
    major, _, minor = language.text(code, "money").partition("; ")
    if scale:
        return _scaled(number, major, scale, language)
    if number.negative:
        words = sum_said(replace(number, negative=False), code, language)
        return f"{language.text('minus')}{language.gap}{words}"
    if number.places and not minor:
        number = replace(number, places=number.places.rstrip("0"))
    if len(number.places) != _CENTS or not minor:
        return counted(number, major, language)
    return _with_cents(number, major, minor, language)


def _with_cents(number: Figure, major: str, minor: str, language: Language) -> str:
    whole = counted(Figure(number.whole), major, language)
    if not int(number.places):
        return whole
    cents = counted(Figure(str(int(number.places))), minor, language)
    joint = language.text("joint", "money") or language.text("and")
    return cents if not number.value else f"{whole}{joint}{cents}"


def _scaled(number: Figure, major: str, scale: str, language: Language) -> str:
    forms = major.rpartition(":")[2].split("|")
    name = forms[2] if len(forms) > 2 else forms[-1]  # noqa: PLR2004 - of many
    shape = language.text("joint", "scales")
    return shape.format(said(number, language, "m"), scale_said(scale, language), name)


def scale_said(scale: str, language: Language) -> str:
    """Return the whole word for a million or a thousand that was cut short."""
    return language.entries("scales_short").get(scale, scale)
