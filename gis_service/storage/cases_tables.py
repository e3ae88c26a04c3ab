"""The tables of boundary cases.

A case's row is its present state, with a counter of its changes; its events are only ever added.
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
    Table,
    Text,
    UniqueConstraint,
)

from gis_service.storage.geometry import Geometry
from gis_service.storage.tables import metadata


def _case() -> Column[str]:
    return Column("case", Text, ForeignKey("boundary_case.number"), nullable=False)


boundary_case = Table(
    "boundary_case",
    metadata,
    Column("number", Text, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("parties", JSON, nullable=False),
    Column("streets", JSON, nullable=False),
    Column("area_m2", Float, nullable=False),
    Column("crs", Text, nullable=False),
    Column("boundary_version", Integer, ForeignKey("boundary_version.number"), nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    Column("state_since", Text, nullable=False),
    Column("due", Text),
    Column("assignee", Text, nullable=False),
    Column("has_moved", Boolean, nullable=False),
    Column("chosen", Integer),
    Column("proposed_by", Text, nullable=False),
    Column("reviewed_by", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("applied_version", Integer, ForeignKey("boundary_version.number")),
    Column("until", Text),
    Column("into", Text, ForeignKey("boundary_case.number")),
    Column("version", Integer, nullable=False),
    UniqueConstraint("year", "sequence"),
    Index(None, "state"),
)

case_part = Table(
    "case_part",
    metadata,
    Column("id", Integer, primary_key=True),
    _case(),
    Column("position", Integer, nullable=False),
    Column("key", Text, nullable=False),
    Column("geometry", Geometry, nullable=False),
    Index(None, "case"),
)

case_event = Table(
    "case_event",
    metadata,
    Column("id", Integer, primary_key=True),
    _case(),
    Column("at", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("data", JSON, nullable=False),
    Column("before", Geometry),
    Column("after", Geometry),
    Index(None, "case"),
)

case_proposal = Table(
    "case_proposal",
    metadata,
    Column("id", Integer, primary_key=True),
    _case(),
    Column("number", Integer, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("base_version", Integer, ForeignKey("boundary_version.number"), nullable=False),
    Column("resolution", Text, nullable=False),
    Column("params", JSON, nullable=False),
    Column("note", Text, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("state", Text, nullable=False),
    Column("rebased_from", Integer),
    UniqueConstraint("case", "number"),
)

case_change = Table(
    "case_change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("proposal", Integer, ForeignKey("case_proposal.id"), nullable=False),
    Column("code", Text, nullable=False),
    Column("before", Geometry, nullable=False),
    Column("after", Geometry, nullable=False),
    Column("gained_m2", Float, nullable=False),
    Column("lost_m2", Float, nullable=False),
    Index(None, "proposal"),
)

case_evidence = Table(
    "case_evidence",
    metadata,
    Column("id", Integer, primary_key=True),
    _case(),
    Column("at", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("note", Text, nullable=False),
    Index(None, "case"),
)
