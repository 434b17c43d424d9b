"""What the streaming server's clients send and expect: structs, pure decode and encode."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
import numpy as np

from application.caches import RecentStats
from application.sessions import SessionStatus
from application.voices import Clone, Draft
from domain.audio import HOUSE_RATE_HZ
from domain.errors import InputError
from domain.formats import AudioFormat, Codec
from domain.loudness import Target
from domain.ports import CacheStats
from domain.session import SessionState
from domain.speech import RANGES, Finish, Latents, SpeechRequest, SpeechSettings, check_range
from domain.voice import Care, Consent, Voice
from entrypoints.body import decode
from entrypoints.clip_reports import measured
from entrypoints.schemas import BINARY, JSON, told

_UNHEEDED = {"overlap_wav_len": (0, 100_000), "left_context_seconds": (0, 60)}
"""What clients set to shape the joints of other servers' streams; ours have none to be heard."""

_ABOUT = {
    "text": "What to speak.",
    "language": "The text's language, such as en or zh-cn.",
    "speaker_id": "A saved voice or a built-in speaker; not together with latents.",
    "gpt_cond_latent": "Half of the latents that /clone_speaker answered.",
    "speaker_embedding": "The other half of the latents.",
    "speed": "How fast to speak; 1 is the voice's own pace.",
    "temperature": "How far the delivery may stray.",
    "top_k": "How many of the likeliest tokens are drawn from.",
    "top_p": "How likely all tokens together are that are drawn from.",
    "repetition_penalty": "How much less likely a token becomes once it was drawn.",
    "length_penalty": "Without effect: it weighs beams, and there are none.",
    "seed": "The same request with the same seed throws the same dice.",
    "stream_chunk_size": "At most so many tokens (21.5 a second) in a chunk but the first.",
    "overlap_wav_len": "Without effect: chunks meet exactly, so that none is blended.",
    "left_context_seconds": "Without effect: each chunk is made with all the context it needs.",
    "add_wav_header": "Whether a WAV file is answered, or its bare samples.",
    "loudness": "The loudness to reach in LUFS, or off; the house's own where it is left out.",
    "session_id": "What to watch and stop the stream by; otherwise one is made up.",
}
_ABOUT_VOICE = {
    "name": "What people call the voice.",
    "description": "What else is to be said of it.",
    "language": "What the speaker speaks.",
    "labels": "Names with values, to search by.",
    "consent": "Who agreed to be cloned, where this server asks for it.",
    "by": "Who agreed.",
    "statement": "In which words.",
    "response_format": "latents answers them, save keeps the voice.",
    "save_id": "The id to save under; otherwise one is made up.",
    "denoise": "Take steady noise out of the clip.",
    "trim_silence": "Leave out silence at both ends.",
}
EXAMPLE = {"text": "Hello there. How are you?", "language": "en", "speaker_id": "alloy"}
CLONE_EXAMPLE = {
    "wav_file": "(a recording)",
    "options": '{"response_format": "save", "save_id": "ana", "name": "Ana"}',
}
SAVE_EXAMPLE = {
    "name": "Ana",
    "gpt_cond_latent": [[0.1, 0.2], [0.3, 0.4]],
    "speaker_embedding": [0.5, 0.6],
}


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
    seed: int | None = None
    stream_chunk_size: int | None = None
    overlap_wav_len: int | None = None
    left_context_seconds: float | None = None
    add_wav_header: bool = True
    loudness: float | Literal["off"] | None = None
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
    denoise: bool = False
    trim_silence: bool = True

    @property
    def care(self) -> Care:
        """What is to be done to the clip before an engine hears it."""
        return Care(self.denoise, self.trim_silence)


class SaveBody(About):
    """The body of `/save_voice/{id}`."""

    gpt_cond_latent: list[list[float]] | None = None
    speaker_embedding: list[float] | None = None


def decode_speak(body: bytes) -> SpeakBody:
    """Read a request to speak."""
    speak = decode(body, SpeakBody)
    for name, within in _UNHEEDED.items():
        check_range(name, getattr(speak, name), within)
    return speak


def speak_schema() -> dict[str, Any]:
    """Return the JSON schema of `SpeakBody`, with what each field means and may be."""
    return told(SpeakBody, _ABOUT, {**RANGES, **_UNHEEDED})


def clone_schema() -> dict[str, Any]:
    """Return the JSON schema of the form of `/clone_speaker`."""
    return {
        "type": "object",
        "properties": {
            "wav_file": {**BINARY, "description": "A recording of one speaker, in any format."},
            "options": {
                "type": "string",
                "contentMediaType": JSON,
                "contentSchema": told(CloneOptions, _ABOUT_VOICE),
                "description": "A JSON object, as text: response_format (latents, save), save_id,"
                " name, description, language, labels, consent, denoise, trim_silence.",
            },
        },
        "required": ["wav_file"],
    }


def save_schema() -> dict[str, Any]:
    """Return the JSON schema of `SaveBody`."""
    return told(SaveBody, _ABOUT | _ABOUT_VOICE)


def finish(speak: SpeakBody, usual: Target, *, whole: bool) -> Finish:
    """Return what is to become of the sound."""
    codec = Codec.WAV if speak.add_wav_header else Codec.PCM
    to = AudioFormat(codec, HOUSE_RATE_HZ)
    return Finish(to=to, target=usual.asked(speak.loudness), whole=whole)


def speech_request(
    speak: SpeakBody, session_id: str | None, owner: str, finish: Finish | None = None
) -> SpeechRequest:
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
        settings=SpeechSettings(**{name: getattr(speak, name) for name in RANGES}),
        finish=finish or Finish(),
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
    reply |= {"clips": [measured(report) for report in clone.reports]} if clone.reports else {}
    return reply | ({"warnings": list(clone.warnings)} if clone.warnings else {})


def warned(clone: Clone) -> dict[str, str]:
    """Tell in a header what is to be done better."""
    return {"X-Clip-Warnings": " ".join(clone.warnings)} if clone.warnings else {}


def reported(clone: Clone) -> dict[str, str]:
    """Tell of the clips in a header, where the body has no room for it."""
    report = [measured(each) for each in clone.reports]
    return {"X-Clip-Report": json.dumps(report, separators=(",", ":"))}


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
        "loudness_lufs": session.lufs,
        "marks": [
            {"name": each.name, "at_ms": round(each.at_s * 1000, 1)} for each in session.marks
        ],
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
