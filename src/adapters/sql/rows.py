"""Voices and what hangs on them to rows and back; what comes back is held against its hash."""

import json
from typing import Any

from sqlalchemy import Row

from adapters.sql.arrays import pack, unpack
from adapters.sql.search import folded
from domain.errors import VoiceDamagedError
from domain.voice import Care, Clip, Consent, Timbre, Voice

_Row = Row[*tuple[Any, ...]]


def voice_row(voice: Voice) -> dict[str, Any]:
    """Return the columns of `voices`; the key is the database's to give."""
    return (
        told_row(voice)
        | consent_row(voice.consent)
        | {
            "id": voice.id,
            "created_at": voice.created_at,
            "owner": voice.owner,
            "version": voice.version,
            "updated_at": voice.updated_at or voice.created_at,
        }
    )


def consent_row(consent: Consent | None) -> dict[str, Any]:
    """Return the columns that tell who agreed, and to what."""
    return {
        "consent_by": consent and consent.by,
        "consent_statement": consent and consent.statement,
        "consent_at": consent and consent.given_at,
    }


def told_row(voice: Voice) -> dict[str, Any]:
    """Return the columns that its owner may change, and what follows from them."""
    return {
        "name": voice.name,
        "description": voice.description,
        "language": voice.language,
        "labels": json.dumps(dict(voice.labels)),
        "folded": folded(voice.id, voice.name, voice.description),
    }


def label_rows(key: int, voice: Voice) -> list[dict[str, Any]]:
    """Return the columns of `voice_labels` for the voice of this key."""
    return [
        {"voice_key": key, "name": name, "value": value} for name, value in voice.labels.items()
    ]


def clip_row(key: int, position: int, clip: Clip) -> dict[str, Any]:
    """Return the columns of `clips` for the voice of this key."""
    return preview_row(key, clip) | {
        "position": position,
        "denoise": clip.care.denoise,
        "trim_silence": clip.care.trim_silence,
    }


def preview_row(key: int, preview: Clip) -> dict[str, Any]:
    """Return the columns of `previews` for the voice of this key."""
    return {
        "voice_key": key,
        "seconds": preview.seconds,
        "rate_hz": preview.rate_hz,
        "sha256": preview.sha256,
        "flac": preview.flac,
    }


def timbre_row(key: int, timbre: Timbre) -> dict[str, Any]:
    """Return the columns of `timbres` for the voice of this key."""
    return {
        "voice_key": key,
        "fingerprint": timbre.fingerprint,
        "sha256": timbre.sha256,
        "arrays": pack(timbre.arrays),
    }


def read_voice(row: _Row) -> Voice:
    """Return the voice of a row."""
    return Voice(
        id=row.id,
        name=row.name,
        description=row.description,
        created_at=row.created_at,
        language=row.language,
        labels=json.loads(row.labels),
        owner=row.owner,
        consent=_consent(row),
        version=row.version,
        updated_at=row.updated_at or row.created_at,
    )


def _consent(row: _Row) -> Consent | None:
    if row.consent_at is None:
        return None
    return Consent(row.consent_by, row.consent_statement, row.consent_at)


def read_clip(voice_id: str, row: _Row) -> Clip:
    """Return the clip of a row; `VoiceDamagedError` when it is not what was saved."""
    care = Care(row.denoise, row.trim_silence)
    clip = Clip(row.flac, row.seconds, row.rate_hz, care)
    if clip.sha256 != row.sha256:
        raise VoiceDamagedError(voice_id, f"clip {row.position + 1}")
    return clip


def read_preview(voice_id: str, row: _Row) -> Clip:
    """Return the preview of a row; `VoiceDamagedError` when it is not what was saved."""
    preview = Clip(row.flac, row.seconds, row.rate_hz)
    if preview.sha256 != row.sha256:
        raise VoiceDamagedError(voice_id, "its preview")
    return preview


def read_timbre(voice_id: str, row: _Row) -> Timbre:
    """Return the timbre of a row; `VoiceDamagedError` when it is not what was saved."""
    try:
        timbre = Timbre(row.fingerprint, unpack(row.arrays))
    except ValueError as e:
        raise VoiceDamagedError(voice_id, "its timbre") from e
    if timbre.sha256 != row.sha256:
        raise VoiceDamagedError(voice_id, "its timbre")
    return timbre
