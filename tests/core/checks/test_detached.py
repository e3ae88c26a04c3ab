from __future__ import annotations

import pytest
import shapely

from gis_service.core.checks import CHECKS, CheckContext, run_checks
from gis_service.core.topology import Topology
from gis_service.model.policy import Policy


@pytest.fixture
def exclaves():
    def find(layer, **policy):
        return CHECKS["detached"].find(Topology.of(layer), CheckContext(policy=Policy(**policy)))

    return find


@pytest.fixture
def parts(box):
    """``parts((x1, y1, x2, y2), …)`` as one MultiPolygon."""
    return lambda *boxes: shapely.multipolygons([shapely.box(*bounds) for bounds in boxes]).wkt


class TestValid:
    def test_one_polygon_is_clean(self, draw, box, exclaves):
        assert exclaves(draw(A=box(0, 0, 9, 9))) == []

    def test_parts_that_touch_in_a_point_are_clean(self, draw, parts, exclaves):
        assert exclaves(draw(A=parts((0, 0, 9, 9), (9, 9, 12, 12)))) == []

    def test_parts_that_touch_through_a_third_are_clean(self, draw, parts, exclaves):
        assert exclaves(draw(A=parts((0, 0, 9, 9), (12, 12, 15, 15), (9, 9, 12, 12)))) == []

    @pytest.mark.parametrize(("crack_m", "count"), [(0.4, 0), (0.6, 1)])
    def test_a_crack_thinner_than_a_sliver_parts_nothing(
        self, draw, parts, exclaves, crack_m, count
    ):
        layer = draw(A=parts((0, 0, 9, 9), (9 + crack_m, 0, 20, 9)))
        assert len(exclaves(layer)) == count
        assert exclaves(layer, sliver_width_m=1.0) == []
        assert len(exclaves(layer, sliver_width_m=0.0)) == 1

    def test_a_speck_under_the_least_area_is_left_out(self, draw, parts, exclaves):
        layer = draw(A=parts((0, 0, 9, 9), (12, 0, 12.5, 1)))
        assert exclaves(layer) == []
        assert len(exclaves(layer, min_area_m2=0.5)) == 1

    def test_a_bow_tie_is_one_body(self, draw, exclaves):
        assert exclaves(draw(A="POLYGON ((0 0, 20 20, 20 0, 0 20, 0 0))")) == []


class TestInvalid:
    def test_an_exclave_is_a_note_with_its_land_and_how_far_it_lies(self, draw, parts, exclaves):
        (found,) = exclaves(draw(A=parts((12, 0, 14, 2), (0, 0, 9, 9))))
        assert (found.key, found.severity, found.area_m2) == ("detached:A:1", "note", 4)
        assert found.geometry.equals(shapely.box(12, 0, 14, 2))
        assert found.geometry.contains(shapely.Point(found.point))
        assert "3.0 m away" in found.text.en
        assert "飞地" in found.text.zh

    def test_each_body_is_one_finding(self, draw, parts, exclaves):
        layer = draw(A=parts((0, 0, 9, 9), (20, 0, 22, 2), (22, 2, 24, 4), (0, 30, 1, 31)))
        assert {f.key: f.area_m2 for f in exclaves(layer)} == {
            "detached:A:1": 1,
            "detached:A:2": 8,
        }

    def test_of_equal_bodies_the_western_one_is_the_main_one(self, draw, parts, exclaves):
        for boxes in ([(0, 0, 2, 2), (5, 0, 7, 2)], [(5, 0, 7, 2), (0, 0, 2, 2)]):
            (found,) = exclaves(draw(A=parts(*boxes)))
            assert found.point[0] > 5

    def test_an_island_in_the_hole_of_another_belongs_to_its_own(self, draw, exclaves):
        lake = "((0 0, 99 0, 99 99, 0 99, 0 0), (10 10, 10 90, 90 90, 90 10, 10 10))"
        island = "((40 40, 60 40, 60 60, 40 60, 40 40))"
        (found,) = exclaves(draw(A=f"MULTIPOLYGON ({lake}, {island})"))
        assert found.area_m2 == 400


def test_notes_come_last_and_open_no_dispute(draw, parts, box):
    found = run_checks(draw(A=parts((0, 0, 9, 9), (20, 0, 22, 2)), B=box(8, 0, 12, 9)))
    assert [(f.check, f.severity) for f in found] == [("overlap", "dispute"), ("detached", "note")]
