"""Voices with their clips and timbres, each change one transaction."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from typing_extensions import override

from adapters.sql import tables
from adapters.sql.database import Database
from adapters.sql.rows import clip_row, read_clip, read_timbre, read_voice, timbre_row, voice_row
from domain.errors import VoiceExistsError, VoiceUnknownError
from domain.ports import TimbreStore, VoiceStore
from domain.voice import Clip, Timbre, Voice, is_voice_id

_VOICE = select(
    tables.voices.c.id,
    tables.voices.c.name,
    tables.voices.c.description,
    tables.voices.c.created_at,
)
_CLIPS = select(tables.clips).join(tables.voices).order_by(tables.clips.c.position)
_TIMBRE = select(tables.timbres).join(tables.voices)
_UPSERT: dict[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


class SqlVoices(VoiceStore, TimbreStore):
    """The voices of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def add(self, voice: Voice, clips: Sequence[Clip], timbres: Sequence[Timbre]) -> None:
        async with self._database.writing() as connection:
            key = await _insert_voice(connection, voice)
            for position, clip in enumerate(clips):
                await connection.execute(insert(tables.clips), clip_row(key, position, clip))
            for timbre in timbres:
                await _put_timbre(connection, timbre_row(key, timbre))

    @override
    async def find(self, voice_id: str) -> Voice | None:
        if not is_voice_id(voice_id):
            return None
        async with self._database.reading() as connection:
            found = await connection.execute(_VOICE.where(tables.voices.c.id == voice_id))
            row = found.one_or_none()
        return None if row is None else read_voice(row)

    @override
    async def every(self) -> tuple[Voice, ...]:
        oldest_first = _VOICE.order_by(tables.voices.c.created_at, tables.voices.c.key)
        async with self._database.reading() as connection:
            rows = (await connection.execute(oldest_first)).all()
        return tuple(read_voice(row) for row in rows)

    @override
    async def remove(self, voice_id: str) -> None:
        if not is_voice_id(voice_id):
            raise VoiceUnknownError(voice_id)
        this = delete(tables.voices).where(tables.voices.c.id == voice_id)
        async with self._database.writing() as connection:
            gone = await connection.execute(this)
        if not gone.rowcount:
            raise VoiceUnknownError(voice_id)

    @override
    async def load(self, voice_id: str, fingerprint: str) -> Timbre | None:
        if not is_voice_id(voice_id):
            return None
        this = _TIMBRE.where(
            tables.voices.c.id == voice_id,
            tables.timbres.c.fingerprint == fingerprint,
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(this)).one_or_none()
        return None if row is None else read_timbre(voice_id, row)

    @override
    async def clips(self, voice_id: str) -> tuple[Clip, ...]:
        if not is_voice_id(voice_id):
            return ()
        async with self._database.reading() as connection:
            rows = (await connection.execute(_CLIPS.where(tables.voices.c.id == voice_id))).all()
        return tuple(read_clip(voice_id, row) for row in rows)

    @override
    async def keep(self, voice_id: str, timbre: Timbre) -> None:
        if not is_voice_id(voice_id):
            return
        async with self._database.writing() as connection:
            # The lock keeps the voice until the timbre is in; SQLite's writers are alone anyway.
            key = await connection.scalar(
                select(tables.voices.c.key)
                .where(tables.voices.c.id == voice_id)
                .with_for_update(key_share=True, read=True),
            )
            if key is not None:
                await _put_timbre(connection, timbre_row(key, timbre))


async def _insert_voice(connection: AsyncConnection, voice: Voice) -> int:
    statement = insert(tables.voices).values(voice_row(voice)).returning(tables.voices.c.key)
    try:
        key: int = (await connection.execute(statement)).scalar_one()
    except IntegrityError as e:
        raise VoiceExistsError(voice.id) from e
    return key


async def _put_timbre(connection: AsyncConnection, row: dict[str, Any]) -> None:
    statement = _UPSERT[connection.dialect.name](tables.timbres).values(row)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=[tables.timbres.c.voice_key, tables.timbres.c.fingerprint],
            set_={name: statement.excluded[name] for name in ("sha256", "arrays")},
        ),
    )
