"""Saving once: what a caller's own key for a save stood for the first time."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.dialects import upsert
from adapters.sql.tables import saves
from domain.errors import OnceKeyReusedError, VoiceUnknownError
from domain.ports import Once
from domain.voice import Voice

_REMEMBERED = timedelta(hours=24)


async def asked_before(
    connection: AsyncConnection,
    voice: Voice,
    once: Once,
    now: datetime,
) -> int | None:
    """Return the key of the voice that was saved the first time; None: this is the first time.

    Of two at once the second waits here until the first is done. A voice deleted meanwhile is
    unknown and is not saved again: a late retry must not bring back what somebody took away.
    """
    await _forget_old(connection, now)
    row = await _ask(connection, voice, once, now)
    if row.asked == 1:
        return None
    if row.content != once.content:
        raise OnceKeyReusedError(once.key)
    if row.voice_key is None:
        raise VoiceUnknownError(row.voice_id)
    key: int = row.voice_key
    return key


async def settle(connection: AsyncConnection, owner: str, once: Once, key: int) -> None:
    """Write down which voice came of it."""
    this = (saves.c.owner == owner, saves.c.key_sha256 == _sha256(once.key))
    await connection.execute(update(saves).where(*this).values(voice_key=key))


async def _ask(
    connection: AsyncConnection,
    voice: Voice,
    once: Once,
    now: datetime,
) -> Row[*tuple[Any, ...]]:
    statement = upsert(connection, saves).values(
        owner=voice.owner,
        key_sha256=_sha256(once.key),
        content=once.content,
        voice_id=voice.id,
        asked=1,
        created_at=now,
    )
    # Counting makes the row ours, or makes us wait for whoever holds it.
    counted = statement.on_conflict_do_update(
        index_elements=[saves.c.owner, saves.c.key_sha256],
        set_={"asked": saves.c.asked + 1},
    ).returning(saves.c.asked, saves.c.content, saves.c.voice_id, saves.c.voice_key)
    return (await connection.execute(counted)).one()


async def _forget_old(connection: AsyncConnection, now: datetime) -> None:
    # Two who forget the same rows in another order would wait for each other.
    old = (
        select(saves.c.owner, saves.c.key_sha256)
        .where(saves.c.created_at < now - _REMEMBERED)
        .with_for_update(skip_locked=True)
    )
    await connection.execute(
        delete(saves).where(tuple_(saves.c.owner, saves.c.key_sha256).in_(old)),
    )


def _sha256(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
