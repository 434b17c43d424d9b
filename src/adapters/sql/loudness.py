"""How loud engines were found to speak in their timbres; the oldest rows go when there are many."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, delete, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection
from typing_extensions import override

from adapters.sql.database import Database
from adapters.sql.dialects import upsert
from adapters.sql.tables import loudness
from domain.loudness import Learnt
from domain.ports import LoudnessStore

_MOST = 10_000
_KEY = (loudness.c.fingerprint, loudness.c.timbre_sha256)
_CHANGES = ("lufs", "seconds", "utterances", "learnt_at")


def _now() -> datetime:
    return datetime.now(UTC)


class SqlLoudness(LoudnessStore):
    """What a database knows of loudness, of `most` timbres at most."""

    def __init__(
        self, database: Database, *, most: int = _MOST, now: Callable[[], datetime] = _now
    ) -> None:
        self._database = database
        self._most = most
        self._now = now

    @override
    async def load(self, fingerprint: str, timbre_sha256: str) -> Learnt | None:
        this = select(loudness).where(_this(fingerprint, timbre_sha256))
        async with self._database.reading() as connection:
            row = (await connection.execute(this)).one_or_none()
        return None if row is None else Learnt(row.lufs, row.seconds, row.utterances)

    @override
    async def keep(self, fingerprint: str, timbre_sha256: str, learnt: Learnt) -> None:
        async with self._database.writing() as connection:
            statement = upsert(connection, loudness).values(
                fingerprint=fingerprint,
                timbre_sha256=timbre_sha256,
                lufs=learnt.lufs,
                seconds=learnt.seconds,
                utterances=learnt.utterances,
                learnt_at=self._now(),
            )
            await connection.execute(
                statement.on_conflict_do_update(
                    index_elements=list(_KEY),
                    set_={name: statement.excluded[name] for name in _CHANGES},
                    where=statement.excluded.seconds >= loudness.c.seconds,
                ),
            )
            await self._forget_oldest(connection)

    @override
    async def mean(self, fingerprint: str) -> Learnt | None:
        columns = (func.avg(loudness.c.lufs), func.sum(loudness.c.seconds))
        all_of_it = select(*columns, func.sum(loudness.c.utterances)).where(
            loudness.c.fingerprint == fingerprint
        )
        async with self._database.reading() as connection:
            lufs, seconds, utterances = (await connection.execute(all_of_it)).one()
        return None if lufs is None else Learnt(lufs, seconds, int(utterances))

    @override
    async def forget(self, fingerprint: str, timbre_sha256: str) -> None:
        async with self._database.writing() as connection:
            await connection.execute(delete(loudness).where(_this(fingerprint, timbre_sha256)))

    async def _forget_oldest(self, connection: AsyncConnection) -> None:
        # Two who forget the same rows in another order would wait for each other.
        oldest = (
            select(*_KEY)
            .order_by(loudness.c.learnt_at.desc())
            .offset(self._most)
            .with_for_update(skip_locked=True)
        )
        await connection.execute(delete(loudness).where(tuple_(*_KEY).in_(oldest)))


def _this(fingerprint: str, timbre_sha256: str) -> ColumnElement[bool]:
    return and_(loudness.c.fingerprint == fingerprint, loudness.c.timbre_sha256 == timbre_sha256)
