"""What is kept: voices, what engines made of them, and lines as they were spoken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from domain.loudness import Learnt
from domain.recording import Recording
from domain.voice import Clip, Consent, Timbre, Voice


@dataclass(frozen=True, slots=True)
class Once:
    """A caller's own name for one save, and the hash of what was to be saved."""

    key: str
    content: str


@dataclass(frozen=True, slots=True)
class VoiceSearch:
    """Which voices of an owner are wanted; `after` is the `next` of the page before."""

    owner: str
    text: str = ""
    language: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    limit: int = 100
    after: str | None = None


@dataclass(frozen=True, slots=True)
class VoicePage:
    """Some of the voices, oldest first, how many there are, and where the next page begins."""

    voices: tuple[Voice, ...]
    total: int
    next: str | None


class VoiceStore(Protocol):
    """Keeps voices whole: all of one, or nothing of it.

    `StoreUnavailableError` when it does not answer, `StoreFullError` when the disk is full.
    """

    async def add(
        self,
        voice: Voice,
        clips: Sequence[Clip],
        timbres: Sequence[Timbre],
        once: Once | None = None,
    ) -> Voice:
        """Keep a voice with its clips and timbres in one transaction; `VoiceExistsError`.

        A second call under the same `once` returns the voice of the first, whatever became of its
        answer; with other content under the same key it raises `OnceKeyReusedError`.
        """
        ...

    async def get(self, owner: str, voice_id: str) -> Voice | None:
        """Return the owner's voice of exactly this id, if there is one."""
        ...

    async def find(self, search: VoiceSearch) -> VoicePage:
        """Return a page of voices: `text` in id, name or description, and every label equal."""
        ...

    async def change(self, voice: Voice) -> Voice:
        """Write name, description, language and labels over the version the caller has seen.

        Return the voice with its next version; `VoiceChangedError` if somebody was quicker,
        `VoiceUnknownError` if it is gone.
        """
        ...

    async def remove(self, owner: str, voice_id: str) -> None:
        """Forget the voice, its clips, its timbres and its preview; `VoiceUnknownError`."""
        ...


class ConsentStore(Protocol):
    """Keeps who agreed to be cloned, apart from what a voice's owner may change at will."""

    async def agree(self, owner: str, voice_id: str, consent: Consent) -> Voice:
        """Keep a consent in place of the one before; `VoiceUnknownError`.

        Return the voice with its next version.
        """
        ...


class TimbreStore(Protocol):
    """Keeps what each engine made of a voice."""

    async def load(self, owner: str, voice_id: str, fingerprint: str) -> Timbre | None:
        """Return the voice's timbre under this engine, if it was made; `VoiceDamagedError`."""
        ...

    async def clips(self, owner: str, voice_id: str) -> tuple[Clip, ...]:
        """Return the clips a timbre can be made from, in their order; `VoiceDamagedError`."""
        ...

    async def every(self, owner: str, voice_id: str) -> tuple[Timbre, ...]:
        """Return what all engines made of the voice; `VoiceDamagedError`."""
        ...

    async def keep(self, voice: Voice, timbre: Timbre) -> None:
        """Remember a timbre of exactly this voice: one deleted or made anew meanwhile gets none."""
        ...


class PreviewStore(Protocol):
    """Keeps how a voice sounds: one line it spoke."""

    async def keep_preview(self, voice: Voice, preview: Clip) -> None:
        """Remember it for exactly this voice: one deleted or made anew meanwhile gets none."""
        ...

    async def preview(self, owner: str, voice_id: str) -> Clip | None:
        """Return it, if the voice has one; `VoiceDamagedError`."""
        ...

    async def previewed(self, owner: str, voice_ids: Sequence[str]) -> frozenset[str]:
        """Return which of at most 1,000 voices have one."""
        ...


class LoudnessStore(Protocol):
    """Keeps how loud engines were found to speak; what was learnt long ago may be forgotten.

    `StoreUnavailableError` when it does not answer, `StoreFullError` when the disk is full.
    """

    async def load(self, fingerprint: str, timbre_sha256: str) -> Learnt | None:
        """Return what is known of a timbre under its engine."""
        ...

    async def keep(self, fingerprint: str, timbre_sha256: str, learnt: Learnt) -> None:
        """Remember it, unless what is known by now was learnt from more speech."""
        ...

    async def mean(self, fingerprint: str) -> Learnt | None:
        """Return the mean over what is known of this engine, in which each timbre counts once."""
        ...

    async def forget(self, fingerprint: str, timbre_sha256: str) -> None:
        """Know nothing of a timbre any more."""
        ...


@dataclass(frozen=True, slots=True)
class CacheStats:
    """How full a cache is and how well it serves."""

    entries: int
    size_bytes: int
    limit_bytes: int
    hits: int
    misses: int


class AudioCache(Protocol):
    """Keeps lines as an engine spoke them; it may forget, but never gives what was not put."""

    async def get(self, key: str) -> Recording | None:
        """Return the recording, or None: a damaged or unreadable one is none, and forgotten."""
        ...

    async def put(self, key: str, recording: Recording) -> None:
        """Keep it if there is room; never raises, and never exceeds the limit in bytes."""
        ...

    async def clear(self) -> int:
        """Forget everything; return how many recordings that were."""
        ...

    async def stats(self) -> CacheStats:
        """Tell how it does."""
        ...
