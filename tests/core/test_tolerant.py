"""Lines that were digitised twice: what lies within the tolerance is one line."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.core.checks import run_checks
from gis_service.core.edges import Rings
from gis_service.core.tolerant import edges_apart
from gis_service.core.topology import Topology


def _apart(polygons, tolerance_m=0.05):
    rings = Rings.of(np.array(polygons, dtype=object))
    return edges_apart(rings, tolerance_m).edges


def _drawn(edges):
    return shapely.line_merge(
        shapely.multilinestrings(shapely.linestrings(np.stack((edges.start, edges.end), axis=1)))
    )


def _shaken(polygons, far_m, *, rng, more=0.3):
    """Digitise each ring again: vertices off by up to half the distance, some between them."""
    result = []
    for ring in polygons:
        xy = shapely.get_coordinates(ring)[:-1]
        ahead = np.roll(xy, -1, axis=0)
        between = xy + rng.uniform(0.3, 0.7, (len(xy), 1)) * (ahead - xy)
        taken = np.stack((np.ones(len(xy), bool), rng.random(len(xy)) < more), axis=1)
        points = np.stack((xy, between), axis=1)[taken]
        angle, reach = (
            rng.uniform(0, 2 * np.pi, len(points)),
            rng.uniform(0, far_m / 2, len(points)),
        )
        points = points + np.column_stack((np.cos(angle), np.sin(angle))) * reach[:, None]
        result.append(shapely.Polygon(np.round(points, 3)))
    return np.array(result, dtype=object)


def _wall(side=6, step=40.0):
    """Give square communities whose lines have a vertex every 4 m, bent by a wave."""
    at = np.arange(side) * step
    x, y = np.meshgrid(at, at)
    boxes = shapely.segmentize(
        shapely.box(x.ravel(), y.ravel(), x.ravel() + step, y.ravel() + step), 4
    )
    return shapely.transform(
        boxes, lambda xy: np.round(xy + 3 * np.sin(xy[:, ::-1] / 23) + 500_000, 3)
    )


def test_a_vertex_on_one_side_only_is_no_difference():
    left = shapely.Polygon([(0, 0), (10, 0), (10.02, 5), (10, 10), (0, 10)])
    right = shapely.box(10, 0, 20, 10)
    rim = _drawn(_apart([left, right]))
    assert rim.length == pytest.approx(60, abs=0.1)


def test_a_vertex_further_off_than_the_tolerance_is_left_over():
    left = shapely.Polygon([(0, 0), (10, 0), (10.2, 5), (10, 10), (0, 10)])
    edges = _apart([left, shapely.box(10, 0, 20, 10)])
    assert shapely.length(_drawn(edges)) == pytest.approx(60 + 20.004, abs=0.01)


def test_lines_whose_vertices_never_correspond_are_one_line():
    y = np.linspace(0, 60, 31)
    one = np.column_stack((10 + np.sin(y / 9), y))
    late = np.linspace(0, 60, 44)
    other = np.column_stack((10 + np.sin(late / 9), late))
    left = shapely.Polygon([(0, 0), *one, (0, 60)])
    right = shapely.Polygon([*other, (30, 60), (30, 0)])
    edges = _apart(np.array([left, right]), 0.1)
    assert not shapely.intersects(_drawn(edges), shapely.box(5, 1, 15, 59))


def test_an_island_and_a_spike_stay_whole():
    island = shapely.box(0, 0, 5, 5)
    assert _drawn(_apart([island])).length == 20


@given(st.integers(0, 2000), st.sampled_from([0.001, 0.02, 0.05]))
@settings(deadline=None, max_examples=15)
def test_a_layer_that_was_digitised_twice_has_a_rim_and_nothing_else(seed, far_m):
    wall = _shaken(_wall(), far_m, rng=np.random.default_rng(seed))
    edges = edges_apart(Rings.of(wall), 0.05).edges
    union = shapely.union_all(shapely.buffer(wall, 0.06, join_style="mitre"))
    line = shapely.linestrings(np.stack((edges.start, edges.end), axis=1))
    off = shapely.distance(shapely.get_exterior_ring(union), shapely.centroid(line))
    assert off.max() < 0.2


@given(st.integers(0, 2000), st.sampled_from([0.001, 0.05]), st.randoms())
@settings(deadline=None, max_examples=10)
def test_its_faults_are_the_same_for_any_order_of_rows(seed, far_m, shuffler):
    rng = np.random.default_rng(seed)
    wall = _wall(9)
    wall[40] = shapely.union(wall[40], shapely.box(500_195, 500_170, 500_206, 500_185))
    import geopandas as gpd

    codes = [f"C{row:02d}" for row in range(len(wall))]
    layer = gpd.GeoDataFrame(index=codes, geometry=_shaken(wall, far_m, rng=rng), crs="EPSG:4547")
    assert Topology.of(layer).apart is not None
    found = [f for f in run_checks(layer) if f.severity != "note"]
    order = list(range(len(layer)))
    shuffler.shuffle(order)
    again = [f for f in run_checks(layer.iloc[order]) if f.severity != "note"]
    assert [f.key for f in found] == [f.key for f in again]
    kinds = {f.check for f in found}
    assert {"overlap"} <= kinds <= {"overlap", "self_crossing"}


def test_the_layer_is_said_to_be_digitised_twice_and_nothing_more():
    import geopandas as gpd

    wall = _shaken(_wall(9), 0.05, rng=np.random.default_rng(5))
    layer = gpd.GeoDataFrame(
        index=[f"C{row:02d}" for row in range(len(wall))], geometry=wall, crs="EPSG:4547"
    )
    (found,) = run_checks(layer)
    assert (found.check, found.severity, found.communities) == ("edge_mismatch", "note", ())
    assert "分别绘制" in found.text.zh and "digitised separately" in found.text.en
