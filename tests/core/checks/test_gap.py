from __future__ import annotations

import pytest
import shapely

from gis_service.core.checks import CHECKS, CheckContext
from gis_service.core.topology import Topology
from gis_service.model.policy import Policy


@pytest.fixture
def gaps():
    def find(layer, *, outline=None, **policy):
        land = None if outline is None else shapely.from_wkt(outline)
        context = CheckContext(policy=Policy(**policy))
        found = CHECKS["gap"].find(Topology.of(layer, outline=land), context)
        return sorted(found, key=lambda finding: finding.key)

    return find


RING = "POLYGON ((0 0, 90 0, 90 90, 0 90, 0 0), (30 30, 60 30, 60 60, 30 60, 30 30))"


class TestValid:
    def test_a_filled_hole_is_clean(self, draw, box, gaps):
        assert gaps(draw(A=RING, B=box(30, 30, 60, 60))) == []

    def test_a_coverage_that_fills_its_outline_is_clean(self, draw, box, gaps):
        layer = draw(A=box(0, 0, 9, 9), B=box(9, 0, 20, 9))
        assert gaps(layer, outline=box(0, 0, 20, 9)) == []

    def test_half_a_millimetre_is_no_finding_even_without_a_least_area(self, draw, box, gaps):
        layer = draw(A=RING, B=box(30.0004, 30, 60, 60))
        assert gaps(layer, min_area_m2=0.0) == []

    def test_without_an_outline_an_open_bay_is_no_gap(self, draw, gaps):
        assert gaps(draw(A="POLYGON ((0 0, 9 0, 9 9, 6 9, 6 3, 3 3, 3 9, 0 9, 0 0))")) == []


class TestGap:
    def test_a_hole_between_communities_is_a_dispute(self, draw, box, gaps):
        (found,) = gaps(draw(A=RING, B=box(30, 30, 60, 50)))
        assert (found.key, found.severity, found.area_m2) == ("gap:A+B:1", "dispute", 300)
        assert found.width_m == pytest.approx(10, rel=0.05)
        assert found.geometry.contains(shapely.Point(found.point))

    def test_the_text_names_neighbours_by_shared_length(self, draw, box, gaps):
        (found,) = gaps(draw(Z=RING, B=box(30, 30, 60, 59), names=["西岭", "东湖"]))
        assert "相邻：Z（西岭）、B（东湖）" in found.text.zh
        assert found.communities == ("B", "Z")

    def test_a_thin_gap_is_a_sliver(self, draw, box, gaps):
        (found,) = gaps(draw(A=RING, B=box(30, 30, 60, 59.7)))
        assert found.severity == "sliver"
        assert found.width_m == pytest.approx(0.3, rel=0.05)

    def test_an_island_in_a_hole_is_no_part_of_the_gap(self, draw, box, gaps):
        (found,) = gaps(draw(A=RING, B=box(40, 40, 50, 50)))
        assert found.area_m2 == 800
        assert found.communities == ("A", "B")
        assert found.geometry.contains(shapely.Point(found.point))

    def test_a_hole_in_an_island_in_a_hole_is_a_gap_of_its_own(self, draw, gaps):
        island = (
            "POLYGON ((35 35, 55 35, 55 55, 35 55, 35 35), (40 40, 50 40, 50 50, 40 50, 40 40))"
        )
        found = {f.communities: f.area_m2 for f in gaps(draw(A=RING, B=island))}
        assert found == {("A", "B"): 500, ("B",): 100}

    def test_an_island_that_cuts_a_hole_in_two_leaves_two_gaps(self, draw, gaps):
        diamond = "POLYGON ((30 45, 45 35, 60 45, 45 55, 30 45))"
        assert len(gaps(draw(A=RING, B=diamond))) == 2


class TestOutline:
    def test_land_along_the_rim_is_a_gap(self, draw, box, gaps):
        (found,) = gaps(draw(A=box(0, 0, 18, 9)), outline=box(0, 0, 20, 9))
        assert (found.key, found.area_m2) == ("gap:A:1", 18)

    def test_a_whole_missing_community_is_a_gap(self, draw, box, gaps):
        layer = draw(A=box(0, 0, 9, 9), C=box(20, 0, 30, 9))
        (found,) = gaps(layer, outline=box(0, 0, 30, 9))
        assert (found.communities, found.area_m2) == (("A", "C"), 99)

    def test_land_that_touches_no_community_names_none(self, draw, box, gaps):
        outline = "MULTIPOLYGON (((0 0, 9 0, 9 9, 0 9, 0 0)), ((20 0, 29 0, 29 9, 20 9, 20 0)))"
        (found,) = gaps(draw(A=box(0, 0, 9, 9)), outline=outline)
        assert (found.key, found.communities) == ("gap::1", ())

    def test_a_hole_in_the_outline_is_no_gap(self, draw, gaps):
        assert gaps(draw(A=RING), outline=RING) == []

    def test_a_hole_beyond_the_outline_is_no_gap(self, draw, box, gaps):
        assert gaps(draw(A=RING), outline=box(0, 0, 25, 25)) == []

    def test_without_any_community_the_whole_outline_is_one_gap(self, draw, box, gaps):
        (found,) = gaps(draw(A=None), outline=box(0, 0, 9, 9))
        assert found.area_m2 == 81


class TestEmpty:
    def test_a_layer_without_land_has_no_gap(self, draw, gaps):
        assert gaps(draw(A=None)) == []
        assert gaps(draw()) == []
