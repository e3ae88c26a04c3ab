from __future__ import annotations

import pytest
import shapely

from gis_service.core.checks import run_checks
from gis_service.core.resolutions import Ground, apply_proposal, clean
from gis_service.errors import ResolutionError
from gis_service.model.policy import Policy


@pytest.fixture
def layer(draw, box):
    """A sliver overlap A+B, a sliver gap B|C, and a dispute C+D."""
    return draw(
        A=box(0, 0, 100.2, 100),
        B=box(100, 0, 200, 100),
        C=box(200.3, 0, 300, 100),
        D=box(290, 0, 400, 100),
        S=box(0, -50, 400, 0),
        N=box(0, 100, 400, 150),
    )


def test_all_slivers_go_and_the_disputes_stay(layer):
    assert {f.severity for f in run_checks(layer)} == {"sliver", "dispute"}
    proposal = clean(Ground.of(layer))
    after = apply_proposal(layer, proposal)
    assert [f.key for f in run_checks(after)] == ["overlap:C+D:1"]
    assert len(proposal.findings) == 2
    assert proposal.filled_m2 == pytest.approx(30)


def test_communities_without_slivers_stay_as_they_are(layer):
    after = apply_proposal(layer, clean(Ground.of(layer)))
    assert after.geometry["D"] is layer.geometry["D"]


def test_cleaning_twice_changes_nothing(layer):
    after = apply_proposal(layer, clean(Ground.of(layer)))
    assert clean(Ground.of(after)).changes == ()


def test_the_width_is_the_policys(layer):
    proposal = clean(Ground.of(layer, policy=Policy(sliver_width_m=0.25)))
    assert [key.split(":")[0] for key in proposal.findings] == ["overlap"]


def test_slivers_smaller_than_the_least_area_go_too(draw, box):
    layer = draw(A=box(0, 0, 2.05, 3), B=box(2, 0, 9, 3))
    assert [f.check for f in run_checks(layer)] == ["edge_mismatch"]
    after = apply_proposal(layer, clean(Ground.of(layer)))
    assert shapely.coverage_is_valid(after.geometry.to_numpy())
    assert run_checks(after) == []


def test_a_sliver_that_can_not_be_cleaned_is_left_with_the_reason(draw, box):
    crossing = "POLYGON ((100 0, 200 0, 210 60, 210 40, 200 100, 100 100, 100 0))"
    layer = draw(A=box(0, 0, 100.2, 100), B=crossing, C=box(-50, 0, 0.2, 100))
    proposal = clean(Ground.of(layer))
    assert proposal.findings == ("overlap:A+C:1",)
    assert [skipped.finding for skipped in proposal.skipped] == ["overlap:A+B:1"]
    assert "invalid" in proposal.skipped[0].reason.en
    left = {f.key for f in run_checks(apply_proposal(layer, proposal))}
    assert left == {"overlap:A+B:1", "self_crossing:B:1"}


def test_a_community_as_thin_as_a_sliver_is_not_cleaned_away(draw, box):
    thin = "POLYGON ((50 20, 50.2 20, 50.2 80, 50 80, 50 20))"
    layer = draw(A=box(0, 0, 100.2, 100), B=box(100, 0, 200, 100), T=thin)
    after = apply_proposal(layer, clean(Ground.of(layer)))
    assert after.geometry["T"] is layer.geometry["T"]
    assert [f.key for f in run_checks(after)] == ["enclave:A+T:1"]


def test_one_dispute_can_not_be_cleaned(layer, propose):
    with pytest.raises(ResolutionError) as refused:
        propose(layer, "overlap:C+D:1", "clean")
    assert refused.value.details["reason"] == "not-a-sliver"


def test_a_vertex_on_one_side_only_is_given_to_both(draw, box):
    layer = draw(A=box(0, 0, 10, 10), B="POLYGON ((10 0, 20 0, 20 10, 10 10, 10 4, 10 0))")
    assert not shapely.coverage_is_valid(layer.geometry.to_numpy())
    proposal = clean(Ground.of(layer))
    after = apply_proposal(layer, proposal)
    assert proposal.communities == ("A",)
    assert shapely.coverage_is_valid(after.geometry.to_numpy())
    assert after.geometry["B"] is layer.geometry["B"]


def test_lines_that_differ_by_less_than_the_grid_become_one(draw):
    layer = draw(
        A="POLYGON ((0 0, 10 0, 10.001 500, 10 1000, 0 1000, 0 0))",
        B="POLYGON ((10 0, 20 0, 20 1000, 10 1000, 10 0))",
    )
    after = apply_proposal(layer, clean(Ground.of(layer)))
    assert shapely.coverage_is_valid(after.geometry.to_numpy())
    assert clean(Ground.of(after)).changes == ()


def test_a_vertex_at_a_dispute_is_left_to_people(draw, box):
    layer = draw(A=box(0, 0, 12, 10), B="POLYGON ((10 0, 20 0, 20 10, 10 10, 10 4, 10 0))")
    assert clean(Ground.of(layer)).changes == ()
