"""Numbers that are dialled: digit by digit, with a breath where they are grouped."""

import re

from adapters.numbers.cardinals import digit_by_digit
from adapters.numbers.language import Language

_GROUP = re.compile(r"[0-9]+|[^\W\d_]+|\+|[*#]")

IN_TEXT = re.compile(
    r"\+?\(?[0-9]{1,4}\)?(?:[ .\-/]\(?[0-9]{2,4}\)?(?![0-9])){2,6}|[0-9]{3}-[0-9]{4}(?![0-9\-])",
    re.ASCII,
)
"""What may be one; `dialled` knows which of these are."""

_TRIPLES = re.compile(r"[0-9]{1,3}(?:[ .][0-9]{3})+")
_SHORTEST = 7


def phone_said(text: str, language: Language) -> str:
    """Say a number as it is read out to someone who dials it."""
    groups = [_group(part, language) for part in _GROUP.findall(text)]
    return ", ".join(filter(None, groups)).replace(
        f"{language.text('+', 'signs')}, ", f"{language.text('+', 'signs')} "
    )


def _group(part: str, language: Language) -> str:
    if not part.isdecimal():
        return language.text(part, "signs") or part
    said = digit_by_digit(part, language)
    zero = language.text("phone_zero")
    return said.replace(language.digits[0], zero) if zero else said


def dialled(written: str) -> bool:
    """Tell a telephone number from a number with spaces or points, or a date."""
    digits = sum(character.isdecimal() for character in written)
    if digits < _SHORTEST or (_TRIPLES.fullmatch(written) and written[0] != "0"):
        return False
    return written[0] in "+0(" or "-" in written
