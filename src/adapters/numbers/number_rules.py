"""Numbers within a text, with what they count, and those that are dialled or stand in rows."""

import re

from adapters.numbers.cardinals import LONGEST, cardinal, digit_by_digit
from adapters.numbers.figures import said
from adapters.numbers.fractions import fraction_said, sign_said
from adapters.numbers.money import currency, sum_said
from adapters.numbers.ordinals import ordinal
from adapters.numbers.phones import dialled, phone_said
from adapters.numbers.spot import DOTTED, FRACTION, MIXED, PHONE, RANGE, Reading, Spot, grammar, number_at
from adapters.numbers.units import measured

_FORMS = (("feminine", "f"), ("neuter", "n"), ("genitives", "genitive"), ("locatives", "locative"))
_DOTTED_ORDINAL = re.compile(r"([0-9]{1,4})\.(?=\s[^\W\d_])")
_LONGEST_DENOMINATOR = 100


def phone_at(spot: Spot) -> Reading | None:
    """Read what is dialled; a plus and a bracket before it belong to it."""
    start = spot.start
    while start > spot.done and spot.text[start - 1] in "+(" and spot.start - start < 2:  # noqa: PLR2004
        start -= 1
    found = PHONE.match(spot.text, start) or PHONE.match(spot.text, spot.start)
    if not found or not dialled(found[0]):
        return None
    return Reading(found.start(), found.end(), phone_said(found[0], spot.language))


def dotted_at(spot: Spot) -> Reading | None:
    """Read versions and addresses of machines, unless the points stand between thousands."""
    found = DOTTED.match(spot.text, spot.start)
    if not found or number_at(spot)[1] == found.end():
        return None
    dot = f" {spot.language.text('.', 'signs')} "
    parts = (cardinal(int(part), spot.language) for part in found[0].split("."))
    return Reading(spot.start, found.end(), dot.join(parts))


def fraction_at(spot: Spot) -> Reading | None:
    """Read a fraction that is less than one; what is not is two numbers."""
    found = FRACTION.match(spot.text, spot.start)
    if not found:
        return None
    above, below = int(found[1]), int(found[2])
    if 0 < above < below <= _LONGEST_DENOMINATOR:
        return Reading(spot.start, found.end(), fraction_said(above, below, spot.language))
    both = (cardinal(number, spot.language) for number in (above, below))
    return Reading(spot.start, found.end(), " ".join(both))


def ordinal_at(spot: Spot) -> Reading | None:
    """Read a number that its ending, or its full stop, makes an ordinal."""
    language, suffixes = spot.language, grammar(spot.language).suffix
    found = _suffixed(spot)
    if found and suffixes:
        return found
    dotted = _DOTTED_ORDINAL.match(spot.text, spot.start)
    if not dotted or not language.text("dotted", "ordinals"):
        return None
    before = spot.word_before().lower()
    case = "weak" if before in language.words("weak_before", "ordinals") else ""
    led = bool(case) or before in language.words("before", "ordinals")
    if not led and (language.base == "de" or not spot.text[dotted.end() + 1].islower()):
        return None
    return Reading(spot.start, dotted.end(), ordinal(int(dotted[1]), language, case))


def _suffixed(spot: Spot) -> Reading | None:
    found = re.compile(r"[0-9]{1,6}(?![0-9])").match(spot.text, spot.start)
    if spot.language.base == "en":
        suffix = re.compile(r"(st|nd|rd|th)(?![^\W_])")
    elif not (suffix := grammar(spot.language).suffix):  # type: ignore[assignment]
        return None
    ending = suffix.match(spot.text, found.end()) if found else None
    if not found or not ending:
        return None
    words = spot.language.words
    form = next((form for key, form in _FORMS if ending[1] in words(key, "ordinals")), "")
    return Reading(spot.start, ending.end(), ordinal(int(found[0]), spot.language, form))


def counted_at(spot: Spot) -> Reading:
    """Read a number with the money or the unit it counts, or by itself."""
    before = spot.before()
    number, end = number_at(spot, negative=before.negative)
    return (
        _money(spot, before.start, before.sign, end)
        or _unit(spot, end)
        or _mixed(spot, end)
        or Reading(*_alone(spot, before.start if before.sign in "#%" else spot.start - before.negative, end))
    )


def _money(spot: Spot, start: int, sign: str, end: int) -> Reading | None:
    patterns, language = grammar(spot.language), spot.language
    number, _ = number_at(spot, negative=spot.before().negative)
    scale = patterns.scale.match(spot.text, end) if patterns.scale else None
    ended = scale.end() if scale else end
    behind = patterns.coin.match(spot.text, ended) if not currency(sign, language) else None
    code = currency(sign or (behind[1] if behind else ""), language)
    if not code:
        return None
    first = start if not behind else spot.start - spot.before().negative
    last = behind.end() if behind else ended
    return Reading(first, last, sum_said(number, code, language, scale[1] if scale else ""))


def _unit(spot: Spot, end: int) -> Reading | None:
    found = grammar(spot.language).unit.match(spot.text, end)
    before = spot.before()
    number, _ = number_at(spot, negative=before.negative)
    start = spot.start - before.negative
    if before.sign == "%":
        return Reading(before.start, end, measured(number, "%", spot.language))
    if not found or (found[2] == "s" and not found[1]):
        return None
    words = measured(number, found[2], spot.language)
    return Reading(start, found.end(), words) if words else None


def _mixed(spot: Spot, end: int) -> Reading | None:
    found = MIXED.match(spot.text, end)
    if not found:
        return None
    language = spot.language
    number, _ = number_at(spot)
    if found[1]:
        part = sign_said(found[1], language)
    elif 0 < int(found[2]) < int(found[3]):
        part = fraction_said(int(found[2]), int(found[3]), language)
    else:
        return None
    return Reading(spot.start, found.end(), said(number, language) + (language.text("and") or "") + part)


def _alone(spot: Spot, start: int, end: int) -> tuple[int, int, str]:
    language, before = spot.language, spot.before()
    number, _ = number_at(spot, negative=before.negative)
    words = said(number, language, _native(spot, end))
    if before.sign in ("#", "＃"):  # noqa: RUF001 - as wide as their letters
        return before.start, end, language.text("number").format(words)
    if found := RANGE.match(spot.text, end):
        return start, found.end(), words + language.text("to")
    return start, end, words


def _native(spot: Spot, end: int) -> str:
    """Korean counts hours, people and things in words of its own."""
    after = spot.text[end : end + 3].lstrip()
    return "native" if any(after.startswith(word) for word in spot.language.words("native_before")) else ""


def long_at(spot: Spot) -> Reading | None:
    """Read digits that are too many for a number one by one."""
    found = re.compile(rf"[0-9]{{{LONGEST + 1},}}+").match(spot.text, spot.start)
    return Reading(spot.start, found.end(), digit_by_digit(found[0], spot.language)) if found else None
