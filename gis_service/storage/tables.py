"""The tables.

A row of a versioned table holds from version ``valid_from`` until ``valid_to`` (not included;
NULL: it still holds). Migrations make these tables; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

from gis_service.storage.geometry import Geometry

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)


def _validity(table: str) -> list[Column[int]]:
    return [
        Column("valid_from", Integer, ForeignKey(f"{table}.number"), nullable=False),
        Column("valid_to", Integer, ForeignKey(f"{table}.number")),
    ]


survey = Table(
    "survey",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("created_at", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("report", JSON, nullable=False),
    Column("findings_geojson", LargeBinary, nullable=False),
    Column("communities_geojson", LargeBinary, nullable=False),
)

boundary_version = Table(
    "boundary_version",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("created_at", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("communities", Integer, nullable=False),
    Column("findings", Integer, nullable=False),
    Column("crs", Text, nullable=False),
    Column("is_sample", Boolean, nullable=False),
    Column("digest", Text, nullable=False),
    Column("survey", JSON, nullable=False),
    Column("document", Text, nullable=False, server_default=""),
    Column("case", Text, nullable=False, server_default=""),
)

community = Table(
    "community",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("street", Text, nullable=False),
    Column("row", Integer, nullable=False),
    Column("attributes", JSON, nullable=False),
    Column("crs", Text, nullable=False),
    Column("geometry", Geometry),
    Column("digest", Text, nullable=False),
    *_validity("boundary_version"),
    Index(None, "valid_from"),
)

district = Table(
    "district",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("crs", Text, nullable=False),
    Column("geometry", Geometry, nullable=False),
    Column("digest", Text, nullable=False),
    *_validity("boundary_version"),
)

finding = Table(
    "finding",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", Integer, ForeignKey("boundary_version.number"), nullable=False),
    Column("key", Text, nullable=False),
    Column("check", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("communities", JSON, nullable=False),
    Column("area_m2", Float, nullable=False),
    Column("width_m", Float),
    Column("point_x", Float),
    Column("point_y", Float),
    Column("text_zh", Text, nullable=False),
    Column("text_en", Text, nullable=False),
    Column("geometry", Geometry),
    Index(None, "version"),
)

register_version = Table(
    "register_version",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("crs", Text, nullable=False),
    Column("is_sample", Boolean, nullable=False),
    Column("digest", Text, nullable=False),
    Column("survey", JSON, nullable=False),
)

facility = Table(
    "facility",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("facility", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("opened", Text, nullable=False),
    Column("places", Float),
    Column("beds", Float),
    Column("meals_per_day", Float),
    Column("community", Text, nullable=False),
    Column("community_name", Text, nullable=False),
    Column("street", Text, nullable=False),
    Column("crs", Text, nullable=False),
    Column("geometry", Geometry),
    Column("digest", Text, nullable=False),
    *_validity("register_version"),
    Index(None, "valid_from"),
)

population = Table(
    "population",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("street", Text, nullable=False),
    Column("year", Text, nullable=False),
    Column("population", Text, nullable=False),
    Column("age_from", Integer, nullable=False),
    Column("age_to", Integer, nullable=False),
    Column("count", Float, nullable=False),
    Column("digest", Text, nullable=False),
    *_validity("register_version"),
    Index(None, "valid_from"),
)

policy = Table(
    "policy",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("content", JSON, nullable=False),
    Column("digest", Text, nullable=False),
    *_validity("register_version"),
)

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
)
