"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gis_service.storage.geometry import Geometry

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of the first release."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.create_table(
        "audit_entry",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_entry"),
        sa.UniqueConstraint("hash", name="uq_audit_entry_hash"),
    )
    op.create_table(
        "boundary_version",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("communities", sa.Integer(), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("crs", sa.Text(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("survey", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_boundary_version"),
    )
    op.create_table(
        "register_version",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("crs", sa.Text(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("survey", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_register_version"),
    )
    op.create_table(
        "survey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("findings_geojson", sa.LargeBinary(), nullable=False),
        sa.Column("communities_geojson", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_survey"),
    )
    op.create_table(
        "community",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("attributes", sa.JSON(), nullable=False),
        sa.Column("crs", sa.Text(), nullable=False),
        sa.Column("geometry", Geometry()),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("valid_to", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_community"),
        sa.ForeignKeyConstraint(
            ["valid_from"], ["boundary_version.number"], name="fk_community_valid_from"
        ),
        sa.ForeignKeyConstraint(
            ["valid_to"], ["boundary_version.number"], name="fk_community_valid_to"
        ),
    )
    op.create_index("ix_community_valid_from", "community", ["valid_from"])
    op.create_table(
        "district",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("crs", sa.Text(), nullable=False),
        sa.Column("geometry", Geometry(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("valid_to", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_district"),
        sa.ForeignKeyConstraint(
            ["valid_from"], ["boundary_version.number"], name="fk_district_valid_from"
        ),
        sa.ForeignKeyConstraint(
            ["valid_to"], ["boundary_version.number"], name="fk_district_valid_to"
        ),
    )
    op.create_table(
        "facility",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("facility", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("opened", sa.Text(), nullable=False),
        sa.Column("places", sa.Float()),
        sa.Column("beds", sa.Float()),
        sa.Column("meals_per_day", sa.Float()),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("community_name", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("crs", sa.Text(), nullable=False),
        sa.Column("geometry", Geometry()),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("valid_to", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_facility"),
        sa.ForeignKeyConstraint(
            ["valid_from"], ["register_version.number"], name="fk_facility_valid_from"
        ),
        sa.ForeignKeyConstraint(
            ["valid_to"], ["register_version.number"], name="fk_facility_valid_to"
        ),
    )
    op.create_index("ix_facility_valid_from", "facility", ["valid_from"])
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("check", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("communities", sa.JSON(), nullable=False),
        sa.Column("area_m2", sa.Float(), nullable=False),
        sa.Column("width_m", sa.Float()),
        sa.Column("point_x", sa.Float()),
        sa.Column("point_y", sa.Float()),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("geometry", Geometry()),
        sa.PrimaryKeyConstraint("id", name="pk_finding"),
        sa.ForeignKeyConstraint(
            ["version"], ["boundary_version.number"], name="fk_finding_version"
        ),
    )
    op.create_index("ix_finding_version", "finding", ["version"])
    op.create_table(
        "policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("valid_to", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_policy"),
        sa.ForeignKeyConstraint(
            ["valid_from"], ["register_version.number"], name="fk_policy_valid_from"
        ),
        sa.ForeignKeyConstraint(
            ["valid_to"], ["register_version.number"], name="fk_policy_valid_to"
        ),
    )
    op.create_table(
        "population",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("year", sa.Text(), nullable=False),
        sa.Column("population", sa.Text(), nullable=False),
        sa.Column("age_from", sa.Integer(), nullable=False),
        sa.Column("age_to", sa.Integer(), nullable=False),
        sa.Column("count", sa.Float(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("valid_to", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_population"),
        sa.ForeignKeyConstraint(
            ["valid_from"], ["register_version.number"], name="fk_population_valid_from"
        ),
        sa.ForeignKeyConstraint(
            ["valid_to"], ["register_version.number"], name="fk_population_valid_to"
        ),
    )
    op.create_index("ix_population_valid_from", "population", ["valid_from"])
