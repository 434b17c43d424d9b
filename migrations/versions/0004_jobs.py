"""Long texts as jobs: how far each is, and its chapters."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("key", sa.Integer, nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("shelf", sa.String(64), nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        *(
            sa.Column(name, sa.Integer, nullable=False)
            for name in ("passages", "characters", "spoken_passages", "spoken_characters")
        ),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("size_bytes", sa.BigInteger),
        sa.Column("lufs", sa.Float),
        sa.Column("peak_dbtp", sa.Float),
        sa.Column("fault_kind", sa.String(64)),
        sa.Column("fault", sa.Text),
        sa.Column("once_sha256", sa.String(64)),
        sa.Column("once_content", sa.Text),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_jobs"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_jobs_id", "jobs", ["id"], unique=True)
    op.create_index("uq_jobs_owner_once_sha256", "jobs", ["owner", "once_sha256"], unique=True)
    op.create_index("ix_jobs_owner_key", "jobs", ["owner", "key"])
    op.create_index("ix_jobs_shelf_state_key", "jobs", ["shelf", "state", "key"])
    op.create_table(
        "job_chapters",
        sa.Column("job_key", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("passage", sa.Integer, nullable=False),
        sa.Column("start_s", sa.Float),
        sa.PrimaryKeyConstraint("job_key", "position", name="pk_job_chapters"),
        sa.ForeignKeyConstraint(
            ["job_key"],
            ["jobs.key"],
            name="fk_job_chapters_job_key_jobs",
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    op.drop_table("job_chapters")
    op.drop_table("jobs")
