"""Texts said character by character."""

import re
import unicodedata

from adapters.numbers.language import Language

_CHARACTER = re.compile(r"\S")


def spelled(text: str, language: Language | None) -> str:
    """Name each letter, digit and sign; marks stay with the letter they stand on."""
    names: dict[str, str] = {}
    said: list[str] = []
    for character in _CHARACTER.findall(unicodedata.normalize("NFC", text)):
        if character not in names:
            names[character] = _named(character, language)
            if said and unicodedata.category(character)[0] == "M":
                names[character] = ""
        if names[character]:
            said.append(names[character])
        else:
            said[-1] += character
    return " ".join(said)


def _named(character: str, language: Language | None) -> str:
    if language is None:
        return character.upper()
    if character.isdecimal():
        return language.digits[unicodedata.decimal(character)]
    if sign := language.text(character, "signs"):
        return sign
    if language.base == "tr" and character == "i":
        return "İ"
    upper = character.upper()
    return upper if len(upper) == 1 else character
