"""The catalogue: saved voices and the speakers an engine brings along, on the same pages."""

from dataclasses import dataclass, replace
from enum import StrEnum

from application.timbres import Timbres
from application.voices import Voices
from domain.errors import InputError
from domain.ports import SpeechEngine, VoiceSearch
from domain.voice import Voice

_SPEAKER = "speaker:"
"""Begins the mark of a page among the speakers; no mark of a saved voice holds a colon."""


class Kind(StrEnum):
    """Which voices are wanted."""

    SAVED = "saved"
    BUILTIN = "builtin"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice that the engine brings along: it speaks every language, and cannot be changed."""

    name: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the catalogue, how much of it there is, and where the next page begins."""

    voices: tuple[Voice | Speaker, ...]
    total: int
    next: str | None


class Catalogue:
    """Saved voices first, oldest first, then the speakers in the engine's order."""

    def __init__(self, voices: Voices, timbres: Timbres, engine: SpeechEngine) -> None:
        self._voices = voices
        self._timbres = timbres
        self._engine = engine

    @property
    def default(self) -> str | None:
        """Which voice speaks where none is named."""
        return self._timbres.default_name

    async def find(self, search: VoiceSearch, kind: Kind) -> Page:
        """Return a page of what is searched for."""
        if kind is Kind.SAVED:
            found = await self._voices.find(search)
            return Page(found.voices, found.total, found.next)
        speakers = self._speakers(search)
        if kind is Kind.BUILTIN:
            start = _place(search.after) or 0
            return _continued(Page((), 0, None), speakers, start, search.limit)
        return await self._every(search, speakers)

    async def get(self, owner: str, wanted: str) -> Voice | Speaker:
        """Return the speaker or the saved voice that a request of this name would be spoken by."""
        name = self._timbres.speaker_name(wanted)
        if name is not None:
            return Speaker(name)
        return await self._voices.get(owner, wanted)

    async def _every(self, search: VoiceSearch, speakers: list[Speaker]) -> Page:
        start = _place(search.after) if (search.after or "").startswith(_SPEAKER) else None
        if start is not None:
            saved = await self._voices.find(replace(search, after=None, limit=1))
            return _continued(Page((), saved.total, None), speakers, start, search.limit)
        found = await self._voices.find(search)
        page = Page(found.voices, found.total, found.next)
        if page.next:
            return replace(page, total=page.total + len(speakers))
        return _continued(page, speakers, 0, search.limit)

    def _speakers(self, search: VoiceSearch) -> list[Speaker]:
        """Speakers have a name and no labels; each speaks whatever language is asked for."""
        if search.labels:
            return []
        text = search.text.casefold()
        return [Speaker(name) for name in self._engine.card.speakers if text in name.casefold()]


def _continued(page: Page, speakers: list[Speaker], start: int, limit: int) -> Page:
    """Fill a page up with speakers."""
    end = start + limit - len(page.voices)
    following = f"{_SPEAKER}{end}" if end < len(speakers) else None
    shown = (*page.voices, *speakers[start:end])
    return Page(shown, page.total + len(speakers), following)


def _place(after: str | None) -> int | None:
    if after is None:
        return None
    number = after.removeprefix(_SPEAKER)
    short = 9
    if number == after or not (number.isascii() and number.isdecimal() and len(number) < short):
        msg = "This page was not offered by this server; list the voices from the start."
        raise InputError(msg)
    return int(number)
