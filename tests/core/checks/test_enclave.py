from __future__ import annotations

import pytest

from gis_service.core.checks import run_checks
from gis_service.core.resolutions import ResolutionParams, apply_proposal, resolve
from gis_service.errors import ResolutionError
from gis_service.model.policy import Policy


@pytest.fixture
def found():
    def find(layer, **policy):
        findings = run_checks(layer, policy=Policy(**policy))
        return {f.key: (f.severity, f.area_m2) for f in findings}

    return find


class TestValid:
    def test_a_community_in_a_hole_made_for_it_is_clean(self, draw, box, found):
        holed = "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (3 3, 3 6, 6 6, 6 3, 3 3))"
        assert found(draw(A=holed, B=box(3, 3, 6, 6))) == {}

    def test_islands_in_holes_of_islands_are_clean(self, draw, box, found):
        outer = "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 1 8, 8 8, 8 1, 1 1))"
        ring = "POLYGON ((1 1, 8 1, 8 8, 1 8, 1 1), (3 3, 3 6, 6 6, 6 3, 3 3))"
        assert found(draw(A=outer, B=ring, C=box(3, 3, 6, 6))) == {}


class TestInvalid:
    def test_a_community_inside_another_is_one_error(self, draw, box, found):
        layer = draw(A=box(0, 0, 9, 9), B=box(3, 3, 6, 6))
        assert found(layer) == {"enclave:A+B:1": ("error", 9)}

    def test_one_that_shares_part_of_its_line_is_an_enclave_too(self, draw, box, found):
        layer = draw(A=box(0, 0, 90, 90), B=box(0, 30, 30, 60))
        assert list(found(layer)) == ["enclave:A+B:1"]

    @pytest.mark.parametrize(("out_m", "kind"), [(0.02, "enclave"), (0.2, "overlap")])
    def test_a_thousandth_of_it_may_lie_beyond(self, draw, box, found, out_m, kind):
        layer = draw(A=box(0, 0, 90, 90), B=box(90 - 60 + out_m, 0, 90 + out_m, 60))
        assert list(found(layer)) == [f"{kind}:A+B:1"]

    def test_the_same_polygon_twice_is_a_duplicate(self, draw, box, found):
        assert list(found(draw(A=box(0, 0, 9, 9), B=box(0, 0, 9, 9)))) == ["duplicate:A+B:1"]

    def test_each_part_of_the_inner_one_is_one_finding(self, draw, box, found):
        parts = "MULTIPOLYGON (((1 1, 3 1, 3 3, 1 3, 1 1)), ((5 5, 8 5, 8 8, 5 8, 5 5)))"
        layer = draw(A=box(0, 0, 9, 9), B=parts)
        assert found(layer) == {
            "enclave:A+B:1": ("error", 9),
            "enclave:A+B:2": ("error", 4),
            "detached:B:1": ("note", 4),
        }

    def test_one_in_another_in_a_third_is_named_for_each_piece(self, draw, box, found):
        layer = draw(A=box(0, 0, 90, 90), B=box(10, 10, 60, 60), C=box(20, 20, 30, 30))
        assert found(layer) == {
            "enclave:A+B:1": ("error", 2400),
            "enclave:A+B+C:1": ("error", 100),
        }

    def test_a_third_that_only_overlaps_it_leaves_an_overlap(self, draw, box, found):
        layer = draw(A=box(0, 0, 90, 90), B=box(10, 10, 30, 30), C=box(25, 5, 95, 35))
        assert found(layer) == {
            "enclave:A+B:1": ("error", 300),
            "overlap:A+B+C:1": ("dispute", 100),
            "overlap:A+C:1": ("dispute", 65 * 30 - 100),
        }

    def test_one_inside_a_duplicate_is_named_with_both(self, draw, box, found):
        layer = draw(A=box(0, 0, 90, 90), B=box(0, 0, 90, 90), C=box(20, 20, 30, 30))
        assert found(layer) == {
            "duplicate:A+B:1": ("error", 8100),
            "enclave:A+B+C:1": ("error", 100),
        }

    def test_the_text_says_who_lies_in_whom(self, draw, box):
        layer = draw(A=box(3, 3, 6, 6), B=box(0, 0, 9, 9), names=["inner", "outer"])
        (finding,) = run_checks(layer)
        assert finding.text.en.startswith("A (inner) lies inside B (outer) without a hole")
        assert finding.text.zh.endswith("。")


class TestDecisions:
    def test_awarding_it_to_the_inner_one_cuts_the_hole(self, draw, box):
        layer = draw(A=box(0, 0, 9, 9), B=box(3, 3, 6, 6))
        (finding,) = run_checks(layer)
        proposal = resolve(layer, finding, by="award", params=ResolutionParams(to="B"))
        after = apply_proposal(layer, proposal)
        assert [(c.code, c.gained_m2, c.lost_m2) for c in proposal.changes] == [("A", 0, 9)]
        assert (len(after.geometry["A"].interiors), run_checks(after)) == (1, [])
        assert after.geometry["B"] is layer.geometry["B"]

    @pytest.mark.parametrize("out_m", [0, 0.05])
    @pytest.mark.parametrize("by", ["award", "longest_border"])
    def test_nothing_ends_the_inner_one(self, draw, box, by, out_m):
        layer = draw(A=box(0, 0, 90, 90), B=box(30 + out_m, 0, 90 + out_m, 60))
        (finding,) = run_checks(layer)
        with pytest.raises(ResolutionError) as refused:
            resolve(layer, finding, by=by, params=ResolutionParams(to="A"))
        assert refused.value.details["reason"] == "community-emptied"
        assert refused.value.details["community"] == "B"
