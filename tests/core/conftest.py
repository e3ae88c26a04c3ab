"""Small layers, drawn as WKT."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import pytest
import shapely

Draw = Callable[..., gpd.GeoDataFrame]


@pytest.fixture(scope="session")
def draw() -> Draw:
    """``draw(A="POLYGON (…)", B=None)`` gives a layer with these codes; ``names`` and so on too."""

    def make(
        polygons: dict[str, str | None] | list[tuple[str, str | None]] | None = None,
        *,
        names: list[str] | None = None,
        streets: list[str] | None = None,
        crs: str | None = "EPSG:4547",
        **more: str | None,
    ) -> gpd.GeoDataFrame:
        pairs = list(polygons.items()) if isinstance(polygons, dict) else list(polygons or [])
        pairs += list(more.items())
        columns = {
            "name": names or [""] * len(pairs),
            "street": streets or [""] * len(pairs),
            "row": range(1, len(pairs) + 1),
        }
        return gpd.GeoDataFrame(
            columns,
            index=[code for code, _ in pairs],
            geometry=list(shapely.from_wkt([wkt for _, wkt in pairs])),
            crs=crs,
        )

    return make


@pytest.fixture(scope="session")
def box() -> Callable[[float, float, float, float], str]:
    """``box(x1, y1, x2, y2)`` as WKT."""
    return lambda *bounds: shapely.box(*bounds).wkt
