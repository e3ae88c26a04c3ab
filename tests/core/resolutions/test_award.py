from __future__ import annotations

import pytest
import shapely

from gis_service.core.checks import run_checks
from gis_service.core.resolutions import ResolutionParams, apply_proposal, resolve
from gis_service.errors import ResolutionError


@pytest.fixture
def two(draw, box):
    return draw(A=box(0, 0, 10, 10), B=box(8, 0, 20, 10))


class TestTwoClaimants:
    def test_the_loser_gives_up_the_land_and_the_winner_keeps_its_polygon(self, two, propose, land):
        proposal = propose(two, "overlap:A+B:1", "award", to="A")
        assert [(c.code, c.gained_m2, c.lost_m2) for c in proposal.changes] == [("B", 0, 20)]
        after = apply_proposal(two, proposal)
        assert land(after) == {"A": 100, "B": 100}
        assert after.geometry["A"] is two.geometry["A"]
        assert run_checks(after) == []

    def test_the_proof_names_what_was_verified(self, two, propose):
        proposal = propose(two, "overlap:A+B:1", "award", to="B")
        assert {check.name for check in proposal.proof} >= {"untouched", "union", "shared", "gone"}
        assert proposal.is_proven
        assert proposal.balance_m2 == pytest.approx(0, abs=1e-6)
        assert [f.key for f in proposal.findings_before] == ["overlap:A+B:1"]
        assert proposal.findings_after == ()

    def test_a_corner_where_the_lines_cross_becomes_a_vertex_of_both(self, draw, propose):
        # The lines cross at (10, 2.307692…) and (5.25, 10).
        layer = draw(
            A="POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0))",
            B="POLYGON ((20 0, 20 30, 0 30, 4 15, 7 3, 20 0))",
        )
        proposal = propose(layer, "overlap:A+B:1", "award", to="B")
        after = apply_proposal(layer, proposal)
        assert proposal.communities == ("A", "B")
        assert shapely.coverage_is_valid(after.geometry.to_numpy())

    def test_an_enclave_gets_its_hole(self, draw, box, propose, land):
        layer = draw(A=box(0, 0, 9, 9), B=box(3, 3, 6, 6))
        after = apply_proposal(layer, propose(layer, "enclave:A+B:1", "award", to="B"))
        assert land(after) == {"A": 72, "B": 9}
        assert shapely.get_num_interior_rings(after.geometry["A"]) == 1


class TestThreeClaimants:
    def test_all_others_lose_it_and_the_pieces_of_two_stay_open(self, draw, box, propose):
        layer = draw(A=box(0, 0, 10, 10), B=box(5, 0, 15, 10), C=box(5, 5, 10, 20))
        after = apply_proposal(layer, propose(layer, "overlap:A+B+C:1", "award", to="C"))
        assert [f.key for f in run_checks(after)] == ["overlap:A+B:1"]
        last = apply_proposal(after, propose(after, "overlap:A+B:1", "award", to="A"))
        assert run_checks(last) == []


class TestRefused:
    def test_a_community_that_does_not_claim_the_land(self, draw, box, propose):
        layer = draw(A=box(0, 0, 10, 10), B=box(8, 0, 20, 10), C=box(20, 0, 30, 10))
        with pytest.raises(ResolutionError, match="A, B") as refused:
            propose(layer, "overlap:A+B:1", "award", to="C")
        assert refused.value.details["reason"] == "not-a-party"
        assert refused.value.details["allowed"] == ["A", "B"]

    def test_unclaimed_land(self, draw, propose):
        ring = "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (3 3, 6 3, 6 6, 3 6, 3 3))"
        with pytest.raises(ResolutionError) as refused:
            propose(draw(A=ring), "gap:A:1", "award", to="A")
        assert refused.value.details["reason"] == "wrong-kind"

    def test_without_saying_who_gets_it(self, two, propose):
        with pytest.raises(ResolutionError, match="'to'"):
            propose(two, "overlap:A+B:1", "award")

    def test_when_a_community_would_lose_all_its_land(self, draw, box, propose):
        layer = draw(A=box(0, 0, 9, 9), B=box(3, 3, 6, 6))
        with pytest.raises(ResolutionError, match="all its land") as refused:
            propose(layer, "enclave:A+B:1", "award", to="A")
        assert refused.value.details["community"] == "B"

    def test_two_rows_with_the_same_code(self, draw, box, propose):
        layer = draw([("A", box(0, 0, 9, 9)), ("A", box(5, 0, 20, 9))])
        with pytest.raises(ResolutionError) as refused:
            propose(layer, "overlap:A+A:1", "award", to="A")
        assert refused.value.details["reason"] == "ambiguous-code"

    def test_a_finding_that_the_layer_no_longer_has(self, draw, box, two):
        (old,) = run_checks(two)
        apart = draw(A=box(0, 0, 10, 10), B=box(10, 0, 20, 10))
        with pytest.raises(ResolutionError) as refused:
            resolve(apart, old, by="award", params=ResolutionParams(to="A"))
        assert refused.value.details["reason"] == "stale-finding"

    def test_an_invalid_boundary_is_to_be_corrected_first(self, draw, box, propose):
        bow_tie = "POLYGON ((0 0, 20 20, 20 0, 0 20, 0 0))"
        layer = draw(A=bow_tie, B=box(15, 5, 30, 15))
        with pytest.raises(ResolutionError) as refused:
            propose(layer, "overlap:A+B:1", "award", to="B")
        assert refused.value.details["reason"] == "invalid-boundary"

    def test_an_unknown_finding_kind(self, draw, box, propose):
        layer = draw(A=box(0, 0, 9, 9), B=box(0, 0, 9, 9))
        with pytest.raises(ResolutionError) as refused:
            propose(layer, "duplicate:A+B:1", "award", to="A")
        assert refused.value.details["reason"] == "wrong-kind"
