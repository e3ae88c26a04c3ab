from __future__ import annotations

import numpy as np
import shapely

from gis_service.core.edges import unmatched_edges


def _lines(*wkts):
    polygons = np.array([shapely.from_wkt(wkt) for wkt in wkts], dtype=object)
    return shapely.line_merge(shapely.union_all(unmatched_edges(polygons)))


LEFT, RIGHT = shapely.box(0, 0, 5, 5).wkt, shapely.box(5, 0, 9, 5).wkt
RING = "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (3 3, 6 3, 6 6, 3 6, 3 3))"


def test_of_neighbours_that_share_an_edge_only_the_rim_is_left():
    rim = shapely.from_wkt("LINEARRING (0 0, 5 0, 9 0, 9 5, 5 5, 0 5, 0 0)")
    assert shapely.length(_lines(LEFT, RIGHT)) == rim.length
    assert _lines(LEFT, RIGHT).equals(rim)


def test_the_direction_of_a_ring_does_not_matter():
    turned = shapely.from_wkt(RIGHT).reverse().wkt
    assert _lines(LEFT, turned).equals(_lines(LEFT, RIGHT))


def test_a_filled_hole_is_matched():
    assert _lines(RING, shapely.box(3, 3, 6, 6).wkt).equals(shapely.box(0, 0, 9, 9).boundary)


def test_an_empty_hole_is_not():
    assert _lines(RING).equals(shapely.from_wkt(RING).boundary)


def test_edges_of_copies_on_one_side_are_unmatched():
    assert _lines(LEFT, LEFT).equals(shapely.from_wkt(LEFT).boundary)
    assert shapely.length(_lines(LEFT, LEFT, RIGHT)) == 28 + 5


def test_all_parts_of_a_multipolygon_have_edges():
    parts = "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))"
    assert _lines(parts).equals(shapely.from_wkt(parts).boundary)


def test_a_vertex_on_one_side_only_leaves_both_edges_unmatched():
    more = "POLYGON ((5 0, 9 0, 9 5, 5 5, 5 2, 5 0))"
    assert len(unmatched_edges(np.array([shapely.from_wkt(w) for w in (LEFT, more)]))) == 9


def test_a_negative_zero_is_a_zero():
    minus = "POLYGON ((-0.0 0, -5 0, -5 5, -0.0 5, -0.0 0))"
    assert shapely.length(_lines(LEFT, minus)) == 30


def test_nothing_has_no_edges():
    assert len(unmatched_edges(np.array([None], dtype=object))) == 0
    assert len(unmatched_edges(np.array([], dtype=object))) == 0
