"""Numbers within a text, with what they count, and those that are dialled or stand in rows."""

import re

from adapters.numbers.cardinals import LONGEST, cardinal, digit_by_digit
from adapters.numbers.figures import said
from adapters.numbers.fractions import fraction_said, sign_said
from adapters.numbers.money import currency, scale_said, sum_said
from adapters.numbers.ordinals import ordinal
from adapters.numbers.phones import dialled, phone_said
from adapters.numbers.spot import DOTTED, FRACTION, MIXED, PHONE, RANGE, Reading, Spot, grammar
from adapters.numbers.units import measured

_FORMS = (("feminine", "f"), ("neuter", "n"), ("genitives", "genitive"), ("locatives", "locative"))
_DOTTED_ORDINAL = re.compile(r"([0-9]{1,4})\.(?=\s[^\W\d_])")
_ENDLESS = re.compile(rf"[0-9]{{{LONGEST + 1},}}+")
_SHORT = re.compile(r"[0-9]{1,6}(?![0-9])")
_NEVER_TIGHT = ("s", "B")
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
    if not found or spot.end == found.end():
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
    language = spot.language
    if found := _suffixed(spot):
        return found
    dotted = _DOTTED_ORDINAL.match(spot.text, spot.start)
    if not dotted or not language.text("dotted", "ordinals"):
        return None
    before = spot.word_before.lower()
    case = "weak" if before in language.words("weak_before", "ordinals") else ""
    led = bool(case) or before in language.words("before", "ordinals")
    if not led and (language.base == "de" or not spot.text[dotted.end() + 1].islower()):
        return None
    return Reading(spot.start, dotted.end(), ordinal(int(dotted[1]), language, case))


def _suffixed(spot: Spot) -> Reading | None:
    suffix = grammar(spot.language).suffix
    found = _SHORT.match(spot.text, spot.start) if suffix else None
    ending = suffix.match(spot.text, found.end()) if suffix and found else None
    if not found or not ending:
        return None
    words = spot.language.words
    form = next((form for key, form in _FORMS if ending[1] in words(key, "ordinals")), "")
    return Reading(spot.start, ending.end(), ordinal(int(found[0]), spot.language, form))


def counted_at(spot: Spot) -> Reading:
    """Read a number with the money or the unit it counts, or by itself."""
    return _money(spot) or _unit(spot) or _mixed(spot) or _alone(spot)


def _money(spot: Spot) -> Reading | None:
    patterns, language, before = grammar(spot.language), spot.language, spot.before
    scale = patterns.scale.match(spot.text, spot.end) if patterns.scale else None
    end = scale.end() if scale else spot.end
    code, start = currency(before.sign, language), before.start
    if not code and (behind := patterns.coin.match(spot.text, end)):
        code, start, end = currency(behind[1], language), _start(spot), behind.end()
    if not code:
        return None
    return Reading(start, end, sum_said(spot.number, code, language, scale[1] if scale else ""))


def _start(spot: Spot) -> int:
    return spot.start - spot.before.negative


def _unit(spot: Spot) -> Reading | None:
    if spot.before.sign in ("%", "٪"):
        return Reading(spot.before.start, spot.end, measured(spot.number, "%", spot.language))
    found = grammar(spot.language).unit.match(spot.text, spot.end)
    if not found or (found[2] in _NEVER_TIGHT and not found[1]) or _in_a_name(spot):
        return None
    words = measured(spot.number, found[2], spot.language)
    return Reading(_start(spot), found.end(), words)


def _in_a_name(spot: Spot) -> bool:
    before = spot.text[spot.start - 1 : spot.start]
    return before.isascii() and before.isalpha()


def _mixed(spot: Spot) -> Reading | None:
    found = MIXED.match(spot.text, spot.end)
    if not found:
        return None
    language = spot.language
    if found[1]:
        part = sign_said(found[1], language)
    elif 0 < int(found[2]) < int(found[3]):
        part = fraction_said(int(found[2]), int(found[3]), language)
    else:
        return None
    words = said(spot.number, language) + (language.text("and") or language.gap) + part
    return Reading(_start(spot), found.end(), words)


def _alone(spot: Spot) -> Reading:
    language, before, end = spot.language, spot.before, spot.end
    words = said(spot.number, language, _native(spot))
    if before.sign in ("#", "＃"):
        return Reading(before.start, end, language.text("number").format(words))
    if found := RANGE.match(spot.text, end):
        return Reading(_start(spot), found.end(), words + language.text("to"))
    scale = grammar(language).scale
    found = scale.match(spot.text, end) if scale else None
    full = scale_said(found[1], language) if found else ""
    if found and full != found[1] and found[1].endswith("."):
        return Reading(_start(spot), found.end(), f"{words}{language.gap}{full}")
    return Reading(_start(spot), end, words)


def _native(spot: Spot) -> str:
    """Return how Chinese and Korean count things; what follows `number` is not counted."""
    after = spot.text[spot.end : spot.end + 3].lstrip()
    counted = after.startswith(spot.language.words("native_before")) if after else False
    return (
        "native" if counted and spot.text[spot.start - 1 : spot.start] not in ("第", "제") else ""
    )


def long_at(spot: Spot) -> Reading | None:
    """Read digits that are too many for a number one by one."""
    found = _ENDLESS.match(spot.text, spot.start)
    return (
        Reading(spot.start, found.end(), digit_by_digit(found[0], spot.language)) if found else None
    )
