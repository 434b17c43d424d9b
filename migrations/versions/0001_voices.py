"""Voices, the clips they were cloned from and what engines made of them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "voices",
        sa.Column("key", sa.Integer, nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_voices"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_voices_id", "voices", ["id"], unique=True)
    op.create_index("ix_voices_created_at_key", "voices", ["created_at", "key"])
    op.create_table(
        "clips",
        sa.Column("voice_key", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("rate_hz", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("flac", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("voice_key", "position", name="pk_clips"),
        sa.ForeignKeyConstraint(
            ["voice_key"],
            ["voices.key"],
            name="fk_clips_voice_key_voices",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "timbres",
        sa.Column("voice_key", sa.Integer, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("arrays", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("voice_key", "fingerprint", name="pk_timbres"),
        sa.ForeignKeyConstraint(
            ["voice_key"],
            ["voices.key"],
            name="fk_timbres_voice_key_voices",
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    op.drop_table("timbres")
    op.drop_table("clips")
    op.drop_table("voices")
