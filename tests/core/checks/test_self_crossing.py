from __future__ import annotations

import pytest
import shapely

from gis_service.core.checks import CHECKS, CheckContext
from gis_service.core.topology import Topology


@pytest.fixture
def crossings():
    return lambda layer: CHECKS["self_crossing"].find(Topology.of(layer), CheckContext())


def test_a_valid_ring_is_clean(draw, box, crossings):
    assert crossings(draw(A=box(0, 0, 9, 9))) == []


def test_a_bow_tie_is_found_where_it_crosses(draw, crossings):
    (found,) = crossings(draw(A="POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))"))
    assert (found.key, found.severity) == ("self_crossing:A:1", "error")
    assert found.geometry == shapely.Point(1, 1)
    assert (found.point, found.area_m2, found.width_m) == ((1, 1), 0, None)
    assert "自相交" in found.text.zh
    assert "Self-intersection" in found.text.en


@pytest.mark.parametrize(
    ("wkt", "zh"),
    [
        (
            "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (20 20, 21 20, 21 21, 20 20))",
            "内环在外环之外",
        ),
        (
            "MULTIPOLYGON (((0 0, 9 0, 9 9, 0 9, 0 0)), ((2 2, 4 2, 4 4, 2 2)))",
            "外环相互嵌套",
        ),
        (
            "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 8 1, 8 8, 1 8, 1 1), (2 2, 4 2, 4 4, 2 2))",
            "内环相互嵌套",
        ),
    ],
)
def test_each_reason_is_said_in_chinese(draw, crossings, wkt, zh):
    (found,) = crossings(draw(A=wkt))
    assert zh in found.text.zh


def test_what_only_rounding_makes_invalid_is_no_fault(draw, crossings):
    spike = "POLYGON ((0 0, 9 0, 9 9, 4.5001 9, 4.5 0.0001, 4.4999 9, 0 9, 0 0))"
    assert shapely.from_wkt(spike).is_valid
    assert crossings(draw(A=spike)) == []


def test_a_row_without_land_is_left_to_the_geometry_check(draw, crossings):
    assert crossings(draw(A="POLYGON ((0 0, 1 0, 2 0, 0 0))", B=None)) == []
