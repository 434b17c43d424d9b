"""Voices: clone one from a clip, save it, list, delete, and find its timbre to speak with."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from domain.errors import (
    VoiceClipsMissingError,
    VoiceDamagedError,
    VoiceExistsError,
    VoiceUnknownError,
)
from domain.events import VoiceDeleted, VoiceSaved
from domain.ports import Clock, EventBus, SoundStudio, SpeechEngine, TimbreStore, VoiceStore
from domain.speech import Latents
from domain.voice import Clip, Timbre, Voice, check_clip, is_voice_id, voice_id

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Clone:
    """A voice taken from clips, or from latents alone, and not yet saved."""

    timbre: Timbre
    clips: tuple[Clip, ...] = ()
    warnings: tuple[str, ...] = ()


class Voices:
    """The registry: saved voices first of all, and the speakers the engine brings along."""

    def __init__(
        self,
        *,
        store: VoiceStore,
        timbres: TimbreStore,
        engine: SpeechEngine,
        studio: SoundStudio,
        bus: EventBus,
        clock: Clock,
        longest_clip_s: float,
    ) -> None:
        self._store = store
        self._timbres = timbres
        self._engine = engine
        self._studio = studio
        self._bus = bus
        self._clock = clock
        self._longest_clip_s = longest_clip_s

    async def clone(self, uploads: Sequence[bytes]) -> Clone:
        """Take a voice from uploaded clips; a clip that cannot make one is refused."""
        sounds = [await self._studio.read_clip(upload) for upload in uploads]
        warnings = [note for sound in sounds for note in check_clip(sound, self._longest_clip_s)]
        timbre = await self._engine.condition(sounds)
        clips = [await self._studio.pack(sound) for sound in sounds]
        return Clone(timbre, tuple(clips), tuple(warnings))

    async def recall(self, latents: Latents) -> Clone:
        """Take a voice from latents that a client kept."""
        return Clone(await self._engine.recall(latents))

    async def save(self, clone: Clone, wanted_id: str | None, name: str, description: str) -> Voice:
        """Keep a cloned voice, whole or not at all."""
        new_id = voice_id(wanted_id)
        if self._speaker(new_id) is not None:
            raise VoiceExistsError(new_id)
        voice = Voice(new_id, name or new_id, description, self._clock.now())
        await self._store.add(voice, clone.clips, [clone.timbre])
        self._bus.publish(VoiceSaved(new_id))
        return voice

    async def every(self) -> tuple[Voice, ...]:
        """Return all saved voices, oldest first."""
        return await self._store.every()

    async def delete(self, wanted: str) -> None:
        """Forget a saved voice; a stream that speaks with it goes on to its end."""
        if not is_voice_id(wanted):
            raise VoiceUnknownError(wanted)
        await self._store.remove(wanted)
        self._bus.publish(VoiceDeleted(wanted))

    async def timbre(self, wanted: str | None) -> Timbre:
        """Return what the engine needs to speak as this voice; no name means the engine's own."""
        card = self._engine.card
        speaker = self._speaker(wanted or card.default_speaker)
        if speaker is not None:
            return speaker
        if wanted is None or not is_voice_id(wanted):
            raise VoiceUnknownError(str(wanted))
        return await self._kept(wanted) or await self._learn(wanted)

    def _speaker(self, name: str) -> Timbre | None:
        speakers = self._engine.card.speakers
        if name in speakers:
            return speakers[name]
        alike = (known for known in speakers if known.casefold() == name.casefold())
        return speakers.get(next(alike, ""))

    async def _kept(self, wanted: str) -> Timbre | None:
        """Return the timbre this engine made before; a damaged one is made again from the clips."""
        try:
            return await self._timbres.load(wanted, self._engine.card.fingerprint)
        except VoiceDamagedError as error:
            log.warning("%s It is learnt again.", error)
            return None

    async def _learn(self, wanted: str) -> Timbre:
        """Condition this engine on a voice that another one cloned: its clips are still there."""
        if await self._store.find(wanted) is None:
            raise VoiceUnknownError(wanted)
        clips = await self._timbres.clips(wanted)
        if not clips:
            raise VoiceClipsMissingError(wanted, self._engine.card.name)
        sounds = [await self._studio.read_clip(clip.flac) for clip in clips]
        timbre = await self._engine.condition(sounds)
        await self._timbres.keep(wanted, timbre)
        return timbre
