"""A place in a text where digits begin, with what stands around it."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from adapters.numbers import figures, money, phones, units
from adapters.numbers.figures import Figure
from adapters.numbers.fractions import SIGNS
from adapters.numbers.language import Language

_BEFORE = re.compile(rf"({money.PATTERN}|[#＃%])?(\s?)([-−]?)(?:({money.PATTERN})\s?)?\Z")
_LONGEST_BEFORE = 6
_LAST_WORD = re.compile(r"([^\W\d_]+)\.?,?\s\Z")
_LONGEST_WORD = 16


@dataclass(frozen=True, slots=True)
class Reading:
    """Words for a part of the text."""

    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class Before:
    """What stands before a number and belongs to it."""

    start: int
    sign: str
    negative: bool


@dataclass(frozen=True)
class Spot:
    """Where digits begin; nothing before `done` may be read again."""

    text: str
    start: int
    done: int
    language: Language

    @cached_property
    def word_before(self) -> str:
        """Return the word before the number, without its full stop."""
        found = _LAST_WORD.search(
            self.text[max(self.done, self.start - _LONGEST_WORD) : self.start]
        )
        return found[1] if found else ""

    @cached_property
    def before(self) -> Before:
        """Return the sign of a currency and the minus before the number."""
        earliest = max(self.done, self.start - _LONGEST_BEFORE)
        window = self.text[earliest : self.start]
        found = _BEFORE.search(window)
        if not found:
            return Before(self.start, "", negative=False)
        sign, minus = found[1] or found[4] or "", bool(found[3])
        ahead = self.text[max(0, earliest + found.start() - 1) : earliest + found.start()]
        if sign[:1].isalpha() and ahead.isalpha():
            sign = ""
        opened = not ahead or ahead.isspace() or ahead in "(["
        if minus and not (opened or found[1] or found[2]):
            minus, sign = False, ""
        begun = found.start(1) if found[1] else found.start(3) if minus else found.start(4)
        start = earliest + begun if sign else self.start - minus
        return Before(start, sign, negative=minus)

    @cached_property
    def number(self) -> Figure:
        """The number that begins here, with the minus before it."""
        written = self.text[self.start : self.end]
        return figures.figure(written, self.language, negative=self.before.negative)

    @cached_property
    def end(self) -> int:
        """Where the number ends; a digit is always one."""
        found = grammar(self.language).number.match(self.text, self.start)
        return found.end() if found else self.start + 1


class Grammar:
    """What the parts of a language's numbers look like; each repeat in it is bounded."""

    def __init__(self, language: Language) -> None:
        scales = sorted(language.words("words", "scales"), key=lambda word: -len(word))
        suffixes = sorted(language.words("suffixes", "ordinals"), key=lambda word: -len(word))
        months = [*language.words("months", "dates"), *language.words("alone", "dates")]
        self.number = _compiled(figures.pattern(language))
        self.unit = _compiled(rf"(\s?)({units.symbols(language)})(?![^\W_]|²|/[a-zA-Z])")
        self.coin = _compiled(rf"\s?({money.PATTERN})(?![^\W\d_])")
        self.scale = _compiled(rf"\s?({_any(scales)})(?![^\W\d_])") if scales else None
        self.suffix = _compiled(rf"({_any(suffixes)})(?![^\W_])") if suffixes else None
        self.month = _compiled(
            rf"(\.?|er|º|st|nd|rd|th)\s(?:(?:de|of)\s)?({_any(months)})(?![^\W\d_])"
        )
        self.year = _compiled(r",?\s(?:(?:de|del|of)\s)?([0-9]{4})(?![0-9.,:/\-][0-9]|[0-9])")
        self.months = frozenset(name.lower() for name in months)


DATE = re.compile(
    r"[0-9]{4}([-/.])[0-9]{1,2}\1[0-9]{1,2}(?![0-9]|[-/.][0-9])"
    r"|[0-9]{1,2}([-/.])[0-9]{1,2}\2(?:[0-9]{4}|[0-9]{2})(?![0-9]|[-/.][0-9])"
    r"|[0-9]{4}\. ?[0-9]{1,2}\. ?[0-9]{1,2}\.(?![0-9])"
)
CLOCK = re.compile(
    r"[0-9]{1,2}:[0-5][0-9](?::[0-5][0-9])?(?![0-9:])(?:\s?[aApP]\.?[mM](?:\.(?=\s?[^\sA-Z])|\b))?"
    r"|[0-9]{1,2}\s?[aApP]\.?[mM]\b|[0-9]{1,2}\s?h\s?[0-5][0-9](?![0-9])"
)
DOTTED = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){2,7}(?![0-9]|\.[0-9])")
FRACTION = re.compile(r"([0-9]{1,3})[/⁄]([0-9]{1,3})(?![0-9/]|[.,][0-9])")
RANGE = re.compile(r"[-–](?=[0-9]++(?![-–/:][0-9]))")
PHONE = phones.IN_TEXT
MIXED = re.compile(rf"\s?([{SIGNS}])|\s([0-9])/([0-9]{{1,2}})(?![0-9/])")


@lru_cache(maxsize=64)
def grammar(language: Language) -> Grammar:
    """Return the grammar of a language, made once."""
    return Grammar(language)


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _any(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in words)
