"""Dates, times and years within a text."""

import re
from collections.abc import Callable, Mapping

from adapters.numbers.cardinals import cardinal
from adapters.numbers.dates import date_said, day, month, read_date, weak
from adapters.numbers.language import bend
from adapters.numbers.ordinals import ordinal
from adapters.numbers.spot import CLOCK, DATE, Reading, Spot, grammar
from adapters.numbers.times import read_time, time_said
from adapters.numbers.years import year

_OCLOCK = re.compile(r"[0-9]{1,2}(?:[.:][0-5][0-9])?(?=\s(?:Uhr|uur)\b)")
_DAY = re.compile(r"[0-9]{1,2}(?![0-9])")
_BARE_DAY = re.compile(r"(?:st|nd|rd|th)?(?![^\W_]|[.,:/\-][0-9])")
_HUNGARIAN_DAY = re.compile(r"([0-9]{1,2})(?:-j?([áé]n)|\.)(?![^\W_])")
_HUNGARIAN_YEAR = re.compile(r"([0-9]{4})\.(?=\s[^\W\d_])")
_FOUR = re.compile(r"([0-9]{4})(?![0-9]|[.,:/][0-9]|[^\W_])")
_DECADE = re.compile(r"([0-9]{3}0|[1-9]0)'?s(?![^\W_])")
_READ_AS_YEARS = range(1_500, 2_100)
_LONGEST_DAY = 31
_CHINESE_YEAR = re.compile(r"([0-9]{4})(?=\s?年)")
_KOREAN_MONTH = re.compile(r"(6|10)\s?월")
_ORDINAL_YEAR = re.compile(r"([0-9]{4})\s(году|годом|года|год|roku|г\.)(?![^\W_])")
_YEAR_CASES = {"году": "locative", "год": "", "года": "genitive", "г.": "genitive"}


def date_at(spot: Spot) -> Reading | None:
    """Read a date in digits."""
    found = DATE.match(spot.text, spot.start)
    if not found:
        return None
    dashed = "-" in found[0] and found[0].count("-") == 2 and len(found[0].split("-")[0]) < 4  # noqa: PLR2004
    date = read_date(found[0], "", spot.language)
    if not date or (dashed and len(found[0].split("-")[2]) < 4):  # noqa: PLR2004 - a number of parts
        return None
    said = date_said(date, spot.language)
    said = weak_day(said, spot)
    return Reading(spot.start, found.end(), said)


def weak_day(said: str, spot: Spot) -> str:
    """Let German say `am fünften`, where it says `fünfter` otherwise."""
    first, gap, rest = said.partition(" ")
    if spot.word_before.lower() in spot.language.words("weak_before", "ordinals"):
        return weak(first, spot.language) + gap + rest
    return said


def day_of_month(spot: Spot) -> Reading | None:
    """Read `5. Januar 2024`, and leave the month as it is written."""
    language, patterns = spot.language, grammar(spot.language)
    digits = _DAY.match(spot.text, spot.start)
    if not digits or not 1 <= int(digits[0]) <= _LONGEST_DAY:
        return None
    end = spot.start + len(digits[0])
    if found := patterns.month.match(spot.text, end):
        between = spot.text[end + len(found[1]) : found.end()]
        said = (
            weak_day(day(int(digits[0]), language), spot) + language.text("of", "dates") + between
        )
        later = patterns.year.match(spot.text, found.end())
        return _with_year(spot, found.end(), later, said)
    if language.order == "ymd" or spot.word_before.lower() not in patterns.months:
        return None
    bare = _BARE_DAY.match(spot.text, end)
    return Reading(spot.start, bare.end(), day(int(digits[0]), language)) if bare else None


def _with_year(spot: Spot, end: int, later: re.Match[str] | None, said: str) -> Reading:
    if not later:
        return Reading(spot.start, end, said)
    words = year(int(later[1]), spot.language)
    nouns = spot.language.words("year_nouns")
    noun = re.compile(rf"\s(?:{'|'.join(map(re.escape, nouns))})") if nouns else None
    tail = noun.match(spot.text, later.end()) if noun else None
    gap = spot.text[later.start() : later.start(1)]
    return Reading(spot.start, tail.end() if tail else later.end(), said + gap + words)


def clock_at(spot: Spot) -> Reading | None:
    """Read a time of day, with the word for o'clock that follows it."""
    tail = spot.language.text("tail", "times")
    found = CLOCK.match(spot.text, spot.start)
    if not found and tail in ("Uhr", "uur"):
        found = _OCLOCK.match(spot.text, spot.start)
    time = read_time(found[0], "") if found else None
    if not found or not time:
        return None
    end = found.end()
    after = spot.text[end : end + len(tail) + 1]
    consumed = len(tail) + 1 if tail and after == f" {tail}" else 0
    return Reading(spot.start, end + consumed, time_said(time, spot.language, spot.word_before))


def hungarian_at(spot: Spot) -> Reading | None:
    """Read the year before a month, and the day behind one with its ending."""
    if spot.language.base != "hu":
        return None
    months = grammar(spot.language).months
    if found := _HUNGARIAN_YEAR.match(spot.text, spot.start):
        word = spot.text[found.end() + 1 : found.end() + 12].split()[0]
        known = word.lower() in months
        return (
            Reading(spot.start, found.end(), year(int(found[1]), spot.language)) if known else None
        )
    found = _HUNGARIAN_DAY.match(spot.text, spot.start)
    if (
        not found
        or spot.word_before.lower() not in months
        or not 1 <= int(found[1]) <= _LONGEST_DAY
    ):
        return None
    said = day(int(found[1]), spot.language)
    return Reading(spot.start, found.end(), said[:-1] + found[2] if found[2] else said)


def year_at(spot: Spot) -> Reading | None:
    """Read four digits as a year where they look like one and the language minds."""
    rule = _YEARS.get(spot.language.base)
    if rule and (reading := rule(spot)):
        return reading
    found = _FOUR.match(spot.text, spot.start)
    if not found or int(found[1]) not in _READ_AS_YEARS:
        return None
    if spot.language.text("year") not in ("english", "hundreds"):
        return None
    return Reading(spot.start, found.end(), year(int(found[1]), spot.language))


def _english(spot: Spot) -> Reading | None:
    found = _DECADE.match(spot.text, spot.start)
    return Reading(spot.start, found.end(), _decade(int(found[1]), spot)) if found else None


def _chinese(spot: Spot) -> Reading | None:
    found = _CHINESE_YEAR.match(spot.text, spot.start)
    return Reading(spot.start, found.end(), year(int(found[1]), spot.language)) if found else None


def _korean(spot: Spot) -> Reading | None:
    found = _KOREAN_MONTH.match(spot.text, spot.start)
    return Reading(spot.start, found.end(), month(int(found[1]), spot.language)) if found else None


def _slavic(spot: Spot) -> Reading | None:
    found = _ORDINAL_YEAR.match(spot.text, spot.start)
    if not found:
        return None
    return Reading(spot.start, found.end(), _slavic_year(int(found[1]), found[2], spot))


def _slavic_year(number: int, noun: str, spot: Spot) -> str:
    case = _YEAR_CASES.get(noun, "genitive")
    if noun == "roku" and spot.word_before.lower() in ("w", "po"):
        case = "locative"
    spoken = spot.language.text("year_noun") if noun == "г." else noun
    return f"{ordinal(number, spot.language, case)} {spoken}"


def _decade(number: int, spot: Spot) -> str:
    said = (
        year(number, spot.language) if number in _READ_AS_YEARS else cardinal(number, spot.language)
    )
    return bend(said, (("y$", "ies"), ("(?<!ies)$", "s")))


_YEARS: Mapping[str, Callable[[Spot], Reading | None]] = {
    "en": _english,
    "zh": _chinese,
    "ko": _korean,
    "pl": _slavic,
    "ru": _slavic,
}
