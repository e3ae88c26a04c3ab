"""Where things are kept: SQLite in the data folder, or PostgreSQL with PostGIS."""

from gis_service.storage.database import connect

__all__ = ["connect"]
