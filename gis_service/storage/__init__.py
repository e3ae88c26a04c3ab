"""Where things are kept: SQLite in the data folder, or PostgreSQL with PostGIS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gis_service.storage.database import connect as connect

__all__ = ["connect"]


def __getattr__(name: str) -> Any:
    """Load the database's library when it is asked for, not for what lies beside it."""
    if name == "connect":
        from gis_service.storage.database import connect

        return connect
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
