"""A geometry column: WKB on SQLite, PostGIS ``geometry`` on PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import LargeBinary
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType


class PostgisGeometry(UserDefinedType[str]):
    """PostGIS' own type; its text form, in and out, is hexadecimal WKB."""

    cache_ok = True

    def __init__(self, *_modifiers: object) -> None:
        """Take what reflection found in brackets; it does not matter here."""

    def get_col_spec(self, **_: Any) -> str:
        """Give the type's name in DDL."""
        return "geometry"


class Geometry(TypeDecorator[bytes]):
    """WKB bytes, 2D, in the CRS that the version's row names; None where a row has no geometry."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column's type."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(PostgisGeometry())
        return dialect.type_descriptor(LargeBinary())

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> Any:
        """Turn WKB into what the database takes."""
        if value is None or dialect.name != "postgresql":
            return value
        return value.hex()

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        """Turn what the database gives into WKB."""
        if value is None:
            return None
        return bytes.fromhex(value) if dialect.name == "postgresql" else bytes(value)


ischema_names["geometry"] = PostgisGeometry
