"""What the streaming server's clients send and expect: structs, pure decode and encode."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
import numpy as np

from application.caches import RecentStats
from application.sessions import SessionStatus
from application.voices import Clone, Draft
from domain.errors import InputError, SettingOutOfRangeError
from domain.ports import CacheStats
from domain.session import SessionState
from domain.speech import Latents, SpeechRequest, SpeechSettings
from domain.voice import Consent, Voice
from entrypoints.body import decode

_CHUNK_SIZES = (1, 1000)


class SpeakBody(msgspec.Struct):
    """The body of `/tts` and `/tts_stream`; unknown fields are ignored."""

    text: str
    language: str | None = None
    speaker_id: str | None = None
    gpt_cond_latent: list[list[float]] | None = None
    speaker_embedding: list[float] | None = None
    speed: float = 1.0
    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    repetition_penalty: float | None = None
    length_penalty: float | None = None
    stream_chunk_size: int | None = None
    add_wav_header: bool = True
    session_id: str | None = None


class ConsentBody(msgspec.Struct):
    """Who agreed to be cloned, and in which words."""

    by: str
    statement: str


class About(msgspec.Struct):
    """What a caller says of a voice."""

    name: str = ""
    description: str = ""
    language: str | None = None
    labels: dict[str, str] = {}
    consent: ConsentBody | None = None


class CloneOptions(About):
    """The `options` of `/clone_speaker`."""

    response_format: Literal["latents", "save"] = "latents"
    save_id: str | None = None


class SaveBody(About):
    """The body of `/save_voice/{id}`."""

    gpt_cond_latent: list[list[float]] | None = None
    speaker_embedding: list[float] | None = None


def decode_speak(body: bytes) -> SpeakBody:
    """Read a request to speak."""
    speak = decode(body, SpeakBody)
    low, high = _CHUNK_SIZES
    if speak.stream_chunk_size is not None and not low <= speak.stream_chunk_size <= high:
        raise SettingOutOfRangeError("stream_chunk_size", speak.stream_chunk_size, low, high)
    return speak


def speech_request(speak: SpeakBody, session_id: str | None, owner: str) -> SpeechRequest:
    """Return what the domain is to speak; the header's session id stands in for the body's."""
    found = _latents(speak.gpt_cond_latent, speak.speaker_embedding)
    if found is not None and speak.speaker_id:
        msg = "Send either speaker_id or latents (gpt_cond_latent, speaker_embedding), not both."
        raise InputError(msg)
    return SpeechRequest(
        text=speak.text,
        language=speak.language,
        voice=speak.speaker_id or None,
        latents=found,
        settings=SpeechSettings(
            speed=speak.speed,
            temperature=speak.temperature,
            top_k=speak.top_k,
            top_p=speak.top_p,
            repetition_penalty=speak.repetition_penalty,
            length_penalty=speak.length_penalty,
        ),
        session_id=speak.session_id or session_id,
        owner=owner,
    )


def decode_options(options: str | None) -> CloneOptions:
    """Read the options of a clone; none at all means latents."""
    return decode(options, CloneOptions) if options else CloneOptions()


def decode_save(body: bytes) -> tuple[SaveBody, Latents]:
    """Read a voice to save and its latents."""
    save = decode(body, SaveBody)
    found = _latents(save.gpt_cond_latent, save.speaker_embedding)
    if found is None:
        msg = "A voice is saved from gpt_cond_latent and speaker_embedding; send both."
        raise InputError(msg)
    return save, found


def draft(about: About, voice_id: str | None, owner: str, once: str | None, at: datetime) -> Draft:
    """Return what the domain is to know of a voice before it is saved."""
    said = about.consent
    consent = Consent(said.by, said.statement, at) if said else None
    return Draft(
        id=voice_id or None,
        name=about.name,
        description=about.description,
        language=about.language,
        labels=about.labels,
        consent=consent,
        once=once,
        owner=owner,
    )


def latents(clone: Clone) -> dict[str, Any]:
    """Return the timbre of a clone as lists, the way clients keep and replay it."""
    (timbre,) = clone.timbres
    return {name: array.tolist() for name, array in timbre.arrays.items()}


def saved(voice: Voice, clone: Clone) -> dict[str, Any]:
    """Answer a voice that was saved."""
    reply: dict[str, Any] = {"voice_id": voice.id, "name": voice.name, "saved": True}
    return reply | ({"warnings": list(clone.warnings)} if clone.warnings else {})


def listed(voices: Sequence[Voice]) -> list[Mapping[str, str]]:
    """Answer the saved voices."""
    return [
        {
            "voice_id": voice.id,
            "name": voice.name,
            "description": voice.description,
            "created_at": voice.created_at.isoformat(),
        }
        for voice in voices
    ]


def status(seen: SessionStatus) -> dict[str, Any]:
    """Answer how far a session is."""
    session = seen.session
    return {
        "session_id": session.id,
        "state": session.state,
        "progress": round(session.progress, 4),
        "chunks": session.chunks,
        "queue_position": seen.queue_position,
        "wait_ms": round(seen.wait_s * 1000, 1),
        "audio_ms": round(session.audio_s * 1000, 1),
    }


def cancelled(session_id: str, state: SessionState) -> dict[str, str]:
    """Answer a session that was told to stop."""
    return {"session_id": session_id, "state": state}


def cache_stats(recent: RecentStats, recordings: CacheStats, ttl_s: float) -> dict[str, Any]:
    """Answer how the caches do."""
    return {
        "voices": {
            "size": recent.entries,
            "max_size": recent.most,
            "ttl": recent.ttl_s,
            "hits": recent.hits,
            "misses": recent.misses,
        },
        "audio": {
            "size": recordings.entries,
            "bytes": recordings.size_bytes,
            "max_bytes": recordings.limit_bytes,
            "ttl": ttl_s,
            "hits": recordings.hits,
            "misses": recordings.misses,
        },
    }


def _latents(
    cond: list[list[float]] | None,
    embedding: list[float] | None,
) -> Latents | None:
    if cond is None and embedding is None:
        return None
    if not cond or not embedding:
        msg = "Latents come in pairs: send gpt_cond_latent and speaker_embedding together."
        raise InputError(msg)
    if len({len(row) for row in cond}) != 1:
        msg = "The rows of gpt_cond_latent differ in length; send them as /clone_speaker gave them."
        raise InputError(msg)
    found = {
        "gpt_cond_latent": np.asarray(cond, dtype=np.float32),
        "speaker_embedding": np.asarray(embedding, dtype=np.float32),
    }
    if not all(np.isfinite(array).all() for array in found.values()):
        msg = "The latents hold numbers that are not finite; clone the speaker again."
        raise InputError(msg)
    return found
