"""The tables of planning: layers of the ground, and scenarios."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, LargeBinary, Table, Text

from gis_service.storage.tables import metadata

planning_layer = Table(
    "planning_layer",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("crs", Text, nullable=False),
    Column("is_sample", Boolean, nullable=False),
    Column("digest", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index(None, "kind"),
)

scenario = Table(
    "scenario",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("versions", JSON, nullable=False),
    Column("plan", JSON, nullable=False),
)
