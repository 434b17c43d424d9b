"""Timbres: from the name of a voice to what the engine needs to speak as it."""

import logging

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
from domain.ports import EventBus, SoundStudio, SpeechEngine, TimbreStore, VoiceStore
from domain.voice import Timbre, is_voice_id, speaker_id

log = logging.getLogger(__name__)


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
    ) -> None:
        self._store = store
        self._timbres = timbres
        self._engine = engine
        self._studio = studio
        self._bus = bus
        self.recent = recent
        self._default = default
        self._refuse_unknown = refuse_unknown

    async def find(self, owner: str, wanted: str | None) -> Timbre:
        """Return the timbre of a voice; no name means the default voice."""
        if wanted is None:
            return await self._default_timbre(owner)
        try:
            return await self._named(owner, wanted)
        except VoiceUnknownError:
            if self._refuse_unknown:
                raise
            return await self._default_timbre(owner)

    def speaker(self, name: str) -> Timbre | None:
        """Return the engine's own speaker of this name or id, exactly or ignoring case."""
        speakers, wanted = self._engine.card.speakers, name.casefold()
        if name in speakers:
            return speakers[name]
        for called in (str, speaker_id):
            alike = (known for known in speakers if called(known).casefold() == wanted)
            if (found := next(alike, None)) is not None:
                return speakers[found]
        return None

    def forget(self, owner: str, voice_id: str) -> None:
        """Drop what is remembered of a voice that was changed or deleted."""
        self.recent.drop((owner, voice_id))

    def use_by_default(self, voice_id: str) -> None:
        """Speak as this voice when no other is named."""
        self._default = voice_id

    async def _default_timbre(self, owner: str) -> Timbre:
        name = self._default or self._engine.card.default_speaker
        if not name:
            raise InputError(
                "This model has no speakers of its own: name a saved voice, or set"
                " RHAPSODE_DEFAULT_VOICE."
            )
        return await self._named(owner, name)

    async def _named(self, owner: str, wanted: str) -> Timbre:
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
