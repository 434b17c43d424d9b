"""Which espeak-ng voice speaks a language: the one table from tag to voice."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from domain.language import XTTS_LANGUAGES, canonical

_LANGUAGE = re.compile(r"^[ \t]*language[ \t]+(\S+)(?:[ \t]+(\d+))?", re.MULTILINE)
_DICTIONARY = re.compile(r"^[ \t]*dictionary[ \t]+(\S+)", re.MULTILINE)
_PRIORITY = 5


class ListedVoice(NamedTuple):
    """A language voice: its file, and its tags with their priorities (lower is better)."""

    identifier: str
    tags: tuple[tuple[int, str], ...]


def installed_voices(data: Path) -> Iterator[ListedVoice]:
    """Every language voice whose dictionary is installed: the others would say nothing."""
    for file in sorted((data / "lang").rglob("*")):
        text = file.read_text("utf-8", "replace") if file.is_file() else ""
        tags = tuple((int(rank or _PRIORITY), tag) for tag, rank in _LANGUAGE.findall(text))
        if tags and (data / f"{_dictionary(text, tags[0][1])}_dict").is_file():
            yield ListedVoice(file.relative_to(data / "lang").as_posix(), tags)


def language_table(voices: Iterable[ListedVoice]) -> Mapping[str, str]:
    """Canonical tag -> voice file, the languages of XTTS first and all others by name.

    Where several voices claim a tag, the one that ranks it best has it; among equals the one with
    the shortest file name, which is the plain form of the language.
    """
    claims = sorted(
        (priority, len(voice.identifier), voice.identifier, canonical(tag))
        for voice in voices
        for priority, tag in voice.tags
    )
    best: dict[str, str] = {}
    for _, _, identifier, tag in claims:
        best.setdefault(tag, identifier)
    others = sorted(set(best) - set(XTTS_LANGUAGES))
    return {tag: best[tag] for tag in (*XTTS_LANGUAGES, *others) if tag in best}


def _dictionary(text: str, tag: str) -> str:
    stated = _DICTIONARY.search(text)
    return stated[1] if stated else tag.split("-", maxsplit=1)[0]
