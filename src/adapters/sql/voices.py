"""Voices with all that is kept of them, each change one transaction."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from typing_extensions import override

from adapters.sql import once as once_only
from adapters.sql import search as searching
from adapters.sql.database import Database
from adapters.sql.rows import (
    clip_row,
    consent_row,
    label_rows,
    read_voice,
    timbre_row,
    told_row,
    voice_row,
)
from adapters.sql.tables import clips as clips_table
from adapters.sql.tables import voice_labels, voices
from adapters.sql.timbres import SqlTimbres, of, put_timbre
from domain.errors import VoiceChangedError, VoiceExistsError, VoiceUnknownError
from domain.ports import ConsentStore, Once, VoicePage, VoiceSearch, VoiceStore
from domain.voice import Clip, Consent, Timbre, Voice, is_voice_id

_COLUMNS = [column for column in voices.c if column is not voices.c.folded]
_VOICE = select(*_COLUMNS)
_HOW_MANY = select(func.count()).select_from(voices)


def _now() -> datetime:
    return datetime.now(UTC)


class SqlVoices(SqlTimbres, VoiceStore, ConsentStore):
    """The voices of a database, and their timbres."""

    def __init__(self, database: Database, *, now: Callable[[], datetime] = _now) -> None:
        super().__init__(database)
        self._now = now

    @override
    async def add(
        self,
        voice: Voice,
        clips: Sequence[Clip],
        timbres: Sequence[Timbre],
        once: Once | None = None,
    ) -> Voice:
        async with self._database.writing() as connection:
            if once is not None:
                first = await once_only.asked_before(connection, voice, once, self._now())
                if first is not None:
                    return read_voice(await _row(connection, first))
            row = await _insert_voice(connection, voice)
            for position, clip in enumerate(clips):
                await connection.execute(insert(clips_table), clip_row(row.key, position, clip))
            for timbre in timbres:
                await put_timbre(connection, timbre_row(row.key, timbre))
            if once is not None:
                await once_only.settle(connection, voice.owner, once, row.key)
        return read_voice(row)

    @override
    async def get(self, owner: str, voice_id: str) -> Voice | None:
        if not is_voice_id(voice_id):
            return None
        async with self._database.reading() as connection:
            row = (await connection.execute(_VOICE.where(of(owner, voice_id)))).one_or_none()
        return None if row is None else read_voice(row)

    @override
    async def find(self, search: VoiceSearch) -> VoicePage:
        behind, most = searching.follows(search), searching.how_many(search)
        if not searching.can_match(search):
            return VoicePage((), 0, None)
        these = list(searching.matches(search))
        oldest_first = _VOICE.order_by(voices.c.created_at, voices.c.key)
        async with self._database.reading() as connection:
            page = await connection.execute(oldest_first.where(*these, behind).limit(most + 1))
            rows = page.all()
            shown, more = rows[:most], rows[most:]
            total = len(shown)
            if more or search.after is not None:
                total = (await connection.execute(_HOW_MANY.where(*these))).scalar_one()
        return VoicePage(
            voices=tuple(read_voice(row) for row in shown),
            total=total,
            next=searching.mark(shown[-1].created_at, shown[-1].key) if more else None,
        )

    @override
    async def change(self, voice: Voice) -> Voice:
        async with self._database.writing() as connection:
            key = await _unchanged(connection, voice)
            told = told_row(voice) | {"version": voice.version + 1, "updated_at": self._now()}
            statement = update(voices).where(voices.c.key == key).values(told)
            row = (await connection.execute(statement.returning(*_COLUMNS))).one()
            await connection.execute(delete(voice_labels).where(voice_labels.c.voice_key == key))
            await _insert_labels(connection, key, voice)
        return read_voice(row)

    @override
    async def agree(self, owner: str, voice_id: str, consent: Consent) -> Voice:
        if not is_voice_id(voice_id):
            raise VoiceUnknownError(voice_id)
        agreed = consent_row(consent) | {
            "version": voices.c.version + 1,
            "updated_at": self._now(),
        }
        statement = update(voices).where(of(owner, voice_id)).values(agreed).returning(*_COLUMNS)
        async with self._database.writing() as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            raise VoiceUnknownError(voice_id)
        return read_voice(row)

    @override
    async def remove(self, owner: str, voice_id: str) -> None:
        if not is_voice_id(voice_id):
            raise VoiceUnknownError(voice_id)
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(voices).where(of(owner, voice_id)))
        if not gone.rowcount:
            raise VoiceUnknownError(voice_id)


_Row = Row[*tuple[Any, ...]]


async def _row(connection: AsyncConnection, key: int) -> _Row:
    return (await connection.execute(_VOICE.where(voices.c.key == key))).one()


async def _insert_voice(connection: AsyncConnection, voice: Voice) -> _Row:
    statement = insert(voices).values(voice_row(voice)).returning(*_COLUMNS)
    try:
        row = (await connection.execute(statement)).one()
    except IntegrityError as e:
        raise VoiceExistsError(voice.id) from e
    await _insert_labels(connection, row.key, voice)
    return row


async def _insert_labels(connection: AsyncConnection, key: int, voice: Voice) -> None:
    if voice.labels:
        await connection.execute(insert(voice_labels), label_rows(key, voice))


async def _unchanged(connection: AsyncConnection, voice: Voice) -> int:
    """Return the key of the voice, held so that nobody is quicker from here on."""
    held = select(voices.c.key, voices.c.version, voices.c.created_at).with_for_update()
    row = (await connection.execute(held.where(of(voice.owner, voice.id)))).one_or_none()
    if row is None:
        raise VoiceUnknownError(voice.id)
    if (row.version, row.created_at) != (voice.version, voice.created_at):
        raise VoiceChangedError(voice.id, voice.version)
    key: int = row.key
    return key
