"""The roster: everyone who can speak, saved voices and the engine's own speakers, in pages."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Flag, StrEnum, auto
from typing import ClassVar

from application.timbres import Timbres
from application.voices import Voices
from domain.errors import InputError, VoiceUnknownError
from domain.known_names import Service
from domain.ports import SpeechEngine, VoiceSearch
from domain.voice import Voice, speaker_id

MOST_AT_ONCE = 10_000
"""As many saved voices as one sorted list can reasonably hold."""

_STORE_PAGE = 1000
_SPEAKERS, _SORTED = "speaker:", "sorted:"
"""Begin the mark of a page that the store did not turn: no mark of the store's begins so."""
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice that the engine brings along; or a name from elsewhere, and who speaks for it."""

    id: str
    name: str
    spoken_by: str | None = None
    language: ClassVar[None] = None
    """It speaks every language."""


Entry = Voice | Speaker


class Kinds(Flag):
    """Which of them are wanted."""

    SAVED = auto()
    SPEAKERS = auto()
    ALL = SAVED | SPEAKERS
    NONE = 0


class Order(StrEnum):
    """What they are sorted by."""

    NAME = "name"
    CREATED = "created"


@dataclass(frozen=True, slots=True)
class RosterSearch:
    """Who is wanted; unless they are sorted, saved voices come first, the oldest before all."""

    voices: VoiceSearch
    kinds: Kinds = Kinds.ALL
    names: tuple[Service, ...] = ()
    """The services whose names for voices are listed behind the speakers."""
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

    async def get(self, owner: str, wanted: str, *names: Service) -> Entry:
        """Return a speaker by name or id, a saved voice, or who goes by a name from elsewhere."""
        if (speaker := self._timbres.speaker_name(wanted)) is not None:
            return _built_in(speaker)
        try:
            return await self._voices.get(owner, wanted)
        except VoiceUnknownError:
            called = wanted.casefold()
            for known in await self._known(owner, names):
                if called in {known.name.casefold(), known.id.casefold()}:
                    return known
            raise

    async def editable(self, owner: str, wanted: str, *names: Service) -> Voice:
        """Return a saved voice; a speaker is nobody's to change."""
        entry = await self.get(owner, wanted, *names)
        if isinstance(entry, Speaker):
            msg = f"The voice {wanted[:80]!r} is built in: it can be neither changed nor deleted."
            raise InputError(msg)
        return entry

    async def find(self, search: RosterSearch) -> RosterPage:
        """Return a page; `search.voices.after` is the `next` of the page before."""
        after = search.voices.after
        if not search.kinds:
            return RosterPage((), 0)
        if search.ids or search.order:
            found = await self._sorted(search)
            begin, end, more = _cut(_SORTED, after, search.voices.limit, len(found))
            return RosterPage(tuple(found[begin:end]), len(found), more)
        past_saved = Kinds.SPEAKERS in search.kinds and (after or "").startswith(_SPEAKERS)
        if past_saved or Kinds.SAVED not in search.kinds:
            return await self._page_of_speakers(search)
        return await self._page_of_saved(search)

    async def every(self, search: RosterSearch, most: int | None = None) -> tuple[Entry, ...]:
        """Return all at once; `most` ends the saved voices with the page of the store it is in."""
        saved = await self._saved(search.voices, most) if Kinds.SAVED in search.kinds else ()
        return (*saved, *await self._speakers(search))

    async def _page_of_saved(self, search: RosterSearch) -> RosterPage:
        """The store turns its own pages; the speakers come behind its last."""
        page = await self._voices.find(search.voices)
        speakers = await self._speakers(search)
        total = page.total + len(speakers)
        if page.next is not None:
            return RosterPage(page.voices, total, page.next)
        room = max(0, search.voices.limit - len(page.voices))
        _, end, more = _cut(_SPEAKERS, None, room, len(speakers))
        return RosterPage((*page.voices, *speakers[:end]), total, more)

    async def _page_of_speakers(self, search: RosterSearch) -> RosterPage:
        speakers, saved = await self._speakers(search), 0
        begin, end, more = _cut(_SPEAKERS, search.voices.after, search.voices.limit, len(speakers))
        if Kinds.SAVED in search.kinds:
            saved = (await self._voices.find(replace(search.voices, after=None, limit=1))).total
        return RosterPage(speakers[begin:end], saved + len(speakers), more)

    async def _sorted(self, search: RosterSearch) -> list[Entry]:
        everyone = await self.every(search, MOST_AT_ONCE)
        found = [each for each in everyone if not search.ids or each.id in search.ids]
        if search.order is None:
            return found
        by = _name if search.order is Order.NAME else _created
        return sorted(found, key=by, reverse=search.backwards)

    async def _saved(self, search: VoiceSearch, most: int | None) -> tuple[Voice, ...]:
        found: list[Voice] = []
        wanted: VoiceSearch | None = replace(search, limit=_STORE_PAGE, after=None)
        while wanted and (most is None or len(found) < most):
            page = await self._voices.find(wanted)
            found += page.voices
            wanted = replace(wanted, after=page.next) if page.next else None
        return tuple(found)

    async def _speakers(self, search: RosterSearch) -> tuple[Speaker, ...]:
        """Those a text finds; they have no labels and speak every language."""
        if search.voices.labels or Kinds.SPEAKERS not in search.kinds:
            return ()
        text = search.voices.text.casefold()
        built_in = [_built_in(name) for name in self._engine.card.speakers]
        # only the services that have names of their own list speakers by their ids
        by_id = bool(search.names)
        return tuple(
            each
            for each in (*built_in, *await self._known(search.voices.owner, search.names))
            if text in each.name.casefold() or (by_id and text in each.id.casefold())
        )

    async def _known(self, owner: str, names: tuple[Service, ...]) -> tuple[Speaker, ...]:
        named = await self._timbres.stand_ins(owner, *names) if names else ()
        return tuple(Speaker(each.id, each.name, each.voice) for each in named)


def calling_name(entry: Entry) -> str:
    """Return what a request names them by where a name may hold spaces."""
    return entry.name if isinstance(entry, Speaker) else entry.id


def _built_in(name: str) -> Speaker:
    return Speaker(speaker_id(name), name)


def _cut(section: str, after: str | None, limit: int, of: int) -> tuple[int, int, str | None]:
    """Return where a page begins, where it ends, and the mark of the next."""
    begin = 0 if after is None else _place(section, after)
    end = begin + limit
    return begin, end, f"{section}{end}" if end < of else None


def _place(section: str, after: str) -> int:
    number = after.removeprefix(section)
    short = len(number) <= len(str(MOST_AT_ONCE))
    if number == after or not (short and number.isascii() and number.isdecimal()):
        msg = "This page was not offered by this server; list the voices from the start."
        raise InputError(msg)
    return int(number)


def _name(each: Entry) -> tuple[str, str]:
    return each.name.casefold(), each.id


def _created(each: Entry) -> tuple[datetime, str]:
    """Speakers were there before any voice."""
    return (each.created_at if isinstance(each, Voice) else _NEVER), each.id
