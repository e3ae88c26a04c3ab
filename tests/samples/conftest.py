"""The sample, made once, and its committed files read back plainly."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis_service.samples import Sample, generate

ROOT = Path(__file__).resolve().parents[2]


def on_grid(frame: gpd.GeoDataFrame) -> np.ndarray:
    """Geometries in EPSG:4547, rounded to 1 mm, by plain geopandas."""
    metres = frame.to_crs("EPSG:4547").geometry.values
    return shapely.transform(np.asarray(metres), lambda xy: np.round(xy, 3))


@pytest.fixture(scope="session")
def sample() -> Sample:
    return generate()


@pytest.fixture(scope="session")
def committed() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def drawn(committed: Path) -> gpd.GeoDataFrame:
    """The committed communities in EPSG:4547 on the grid, with the file's codes."""
    frame = gpd.read_file(committed / "boundaries" / "communities.geojson")
    return frame.set_geometry(gpd.GeoSeries(on_grid(frame), crs="EPSG:4547"))


@pytest.fixture(scope="session")
def outline(committed: Path) -> shapely.Polygon:
    return on_grid(gpd.read_file(committed / "boundaries" / "outline.geojson"))[0]
