from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.core.edges import Rings, unmatched_edges
from gis_service.core.regions import Regions


def _regions(*wkts: str) -> Regions:
    polygons = np.array([shapely.from_wkt(wkt) for wkt in wkts], dtype=object)
    return Regions.of(unmatched_edges(Rings.of(polygons)))


def _claims(*wkts: str) -> list[tuple[int, float]]:
    """Claims and area of each region, without the regions in it."""
    regions = _regions(*wkts)
    land = regions.land(np.arange(len(regions.faces)))
    return sorted(zip(regions.claims.tolist(), shapely.area(land).tolist(), strict=True))


OUTER = "(0 0, 9 0, 9 9, 0 9, 0 0)"


def test_neighbours_are_one_region():
    assert _claims(shapely.box(0, 0, 5, 5).wkt, shapely.box(5, 0, 9, 5).wkt) == [(1, 45)]


def test_an_enclave_without_a_hole_is_claimed_twice():
    assert _claims(f"POLYGON ({OUTER})", shapely.box(2, 2, 4, 4).wkt) == [(1, 77), (2, 4)]


def test_a_hole_is_claimed_by_nobody_but_for_the_island_in_it():
    hole = "(1 1, 1 8, 8 8, 8 1, 1 1)"
    assert _claims(f"POLYGON ({OUTER}, {hole})", shapely.box(3, 3, 5, 5).wkt) == [
        (0, 45),
        (1, 4),
        (1, 32),
    ]


def test_a_copy_is_claimed_twice():
    assert _claims(f"POLYGON ({OUTER})", f"POLYGON ({OUTER})") == [(2, 81)]


def test_three_claims_on_one_place_and_two_around_it():
    three = [shapely.box(x, 0, x + 6, 6).wkt for x in (0, 2, 4)]
    assert _claims(*three) == [(1, 12), (1, 12), (2, 12), (2, 12), (3, 12)]


def test_lines_that_cross_many_times_make_a_region_at_each_side():
    left = "POLYGON ((0 0, 5 0, 6 1, 4 3, 6 5, 5 6, 0 6, 0 0))"
    right = "POLYGON ((5 0, 9 0, 9 6, 5 6, 4 5, 6 3, 4 1, 5 0))"
    by_claims = _claims(left, right)
    assert [claims for claims, _ in by_claims].count(0) == 1
    assert [claims for claims, _ in by_claims].count(2) == 2


def test_land_that_touches_in_a_point_only_stays_apart():
    assert _claims(shapely.box(0, 0, 1, 1).wkt, shapely.box(1, 1, 2, 2).wkt) == [(1, 1), (1, 1)]


def test_a_gap_that_touches_the_rim_in_a_point_is_a_gap():
    around = "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (0 2, 1 3, 2 2, 1 1, 0 2))"
    assert _claims(around) == [(0, 2), (1, 14)]


def test_the_rim_holds_gaps_but_not_bays():
    frame = "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 1 8, 8 8, 8 1, 1 1))"
    bay = "POLYGON ((20 0, 29 0, 29 9, 20 9, 20 6, 25 6, 25 3, 20 3, 20 0))"
    assert _regions(frame, bay).rim().area == 81 + 81 - 15


@given(st.lists(st.tuples(*[st.integers(0, 12)] * 4), min_size=1, max_size=7))
@settings(deadline=None, max_examples=150)
def test_claims_equal_a_count_of_the_boxes_at_every_place(corners):
    boxes = [shapely.box(x, y, x + w + 1, y + h + 1) for x, y, w, h in corners]
    regions = Regions.of(unmatched_edges(Rings.of(np.array(boxes, dtype=object))))
    land = regions.land(np.arange(len(regions.faces)))
    x, y = np.meshgrid(np.arange(27) + 0.5, np.arange(27) + 0.5)
    places = shapely.points(x.ravel(), y.ravel())
    counted = sum(shapely.contains(box, places).astype(int) for box in boxes)
    claimed = np.zeros(len(places), dtype=int)
    for piece, claims in zip(land, regions.claims, strict=True):
        claimed += claims * shapely.contains(piece, places)
    assert claimed.tolist() == counted.tolist()
