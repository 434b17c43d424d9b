"""Units of measure, by what is written behind a number."""

import re
from functools import lru_cache

from adapters.numbers.figures import Figure, counted
from adapters.numbers.language import Language

_COMPOSED = (
    *("km", "cm", "mm", "kg", "mg", "ml", "KB", "kB", "MB", "GB", "TB"),
    *("kHz", "MHz", "GHz", "kW", "MW", "ms", "kV", "mV", "mW"),
)
_SPEEDS = ("km/h", "m/s", "km/s", "MB/s", "GB/s")
_SAME = {
    "m2": "m²",
    "km2": "km²",
    "º C": "°C",
    "° C": "°C",
    "º": "°",
    "℃": "°C",
    "℉": "°F",
    "％": "%",
}


def noun(written: str, language: Language) -> str:
    """Return the forms of the noun a unit is said with; empty if there is none."""
    name = _SAME.get(written, written)
    name = language.entries("local").get(name, name)
    for section in ("units", "fixed"):
        if known := language.text(name, section):
            return known
    if name not in _COMPOSED:
        return ""
    base = language.text(name[1:], "units")
    prefix = language.text(name[0] if name != "KB" else "k", "prefixes")
    gender, mark, forms = base.rpartition(":")
    return gender + mark + "|".join(prefix + form for form in forms.split("|"))


def measured(number: Figure, written: str, language: Language) -> str:
    """Say so and so much of a unit."""
    name = language.entries("local").get(written, written)
    top, slash, per = name.partition("/")
    if not slash or language.text(name, "fixed"):
        return counted(number, noun(name, language), language)
    return language.text(per, "per").format(counted(number, noun(top, language), language))


@lru_cache(maxsize=64)
def symbols(language: Language) -> str:
    """Return what units look like, the longest first."""
    known = {*language.entries("units"), *language.entries("fixed"), *language.entries("local")}
    known |= {*_COMPOSED, *_SPEEDS, *_SAME}
    return "|".join(re.escape(each) for each in sorted(known, key=lambda each: (-len(each), each)))
