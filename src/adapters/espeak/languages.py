"""Which espeak-ng voice speaks a language: the one table from tag to voice."""

from collections.abc import Iterable, Mapping

from adapters.espeak.native import ListedVoice
from domain.language import XTTS_LANGUAGES, canonical


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
