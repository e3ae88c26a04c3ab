"""Imports, jobs and what versions say of themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say behind each version its document and case; make the tables of jobs and drafts."""
    for name in ("document", "case"):
        op.add_column(
            "boundary_version", sa.Column(name, sa.Text(), nullable=False, server_default="")
        )
    op.create_table(
        "job",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("problem", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_job"),
        sa.UniqueConstraint("id", name="uq_job_id"),
    )
    op.create_index("ix_job_state", "job", ["state"])
    op.create_table(
        "draft",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("preview", sa.JSON(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer()),
        sa.PrimaryKeyConstraint("number", name="pk_draft"),
        sa.UniqueConstraint("id", name="uq_draft_id"),
        sa.ForeignKeyConstraint(["version"], ["boundary_version.number"], name="fk_draft_version"),
    )
