"""All findings of random layers, resolved in any order, end clean."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from gis_service.core.checks import run_checks
from gis_service.core.resolutions import (
    Ground,
    ResolutionParams,
    apply_proposal,
    clean,
    resolve,
)
from gis_service.core.resolutions.dispute import RESOLVABLE
from gis_service.core.topology import Topology
from gis_service.errors import ResolutionError
from gis_service.model.findings import Finding
from gis_service.model.proposals import Proposal

SIDE_M = 200
BOUNDS = shapely.box(0, 0, SIDE_M, SIDE_M)
PLACE = np.array([513_400.0, 2_494_700.0])


def _put(fault: str, land: BaseGeometry, rng: np.random.Generator) -> list[BaseGeometry]:
    line = shapely.maximum_inscribed_circle(land)
    disc = shapely.Point(line.coords[0]).buffer(line.length * 0.7, quad_segs=3)
    core = shapely.Point(line.coords[0]).buffer(line.length * 0.3, quad_segs=3)
    return {
        "wide": [land.buffer(rng.uniform(0.2, 12), join_style="mitre")],
        "narrow": [land.buffer(-rng.uniform(0.2, 4), join_style="mitre")],
        "gone": [],
        "holed": [land.difference(disc)],
        "enclave": [land, disc],
        "enclaves": [land, disc, core],
        "nested": [land.difference(disc), disc.difference(core), core],
    }[fault]


@st.composite
def layers(draw: st.DrawFn) -> gpd.GeoDataFrame:
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    places = shapely.MultiPoint(rng.uniform(5, SIDE_M - 5, (draw(st.integers(4, 14)), 2)))
    found = shapely.get_parts(shapely.voronoi_polygons(places, extend_to=BOUNDS))
    cells = shapely.intersection(found, BOUNDS)
    faults = st.sampled_from(["wide", "narrow", "gone", "holed", "enclave", "enclaves", "nested"])
    planned = draw(st.lists(faults, min_size=1, max_size=3))
    shapes: list[BaseGeometry] = []
    for land, fault in zip(cells, planned, strict=False):
        shapes += [shape for shape in _put(fault, land, rng) if not shape.is_empty]
    shapes += list(cells[len(planned) :])
    angle = draw(st.sampled_from([0.0, 0.3, 0.7853981]))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    placed = shapely.transform(np.array(shapes), lambda xy: np.round(xy @ turn + PLACE, 3))
    codes = np.array([f"{number:02}" for number in range(len(shapes))])
    order = rng.permutation(len(shapes))
    return gpd.GeoDataFrame(index=codes[order], geometry=placed[order], crs="EPSG:4547")


def found_in(layer: gpd.GeoDataFrame) -> list[Finding]:
    return [f for f in run_checks(layer) if f.check in RESOLVABLE and f.severity != "note"]


def decided(layer: gpd.GeoDataFrame, finding: Finding, by: str, to: int) -> Proposal:
    """Resolve by ``by``; where that would end a community, award the land to that one."""
    code = finding.communities[to % len(finding.communities)]
    by = "fill" if by == "award" and finding.check == "gap" else by
    by = "median" if by == "award" and finding.check == "crossing" else by
    try:
        return resolve(layer, finding, by=by, params=ResolutionParams(to=code))
    except ResolutionError as error:
        if error.details["reason"] != "community-emptied":
            raise
        to_it = ResolutionParams(to=str(error.details["community"]))
        return resolve(layer, finding, by="award", params=to_it)


@given(layers(), st.data())
@settings(deadline=None, max_examples=30)
def test_all_findings_of_a_random_layer_resolved_in_any_order_end_clean(layer, data):
    first = found_in(layer)
    assume(first)
    union, filled = Topology.of(layer).union.area, 0.0
    for _ in range(4 * len(first) + 1):
        found = found_in(layer)
        if not found:
            break
        finding = data.draw(st.sampled_from(found), label="finding")
        by = data.draw(st.sampled_from(["award", "median", "longest_border"]), label="by")
        proposal = decided(layer, finding, by, data.draw(st.integers(0, 3), label="to"))
        layer, filled = apply_proposal(layer, proposal), filled + proposal.filled_m2
    left = [f.key for f in run_checks(layer) if f.severity != "note"]
    assert left == []
    assert (layer.geometry.area > 0).all()
    assert Topology.of(layer).union.area == pytest.approx(union + filled, abs=0.5)


@given(layers())
@settings(deadline=None, max_examples=20)
def test_cleaning_ends_no_community_and_touches_no_dispute(layer):
    before = run_checks(layer)
    after = apply_proposal(layer, clean(Ground.of(layer)))
    assert (after.geometry.area > 0).all()
    kept = {(f.key, round(f.area_m2)) for f in before if f.severity in ("dispute", "error")}
    assert kept == {
        (f.key, round(f.area_m2)) for f in run_checks(after) if f.severity in ("dispute", "error")
    }
