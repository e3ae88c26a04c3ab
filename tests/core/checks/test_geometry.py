from __future__ import annotations

import numpy as np
import pytest
import shapely

from gis_service.core.checks import CHECKS, CheckContext
from gis_service.core.topology import Topology


@pytest.fixture
def unusable():
    return lambda layer: CHECKS["geometry"].find(Topology.of(layer), CheckContext())


def test_a_polygon_is_clean(draw, box, unusable):
    assert unusable(draw(A=box(0, 0, 9, 9))) == []


@pytest.mark.parametrize(("wkt", "zh"), [(None, "几何为空值"), ("POLYGON EMPTY", "几何是空的")])
def test_a_row_without_a_place_is_an_error_without_geometry(draw, unusable, wkt, zh):
    (found,) = unusable(draw(A=wkt))
    assert (found.key, found.severity) == ("geometry:A:1", "error")
    assert (found.geometry, found.point, found.area_m2, found.width_m) == (None, None, 0, None)
    assert zh in found.text.zh


def test_a_line_is_an_error_where_it_lies(draw, unusable):
    (found,) = unusable(draw(A="LINESTRING (1 2, 3 4)"))
    assert found.geometry == shapely.from_wkt("LINESTRING (1 2, 3 4)")
    assert found.point == (1, 2)
    assert "LineString" in found.text.en


def test_a_polygon_without_area_is_an_error(draw, unusable):
    (found,) = unusable(draw(A="POLYGON ((0 0, 1 0, 2 0, 0 0))"))
    assert "没有面积" in found.text.zh


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_a_coordinate_that_is_no_number_is_an_error(draw, unusable, number):
    layer = draw(A="POLYGON ((0 0, 1 0, 1 1, 0 0))")
    layer.geometry = [
        shapely.transform(layer.geometry.array[0], lambda xy: np.where(xy > 0, number, xy))
    ]
    (found,) = unusable(layer)
    assert found.geometry is None
    assert "不是有限数" in found.text.zh


def test_rows_without_code_have_a_key_each(draw, unusable):
    found = unusable(draw([("", None), ("", None)]))
    assert sorted(f.key for f in found) == ["geometry::1", "geometry::2"]
