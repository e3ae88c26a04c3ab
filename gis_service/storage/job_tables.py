"""The table of jobs."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, Index, Integer, Table, Text

from gis_service.storage.tables import metadata

job = Table(
    "job",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("share", Float, nullable=False),
    Column("text_zh", Text, nullable=False),
    Column("text_en", Text, nullable=False),
    Column("result", JSON, nullable=False),
    Column("problem", JSON, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("ended_at", Text, nullable=False),
    Index(None, "state"),
)
