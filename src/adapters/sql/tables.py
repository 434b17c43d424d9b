"""The tables: a voice, the clips it was cloned from and what engines made of them."""

from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)
from typing_extensions import override

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    },
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC, on a database that knows time zones and on one that does not."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "A moment without a time zone cannot be kept."
            raise ValueError(msg)
        return value.astimezone(UTC)

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# The key is ours and never reused; the id is the caller's. Clips and timbres hang on the key, so a
# voice can be renamed, or its id become unique per owner, without touching them. That uniqueness
# is an index and no constraint: SQLite can drop an index without rewriting the table.
voices = Table(
    "voices",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("id", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("uq_voices_id", "id", unique=True),
    Index("ix_voices_created_at_key", "created_at", "key"),
    sqlite_autoincrement=True,
)

clips = Table(
    "clips",
    metadata,
    Column("voice_key", ForeignKey(voices.c.key, ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("seconds", Float, nullable=False),
    Column("rate_hz", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("flac", LargeBinary, nullable=False),
)

timbres = Table(
    "timbres",
    metadata,
    Column("voice_key", ForeignKey(voices.c.key, ondelete="CASCADE"), primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("arrays", LargeBinary, nullable=False),
)
