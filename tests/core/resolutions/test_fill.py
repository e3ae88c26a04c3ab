from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from gis_service.core.checks import run_checks
from gis_service.core.resolutions import ResolutionParams, apply_proposal, resolve
from gis_service.errors import ResolutionError


@pytest.fixture
def around(draw, box):
    """Four communities around a square that nobody claims."""
    return draw(N=box(0, 6, 10, 10), S=box(0, 0, 10, 4), W=box(0, 4, 4, 6), E=box(6, 4, 10, 6))


def test_a_gap_goes_to_one_neighbour_and_nobody_loses_land(around, propose, land):
    proposal = propose(around, "gap:E+N+S+W:1", "fill", to="W")
    after = apply_proposal(around, proposal)
    assert proposal.filled_m2 == 4
    assert proposal.balance_m2 == pytest.approx(0, abs=1e-6)
    assert land(after) == {"N": 40, "S": 40, "W": 12, "E": 8}
    assert run_checks(after) == []


def test_neighbours_get_the_corners_of_the_new_line(around, propose):
    proposal = propose(around, "gap:E+N+S+W:1", "fill", to="W")
    moved = {change.code: (change.gained_m2, change.lost_m2) for change in proposal.changes}
    assert moved["W"] == (4, 0)
    assert set(moved) <= {"N", "S", "W", "E"}
    assert all(gain == (0, 0) for code, gain in moved.items() if code != "W")


def test_a_hole_in_one_community_is_filled_by_it(draw, propose, land):
    ring = "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (3 3, 6 3, 6 6, 3 6, 3 3))"
    layer = draw(A=ring)
    assert land(apply_proposal(layer, propose(layer, "gap:A:1", "fill", to="A"))) == {"A": 81}


def test_land_along_the_outline_is_filled_up_to_it(draw, box):
    layer = draw(A=box(0, 0, 10, 10), B=box(10, 0, 20, 8))
    outline = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 20, 10)], crs=layer.crs)
    (finding,) = run_checks(layer, outline=outline)
    proposal = resolve(layer, finding, by="fill", params=ResolutionParams(to="B"))
    assert run_checks(apply_proposal(layer, proposal), outline=outline) == []


def test_claimed_land_is_refused(draw, box, propose):
    layer = draw(A=box(0, 0, 10, 10), B=box(8, 0, 20, 10))
    with pytest.raises(ResolutionError) as refused:
        propose(layer, "overlap:A+B:1", "fill", to="A")
    assert refused.value.details["reason"] == "wrong-kind"


def test_a_community_that_does_not_touch_the_gap_is_refused(around, draw, box, propose):
    with pytest.raises(ResolutionError) as refused:
        propose(around, "gap:E+N+S+W:1", "fill", to="X")
    assert refused.value.details["allowed"] == ["N", "S", "W", "E"]


def test_a_gap_that_is_filled_by_now_is_stale(around, propose):
    (finding,) = run_checks(around)
    after = apply_proposal(around, propose(around, finding.key, "fill", to="W"))
    with pytest.raises(ResolutionError) as refused:
        resolve(after, finding, by="fill", params=ResolutionParams(to="W"))
    assert refused.value.details["reason"] == "stale-finding"
