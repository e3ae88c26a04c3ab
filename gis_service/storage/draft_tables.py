"""The table of drafts: imports that wait for a person's word."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Integer, Table, Text

from gis_service.storage.tables import metadata

draft = Table(
    "draft",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("created_at", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("options", JSON, nullable=False),
    Column("preview", JSON, nullable=False),
    Column("job", Text, nullable=False),
    Column("version", Integer, ForeignKey("boundary_version.number")),
)
