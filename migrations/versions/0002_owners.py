"""Voices get owners, labels, consent and versions; timbres a loudness; saves are remembered."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for column in (
        sa.Column("owner", sa.Text, nullable=False, server_default="house"),
        sa.Column("language", sa.Text),
        sa.Column("labels", sa.Text, nullable=False, server_default="{}"),
        sa.Column("folded", sa.Text),
        sa.Column("consent_by", sa.Text),
        sa.Column("consent_statement", sa.Text),
        sa.Column("consent_at", _MOMENT),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("updated_at", _MOMENT),
    ):
        op.add_column("voices", column)
    op.execute("UPDATE voices SET updated_at = created_at")
    _fold()
    op.drop_index("uq_voices_id", "voices")
    op.create_index("uq_voices_owner_id", "voices", ["owner", "id"], unique=True)
    op.drop_index("ix_voices_created_at_key", "voices")
    op.create_index("ix_voices_owner_created_at_key", "voices", ["owner", "created_at", "key"])
    op.add_column("timbres", sa.Column("heard_lufs", sa.Float))
    _make_voice_labels()
    _make_saves()


def _fold() -> None:
    connection = op.get_bind()
    voices = sa.table("voices", *(sa.column(name) for name in ("key", "id", "name", "description")))
    update = sa.text("UPDATE voices SET folded = :folded WHERE key = :voice_key")
    for key, *texts in connection.execute(sa.select(voices)).all():
        folded = "Ж".join(unicodedata.normalize("NFC", text.casefold()) for text in texts)
        connection.execute(update, {"folded": folded, "voice_key": key})


def _make_voice_labels() -> None:
    op.create_table(
        "voice_labels",
        sa.Column("voice_key", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("voice_key", "name", name="pk_voice_labels"),
        sa.ForeignKeyConstraint(
            ["voice_key"],
            ["voices.key"],
            name="fk_voice_labels_voice_key_voices",
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "ix_voice_labels_name_value_voice_key",
        "voice_labels",
        ["name", "value", "voice_key"],
    )


def _make_saves() -> None:
    op.create_table(
        "saves",
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("key_sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("voice_id", sa.String(64), nullable=False),
        sa.Column("voice_key", sa.Integer),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "key_sha256", name="pk_saves"),
        sa.ForeignKeyConstraint(
            ["voice_key"],
            ["voices.key"],
            name="fk_saves_voice_key_voices",
            ondelete="SET NULL",
        ),
    )
    op.create_index("ix_saves_created_at", "saves", ["created_at"])
    op.create_index("ix_saves_voice_key", "saves", ["voice_key"])


def downgrade() -> None:
    op.drop_table("saves")
    op.drop_table("voice_labels")
    op.drop_column("timbres", "heard_lufs")
    op.drop_index("ix_voices_owner_created_at_key", "voices")
    op.create_index("ix_voices_created_at_key", "voices", ["created_at", "key"])
    op.drop_index("uq_voices_owner_id", "voices")
    op.create_index("uq_voices_id", "voices", ["id"], unique=True)
    for name in ("owner", "language", "labels", "folded", "consent_by", "consent_statement"):
        op.drop_column("voices", name)
    for name in ("consent_at", "version", "updated_at"):
        op.drop_column("voices", name)
