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
    ("name", "pairs", "holes", "narrow"),
    [("eindhoven", 28, 54, (3, 2)), ("birmingham", 43, 23, (0, 0))],
)
def test_overlaps_and_gaps_equal_the_definition(faulty, oracle, name, pairs, holes, narrow):
    """Those narrower than the survey tolerance are told as lines that don't match."""
    layer = faulty(f"{name}.geojson")
    polygons = _on_grid(layer)
    found = run_checks(layer)
    overlaps = [(f.communities, f.area_m2) for f in found if f.check == "overlap"]
    gaps = [f.area_m2 for f in found if f.check == "gap"]
    thin = {f.communities for f in found if f.check == "edge_mismatch"}
    expected, holes_m2 = oracle.overlaps(polygons), oracle.gaps(polygons)
    assert oracle.pair_overlaps(list(polygons.values())) == pairs
    assert len(holes_m2) == holes
    assert (len(expected) - len(overlaps), len(holes_m2) - len(gaps)) == narrow
    left = Counter(c for c, _ in expected) - Counter(c for c, _ in overlaps)
    assert left.total() == narrow[0] and set(left) <= thin
    for ours, theirs in (
        ([area for _, area in overlaps], [area for _, area in expected]),
        (gaps, holes_m2),
    ):
        assert not Counter(round(a, 2) for a in ours) - Counter(round(a, 2) for a in theirs)
        large = sorted(a for a in theirs if a > 100)
        assert sorted(a for a in ours if a > 100) == pytest.approx(large, abs=0.01)


def test_seoul_has_nothing_to_find(faulty):
    assert run_checks(faulty("seoul.geojson")) == []


def test_the_three_enclaves_of_chicago_are_gaps(faulty, oracle):
    layer = faulty("chicago77/Chicago77.shp", "EPSG:3435")
    found = run_checks(layer)
    assert [(f.check, f.severity) for f in found] == [("gap", "dispute")] * 3
    assert sorted(f.area_m2 for f in found) == pytest.approx(oracle.gaps(_on_grid(layer)), abs=0.01)
