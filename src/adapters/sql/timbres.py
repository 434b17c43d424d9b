"""What engines made of voices, and the clips they can make it from."""

from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from typing_extensions import override

from adapters.sql.database import Database
from adapters.sql.dialects import upsert
from adapters.sql.rows import read_clip, read_timbre, timbre_row
from adapters.sql.tables import clips, timbres, voices
from domain.ports import TimbreStore
from domain.voice import Clip, Timbre, Voice, is_voice_id

_CLIPS = select(clips).join(voices).order_by(clips.c.position)
_TIMBRES = select(timbres).join(voices).order_by(timbres.c.fingerprint)


class SqlTimbres(TimbreStore):
    """The timbres of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def load(self, owner: str, voice_id: str, fingerprint: str) -> Timbre | None:
        if not is_voice_id(voice_id):
            return None
        this = _TIMBRES.where(of(owner, voice_id), timbres.c.fingerprint == fingerprint)
        async with self._database.reading() as connection:
            row = (await connection.execute(this)).one_or_none()
        return None if row is None else read_timbre(voice_id, row)

    @override
    async def clips(self, owner: str, voice_id: str) -> tuple[Clip, ...]:
        if not is_voice_id(voice_id):
            return ()
        async with self._database.reading() as connection:
            rows = (await connection.execute(_CLIPS.where(of(owner, voice_id)))).all()
        return tuple(read_clip(voice_id, row) for row in rows)

    @override
    async def every(self, owner: str, voice_id: str) -> tuple[Timbre, ...]:
        if not is_voice_id(voice_id):
            return ()
        async with self._database.reading() as connection:
            rows = (await connection.execute(_TIMBRES.where(of(owner, voice_id)))).all()
        return tuple(read_timbre(voice_id, row) for row in rows)

    @override
    async def keep(self, voice: Voice, timbre: Timbre) -> None:
        async with self._database.writing() as connection:
            key = await held_key(connection, voice)
            if key is not None:
                await put_timbre(connection, timbre_row(key, timbre))


def of(owner: str, voice_id: str) -> ColumnElement[bool]:
    """Return what is true of the owner's voice of this id, and of no other."""
    return and_(voices.c.owner == owner, voices.c.id == voice_id)


async def held_key(connection: AsyncConnection, voice: Voice) -> int | None:
    """Return the key of exactly this voice, held until what is to hang on it is written.

    A voice made anew under the same id was made at another moment. SQLite's writers are alone
    anyway.
    """
    this = (
        select(voices.c.key)
        .where(of(voice.owner, voice.id), voices.c.created_at == voice.created_at)
        .with_for_update(key_share=True, read=True)
    )
    key: int | None = await connection.scalar(this)
    return key


async def put_timbre(connection: AsyncConnection, row: dict[str, Any]) -> None:
    """Write a timbre over the one this engine made before."""
    statement = upsert(connection, timbres).values(row)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=[timbres.c.voice_key, timbres.c.fingerprint],
            set_={name: statement.excluded[name] for name in ("sha256", "arrays")},
        ),
    )
