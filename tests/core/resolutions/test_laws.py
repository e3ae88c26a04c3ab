"""Laws that hold for any faulty coverage and any order of decisions."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gis_service.core.checks import run_checks
from gis_service.core.resolutions import (
    Ground,
    ResolutionParams,
    apply_proposal,
    clean,
    invert,
    resolve,
)
from gis_service.core.topology import GRID_M, Topology
from gis_service.errors import ResolutionError
from gis_service.model.findings import Finding
from gis_service.model.policy import Policy
from gis_service.model.proposals import Proposal

CHECKED = ("overlap", "gap")

metres = st.floats(-6, 6, allow_nan=False).map(lambda value: round(value, 3))
fault = st.tuples(st.integers(0, 8), st.integers(0, 11), metres, metres)
hair = st.tuples(
    st.integers(0, 8), st.integers(0, 11), st.sampled_from([-0.002, 0.001]), st.just(0.001)
)
coverages = st.fixed_dictionaries(
    {
        "faults": st.lists(st.one_of(fault, hair), min_size=1, max_size=5),
        "seed": st.integers(0, 10_000),
        "turn": st.sampled_from([0.0, 0.3, 0.7853981]),
        "order": st.permutations(range(9)),
    }
)


def found_in(layer: gpd.GeoDataFrame) -> list[Finding]:
    return [finding for finding in run_checks(layer) if finding.check in CHECKED]


def decided(layer: gpd.GeoDataFrame, finding: Finding, by: str, to: int) -> Proposal:
    """Resolve by ``by``; where that would empty a community, award the land to that one."""
    code = finding.communities[to % len(finding.communities)]
    if by == "award" and finding.check == "gap":
        by = "fill"
    try:
        return resolve(layer, finding, by=by, params=ResolutionParams(to=code))
    except ResolutionError as error:
        if error.details["reason"] != "community-emptied":
            raise
        to_it = ResolutionParams(to=error.details["community"])
        return resolve(layer, finding, by="award", params=to_it)


def vertices(shape: shapely.Geometry) -> set[tuple[float, float]]:
    return {tuple(xy) for xy in shapely.get_coordinates(shape).tolist()}


@given(coverages, st.sampled_from(["award", "median", "longest_border"]), st.integers(0, 3))
@settings(deadline=None, max_examples=60)
def test_a_resolution_ends_its_finding_and_touches_nothing_else(faulty, coverage, by, to):
    layer = faulty(**coverage)
    found = found_in(layer)
    assume(found)
    finding = found[to % len(found)]
    proposal = decided(layer, finding, by, to)
    after = apply_proposal(layer, proposal)
    changed = {change.row for change in proposal.changes}
    for row in set(range(len(layer))) - changed:
        assert after.geometry.iloc[row] is layer.geometry.iloc[row]
    # Away from the land, the changed communities keep every vertex, bit for bit.
    around = finding.geometry.buffer(0.01)
    for change in proposal.changes:
        away = {xy for xy in vertices(change.before) if not around.intersects(shapely.Point(xy))}
        assert away <= vertices(change.after)
    # The land is claimed once, and the union has grown by the gap that was filled.
    claimed = shapely.area(shapely.intersection(after.geometry.to_numpy(), finding.geometry)).sum()
    rounding = GRID_M * (finding.geometry.length + 200)
    assert claimed == pytest.approx(finding.area_m2, abs=rounding)
    grown = Topology.of(after).union.area - Topology.of(layer).union.area
    filled = finding.area_m2 if finding.check == "gap" else 0.0
    assert grown == pytest.approx(filled, abs=rounding)
    # Nothing new: what is left lies where something was.
    before = shapely.union_all([f.geometry for f in found if f.check == "overlap"])
    unclaimed = shapely.union_all([f.geometry for f in found if f.check == "gap"])
    for left in found_in(after):
        known = before if left.check == "overlap" else unclaimed
        assert left.geometry.difference(known).area <= GRID_M * left.geometry.length
        assert left.geometry.intersection(finding.geometry).area <= rounding
    # It can't be done twice, and it can be undone, bit for bit.
    with pytest.raises(ResolutionError):
        resolve(after, finding, by="median")
    undone = apply_proposal(after, invert(proposal))
    assert all(
        shapely.equals_identical(a, b) for a, b in zip(undone.geometry, layer.geometry, strict=True)
    )


@given(coverages, st.data())
@settings(deadline=None, max_examples=40)
def test_resolving_everything_in_any_order_ends_clean(faulty, coverage, data):
    layer = faulty(**coverage)
    union, filled = Topology.of(layer).union.area, 0.0
    first = len(found_in(layer))
    for _ in range(4 * first + 1):
        found = found_in(layer)
        if not found:
            break
        finding = data.draw(st.sampled_from(found), label="finding")
        by = data.draw(st.sampled_from(["award", "median", "longest_border"]), label="by")
        proposal = decided(layer, finding, by, data.draw(st.integers(0, 3), label="to"))
        layer, filled = apply_proposal(layer, proposal), filled + proposal.filled_m2
    # what is too thin to be decided, and exclaves that a decision made, are worth knowing
    assert {f.severity for f in run_checks(layer)} <= {"note"}
    assert Topology.of(layer).union.area == pytest.approx(union + filled, abs=0.3 * (first + 1))
    assert (layer.geometry.area > 0).all()
    layer = apply_proposal(layer, clean(Ground.of(layer)))
    assert clean(Ground.of(layer)).changes == ()


bump = st.tuples(st.integers(1, 2), st.floats(2.0, 4.0), st.floats(-1.0, 1.0))


@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.3]), bump, bump)
@settings(deadline=None, max_examples=25)
def test_the_order_of_independent_resolutions_does_not_matter(wide_coverage, seed, turn, a, b):
    # Two bumps over shared lines in opposite corners of a 4 × 2 coverage.
    layer = wide_coverage([(0, 6 + a[0], a[2], a[1]), (7, b[0], b[2], -b[1])], seed=seed, turn=turn)
    found = found_in(layer)
    assume(len(found) >= 2)
    one, other = (resolve(layer, finding, by="median") for finding in (found[0], found[-1]))
    assume(not {c.row for c in one.changes} & {c.row for c in other.changes})
    first = apply_proposal(apply_proposal(layer, one), other)
    second = apply_proposal(apply_proposal(layer, other), one)
    assert all(
        shapely.equals_identical(a, b) for a, b in zip(first.geometry, second.geometry, strict=True)
    )
    # Proposed anew after the other was applied, it says the same.
    (again,) = [f for f in found_in(apply_proposal(layer, one)) if f.key == found[-1].key]
    anew = resolve(apply_proposal(layer, one), again, by="median")
    assert [c.after for c in anew.changes] == [c.after for c in other.changes]


@given(coverages)
@settings(deadline=None, max_examples=25)
def test_after_everything_is_resolved_neighbours_share_their_lines_exactly(faulty, coverage):
    coverage["faults"] = [f for f in coverage["faults"] if abs(f[2]) + abs(f[3]) > 1]
    layer = faulty(**coverage)
    for _ in range(30):
        found = found_in(layer)
        if not found:
            break
        layer = apply_proposal(layer, decided(layer, found[0], "median", 0))
    layer = apply_proposal(layer, clean(Ground.of(layer)))
    small = [
        finding.geometry
        for finding in run_checks(layer, policy=Policy(min_area_m2=0.0))
        if finding.check in CHECKED
    ]
    lines = shapely.coverage_invalid_edges(Topology.of(layer).usable)
    rest = shapely.difference(lines, shapely.union_all(small).buffer(0.01))
    assert shapely.length(rest).sum() == 0


@given(coverages, st.floats(-4e-4, 4e-4), st.floats(-4e-4, 4e-4))
@settings(deadline=None, max_examples=25)
def test_a_layer_off_the_grid_keeps_its_own_coordinates(faulty, coverage, east, north):
    layer = faulty(**coverage)
    layer = layer.set_geometry(layer.geometry.translate(east, north))
    found = found_in(layer)
    assume(found)
    proposal = resolve(layer, found[0], by="longest_border")
    known = set().union(*(vertices(shape) for shape in layer.geometry))
    for change in proposal.changes:
        computed = vertices(change.after) - known
        assert all(np.round(xy, 3).tolist() == list(xy) for xy in computed)
