"""Laws that hold for any layer, on random partitions into which faults are put."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from gis_service.core.checks import run_checks

SIDE_M = 200
BOUNDS = shapely.box(0, 0, SIDE_M, SIDE_M)
OUTLINE = gpd.GeoDataFrame(geometry=[BOUNDS], crs="EPSG:4547")


def _partition(seed: int, cells: int) -> list[BaseGeometry]:
    """Cells of random points, on the 1 mm grid; neighbours share their vertices."""
    places = np.random.default_rng(seed).uniform(5, SIDE_M - 5, (cells, 2))
    found = shapely.voronoi_polygons(shapely.MultiPoint(places), extend_to=BOUNDS)
    cut = shapely.intersection(shapely.get_parts(found), BOUNDS)
    return list(shapely.transform(cut, lambda xy: np.round(xy, 3)))


def _put(fault: str, land: BaseGeometry, rng: np.random.Generator) -> list[BaseGeometry]:
    """What stands in the layer instead of ``land``."""
    dx, dy = rng.uniform(-8, 8, 2).round(3)
    if fault == "wide":
        changed = land.buffer(rng.uniform(0.2, 15), join_style="mitre")
    elif fault == "narrow":
        changed = land.buffer(-rng.uniform(0.2, 4), join_style="mitre")
    elif fault == "moved":
        changed = affinity.translate(land, dx, dy)
    elif fault == "holed":
        changed = land.difference(land.centroid.buffer(rng.uniform(1, 6)))
    elif fault == "parted":
        changed = land.union(affinity.translate(land.buffer(-3), 60, 0).intersection(BOUNDS))
    elif fault == "twice":
        return [land, land]
    else:  # gone
        return []
    return [] if changed.is_empty else [shapely.transform(changed, lambda xy: np.round(xy, 3))]


FAULTS = ["wide", "narrow", "moved", "holed", "parted", "twice", "gone"]


@st.composite
def layers(draw: st.DrawFn, *, faults: int = 4) -> gpd.GeoDataFrame:
    seed = draw(st.integers(0, 2**32 - 1))
    cells = _partition(seed, draw(st.integers(3, 20)))
    planned = draw(st.lists(st.sampled_from(FAULTS), max_size=faults))
    rng = np.random.default_rng(seed)
    polygons: list[BaseGeometry] = []
    for land, fault in zip(cells, planned, strict=False):
        polygons += _put(fault, land, rng)
    polygons += cells[len(planned) :]
    codes = [f"{number:02}" for number in range(len(polygons))]
    return gpd.GeoDataFrame(index=codes, geometry=polygons, crs="EPSG:4547")


def _polygons(layer: gpd.GeoDataFrame) -> dict[str, BaseGeometry]:
    return dict(zip(layer.index, layer.geometry, strict=True))


def _near(areas: list[float]) -> object:
    return pytest.approx(areas, rel=1e-6, abs=1e-3)


def _facts(found: list) -> list[tuple[str, str, str]]:
    return sorted((f.key, f.severity, f"{f.area_m2:.1f}") for f in found)


@given(layers(faults=0))
@settings(deadline=None, max_examples=20)
def test_a_partition_is_clean(layer):
    assert run_checks(layer, outline=OUTLINE) == []


@given(layers())
@settings(deadline=None, max_examples=60)
def test_overlaps_equal_those_of_the_definition(oracle, layer):
    found = [(f.communities, f.area_m2) for f in run_checks(layer) if f.check == "overlap"]
    expected = oracle.overlaps(_polygons(layer))
    assert sorted(c for c, _ in found) == sorted(c for c, _ in expected)
    assert sorted(a for _, a in found) == _near(sorted(a for _, a in expected))


@given(layers(), st.booleans())
@settings(deadline=None, max_examples=60)
def test_gaps_equal_those_of_the_definition(oracle, layer, with_outline):
    outline = OUTLINE if with_outline else None
    found = [f.area_m2 for f in run_checks(layer, outline=outline) if f.check == "gap"]
    land = BOUNDS if with_outline else None
    assert sorted(found) == _near(oracle.gaps(_polygons(layer), outline=land))


@given(layers())
@settings(deadline=None, max_examples=40)
def test_land_inside_and_outside_is_accounted_for(layer):
    """Union + gaps − outside = outline, to the pieces under the least area."""
    found = run_checks(layer, outline=OUTLINE)
    outside = shapely.union_all([f.geometry for f in found if f.check == "outside"]).area
    gap = sum(f.area_m2 for f in found if f.check == "gap")
    union = shapely.union_all(layer.geometry.array).area
    assert union + gap - outside == pytest.approx(BOUNDS.area, abs=1.0 * (len(found) + 10))


@given(layers(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=40)
def test_the_order_of_rows_changes_no_key(layer, random):
    order = list(range(len(layer)))
    random.shuffle(order)
    shuffled = layer.iloc[order]
    assert _facts(run_checks(shuffled, outline=OUTLINE)) == _facts(
        run_checks(layer, outline=OUTLINE)
    )


@given(layers(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=30)
def test_keys_are_unique_and_stable_even_where_codes_are_missing_or_repeat(layer, random):
    layer.index = ["" if number % 3 == 0 else "X" for number in range(len(layer))]
    order = list(range(len(layer)))
    random.shuffle(order)
    found = run_checks(layer)
    assert len({f.key for f in found}) == len(found)
    assert _facts(run_checks(layer.iloc[order])) == _facts(found)


@given(layers())
@settings(deadline=None, max_examples=30)
def test_a_layer_moved_to_real_coordinates_has_the_same_findings(layer):
    moved = layer.set_geometry(
        layer.geometry.translate(513_400, 2_494_700).set_precision(0.001, "pointwise")
    )
    here, there = (sorted(run_checks(one), key=lambda f: f.key) for one in (layer, moved))
    assert [(f.key, f.severity) for f in here] == [(f.key, f.severity) for f in there]
    assert [f.area_m2 for f in here] == _near([f.area_m2 for f in there])


@given(layers())
@settings(deadline=None, max_examples=30)
def test_every_point_lies_in_its_geometry_and_every_width_fits_its_area(layer):
    for finding in run_checks(layer, outline=OUTLINE):
        if finding.width_m is None:
            continue
        assert finding.geometry.contains(shapely.Point(finding.point))
        assert 0 < np.pi * (finding.width_m / 2) ** 2 <= finding.area_m2 * 1.001
