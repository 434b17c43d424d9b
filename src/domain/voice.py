"""Voices: an id, a name, the clips they were cloned from and what engines made of them."""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache

import numpy as np

from domain.access import HOUSE
from domain.audio import Pcm, Samples
from domain.errors import ClipRefusedError, VoiceIdInvalidError, VoiceTextInvalidError
from domain.frames import FRAME_S, decibels, frame_power

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_ID = 64
_SHORTEST_S = 1.0
_ADVISED_S = 3.0
_SILENT_DBFS = -50.0
_LEAST_SOUND_S = 0.5
_LONGEST_NAME = 200
_LONGEST_DESCRIPTION = 2000
_LONGEST_LABEL = 100
_MOST_LABELS = 50


def is_voice_id(name: str) -> bool:
    """Whether a saved voice could have this id."""
    return _ID.fullmatch(name) is not None


def voice_id(wanted: str | None) -> str:
    """Return the caller's own id if it can be kept safely, or a new one."""
    if wanted is None:
        return secrets.token_hex(8)
    if not is_voice_id(wanted):
        raise VoiceIdInvalidError(wanted)
    return wanted


@lru_cache(maxsize=1024)
def speaker_id(name: str) -> str:
    """Return what a built-in speaker may be called where an id is needed: `Mr-serious`.

    A name without any letter of the kind that ids are made of stays what it is.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return _NOT_IN_ID.sub("-", plain).strip("-")[:_LONGEST_ID] or name


@dataclass(frozen=True, slots=True)
class Consent:
    """Who agreed to the clone, in which words, and when."""

    by: str
    statement: str
    given_at: datetime

    def __post_init__(self) -> None:
        """Refuse text that no database can hold."""
        _check_texts(("consent", self.by, _LONGEST_NAME))
        _check_texts(("consent", self.statement, _LONGEST_DESCRIPTION))


@dataclass(frozen=True, slots=True)
class Voice:
    """A saved voice as its owner sees it; each change raises its version by one."""

    id: str
    name: str
    description: str
    created_at: datetime
    language: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    owner: str = HOUSE
    consent: Consent | None = None
    version: int = 1
    updated_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse an id that could become a path, and text that no database can hold."""
        voice_id(self.id)
        if len(self.labels) > _MOST_LABELS:
            raise VoiceTextInvalidError("labels", _MOST_LABELS)
        _check_texts(
            ("name", self.name, _LONGEST_NAME),
            ("description", self.description, _LONGEST_DESCRIPTION),
            ("language", self.language or "", _LONGEST_NAME),
            *(("label", text, _LONGEST_LABEL) for pair in self.labels.items() for text in pair),
        )


@dataclass(frozen=True, slots=True)
class Care:
    """What is done to a clip before an engine hears it; the clip itself is kept as it was sent."""

    denoise: bool = False
    trim_silence: bool = False


AS_SENT = Care()
USUAL_CARE = Care(trim_silence=True)


@dataclass(frozen=True, slots=True)
class Clip:
    """A reference clip as it is kept: FLAC, with the hash that proves it whole.

    Whatever engine learns from it later hears it with the same care as the first.
    """

    flac: bytes
    seconds: float
    rate_hz: int
    care: Care = AS_SENT

    @property
    def sha256(self) -> str:
        """The clip's identity."""
        return hashlib.sha256(self.flac).hexdigest()


@dataclass(frozen=True, eq=False)
class Timbre:
    """What ONE engine, named by its fingerprint, needs to sound like ONE voice."""

    fingerprint: str
    arrays: Mapping[str, Samples]

    @cached_property
    def sha256(self) -> str:
        """A hash over names, shapes and samples, the same on every machine."""
        digest = hashlib.sha256(self.fingerprint.encode())
        for name in sorted(self.arrays):
            array = self.arrays[name]
            digest.update(f"\0{name}{array.shape}".encode())
            digest.update(np.ascontiguousarray(array, dtype="<f4").tobytes())
        return digest.hexdigest()


def check_clip(pcm: Pcm, longest_s: float) -> tuple[str, ...]:
    """Refuse what cannot make a voice, naming the measured value; return warnings for the rest."""
    if pcm.seconds > longest_s:
        msg = f"The clip lasts more than the {longest_s:g} s allowed; cut it to its clearest part."
        raise ClipRefusedError(msg)
    if pcm.seconds < _SHORTEST_S:
        msg = f"The clip lasts {pcm.seconds:.2f} s; at least {_SHORTEST_S:g} s of speech is needed."
        raise ClipRefusedError(msg)
    if not np.isfinite(pcm.samples).all():
        msg = "The clip holds samples that are not numbers; export it again."
        raise ClipRefusedError(msg)
    sounding = sounding_s(pcm)
    if sounding < _LEAST_SOUND_S:
        msg = (
            f"The clip holds {sounding:.2f} s of sound louder than {_SILENT_DBFS:g} dBFS;"
            f" at least {_LEAST_SOUND_S:g} s is needed."
        )
        raise ClipRefusedError(msg)
    if pcm.seconds < _ADVISED_S:
        return (
            f"The clip lasts {pcm.seconds:.1f} s; {_ADVISED_S:g} s or more copy a voice better.",
        )
    return ()


def sounding_s(pcm: Pcm) -> float:
    """How long the clip is louder than silence, counted in 20 ms frames: a click is not a voice."""
    loud = frame_power(pcm) > decibels(_SILENT_DBFS)
    return float(np.count_nonzero(loud)) * FRAME_S


def _check_texts(*fields: tuple[str, str, int]) -> None:
    for name, text, longest in fields:
        if len(text) > longest or "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
            raise VoiceTextInvalidError(name, longest)
