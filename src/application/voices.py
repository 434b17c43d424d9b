"""Voices: clone one from clips, save, find, change, delete; take one out and bring one in."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from application.timbres import Timbres
from domain.access import HOUSE
from domain.audio import Pcm
from domain.errors import ConsentMissingError, VoiceExistsError, VoiceUnknownError
from domain.events import VoiceDeleted, VoiceSaved
from domain.ports import (
    Clock,
    EventBus,
    Once,
    SoundStudio,
    SpeechEngine,
    TimbreStore,
    VoicePage,
    VoiceSearch,
    VoiceStore,
)
from domain.speech import Latents
from domain.voice import Clip, Consent, Timbre, Voice, check_clip, is_voice_id, voice_id
from domain.voice_file import VoiceFile, packed, unpacked


@dataclass(frozen=True, slots=True)
class Clone:
    """A voice taken from clips, or from latents alone, and not yet saved."""

    timbres: tuple[Timbre, ...]
    clips: tuple[Clip, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def content(self) -> tuple[str, ...]:
        """What it was taken from: clips, or where there are none the latents themselves."""
        return tuple(part.sha256 for part in self.clips or self.timbres)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a caller says of a voice to be saved; an id is made where none is given."""

    id: str | None = None
    name: str = ""
    description: str = ""
    language: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    consent: Consent | None = None
    once: str | None = None
    owner: str = HOUSE

    def asked(self, clone: Clone) -> Once | None:
        """Return what a retry must ask for again to be a retry."""
        if not self.once:
            return None
        labels = sorted(self.labels.items())
        wanted = (self.id, self.name, self.description, self.language, labels, clone.content)
        return Once(self.once, hashlib.sha256(repr(wanted).encode()).hexdigest())


class Voices:
    """The registry of saved voices."""

    def __init__(
        self,
        *,
        store: VoiceStore,
        timbre_store: TimbreStore,
        timbres: Timbres,
        engine: SpeechEngine,
        studio: SoundStudio,
        bus: EventBus,
        clock: Clock,
        longest_clip_s: float,
        require_consent: bool,
    ) -> None:
        self._store = store
        self._timbre_store = timbre_store
        self._timbres = timbres
        self._engine = engine
        self._studio = studio
        self._bus = bus
        self._clock = clock
        self._longest_clip_s = longest_clip_s
        self._require_consent = require_consent

    async def clone(self, uploads: Sequence[bytes]) -> Clone:
        """Take a voice from uploaded clips; a clip that cannot make one is refused."""
        sounds = [await self._studio.read_clip(upload) for upload in uploads]
        warnings = [note for sound in sounds for note in await self._check_clip(sound)]
        timbre = await self._engine.condition(sounds)
        clips = [await self._studio.pack(sound) for sound in sounds]
        return Clone((timbre,), tuple(clips), tuple(warnings))

    async def recall(self, latents: Latents) -> Clone:
        """Take a voice from latents that a client kept."""
        return Clone((await self._engine.recall(latents),))

    async def save(self, clone: Clone, draft: Draft) -> Voice:
        """Keep a cloned voice, whole or not at all; a retry under the same `once` saves nothing."""
        if self._require_consent and draft.consent is None:
            raise ConsentMissingError
        new_id = voice_id(draft.id)
        if self._timbres.speaker(new_id) is not None:
            raise VoiceExistsError(new_id)
        voice = Voice(
            id=new_id,
            name=draft.name or new_id,
            description=draft.description,
            created_at=self._clock.now(),
            language=draft.language,
            labels=draft.labels,
            owner=draft.owner,
            consent=draft.consent,
        )
        kept = await self._store.add(voice, clone.clips, clone.timbres, draft.asked(clone))
        self._bus.publish(VoiceSaved(kept.id))
        return kept

    async def get(self, owner: str, wanted: str) -> Voice:
        """Return one voice."""
        voice = await self._store.get(owner, wanted) if is_voice_id(wanted) else None
        if voice is None:
            raise VoiceUnknownError(wanted)
        return voice

    async def find(self, search: VoiceSearch) -> VoicePage:
        """Return a page of voices."""
        return await self._store.find(search)

    async def change(self, seen: Voice) -> Voice:
        """Write a changed voice over the version its caller has seen."""
        changed = await self._store.change(seen)
        self._timbres.forget(seen.owner, seen.id)
        return changed

    async def delete(self, owner: str, wanted: str) -> None:
        """Forget a saved voice; a stream that speaks with it goes on to its end."""
        if not is_voice_id(wanted):
            raise VoiceUnknownError(wanted)
        await self._store.remove(owner, wanted)
        self._timbres.forget(owner, wanted)
        self._bus.publish(VoiceDeleted(wanted))

    async def _check(self, file: VoiceFile) -> None:
        """Trust nothing that came from elsewhere: hear its clips, let the engine judge its own."""
        for clip in file.clips:
            await self._check_clip(await self._studio.read_clip(clip.flac))
        for timbre in file.timbres:
            if timbre.fingerprint == self._engine.card.fingerprint:
                await self._engine.recall(timbre.arrays)

    async def _check_clip(self, sound: Pcm) -> tuple[str, ...]:
        return await asyncio.to_thread(check_clip, sound, self._longest_clip_s)

    async def take_out(self, owner: str, wanted: str) -> bytes:
        """Return a voice with all that was kept of it, as one file."""
        voice = await self.get(owner, wanted)
        clips = await self._timbre_store.clips(owner, wanted)
        timbres = await self._timbre_store.every(owner, wanted)
        return packed(VoiceFile(voice, clips, timbres))

    async def bring_in(self, data: bytes, draft: Draft) -> Voice:
        """Save a voice that was taken out elsewhere; what the draft leaves open, the file says."""
        file = unpacked(data)
        await self._check(file)
        told = replace(
            draft,
            id=draft.id or file.voice.id,
            name=draft.name or file.voice.name,
            description=draft.description or file.voice.description,
            language=draft.language or file.voice.language,
            labels={**file.voice.labels, **draft.labels},
            consent=draft.consent or file.voice.consent,
        )
        return await self.save(Clone(file.timbres, file.clips), told)
