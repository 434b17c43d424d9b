"""A voice store in memory: the ports' promises without a database."""

from collections.abc import Sequence

from typing_extensions import override

from domain.errors import VoiceDamagedError, VoiceExistsError, VoiceUnknownError
from domain.ports import TimbreStore, VoiceStore
from domain.voice import Clip, Timbre, Voice


class FakeVoices(VoiceStore, TimbreStore):
    """Keeps voices while it lives; a test may damage one."""

    def __init__(self) -> None:
        self.voices: dict[str, Voice] = {}
        self.timbres: dict[tuple[str, str], Timbre] = {}
        self._clips: dict[str, tuple[Clip, ...]] = {}
        self._damaged: set[tuple[str, str]] = set()

    def damage(self, voice_id: str, *parts: str) -> None:
        """Make the voice's clips or timbres, or both, fail their hashes."""
        self._damaged |= {(voice_id, part) for part in parts or ("clips", "timbre")}

    @override
    async def add(self, voice: Voice, clips: Sequence[Clip], timbres: Sequence[Timbre]) -> None:
        if voice.id in self.voices:
            raise VoiceExistsError(voice.id)
        self.voices[voice.id] = voice
        self._clips[voice.id] = tuple(clips)
        for timbre in timbres:
            await self.keep(voice.id, timbre)

    @override
    async def find(self, voice_id: str) -> Voice | None:
        return self.voices.get(voice_id)

    @override
    async def every(self) -> tuple[Voice, ...]:
        return tuple(sorted(self.voices.values(), key=lambda voice: voice.created_at))

    @override
    async def remove(self, voice_id: str) -> None:
        if self.voices.pop(voice_id, None) is None:
            raise VoiceUnknownError(voice_id)
        del self._clips[voice_id]
        self._damaged = {damage for damage in self._damaged if damage[0] != voice_id}
        for known, fingerprint in list(self.timbres):
            if known == voice_id:
                del self.timbres[known, fingerprint]

    @override
    async def load(self, voice_id: str, fingerprint: str) -> Timbre | None:
        self._check(voice_id, "timbre")
        return self.timbres.get((voice_id, fingerprint))

    @override
    async def clips(self, voice_id: str) -> tuple[Clip, ...]:
        self._check(voice_id, "clips")
        return self._clips.get(voice_id, ())

    @override
    async def keep(self, voice_id: str, timbre: Timbre) -> None:
        if voice_id in self.voices:
            self.timbres[voice_id, timbre.fingerprint] = timbre
            self._damaged.discard((voice_id, "timbre"))

    def _check(self, voice_id: str, part: str) -> None:
        if (voice_id, part) in self._damaged:
            raise VoiceDamagedError(voice_id, f"its {part}")
