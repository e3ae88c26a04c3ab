"""Which line a proposal makes: drawn by hand, and by laws over the resolutions."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gis_service.core.agreed import new_lines
from gis_service.core.checks import run_checks
from gis_service.core.resolutions import ResolutionParams, apply_proposal, resolve
from gis_service.core.topology import Topology

BOX = "POLYGON (({0} {1}, {2} {1}, {2} {3}, {0} {3}, {0} {1}))"


def box(*corners: float) -> str:
    return BOX.format(*corners)


def lines_of(layer, *, by, check=("overlap", "gap", "enclave"), **params):
    finding = next(f for f in run_checks(layer) if f.check in check)
    proposal = resolve(layer, finding, by=by, params=ResolutionParams(**params))
    before, after = (Topology.of(x).usable for x in (layer, apply_proposal(layer, proposal)))
    changed = np.array([change.row for change in proposal.changes], dtype=np.intp)
    found = new_lines(before, after, land=proposal.land, changed=changed)
    return [(line.role, line.left, line.right, line.geometry.wkt) for line in found]


@pytest.fixture
def strip(draw):
    return draw(A=box(0, 0, 110, 100), B=box(90, 0, 200, 100))


def test_a_median_is_one_new_line_from_north_to_south(strip):
    found = lines_of(strip, by="median")
    assert found == [("border", 1, 0, "LINESTRING (100 100, 100 0)")]


@pytest.mark.parametrize(("to", "east"), [("A", 110), ("B", 90)])
def test_an_award_makes_the_winners_own_claim_the_line(strip, to, east):
    found = lines_of(strip, by="award", to=to)
    assert found == [("border", 1, 0, f"LINESTRING ({east} 100, {east} 0)")]


def test_a_third_community_beside_the_land_gets_no_new_line(draw):
    layer = draw(A=box(0, 0, 110, 100), B=box(90, 0, 200, 100), C=box(0, 100, 200, 150))
    found = lines_of(layer, by="award", to="A")
    assert [(role, left, right) for role, left, right, _ in found] == [("border", 1, 0)]


def test_a_line_that_runs_from_east_to_west_is_turned_round(draw):
    layer = draw(S=box(0, 0, 100, 60), N=box(0, 40, 100, 100))
    assert lines_of(layer, by="median") == [("border", 1, 0, "LINESTRING (0 50, 100 50)")]


def test_a_gap_given_to_one_neighbour_makes_a_line_with_each_of_the_others(draw):
    layer = draw(
        S=box(0, 0, 100, 40), N=box(0, 60, 100, 100), W=box(0, 40, 40, 60), E=box(60, 40, 100, 60)
    )
    found = lines_of(layer, by="fill", to="S")
    assert {(left, right) for _, left, right, _ in found} == {(1, 0), (0, 2), (3, 0)}
    assert sum(shapely.from_wkt(wkt).length for *_, wkt in found) == 60


def test_a_gap_shared_by_three_makes_three_lines_that_meet(draw):
    layer = draw(
        A="POLYGON ((0 0, 200 0, 200 90, 120 90, 80 90, 0 90, 0 0))",
        B="POLYGON ((0 90, 80 90, 95 130, 95 250, 0 250, 0 90))",
        C="POLYGON ((200 90, 200 250, 95 250, 95 130, 120 90, 200 90))",
    )
    found = [shapely.from_wkt(wkt) for *_, wkt in lines_of(layer, by="median")]
    assert len(found) == 3
    common = shapely.intersection_all([shapely.MultiPoint(line.coords) for line in found])
    assert common.geom_type == "Point"


def test_an_enclave_that_is_awarded_is_a_closed_line(draw):
    found = lines_of(draw(A=box(0, 0, 90, 90), B=box(30, 30, 60, 60)), by="award", to="B")
    (role, left, right, wkt) = found[0]
    assert (role, left, right) == ("border", 0, 1)
    assert wkt == "LINESTRING (30 60, 60 60, 60 30, 30 30, 30 60)"


@pytest.mark.parametrize(("by", "params"), [("joint", {"until": "2027-06-30"})])
def test_joint_management_makes_no_line_so_the_rim_of_the_land_stands_for_it(strip, by, params):
    ((role, left, right, wkt),) = lines_of(strip, by=by, **params)
    assert (role, left, right) == ("land", -1, -1)
    assert shapely.from_wkt(wkt).is_ring


def test_an_enclosed_gap_that_goes_to_the_community_around_it_shows_the_rim_of_the_land(draw):
    hole = "POLYGON ((0 0, 90 0, 90 90, 0 90, 0 0), (30 30, 60 30, 60 60, 30 60, 30 30))"
    ((role, *_, wkt),) = lines_of(draw(A=hole), by="longest_border")
    assert role == "land"
    assert shapely.from_wkt(wkt).length == 120
