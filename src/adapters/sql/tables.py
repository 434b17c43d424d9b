"""The tables: a voice and all that hangs on it, and what was learnt beside it."""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
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
    false,
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


# The key is ours and never reused; the id is its owner's. All else hangs on the key, so a voice can
# be renamed without touching it. That (owner, id) is unique is an index and no constraint: SQLite
# can drop an index without rewriting the table. What 0002 added may be left out: a process
# of the version before can still write while it is replaced.
voices = Table(
    "voices",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("id", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("owner", Text, nullable=False, server_default="house"),
    Column("language", Text),
    Column("labels", Text, nullable=False, server_default="{}"),
    Column("folded", Text),
    Column("consent_by", Text),
    Column("consent_statement", Text),
    Column("consent_at", UtcDateTime),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("updated_at", UtcDateTime),
    Index("uq_voices_owner_id", "owner", "id", unique=True),
    Index("ix_voices_owner_created_at_key", "owner", "created_at", "key"),
    sqlite_autoincrement=True,
)

# Voices are read with their labels as JSON in their own row; these rows are there for the search.
voice_labels = Table(
    "voice_labels",
    metadata,
    Column("voice_key", ForeignKey(voices.c.key, ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Index("ix_voice_labels_name_value_voice_key", "name", "value", "voice_key"),
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
    Column("denoise", Boolean, nullable=False, server_default=false()),
    Column("trim_silence", Boolean, nullable=False, server_default=false()),
)

previews = Table(
    "previews",
    metadata,
    Column("voice_key", ForeignKey(voices.c.key, ondelete="CASCADE"), primary_key=True),
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

# Hangs on no voice: a timbre may be a speaker of the engine's own, or a client's latents.
loudness = Table(
    "loudness",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("timbre_sha256", String(64), primary_key=True),
    Column("lufs", Float, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("utterances", Integer, nullable=False),
    Column("learnt_at", UtcDateTime, nullable=False),
    Index("ix_loudness_learnt_at", "learnt_at"),
)

# One row for each idempotency key. The key is a stranger's text of any length: its hash is kept.
saves = Table(
    "saves",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("key_sha256", String(64), primary_key=True),
    Column("content", Text, nullable=False),
    Column("voice_id", String(64), nullable=False),
    Column("voice_key", ForeignKey(voices.c.key, ondelete="SET NULL")),
    Column("asked", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_saves_created_at", "created_at"),
    Index("ix_saves_voice_key", "voice_key"),
)

# How to speak stands in one column as JSON: nobody searches for it. The text and the sound lie in
# the folder of the job, on the shelf that is named here.
jobs = Table(
    "jobs",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("id", String(32), nullable=False),
    Column("owner", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("shelf", String(64), nullable=False),
    Column("request", Text, nullable=False),
    Column("passages", Integer, nullable=False),
    Column("characters", Integer, nullable=False),
    Column("spoken_passages", Integer, nullable=False),
    Column("spoken_characters", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("size_bytes", BigInteger),
    Column("lufs", Float),
    Column("peak_dbtp", Float),
    Column("fault_kind", String(64)),
    Column("fault", Text),
    Column("once_sha256", String(64)),
    Column("once_content", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("uq_jobs_id", "id", unique=True),
    Index("uq_jobs_owner_once_sha256", "owner", "once_sha256", unique=True),
    Index("ix_jobs_owner_key", "owner", "key"),
    Index("ix_jobs_shelf_state_key", "shelf", "state", "key"),
    sqlite_autoincrement=True,
)

job_chapters = Table(
    "job_chapters",
    metadata,
    Column("job_key", ForeignKey(jobs.c.key, ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("passage", Integer, nullable=False),
    Column("start_s", Float),
)
