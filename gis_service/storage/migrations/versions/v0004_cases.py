"""Cases, proposals, evidence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gis_service.storage.geometry import Geometry

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of boundary cases."""
    op.create_table(
        "boundary_case",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("parties", sa.JSON(), nullable=False),
        sa.Column("streets", sa.JSON(), nullable=False),
        sa.Column("area_m2", sa.Float(), nullable=False),
        sa.Column("crs", sa.Text(), nullable=False),
        sa.Column("boundary_version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.Text(), nullable=False),
        sa.Column("state_since", sa.Text(), nullable=False),
        sa.Column("due", sa.Text()),
        sa.Column("assignee", sa.Text(), nullable=False),
        sa.Column("has_moved", sa.Boolean(), nullable=False),
        sa.Column("chosen", sa.Integer()),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("reviewed_by", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("applied_version", sa.Integer()),
        sa.Column("until", sa.Text()),
        sa.Column("into", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_boundary_case"),
        sa.ForeignKeyConstraint(
            ["applied_version"],
            ["boundary_version.number"],
            name="fk_boundary_case_applied_version",
        ),
        sa.ForeignKeyConstraint(
            ["boundary_version"],
            ["boundary_version.number"],
            name="fk_boundary_case_boundary_version",
        ),
        sa.ForeignKeyConstraint(["into"], ["boundary_case.number"], name="fk_boundary_case_into"),
        sa.UniqueConstraint("year", "sequence", name="uq_boundary_case_year"),
    )
    op.create_index("ix_boundary_case_state", "boundary_case", ["state"])
    op.create_table(
        "case_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("geometry", Geometry(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_part"),
        sa.ForeignKeyConstraint(["case"], ["boundary_case.number"], name="fk_case_part_case"),
    )
    op.create_index("ix_case_part_case", "case_part", ["case"])
    op.create_table(
        "case_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("before", Geometry()),
        sa.Column("after", Geometry()),
        sa.PrimaryKeyConstraint("id", name="pk_case_event"),
        sa.ForeignKeyConstraint(["case"], ["boundary_case.number"], name="fk_case_event_case"),
    )
    op.create_index("ix_case_event_case", "case_event", ["case"])
    op.create_table(
        "case_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rebased_from", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_case_proposal"),
        sa.ForeignKeyConstraint(
            ["base_version"], ["boundary_version.number"], name="fk_case_proposal_base_version"
        ),
        sa.ForeignKeyConstraint(["case"], ["boundary_case.number"], name="fk_case_proposal_case"),
        sa.UniqueConstraint("case", "number", name="uq_case_proposal_case"),
    )
    op.create_table(
        "case_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("before", Geometry(), nullable=False),
        sa.Column("after", Geometry(), nullable=False),
        sa.Column("gained_m2", sa.Float(), nullable=False),
        sa.Column("lost_m2", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_change"),
        sa.ForeignKeyConstraint(["proposal"], ["case_proposal.id"], name="fk_case_change_proposal"),
    )
    op.create_index("ix_case_change_proposal", "case_change", ["proposal"])
    op.create_table(
        "case_evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_evidence"),
        sa.ForeignKeyConstraint(["case"], ["boundary_case.number"], name="fk_case_evidence_case"),
    )
    op.create_index("ix_case_evidence_case", "case_evidence", ["case"])
