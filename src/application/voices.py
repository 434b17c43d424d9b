"""Voices: clone one from clips, save, find, change, delete; take one out and bring one in."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from application.calibrating import Calibrating
from application.caring import Cared, judged
from application.loudness import Loudness
from application.timbres import Timbres
from domain.access import HOUSE
from domain.clip_report import ClipReport
from domain.errors import (
    ConsentMissingError,
    PreviewMissingError,
    SampleUnknownError,
    VoiceDamagedError,
    VoiceExistsError,
    VoiceUnknownError,
)
from domain.events import VoiceDeleted, VoiceSaved
from domain.language import canonical
from domain.loudness import Learnt
from domain.ports import (
    Clock,
    EventBus,
    Once,
    PreviewStore,
    SoundStudio,
    SpeechEngine,
    TimbreStore,
    VoicePage,
    VoiceSearch,
    VoiceStore,
)
from domain.speech import Latents
from domain.voice import USUAL_CARE, Care, Clip, Consent, Timbre, Voice, is_voice_id, voice_id
from domain.voice_file import VoiceFile, packed, unpacked

_TOLD_S = 5.0
"""How much speech a loudness counts for that came in a file."""


@dataclass(frozen=True, slots=True)
class Clone:
    """A voice taken from clips, or from latents alone, and not yet saved."""

    timbres: tuple[Timbre, ...]
    clips: tuple[Clip, ...] = ()
    reports: tuple[ClipReport, ...] = ()
    """What was measured of each clip that was sent."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What its sender should know of the clips."""
        return tuple(warning for report in self.reports for warning in report.warnings)

    @property
    def content(self) -> tuple[object, ...]:
        """What it was taken from, and how; where there are no clips, the latents themselves."""
        clips = tuple((clip.sha256, clip.care) for clip in self.clips)
        return clips or tuple(timbre.sha256 for timbre in self.timbres)

    def timbre(self, fingerprint: str) -> Timbre | None:
        """What the engine of this fingerprint made of it."""
        return next((each for each in self.timbres if each.fingerprint == fingerprint), None)


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
        previews: PreviewStore,
        loudness: Loudness,
        calibrating: Calibrating,
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
        self._previews = previews
        self._loudness = loudness
        self._calibrating = calibrating
        self._engine = engine
        self._studio = studio
        self._bus = bus
        self._clock = clock
        self._longest_clip_s = longest_clip_s
        self._require_consent = require_consent

    async def clone(self, uploads: Sequence[bytes], care: Care = USUAL_CARE) -> Clone:
        """Take a voice from uploaded clips; a clip that cannot make one is refused."""
        taken = [await self._taken(upload, care) for upload in uploads]
        timbre = await self._engine.condition([each.cared for each in taken])
        clips = [replace(await self._studio.pack(each.sent), care=care) for each in taken]
        return Clone((timbre,), tuple(clips), tuple(each.report for each in taken))

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
            language=draft.language and canonical(draft.language),
            labels=draft.labels,
            owner=draft.owner,
            consent=draft.consent,
        )
        kept = await self._store.add(voice, clone.clips, clone.timbres, draft.asked(clone))
        self._bus.publish(VoiceSaved(kept.id))
        self._calibrating.ask(kept, clone.timbre(self._engine.card.fingerprint))
        return kept

    async def preview(self, owner: str, wanted: str) -> Clip:
        """Return how a voice sounds; one that has not spoken yet is asked to, not waited for."""
        voice = await self.get(owner, wanted)
        preview = await self._previews.preview(owner, wanted)
        if preview is None:
            raise PreviewMissingError(wanted, coming=self._calibrating.ask(voice))
        return preview

    async def samples(self, owner: str, wanted: str) -> tuple[Clip, ...]:
        """Return the clips a voice was cloned from; one saved from latents has none."""
        await self.get(owner, wanted)
        return await self._timbre_store.clips(owner, wanted)

    async def sample(self, owner: str, wanted: str, number: int) -> Clip:
        """Return one of its clips; they count from 1."""
        clips = await self.samples(owner, wanted)
        if not 1 <= number <= len(clips):
            raise SampleUnknownError(wanted, number, len(clips))
        return clips[number - 1]

    async def get(self, owner: str, wanted: str) -> Voice:
        """Return one voice."""
        voice = await self._store.get(owner, wanted) if is_voice_id(wanted) else None
        if voice is None:
            raise VoiceUnknownError(wanted)
        return voice

    async def clips(self, owner: str, wanted: str) -> tuple[Clip, ...]:
        """Return what the voice was cloned from; nothing, where latents were all there was."""
        return await self._timbre_store.clips(owner, wanted) if is_voice_id(wanted) else ()

    async def previewed(self, owner: str, wanted: Sequence[str]) -> frozenset[str]:
        """Return which of these voices have a preview by now."""
        return await self._previews.previewed(owner, wanted)

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
        made = await self._made(owner, wanted)
        await self._store.remove(owner, wanted)
        self._timbres.forget(owner, wanted)
        for timbre in made:
            await self._loudness.forget(timbre)
        self._bus.publish(VoiceDeleted(wanted))

    async def take_out(self, owner: str, wanted: str) -> bytes:
        """Return a voice with all that was kept of it, as one file."""
        voice = await self.get(owner, wanted)
        clips = await self._timbre_store.clips(owner, wanted)
        timbres = await self._timbre_store.every(owner, wanted)
        learnt = {each.sha256: (await self._loudness.of(each))[0] for each in timbres}
        heard = {sha256: known.lufs for sha256, known in learnt.items() if known}
        return packed(VoiceFile(voice, clips, timbres, heard))

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
        saved = await self.save(Clone(file.timbres, file.clips), told)
        for timbre in file.timbres:
            if timbre.sha256 in file.heard_lufs:
                learnt = Learnt(file.heard_lufs[timbre.sha256], _TOLD_S, 1)
                await self._loudness.teach(timbre, learnt)
        return saved

    async def _made(self, owner: str, wanted: str) -> tuple[Timbre, ...]:
        try:
            return await self._timbre_store.every(owner, wanted)
        except VoiceDamagedError:
            return ()

    async def _check(self, file: VoiceFile) -> None:
        """Trust nothing that came from elsewhere: hear its clips, let the engine judge its own."""
        for clip in file.clips:
            await self._taken(clip.flac, clip.care)
        for timbre in file.timbres:
            if timbre.fingerprint == self._engine.card.fingerprint:
                await self._engine.recall(timbre.arrays)

    async def _taken(self, upload: bytes, care: Care) -> Cared:
        return await judged(self._studio, upload, care, self._longest_clip_s)
