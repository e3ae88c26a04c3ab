"""The pages: dashboard, maps, upload, one survey's findings, and the static files."""

from __future__ import annotations

from gis_service.web.mounting import mount

__all__ = ["mount"]
