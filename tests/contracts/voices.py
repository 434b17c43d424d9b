"""Voices, clips and timbres to put into stores."""

from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np

from domain.access import HOUSE
from domain.voice import AS_SENT, Care, Clip, Timbre, Voice

NOW = datetime(2026, 5, 17, 12, 30, 15, 123456, tzinfo=UTC)


def voice(
    voice_id: str = "ana",
    name: str = "Ana",
    created_at: datetime = NOW,
    *,
    owner: str = HOUSE,
    description: str = "warm",
    language: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> Voice:
    """Return a voice as a store gives it back."""
    return Voice(
        id=voice_id,
        name=name,
        description=description,
        created_at=created_at,
        language=language,
        labels=labels or {},
        owner=owner,
        updated_at=created_at,
    )


def clip(sound: bytes = b"fLaC-1", care: Care = AS_SENT) -> Clip:
    return Clip(sound, 4.25, 22_050, care)


def timbre(level: float = 0.5, fingerprint: str = "espeak-1") -> Timbre:
    gpt = np.full((32, 1024), level, dtype=np.float32)
    pace = np.array([level, 1.5], dtype=np.float32)
    return Timbre(fingerprint, {"gpt": gpt, "pace": pace})
