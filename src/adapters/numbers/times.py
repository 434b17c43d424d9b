"""Times of day and lengths of time."""

import re
from dataclasses import dataclass

from adapters.numbers.cardinals import cardinal
from adapters.numbers.figures import Figure, counted
from adapters.numbers.language import Language, bend
from adapters.numbers.ordinals import ordinal

_CLOCK = re.compile(
    r"\s*([0-9]{1,3})(?:\s?[:.hH時点시]\s?([0-5][0-9]))?(?:\s?[:.m分분]\s?([0-5][0-9]))?[s秒]?"
    r"\s?(?:([aApP])\.?\s?[mM]\.?|[hH]|Uhr|uur|Z)?\s*"
)
_LENGTH = re.compile(
    r"\s*(?:([0-9]{1,6})\s?h)?\s?(?:([0-9]{1,6})\s?(?:['′]|m(?:in)?))?"
    r"\s?(?:([0-9]{1,6})\s?(?:[\"″s]|''))?\s*"
)
_HOURS, _NOON, _PADDED = 24, 12, 10


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day; `half` is `am`, `pm` or empty."""

    hour: int
    minute: int = 0
    second: int = 0
    half: str = ""


def read_time(text: str, shape: str) -> Time | None:
    """Read a time of day; `hms12` turns late hours into what the clock's face shows."""
    found = _CLOCK.fullmatch(text)
    if not found or int(found[1]) > _HOURS:
        return None
    half = f"{found[4].lower()}m" if found[4] else ""
    hour = int(found[1])
    if shape.lower() == "hms12" and not half:
        half = (
            "pm"
            if hour >= _NOON and hour != _HOURS
            else "am"
            if hour != hour % _NOON or not hour
            else ""
        )
        hour = hour % _NOON or _NOON
    return Time(hour, int(found[2] or 0), int(found[3] or 0), half)


def time_said(time: Time, language: Language, before: str = "") -> str:
    """Say a time of day; the word before it may bend the hour."""
    hour = _hour(time, language, before)
    if time.minute or time.second:
        said = language.text("full", "times").format(h=hour, m=_minute(time, language))
    else:
        said = language.text(_whole(time, language), "times").format(
            h=_counted_hour(time, hour, language)
        )
    if time.second:
        said += language.text("and") + counted(
            Figure(str(time.second)), language.text("s", "units"), language
        )
    return language.text(time.half, "times").format(said) if time.half else said


def length_said(text: str, language: Language) -> str | None:
    """Say how long something took, written as `1h`, `1'21"` or both."""
    found = _LENGTH.fullmatch(text)
    if not found or not any(found.groups()):
        return None
    parts = [
        counted(Figure(str(int(many))), language.text(unit, "units"), language)
        for many, unit in zip(found.groups(), ("h", "min", "s"), strict=True)
        if many
    ]
    return language.gap.join(parts[:-1]) + (language.text("and") if parts[1:] else "") + parts[-1]


def _whole(time: Time, language: Language) -> str:
    if time.half and language.text("marked", "times"):
        return "marked"
    late = time.hour > _NOON and language.text("late", "times")
    return "late" if late else "whole"


def _hour(time: Time, language: Language, before: str) -> str:
    listed, noun = language.words("hours", "times"), language.text("hour_noun", "times")
    if listed:
        return listed[time.hour % _HOURS]
    if noun:
        return counted(Figure(str(time.hour)), noun, language)
    gender = language.text("hour", "times")
    if gender == "ordinal":
        bent = before.lower() in language.words("bent_after", "times")
        said = ordinal(time.hour, language, "f")
        return bend(said, language.bends("bent", "times")) if bent else said
    return cardinal(
        time.hour, language, gender if language.base != "ko" or time.hour <= _NOON else ""
    )


def _counted_hour(time: Time, hour: str, language: Language) -> str:
    noun = language.text("hour_whole", "times")
    return counted(Figure(str(time.hour)), noun, language) if noun else hour


def _minute(time: Time, language: Language) -> str:
    if noun := language.text("minute_noun", "times"):
        return counted(Figure(str(time.minute)), noun, language)
    said = cardinal(time.minute, language, language.text("minute", "times"))
    pad = language.text("pad", "times") if time.minute < _PADDED else ""
    return f"{pad}{language.gap}{said}" if pad and time.minute else said
