"""Files that nobody here wrote, held against the plain definitions."""

from __future__ import annotations

from collections import Counter

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis_service.core.checks import run_checks

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="session")
def faulty(shared_data):
    def read(name, crs=None):
        layer = gpd.read_file(shared_data / "faults" / name)
        layer = layer.set_crs(crs, allow_override=True) if crs else layer
        layer = layer.to_crs(layer.estimate_utm_crs())
        layer.index = [str(number) for number in range(1, len(layer) + 1)]
        layer.attrs["has_codes"] = False
        return layer[["geometry"]]

    return read


def _on_grid(layer):
    polygons = shapely.transform(layer.geometry.array, lambda xy: np.round(xy, 3))
    return dict(zip(layer.index, shapely.make_valid(polygons), strict=True))


@pytest.mark.parametrize(
    ("name", "pairs", "holes"), [("eindhoven", 28, 54), ("birmingham", 43, 23)]
)
def test_overlaps_and_gaps_equal_the_definition(faulty, oracle, name, pairs, holes):
    layer = faulty(f"{name}.geojson")
    polygons = _on_grid(layer)
    found = run_checks(layer)
    overlaps = [(f.communities, f.area_m2) for f in found if f.check == "overlap"]
    gaps = [f.area_m2 for f in found if f.check == "gap"]
    expected = oracle.overlaps(polygons)
    assert oracle.pair_overlaps(list(polygons.values())) == pairs
    assert Counter(c for c, _ in overlaps) == Counter(c for c, _ in expected)
    assert sorted(a for _, a in overlaps) == pytest.approx(sorted(a for _, a in expected), abs=0.01)
    assert sorted(gaps) == pytest.approx(oracle.gaps(polygons), abs=0.01)
    assert len(gaps) == holes


def test_seoul_has_nothing_to_find(faulty):
    assert run_checks(faulty("seoul.geojson")) == []


def test_the_three_enclaves_of_chicago_are_gaps(faulty, oracle):
    layer = faulty("chicago77/Chicago77.shp", "EPSG:3435")
    found = run_checks(layer)
    assert [(f.check, f.severity) for f in found] == [("gap", "dispute")] * 3
    assert sorted(f.area_m2 for f in found) == pytest.approx(oracle.gaps(_on_grid(layer)), abs=0.01)
