"""Databases as earlier versions left them: each revision fills its own tables with one content."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import ColumnClause, DateTime, LargeBinary, column, insert, table, text, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from domain.voice import Clip, Timbre, Voice

MAY = datetime(2026, 5, 17, 8, 30, 0, 250, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, tzinfo=UTC)
VOICES = (
    Voice("zoe", "Zoë Ünal", "warm\nÉ", MAY, updated_at=MAY),
    Voice("ana-1", "Ana 100%", "", JUNE, updated_at=JUNE),
)
CLIPS = (Clip(b"fLaC-1", 4.25, 22_050), Clip(bytes(range(256)) * 40, 1.5, 48_000))
TIMBRE = Timbre("e", {"pace": np.ones(2, np.float32)})
# The bytes of this timbre as 0001 wrote them.
ARRAYS = b'RHA1\x0e\0\0\0[["pace",[2]]]' + np.ones(2, "<f4").tobytes()

_TYPES: dict[str, TypeEngine[Any]] = {
    "created_at": DateTime(timezone=True),
    "updated_at": DateTime(timezone=True),
    "learnt_at": DateTime(timezone=True),
    "flac": LargeBinary(),
    "arrays": LargeBinary(),
}


async def _insert(connection: AsyncConnection, name: str, row: dict[str, Any]) -> None:
    columns: list[ColumnClause[Any]] = [column(each, _TYPES.get(each)) for each in row]
    await connection.execute(insert(table(name, *columns)).values(row))


async def first(connection: AsyncConnection) -> None:
    """Write as 0001 did."""
    for key, voice in enumerate(VOICES, start=7):
        names = ("id", "name", "description", "created_at")
        await _insert(connection, "voices", {"key": key} | {n: getattr(voice, n) for n in names})
        for position, clip in enumerate(CLIPS):
            sound = {"flac": clip.flac, "sha256": clip.sha256, "rate_hz": clip.rate_hz}
            at = {"voice_key": key, "position": position, "seconds": clip.seconds}
            await _insert(connection, "clips", at | sound)
        made = {"voice_key": key, "fingerprint": "e", "sha256": TIMBRE.sha256, "arrays": ARRAYS}
        await _insert(connection, "timbres", made)


async def second(connection: AsyncConnection) -> None:
    """Write as 0002 did, which gave the rest of a row by default."""
    await first(connection)
    folded = {7: "zoeЖzoë ünalЖwarm\né", 8: "ana-1Жana 100%Ж"}
    for key, text_ in folded.items():
        voices = table("voices", column("key"), *(column(n) for n in ("folded", "updated_at")))
        await connection.execute(
            update(voices)
            .where(voices.c.key == key)
            .values(folded=text_, updated_at=text("created_at")),
        )
        save = {"owner": "house", "key_sha256": str(key), "content": "c", "voice_id": "zoe"}
        rest = {"voice_key": key, "asked": 1, "created_at": MAY}
        await _insert(connection, "saves", save | rest)


async def third(connection: AsyncConnection) -> None:
    """Write as 0003 did."""
    await second(connection)
    flac = {"flac": CLIPS[0].flac, "sha256": CLIPS[0].sha256, "rate_hz": CLIPS[0].rate_hz}
    await _insert(connection, "previews", {"voice_key": 7, "seconds": 4.25} | flac)
    learnt = {"lufs": -20.5, "seconds": 6.0, "utterances": 2, "learnt_at": MAY}
    key = {"fingerprint": "e", "timbre_sha256": TIMBRE.sha256}
    await _insert(connection, "loudness", key | learnt)


async def fourth(connection: AsyncConnection) -> None:
    """Write as 0004 did."""
    await third(connection)
    told = {"id": "0" * 32, "owner": "house", "state": "done", "shelf": "s", "request": "{}"}
    counts = {"passages": 1, "characters": 2, "spoken_passages": 1, "spoken_characters": 2}
    when = {"seconds": 1.5, "created_at": MAY, "updated_at": MAY}
    await _insert(connection, "jobs", {"key": 3} | told | counts | when)
    chapter = {"job_key": 3, "position": 0, "title": "One", "passage": 0, "start_s": 0.0}
    await _insert(connection, "job_chapters", chapter)


# A new revision needs a way to fill the one before it, or the tests fail.
FILLERS: dict[str, Callable[[AsyncConnection], Awaitable[None]]] = {
    "0001": first,
    "0002": second,
    "0003": third,
    "0004": fourth,
}
