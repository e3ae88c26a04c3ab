from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.core.edges import Rings, unmatched_edges


def _unmatched(*wkts: str) -> BaseGeometry:
    """The unmatched edges as lines."""
    polygons = np.array([shapely.from_wkt(wkt) for wkt in wkts], dtype=object)
    edges = unmatched_edges(Rings.of(polygons))
    return shapely.linestrings(np.stack((edges.start, edges.end), axis=1))


def _dissolved(*wkts: str) -> BaseGeometry:
    return shapely.line_merge(shapely.union_all(_unmatched(*wkts)))


LEFT, RIGHT = shapely.box(0, 0, 5, 5).wkt, shapely.box(5, 0, 9, 5).wkt
RING = "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (3 3, 6 3, 6 6, 3 6, 3 3))"


def test_of_neighbours_that_share_an_edge_only_the_rim_is_left():
    rim = shapely.from_wkt("LINEARRING (0 0, 5 0, 9 0, 9 5, 5 5, 0 5, 0 0)")
    assert len(_unmatched(LEFT, RIGHT)) == 6
    assert _dissolved(LEFT, RIGHT).equals(rim)


def test_the_direction_of_a_ring_does_not_matter():
    turned = shapely.from_wkt(RIGHT).reverse().wkt
    assert _dissolved(LEFT, turned).equals(_dissolved(LEFT, RIGHT))


def test_a_filled_hole_is_matched():
    filled = _dissolved(RING, shapely.box(3, 3, 6, 6).wkt)
    assert filled.equals(shapely.box(0, 0, 9, 9).boundary)


def test_an_empty_hole_is_not():
    assert _dissolved(RING).equals(shapely.from_wkt(RING).boundary)


def test_edges_of_copies_on_one_side_are_unmatched_as_often_as_there_are_more():
    assert len(_unmatched(LEFT, LEFT)) == 8
    assert len(_unmatched(LEFT, LEFT, RIGHT)) == 3 + 3 + 3 + 1


def test_a_ring_within_one_cell_does_not_cancel_itself():
    for size in (1, 10, 100):
        assert len(_unmatched(shapely.Point(50, 50).buffer(size).wkt)) == 64


def test_all_parts_of_a_multipolygon_have_edges():
    parts = "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))"
    assert len(_unmatched(parts)) == 6


def test_a_vertex_on_one_side_only_leaves_both_edges_unmatched():
    more = "POLYGON ((5 0, 9 0, 9 5, 5 5, 5 2, 5 0))"
    assert len(_unmatched(LEFT, more)) == 9


def test_a_mismatch_below_half_a_millimetre_is_none():
    near = "POLYGON ((5.0004 0, 9 0, 9 5, 4.9996 5, 5.0004 0))"
    assert len(_unmatched(LEFT, near)) == 6


def test_the_land_lies_on_the_left_of_every_edge():
    polygons = np.array([shapely.from_wkt(RING), shapely.box(9, 0, 12, 9).reverse()], dtype=object)
    edges = unmatched_edges(Rings.of(polygons))
    step = edges.end - edges.start
    left = np.column_stack((-step[:, 1], step[:, 0])) / np.hypot(*step.T)[:, None]
    inner = shapely.points((edges.start + edges.end) / 2 + 0.01 * left)
    assert shapely.contains(polygons[edges.owner], inner).all()


def test_points_have_equal_numbers_exactly_when_they_are_equal():
    edges = unmatched_edges(Rings.of(np.array([shapely.from_wkt(RING)], dtype=object)))
    assert sorted(edges.tail) == sorted(edges.head) == list(range(8))
    by_number = dict(zip(edges.tail.tolist(), edges.start.tolist(), strict=True))
    for number, place in zip(edges.head.tolist(), edges.end.tolist(), strict=True):
        assert by_number[number] == place


@pytest.mark.parametrize("rows", [[None], []])
def test_nothing_has_no_edges(rows):
    assert len(unmatched_edges(Rings.of(np.array(rows, dtype=object)))) == 0


def test_far_from_the_origin_edges_match_as_well():
    moved = [
        shapely.box(x + 513_400.123, 2_494_700.456, x + 513_405.123, 2_494_705.456).wkt
        for x in (0, 5)
    ]
    assert len(_unmatched(*moved)) == 6
