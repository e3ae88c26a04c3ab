"""Use cases on a real database, with the small district loaded where a test asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from gis_service.bootstrap import build
from gis_service.services import Services
from gis_service.settings import Settings


@pytest.fixture
def services(database_url: str, tmp_path: Path) -> Iterator[Services]:
    """Use cases on an empty database, with a clock that ticks once a look."""
    ticks = count()
    made = build(
        Settings(data_dir=tmp_path / "data", database_url=database_url),
        clock=lambda: f"2026-01-01T00:00:{next(ticks):06.3f}Z",
    )
    yield made
    made.database.close()


@pytest.fixture
def loaded(services: Services, district: Any, tmp_path: Path) -> Services:
    """Use cases on the small district."""
    services.boundaries.import_file(
        district.write_communities(tmp_path / "communities.gpkg"),
        user="li",
        reason="first survey",
        outline=district.write_outline(tmp_path / "outline.gpkg"),
    )
    services.register.import_facilities(
        district.write_facilities(tmp_path / "facilities.gpkg"), user="li"
    )
    services.register.import_population(
        district.write_population(tmp_path / "population.csv"), user="li"
    )
    return services
