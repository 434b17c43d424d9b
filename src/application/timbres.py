"""Timbres: from the name of a voice to what the engine needs to speak as it."""

import logging
from dataclasses import dataclass

from application.caring import cared_for
from application.recent import Recent
from domain.errors import (
    InputError,
    UnavailableError,
    VoiceClipsMissingError,
    VoiceDamagedError,
    VoiceUnknownError,
)
from domain.events import CacheAsked
from domain.known_names import KnownName, KnownNames, Service
from domain.ports import EventBus, SoundStudio, SpeechEngine, TimbreStore, VoiceStore
from domain.voice import Timbre, is_voice_id, speaker_id

log = logging.getLogger(__name__)

DEFAULT = "default"
"""Names the default voice where an address must name one; a saved voice of that id comes first."""


@dataclass(frozen=True, slots=True)
class NamedVoice:
    """A name that clients know from elsewhere, and the voice that speaks for it here."""

    name: str
    id: str
    service: Service
    voice: str


class Timbres:
    """Built-in speakers, then voices used lately, then the store; learns what it does not know."""

    def __init__(
        self,
        *,
        store: VoiceStore,
        timbres: TimbreStore,
        engine: SpeechEngine,
        studio: SoundStudio,
        bus: EventBus,
        recent: Recent[tuple[str, str], Timbre],
        default: str | None,
        refuse_unknown: bool,
        names: KnownNames | None = None,
    ) -> None:
        self._store = store
        self._timbres = timbres
        self._engine = engine
        self._studio = studio
        self._bus = bus
        self.recent = recent
        self._default = default
        self._refuse_unknown = refuse_unknown
        self._names = names or KnownNames()

    @property
    def default_name(self) -> str | None:
        """Which voice speaks where none is named."""
        return self._default or self._engine.card.default_speaker or None

    async def find(self, owner: str, wanted: str | None) -> Timbre:
        """Return the timbre of a voice; no name, or `default`, is the default voice."""
        if wanted is None:
            return await self._default_timbre(owner)
        try:
            return await self.named(owner, wanted)
        except VoiceUnknownError:
            known = self._names.find(wanted)
            if known is not None:
                return await self._stand_in(owner, known)
            if self._refuse_unknown and wanted.casefold() != DEFAULT:
                raise
            return await self._default_timbre(owner)

    async def stand_ins(self, owner: str, *services: Service) -> tuple[NamedVoice, ...]:
        """Tell who speaks for the names of these services; a speaker's own name is no such name."""
        return tuple(
            [
                NamedVoice(known.name, known.id or known.name, known.service, voice)
                for known in self._names.all
                if known.service in services and self.speaker(known.id or known.name) is None
                for voice in [await self._standing_in(owner, known)]
                if voice
            ]
        )

    def speaker(self, name: str) -> Timbre | None:
        """Return the engine's own speaker of this name or id, exactly or ignoring case."""
        known = self.speaker_name(name)
        return None if known is None else self._engine.card.speakers[known]

    def speaker_name(self, name: str) -> str | None:
        """Return the name of that speaker as the engine spells it."""
        speakers, wanted = self._engine.card.speakers, name.casefold()
        if name in speakers:
            return name
        for called in (str, speaker_id):
            alike = (known for known in speakers if called(known).casefold() == wanted)
            if (found := next(alike, None)) is not None:
                return found
        return None

    def forget(self, owner: str, voice_id: str) -> None:
        """Drop what is remembered of a voice that was changed or deleted."""
        self.recent.drop((owner, voice_id))

    def use_by_default(self, voice_id: str) -> None:
        """Speak as this voice when no other is named."""
        self._default = voice_id

    async def _stand_in(self, owner: str, known: KnownName) -> Timbre:
        """Return who speaks for a known name: the voice set, the first speaker there, anyone."""
        if known.voice is not None:
            try:
                return await self.named(owner, known.voice)
            except VoiceUnknownError:
                log.warning("voice_names lets %r speak as %r: unknown", known.name, known.voice)
        speakers = (self.speaker(name) for name in known.speakers)
        found = next((speaker for speaker in speakers if speaker is not None), None)
        return found or await self._default_timbre(owner)

    async def _standing_in(self, owner: str, known: KnownName) -> str | None:
        """Name whom `_stand_in` finds; None where there is nobody at all."""
        wanted = known.voice
        if wanted is not None and await self._is_there(owner, wanted):
            return wanted
        there = (name for name in known.speakers if self.speaker(name) is not None)
        return next(there, self._default or self._engine.card.default_speaker or None)

    async def _is_there(self, owner: str, name: str) -> bool:
        if self.speaker(name) is not None:
            return True
        return is_voice_id(name) and await self._store.get(owner, name) is not None

    async def _default_timbre(self, owner: str) -> Timbre:
        name = self.default_name
        if not name:
            raise InputError(
                "This model has no speakers of its own: name a saved voice, or set"
                " RHAPSODE_DEFAULT_VOICE."
            )
        return await self.named(owner, name)

    async def named(self, owner: str, wanted: str) -> Timbre:
        """Return the timbre of exactly this voice: no other stands in for one that is unknown."""
        speaker = self.speaker(wanted)
        if speaker is not None:
            return speaker
        if not is_voice_id(wanted):
            raise VoiceUnknownError(wanted)
        remembered = self.recent.get((owner, wanted))
        self._bus.publish(CacheAsked("voices", hit=remembered is not None))
        if remembered is not None:
            return remembered
        timbre = await self._kept(owner, wanted) or await self._learn(owner, wanted)
        self.recent.put((owner, wanted), timbre)
        return timbre

    async def _kept(self, owner: str, wanted: str) -> Timbre | None:
        """Return the timbre this engine made before; a damaged one is made again from the clips."""
        try:
            return await self._timbres.load(owner, wanted, self._engine.card.fingerprint)
        except VoiceDamagedError as error:
            if not await self._timbres.clips(owner, wanted):
                raise
            log.warning("%s It is learnt again.", error)
            return None

    async def _learn(self, owner: str, wanted: str) -> Timbre:
        """Condition this engine on a voice that another one cloned: its clips are still there."""
        voice = await self._store.get(owner, wanted)
        if voice is None:
            raise VoiceUnknownError(wanted)
        clips = await self._timbres.clips(owner, wanted)
        if not clips:
            raise VoiceClipsMissingError(wanted, self._engine.card.name)
        sounds = [
            await cared_for(self._studio, await self._studio.read_clip(clip.flac), clip.care)
            for clip in clips
        ]
        timbre = await self._engine.condition(sounds)
        try:
            await self._timbres.keep(voice, timbre)
        except UnavailableError as error:
            log.warning("what was learnt of the voice %r could not be kept: %s", wanted, error)
        return timbre
