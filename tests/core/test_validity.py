"""Valid polygons are told at a glance exactly as GEOS tells them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.core.validity import RUN, valid_polygons

coordinate = st.one_of(
    st.integers(-6, 6).map(float), st.floats(-50, 50, allow_nan=False).map(lambda x: round(x, 3))
)
rings = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=3 * RUN)


@given(st.lists(rings, min_size=1, max_size=5))
@settings(deadline=None, max_examples=300)
def test_any_ring_is_judged_as_geos_judges_it(points):
    polygons = np.array([shapely.Polygon(ring) for ring in points], dtype=object)
    assert valid_polygons(polygons).tolist() == shapely.is_valid(polygons).tolist()


@given(st.integers(0, 10_000), st.integers(40, 400), st.floats(0, 0.6))
@settings(deadline=None, max_examples=60)
def test_surveyed_rings_with_and_without_crossings_are_judged_so(seed, vertices, rough):
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * np.pi, vertices)) + rng.normal(0, rough / 20, vertices)
    reach = 100 * (1 + rough * rng.uniform(-0.3, 0.3, vertices))
    ring = np.round(np.column_stack((np.cos(angle), np.sin(angle))) * reach[:, None], 3)
    polygons = np.array([shapely.Polygon(ring + 500_000), shapely.Polygon(ring)], dtype=object)
    assert valid_polygons(polygons).tolist() == shapely.is_valid(polygons).tolist()


@pytest.mark.parametrize(
    "text",
    [
        "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))",
        "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (3 3, 5 3, 5 5, 3 5, 3 3))",
        "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((0 0, 1 0, 1 1, 0 0)))",
        "POLYGON EMPTY",
        "POINT (0 0)",
        "POLYGON ((0 0, 9 0, 5 0, 5 5, 0 0))",
        "POLYGON ((0 0, 0 0, 9 0, 9 9, 0 0))",
    ],
)
def test_what_is_no_single_ring_is_left_to_geos(text):
    shape = np.array([shapely.from_wkt(text)], dtype=object)
    assert valid_polygons(shape).tolist() == shapely.is_valid(shape).tolist()
