"""The roster: everyone who can speak, saved voices and the engine's own speakers, in pages."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from application.timbres import Timbres
from application.voices import Voices
from domain.errors import InputError, VoiceUnknownError
from domain.ports import SpeechEngine, VoiceSearch
from domain.voice import Voice, speaker_id

_STORE_PAGE = 1000
_MOST_AT_ONCE = 10_000
_SAVED, _SPEAKERS, _SORTED = "saved", "speakers", "sorted"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice that the engine brings along; or a name from elsewhere, and who speaks for it."""

    id: str
    name: str
    spoken_by: str | None = None


Entry = Voice | Speaker


class Kind(StrEnum):
    """Which of them are wanted."""

    ALL = "all"
    SAVED = "saved"
    SPEAKERS = "speakers"
    NONE = "none"


class Order(StrEnum):
    """What they are sorted by."""

    NAME = "name"
    CREATED = "created"


@dataclass(frozen=True, slots=True)
class RosterSearch:
    """Who is wanted; unless they are sorted, saved voices come first, the oldest before all."""

    voices: VoiceSearch
    kind: Kind = Kind.ALL
    ids: tuple[str, ...] = ()
    """Only these, where any are named."""
    order: Order | None = None
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class RosterPage:
    """Some of those who were found, how many there are, and where the next page begins."""

    entries: tuple[Entry, ...]
    total: int
    next: str | None = None


class Roster:
    """Finds who can speak."""

    def __init__(self, voices: Voices, timbres: Timbres, engine: SpeechEngine) -> None:
        self._voices = voices
        self._timbres = timbres
        self._engine = engine

    async def get(self, owner: str, wanted: str) -> Entry:
        """Return a speaker by name or id, a saved voice, or who goes by a name from elsewhere."""
        if (speaker := _called(wanted, self._built_in())) is not None:
            return speaker
        try:
            return await self._voices.get(owner, wanted)
        except VoiceUnknownError:
            if (known := _called(wanted, await self._known(owner))) is not None:
                return known
            raise

    async def editable(self, owner: str, wanted: str) -> Voice:
        """Return a saved voice; a speaker is nobody's to change."""
        entry = await self.get(owner, wanted)
        if isinstance(entry, Speaker):
            msg = f"The voice {wanted[:80]!r} is built in: it can be neither changed nor deleted."
            raise InputError(msg)
        return entry

    async def find(self, search: RosterSearch) -> RosterPage:
        """Return a page; `search.voices.after` is the `next` of the page before."""
        if search.kind is Kind.NONE:
            return RosterPage((), 0)
        section, _, mark = (search.voices.after or f"{_SAVED}.").partition(".")
        if search.ids or search.order:
            return _cut(await self._sorted(search), search, mark if section == _SORTED else "")
        if section == _SPEAKERS or search.kind is Kind.SPEAKERS:
            return await self._page_of_speakers(search, _number(mark))
        return await self._page_of_saved(search, mark or None)

    async def every(self, search: VoiceSearch) -> tuple[Entry, ...]:
        """Return all at once, as far as one answer can reasonably hold them."""
        return (*await self._saved(search), *await self._speakers(search))

    async def _page_of_saved(self, search: RosterSearch, after: str | None) -> RosterPage:
        """The store turns its own pages; the speakers come behind its last."""
        page = await self._voices.find(replace(search.voices, after=after))
        speakers = await self._speakers(search.voices) if search.kind is Kind.ALL else ()
        total = page.total + len(speakers)
        if page.next is not None:
            return RosterPage(page.voices, total, f"{_SAVED}.{page.next}")
        room = max(0, search.voices.limit - len(page.voices))
        more = f"{_SPEAKERS}.{room}" if room < len(speakers) else None
        return RosterPage((*page.voices, *speakers[:room]), total, more)

    async def _page_of_speakers(self, search: RosterSearch, begin: int) -> RosterPage:
        speakers, saved = await self._speakers(search.voices), 0
        if search.kind is Kind.ALL:
            saved = (await self._voices.find(replace(search.voices, after=None, limit=1))).total
        end = begin + search.voices.limit
        more = f"{_SPEAKERS}.{end}" if end < len(speakers) else None
        return RosterPage(speakers[begin:end], saved + len(speakers), more)

    async def _sorted(self, search: RosterSearch) -> list[Entry]:
        everyone: list[Entry] = []
        if search.kind is not Kind.SPEAKERS:
            everyone += await self._saved(search.voices)
        if search.kind is not Kind.SAVED:
            everyone += await self._speakers(search.voices)
        found = [each for each in everyone if not search.ids or each.id in search.ids]
        if search.order is None:
            return found
        by = _name if search.order is Order.NAME else _created
        return sorted(found, key=by, reverse=search.backwards)

    async def _saved(self, search: VoiceSearch) -> tuple[Voice, ...]:
        found: list[Voice] = []
        wanted: VoiceSearch | None = replace(search, limit=_STORE_PAGE, after=None)
        while wanted and len(found) < _MOST_AT_ONCE:
            page = await self._voices.find(wanted)
            found += page.voices
            wanted = replace(wanted, after=page.next) if page.next else None
        return tuple(found)

    async def _speakers(self, search: VoiceSearch) -> tuple[Speaker, ...]:
        """Those a text finds; they have no labels and speak every language."""
        if search.labels:
            return ()
        text = search.text.casefold()
        return tuple(
            each
            for each in (*self._built_in(), *await self._known(search.owner))
            if text in each.name.casefold() or text in each.id.casefold()
        )

    def _built_in(self) -> tuple[Speaker, ...]:
        return tuple(Speaker(speaker_id(name), name) for name in self._engine.card.speakers)

    async def _known(self, owner: str) -> tuple[Speaker, ...]:
        named = await self._timbres.stand_ins(owner, "elevenlabs", "settings")
        return tuple(Speaker(each.id, each.name, each.voice) for each in named)


def _called(wanted: str, among: Iterable[Speaker]) -> Speaker | None:
    called = wanted.casefold()
    alike = (each for each in among if called in {each.name.casefold(), each.id.casefold()})
    return next(alike, None)


def _cut(found: list[Entry], search: RosterSearch, mark: str) -> RosterPage:
    begin = _number(mark)
    end = begin + search.voices.limit
    more = f"{_SORTED}.{end}" if end < len(found) else None
    return RosterPage(tuple(found[begin:end]), len(found), more)


def _name(each: Entry) -> tuple[str, str]:
    return each.name.casefold(), each.id


def _created(each: Entry) -> tuple[datetime, str]:
    """Speakers were there before any voice."""
    return (each.created_at if isinstance(each, Voice) else _NEVER), each.id


def _number(mark: str) -> int:
    if mark and not (mark.isascii() and mark.isdecimal() and len(mark) <= len(str(_MOST_AT_ONCE))):
        msg = "This page was not offered by this server; list the voices from the start."
        raise InputError(msg)
    return int(mark or 0)
