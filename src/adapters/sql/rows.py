"""Voices, clips and timbres to rows and back; what comes back is held against its hash."""

from typing import Any

from sqlalchemy import Row

from adapters.sql.arrays import pack, unpack
from domain.errors import VoiceDamagedError
from domain.voice import Clip, Timbre, Voice

_Row = Row[*tuple[Any, ...]]


def voice_row(voice: Voice) -> dict[str, Any]:
    """Return the columns of `voices`; the key is the database's to give."""
    return {
        "id": voice.id,
        "name": voice.name,
        "description": voice.description,
        "created_at": voice.created_at,
    }


def clip_row(key: int, position: int, clip: Clip) -> dict[str, Any]:
    """Return the columns of `clips` for the voice of this key."""
    return {
        "voice_key": key,
        "position": position,
        "seconds": clip.seconds,
        "rate_hz": clip.rate_hz,
        "sha256": clip.sha256,
        "flac": clip.flac,
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
    return Voice(row.id, row.name, row.description, row.created_at)


def read_clip(voice_id: str, row: _Row) -> Clip:
    """Return the clip of a row; `VoiceDamagedError` when it is not what was saved."""
    clip = Clip(row.flac, row.seconds, row.rate_hz)
    if clip.sha256 != row.sha256:
        raise VoiceDamagedError(voice_id, f"clip {row.position + 1}")
    return clip


def read_timbre(voice_id: str, row: _Row) -> Timbre:
    """Return the timbre of a row; `VoiceDamagedError` when it is not what was saved."""
    try:
        timbre = Timbre(row.fingerprint, unpack(row.arrays))
    except ValueError as e:
        raise VoiceDamagedError(voice_id, "its timbre") from e
    if timbre.sha256 != row.sha256:
        raise VoiceDamagedError(voice_id, "its timbre")
    return timbre
