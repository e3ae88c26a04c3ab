from __future__ import annotations

import pytest

from gis_service.core.checks import CHECKS, CheckContext
from gis_service.core.topology import Topology
from gis_service.model.policy import Policy


@pytest.fixture
def overlaps():
    def find(layer, **policy):
        context = CheckContext(policy=Policy(**policy))
        found = CHECKS["overlap"].find(Topology.of(layer), context)
        return sorted(found, key=lambda finding: finding.key)

    return find


class TestValid:
    def test_squares_sharing_only_an_edge_are_clean(self, draw, box, overlaps):
        assert overlaps(draw(A=box(0, 0, 9, 9), B=box(9, 0, 20, 9))) == []

    def test_squares_sharing_only_a_corner_are_clean(self, draw, box, overlaps):
        assert overlaps(draw(A=box(0, 0, 9, 9), B=box(9, 9, 20, 20))) == []

    def test_a_community_in_the_hole_of_another_is_clean(self, draw, box, overlaps):
        ring = "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (3 3, 6 3, 6 6, 3 6, 3 3))"
        assert overlaps(draw(A=ring, B=box(3, 3, 6, 6))) == []

    def test_half_a_millimetre_is_no_finding_even_without_a_least_area(self, draw, box, overlaps):
        layer = draw(A=box(0, 0, 9, 9.0004), B=box(0, 9, 9, 20))
        assert overlaps(layer, min_area_m2=0.0) == []

    def test_a_point_of_one_neighbour_near_the_line_of_the_other_is_no_finding(
        self, draw, overlaps
    ):
        a = "POLYGON ((0 0, 100 33, 100 -50, 0 0))"
        b = "POLYGON ((0 0, 50.0004 16.5003, 100 33, 0 90, 0 0))"
        assert overlaps(draw(A=a, B=b), min_area_m2=0.0) == []


class TestOverlap:
    def test_land_of_two_is_a_dispute_with_area_width_and_a_point_inside(self, draw, box, overlaps):
        (found,) = overlaps(draw(A=box(0, 0, 10, 10), B=box(8, 0, 20, 10)))
        assert (found.key, found.severity) == ("overlap:A+B:1", "dispute")
        assert found.communities == ("A", "B")
        assert found.area_m2 == 20
        assert found.width_m == pytest.approx(2, rel=0.05)
        assert 8 < found.point[0] < 10
        assert 0 < found.point[1] < 10

    def test_the_text_names_both_sides_the_size_and_the_ways_to_decide(self, draw, box, overlaps):
        layer = draw(A=box(0, 0, 100, 100), B=box(90, 0, 200, 100), names=["东湖", "西岭"])
        (found,) = overlaps(layer)
        assert "A（东湖）、B（西岭）" in found.text.zh
        assert "1,000.0 m²（约 1.50 亩）" in found.text.zh
        assert "划归一方、分割、取中线" in found.text.zh
        assert "A (东湖) and B (西岭)" in found.text.en

    def test_thinner_than_the_policy_is_a_sliver(self, draw, box, overlaps):
        layer = draw(A=box(0, 0, 100, 100), B=box(99.6, 0, 200, 100))
        assert [f.severity for f in overlaps(layer)] == ["sliver"]
        assert [f.severity for f in overlaps(layer, sliver_width_m=0.3)] == ["dispute"]

    def test_smaller_than_the_least_area_is_left_out(self, draw, box, overlaps):
        layer = draw(A=box(0, 0, 10, 10), B=box(9.5, 9.5, 20, 20))
        assert overlaps(layer) == []
        assert [f.area_m2 for f in overlaps(layer, min_area_m2=0.2)] == [0.25]

    def test_two_pieces_are_two_findings_numbered_from_the_north(self, draw, box, overlaps):
        comb = "POLYGON ((8 0, 20 0, 20 9, 8 9, 8 6, 15 6, 15 2, 8 2, 8 0))"
        south, north = sorted(overlaps(draw(A=box(0, 0, 10, 9), C=comb)), key=lambda f: f.area_m2)
        assert (north.key, north.area_m2) == ("overlap:A+C:1", 6)
        assert (south.key, south.area_m2) == ("overlap:A+C:2", 4)

    def test_pieces_that_touch_in_a_point_are_two(self, draw, overlaps):
        a = "POLYGON ((0 0, 20 0, 20 10, 0 10, 0 0))"
        b = "POLYGON ((0 9, 5 0, 10 9, 15 0, 20 9, 20 30, 0 30, 0 9))"
        assert len(overlaps(draw(A=a, B="POLYGON ((0 12, 5 7, 10 10, 15 7, 20 12, 0 12))"))) == 2
        assert len(overlaps(draw(A=a, B=b))) == 1

    def test_a_community_inside_another_is_left_to_enclave(self, draw, box, overlaps):
        assert overlaps(draw(A=box(0, 0, 9, 9), B=box(3, 3, 6, 6))) == []

    def test_an_invalid_neighbour_is_repaired_and_still_compared(self, draw, box, overlaps):
        bow_tie = "POLYGON ((0 0, 20 20, 20 0, 0 20, 0 0))"
        (found,) = overlaps(draw(A=bow_tie, B=box(15, 5, 30, 15)))
        assert found.area_m2 == pytest.approx(50)


class TestThreeWay:
    def test_land_of_three_is_named_once_with_all_three(self, draw, box, overlaps):
        layer = draw(A=box(0, 0, 10, 10), B=box(5, 0, 15, 10), C=box(5, 5, 10, 20))
        found = {f.communities: f.area_m2 for f in overlaps(layer)}
        assert found == {("A", "B"): 25, ("A", "B", "C"): 25}

    def test_each_set_of_claimants_has_its_own_land(self, draw, box, overlaps):
        layer = draw(A=box(0, 0, 10, 10), B=box(4, 0, 14, 10), C=box(0, 4, 14, 14))
        found = {f.communities: f.area_m2 for f in overlaps(layer)}
        assert found == {
            ("A", "B"): 24,
            ("A", "C"): 24,
            ("A", "B", "C"): 36,
            ("B", "C"): 24,
        }


class TestSameCode:
    def test_rows_with_one_code_that_overlap_are_named_twice(self, draw, box, overlaps):
        (found,) = overlaps(draw([("A", box(0, 0, 9, 9)), ("A", box(5, 0, 20, 9))]))
        assert found.key == "overlap:A+A:1"

    def test_rows_without_code_are_named_by_their_row(self, draw, box, overlaps):
        (found,) = overlaps(draw([("", box(0, 0, 9, 9)), ("", box(5, 0, 20, 9))]))
        assert "第 1 行、第 2 行" in found.text.zh


class TestDuplicate:
    def test_the_same_polygon_twice_is_left_to_the_duplicate_check(self, draw, box, overlaps):
        assert overlaps(draw(A=box(0, 0, 9, 9), B=box(0, 0, 9, 9))) == []

    def test_a_third_claimant_of_a_duplicated_polygon_is_named_once(self, draw, box, overlaps):
        layer = draw(A=box(0, 0, 9, 9), B=box(0, 0, 9, 9), C=box(6, 0, 20, 9))
        (found,) = overlaps(layer)
        assert (found.communities, found.area_m2) == (("A", "B", "C"), 27)


class TestEmpty:
    def test_rows_without_land_are_passed_over(self, draw, box, overlaps):
        assert overlaps(draw(A=None, B="POLYGON EMPTY", C=box(0, 0, 9, 9))) == []


def test_a_corner_drawn_beyond_a_junction_overlaps_each_neighbour_on_its_own(draw, box, overlaps):
    spike = "POLYGON ((0 0, 12 0, 18 13.5, 12 12, 0 12, 0 0))"
    hole = "(0 0, 12 0, 30 0, 30 12, 30 27, 12 27, 12 12, 0 12, 0 0)"
    around = f"POLYGON ((-9 -9, 40 -9, 40 40, -9 40, -9 -9), {hole})"
    found = overlaps(draw(A=spike, B=box(12, 0, 30, 12), C=box(12, 12, 30, 27), D=around))
    assert [(f.key, round(f.area_m2, 3)) for f in found] == [
        ("overlap:A+B:1", 32.0),
        ("overlap:A+C:1", 4.0),
    ]
