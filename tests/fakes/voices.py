"""A voice store in memory: the ports' promises without a database."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from typing_extensions import override

from domain.access import HOUSE
from domain.errors import (
    InputError,
    OnceKeyReusedError,
    VoiceChangedError,
    VoiceDamagedError,
    VoiceExistsError,
    VoiceUnknownError,
)
from domain.ports import (
    ConsentStore,
    Once,
    PreviewStore,
    TimbreStore,
    VoicePage,
    VoiceSearch,
    VoiceStore,
)
from domain.voice import Clip, Consent, Timbre, Voice

_REMEMBERED = timedelta(hours=24)
_OFFERED = "page-"


@dataclass
class Shelf:
    """All that is kept of one voice; the number is never used again."""

    number: int
    voice: Voice
    clips: tuple[Clip, ...]
    timbres: dict[str, Timbre] = field(default_factory=dict)
    damaged: set[str] = field(default_factory=set)
    preview: Clip | None = None

    @property
    def place(self) -> tuple[datetime, int]:
        return self.voice.created_at, self.number

    def check(self, part: str) -> None:
        if part in self.damaged:
            raise VoiceDamagedError(self.voice.id, f"its {part}")


@dataclass(frozen=True)
class Asked:
    """What a caller's key stood for the first time."""

    content: str
    shelf: Shelf
    at: datetime


class FakeVoices(VoiceStore, ConsentStore, TimbreStore, PreviewStore):
    """Keeps voices while it lives; a test may damage one."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._made = 0
        self._shelves: dict[tuple[str, str], Shelf] = {}
        self._asked: dict[tuple[str, str], Asked] = {}

    def damage(self, voice_id: str, *parts: str) -> None:
        """Make the voice's clips, timbre or preview, or all of them, fail their hashes."""
        self._shelves[HOUSE, voice_id].damaged |= set(parts or ("clips", "timbre", "preview"))

    @override
    async def add(
        self,
        voice: Voice,
        clips: Sequence[Clip],
        timbres: Sequence[Timbre],
        once: Once | None = None,
    ) -> Voice:
        first = self._first(voice.owner, once) if once else None
        if first is not None:
            return first
        if (voice.owner, voice.id) in self._shelves:
            raise VoiceExistsError(voice.id)
        self._made += 1
        kept = replace(voice, updated_at=voice.updated_at or voice.created_at)
        shelf = Shelf(self._made, kept, tuple(clips), {each.fingerprint: each for each in timbres})
        self._shelves[voice.owner, voice.id] = shelf
        if once:
            self._asked[voice.owner, once.key] = Asked(once.content, shelf, self._now())
        return kept

    def _first(self, owner: str, once: Once) -> Voice | None:
        asked = self._asked.get((owner, once.key))
        if asked is None or asked.at < self._now() - _REMEMBERED:
            return None
        if asked.content != once.content:
            raise OnceKeyReusedError(once.key)
        if asked.shelf not in self._shelves.values():
            raise VoiceUnknownError(asked.shelf.voice.id)
        return asked.shelf.voice

    @override
    async def get(self, owner: str, voice_id: str) -> Voice | None:
        shelf = self._shelves.get((owner, voice_id))
        return None if shelf is None else shelf.voice

    @override
    async def find(self, search: VoiceSearch) -> VoicePage:
        found = [shelf for shelf in self._shelves.values() if _matches(shelf.voice, search)]
        found.sort(key=lambda shelf: shelf.place)
        behind = _place(search.after)
        rest = [shelf for shelf in found if behind is None or shelf.place > behind]
        most = max(1, min(search.limit, 1000))
        shown = tuple(shelf.voice for shelf in rest[:most])
        return VoicePage(shown, len(found), _mark(rest[most - 1]) if rest[most:] else None)

    @override
    async def change(self, voice: Voice) -> Voice:
        shelf = self._shelves.get((voice.owner, voice.id))
        if shelf is None:
            raise VoiceUnknownError(voice.id)
        seen = shelf.voice
        if (seen.version, seen.created_at) != (voice.version, voice.created_at):
            raise VoiceChangedError(voice.id, voice.version)
        shelf.voice = replace(
            voice,
            consent=seen.consent,
            version=seen.version + 1,
            updated_at=self._now(),
        )
        return shelf.voice

    @override
    async def agree(self, owner: str, voice_id: str, consent: Consent) -> Voice:
        shelf = self._shelves.get((owner, voice_id))
        if shelf is None:
            raise VoiceUnknownError(voice_id)
        seen = shelf.voice
        shelf.voice = replace(
            seen, consent=consent, version=seen.version + 1, updated_at=self._now()
        )
        return shelf.voice

    @override
    async def remove(self, owner: str, voice_id: str) -> None:
        if self._shelves.pop((owner, voice_id), None) is None:
            raise VoiceUnknownError(voice_id)

    @override
    async def load(self, owner: str, voice_id: str, fingerprint: str) -> Timbre | None:
        shelf = self._shelves.get((owner, voice_id))
        if shelf is None:
            return None
        shelf.check("timbre")
        return shelf.timbres.get(fingerprint)

    @override
    async def clips(self, owner: str, voice_id: str) -> tuple[Clip, ...]:
        shelf = self._shelves.get((owner, voice_id))
        if shelf is None:
            return ()
        shelf.check("clips")
        return shelf.clips

    @override
    async def every(self, owner: str, voice_id: str) -> tuple[Timbre, ...]:
        shelf = self._shelves.get((owner, voice_id))
        if shelf is None:
            return ()
        shelf.check("timbre")
        return tuple(timbre for _, timbre in sorted(shelf.timbres.items()))

    @override
    async def keep(self, voice: Voice, timbre: Timbre) -> None:
        shelf = self._shelves.get((voice.owner, voice.id))
        if shelf is not None and shelf.voice.created_at == voice.created_at:
            shelf.timbres[timbre.fingerprint] = timbre
            shelf.damaged.discard("timbre")

    @override
    async def keep_preview(self, voice: Voice, preview: Clip) -> None:
        shelf = self._shelves.get((voice.owner, voice.id))
        if shelf is not None and shelf.voice.created_at == voice.created_at:
            shelf.preview = preview
            shelf.damaged.discard("preview")

    @override
    async def preview(self, owner: str, voice_id: str) -> Clip | None:
        shelf = self._shelves.get((owner, voice_id))
        if shelf is None:
            return None
        shelf.check("preview")
        return shelf.preview

    @override
    async def previewed(self, owner: str, voice_ids: Sequence[str]) -> frozenset[str]:
        shelves = {each: self._shelves.get((owner, each)) for each in voice_ids}
        return frozenset(each for each, shelf in shelves.items() if shelf and shelf.preview)


def _matches(voice: Voice, search: VoiceSearch) -> bool:
    texts = (voice.id, voice.name, voice.description)
    return (
        voice.owner == search.owner
        and any(_folded(search.text) in _folded(text) for text in texts)
        and search.language in (None, voice.language)
        and search.labels.items() <= voice.labels.items()
    )


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text.casefold())


def _mark(shelf: Shelf) -> str:
    return f"{_OFFERED}{shelf.voice.created_at.isoformat()}/{shelf.number}"


def _place(after: str | None) -> tuple[datetime, int] | None:
    if after is None:
        return None
    try:
        moment, number = after.removeprefix(_OFFERED).split("/")
        return datetime.fromisoformat(moment), int(number)
    except ValueError as e:
        msg = "This page was not offered here."
        raise InputError(msg) from e
