"""Language tags as callers write them, and the ones an engine speaks."""

from collections.abc import Iterable

from domain.errors import LanguageUnknownError

XTTS_LANGUAGES = (
    *("en", "es", "fr", "de", "it", "pt", "pl", "tr", "ru"),
    *("nl", "cs", "ar", "zh-cn", "hu", "ko", "ja", "hi"),
)
"""The seventeen that every engine of this house speaks."""

_SAME = {"zh": "zh-cn", "cmn": "zh-cn"}


def canonical(tag: str) -> str:
    """One spelling for a tag: lower case, hyphens, one name for Chinese."""
    plain = tag.strip().replace("_", "-").lower()
    return _SAME.get(plain, plain)


def spoken(tag: str, known: Iterable[str]) -> str:
    """Return the canonical tag if it is among the known ones, or else without its region.

    What is neither is refused, and the known ones are listed.
    """
    listed = tuple(known)
    language = canonical(tag)
    plain = canonical(language.partition("-")[0])
    for each in (language, plain):
        if each in listed:
            return each
    raise LanguageUnknownError(tag, listed)
