from __future__ import annotations

import numpy as np
import pytest
import shapely

from gis_service.core.checks.measure import significant_pieces
from gis_service.core.widths import inscribed_circles
from gis_service.model.policy import Policy


@pytest.mark.parametrize(("length", "width"), [(100, 10), (1000, 0.1), (30_000, 0.05)])
def test_the_width_of_a_long_winding_strip_is_right_to_a_few_percent(length, width):
    x = np.linspace(0, length, 400)
    low = np.column_stack((x, 3 * np.sin(x / 50)))
    high = low[::-1] + np.array([0, width])
    strip = shapely.affinity.rotate(shapely.Polygon(np.vstack((low, high))), 17)
    points, widths = inscribed_circles(np.array([strip]))
    assert widths[0] == pytest.approx(width, rel=0.05)
    assert strip.contains(shapely.Point(points[0]))


def test_the_point_lies_in_land_with_a_hole():
    ring = shapely.Point(0, 0).buffer(10).difference(shapely.Point(0, 0).buffer(8))
    points, widths = inscribed_circles(np.array([ring]))
    assert widths[0] == pytest.approx(2, rel=0.05)
    assert ring.contains(shapely.Point(points[0]))


def test_connected_pieces_are_kept_apart_and_small_ones_dropped():
    land = shapely.union_all([shapely.box(0, 0, 2, 2), shapely.box(9, 9, 9.5, 9.5)])
    land = np.array([None, land], dtype=object)
    assert [(p.origin, p.area_m2) for p in significant_pieces(land, Policy())] == [(1, 4)]
    assert len(significant_pieces(land, Policy(min_area_m2=0.1))) == 2


def test_nothing_has_no_pieces():
    assert significant_pieces(np.empty(0, dtype=object), Policy()) == []
