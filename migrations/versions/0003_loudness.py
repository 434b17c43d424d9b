"""What is learnt of loudness gets a table of its own, voices a preview, clips the care they need.

A loudness beside a timbre moves to the new table, as five seconds of one utterance.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_COPY = sa.text(
    "INSERT INTO loudness (fingerprint, timbre_sha256, lufs, seconds, utterances, learnt_at)"
    " SELECT fingerprint, sha256, AVG(heard_lufs), 5.0, 1, :now FROM timbres"
    " WHERE heard_lufs IS NOT NULL GROUP BY fingerprint, sha256"
).bindparams(sa.bindparam("now", type_=_MOMENT))
_COPY_BACK = (
    "UPDATE timbres SET heard_lufs = (SELECT lufs FROM loudness"
    " WHERE loudness.fingerprint = timbres.fingerprint AND timbre_sha256 = timbres.sha256)"
)


def upgrade() -> None:
    op.create_table(
        "loudness",
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("timbre_sha256", sa.String(64), nullable=False),
        sa.Column("lufs", sa.Float, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("utterances", sa.Integer, nullable=False),
        sa.Column("learnt_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", "timbre_sha256", name="pk_loudness"),
    )
    op.create_index("ix_loudness_learnt_at", "loudness", ["learnt_at"])
    op.get_bind().execute(_COPY, {"now": datetime.now(UTC)})
    op.drop_column("timbres", "heard_lufs")
    _make_previews()
    for care in ("denoise", "trim_silence"):
        op.add_column(
            "clips", sa.Column(care, sa.Boolean, nullable=False, server_default=sa.false())
        )


def _make_previews() -> None:
    op.create_table(
        "previews",
        sa.Column("voice_key", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("rate_hz", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("flac", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("voice_key", name="pk_previews"),
        sa.ForeignKeyConstraint(
            ["voice_key"],
            ["voices.key"],
            name="fk_previews_voice_key_voices",
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    for care in ("trim_silence", "denoise"):
        op.drop_column("clips", care)
    op.drop_table("previews")
    op.add_column("timbres", sa.Column("heard_lufs", sa.Float))
    op.execute(_COPY_BACK)
    op.drop_table("loudness")
