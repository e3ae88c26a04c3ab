"""The tables of people: who may sign in, and what proves it; only hashes of secrets are kept."""

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
    Table,
    Text,
)

from gis_service.storage.tables import metadata

person = Table(
    "person",
    metadata,
    Column("login", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("street", Text),
    Column("password_hash", Text),
    Column("external_id", Text, unique=True),
    Column("is_disabled", Boolean, nullable=False),
    Column("created_at", Text, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("login", Text, ForeignKey("person.login"), nullable=False),
    Column("created_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Index(None, "login"),
)

api_key = Table(
    "api_key",
    metadata,
    Column("name", Text, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("street", Text),
    Column("owner", Text, ForeignKey("person.login")),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("is_revoked", Boolean, nullable=False),
)

one_time_link = Table(
    "one_time_link",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("login", Text, ForeignKey("person.login"), nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("used_at", Text),
    Index(None, "login"),
)

sign_in_attempt = Table(
    "sign_in_attempt",
    metadata,
    Column("whose", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("seen_at", Float, nullable=False),
    Column("blocked_until", Float, nullable=False),
)

stored_answer = Table(
    "stored_answer",
    metadata,
    Column("id", Text, primary_key=True),
    Column("body_hash", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("status", Integer),
    Column("headers", JSON, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("hash", Text, nullable=False),
)
