"""Short forms, Roman numerals and signs between words."""

import re
from collections.abc import Callable
from functools import lru_cache

from adapters.numbers.cardinals import cardinal
from adapters.numbers.language import Language
from adapters.numbers.ordinals import ordinal

_MOST = 1_000
_BETWEEN = re.compile(r"[&=+@×](?:(?<=[^\W_].)|(?<=[^\W_] .))(?= ?[^\W_])")
_ROMAN = re.compile(r"M{0,3}(?:C[MD]|D?C{0,3})(?:X[CL]|L?X{0,3})(?:I[XV]|V?I{0,3})")
_LETTERS = "[IVXLC]{1,7}"
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def short_forms_said(text: str, language: Language) -> str:
    """Write out abbreviations that mean one thing, and numerals of kings and chapters."""
    forms = _Forms.of(language)
    text = _sub(forms.short, forms.said, text) if forms.short else text
    text = _sub(forms.leading, forms.roman_after, text) if forms.leading else text
    return _sub(forms.trailing, forms.roman_before, text) if forms.trailing else text


def signs_said(text: str, language: Language) -> str:
    """Write out the signs that stand between two words."""

    def said(found: re.Match[str]) -> str:
        word = language.text(found[0], "signs")
        start, end = found.span()
        before = "" if text[start - 1].isspace() else " "
        return f"{before}{word}{'' if text[end].isspace() else ' '}"

    return _sub(_BETWEEN, said, text)


def roman(numeral: str) -> int:
    """Return a Roman numeral's number, 0 if it is none."""
    if not numeral or not _ROMAN.fullmatch(numeral):
        return 0
    values = [_VALUES[letter] for letter in numeral]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < following else value for value, following in pairs)


class _Forms:
    """One language's short forms, and the patterns that find them."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._plain = {**language.entries("titles"), **language.entries("numbered")}
        self._closing = language.entries("closing")
        self._ordinal_after = language.words("ordinal_after", "roman")
        numbered = language.entries("numbered")
        before = [*language.words("cardinal_after", "roman"), *self._ordinal_after]
        following = language.words("ordinal_before", "roman")
        alternatives = [
            *(re.escape(each) + _following(each) for each in language.entries("titles")),
            *(re.escape(each) + r"(?=\s?[0-9])" for each in numbered),
            *(re.escape(each) + r"(?![^\W_])" for each in self._closing),
        ]
        self.short = re.compile("|".join(alternatives)) if alternatives else None
        self.leading = (
            re.compile(rf"({'|'.join(before)}) ({_LETTERS})\b(?!['’])") if before else None
        )
        suffix = "(?:" + "|".join(language.words("suffixes", "roman") or [r"\."]) + ")?"
        names = "|".join(following)
        self.trailing = (
            re.compile(rf"({_LETTERS})({suffix})(?= (?:{names}))") if following else None
        )

    @staticmethod
    @lru_cache(maxsize=64)
    def of(language: Language) -> "_Forms":
        return _Forms(language)

    def said(self, found: re.Match[str]) -> str:
        if _within_word(found):
            return found[0]
        if words := self._plain.get(found[0]):
            return words
        rest = found.string[found.end() : found.end() + 3].lstrip()
        ended = (not rest or rest[0].isupper()) and found[0].endswith(".")
        return self._closing[found[0]] + ("." if ended else "")

    def roman_after(self, found: re.Match[str]) -> str:
        number = roman(found[2])
        if _within_word(found) or not number:
            return found[0]
        if found[1] in self._ordinal_after:
            pattern = self._language.text("ordinal", "roman") or "{}"
            return f"{found[1]} {pattern.format(ordinal(number, self._language))}"
        first = self._language.text("first", "roman") if number == 1 else ""
        gender = "m" if self._language.base == "es" else ""
        return f"{found[1]} {first or cardinal(number, self._language, gender)}"

    def roman_before(self, found: re.Match[str]) -> str:
        number = roman(found[1])
        if _within_word(found) or not number:
            return found[0]
        noun = found.string[found.end() : found.end() + 8].split()[0]
        case = {"века": "genitive", "веке": "locative", "wieku": "genitive"}.get(noun, "")
        return ordinal(number, self._language, case)


def _following(short: str) -> str:
    """A title that could be something else is one only before a name."""
    return r"(?=\s[^\W\d_a-z])" if short[0].isupper() else r"(?=\s[^\W\d_])"


def _within_word(found: re.Match[str]) -> bool:
    start = found.start()
    return bool(start and found.string[start - 1].isalnum())


def _sub(pattern: re.Pattern[str], said: Callable[[re.Match[str]], str], text: str) -> str:
    return pattern.sub(said, text, count=_MOST)
