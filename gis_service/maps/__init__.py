"""The shelf of maps: an overview or a survey's result → a folium map, all assets our own.

A map is one file that defines a `MapPage`, one line in `MAPS` and one test.
"""

from __future__ import annotations

from gis_service.maps.coverage import COVERAGE
from gis_service.maps.disputes import DISPUTES
from gis_service.maps.overview import OVERVIEW
from gis_service.maps.page import MapPage, MapParts, render_parts
from gis_service.maps.standalone import standalone, write_standalone
from gis_service.registry import Registry

__all__ = ["MAPS", "MapPage", "MapParts", "render_parts", "standalone", "write_standalone"]

MAPS: Registry[MapPage] = Registry(
    "map", [(page.name, page) for page in (OVERVIEW, DISPUTES, COVERAGE)]
)
"""Every map that is served under ``/maps/{name}``."""
