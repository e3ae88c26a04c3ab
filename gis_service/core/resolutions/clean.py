"""Clean: all slivers of a layer at once, none of the disputes.

Each overlap or gap thinner than the policy's sliver width goes to the party with the longest
border along it (see `longest_border`), however small its area. Where neighbours' lines differ by
less than the 1 mm grid, or a vertex is on one side only, both get the same vertices. Disputes
stay for people, and what is allowed stays as it is.

Who gains, who loses: drawing errors only; nobody gains or loses land that people use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely

from gis_service.core.checks import run_checks
from gis_service.core.checks.allowing import allow
from gis_service.core.edges import BEYOND
from gis_service.core.proof import NEAR_M, changed, claimed_twice, enclosed
from gis_service.core.resolutions.arrangement import arrange
from gis_service.core.resolutions.clusters import clusters, joined
from gis_service.core.resolutions.dispute import RESOLVABLE, drafted, land_of, proven
from gis_service.core.resolutions.ground import Ground
from gis_service.core.resolutions.longest_border import owners_by_border
from gis_service.core.resolutions.refusal import refuse
from gis_service.core.resolutions.resolution import Resolution, ResolutionParams
from gis_service.core.topology import GRID_M, Objects
from gis_service.errors import ResolutionError
from gis_service.model.findings import Finding
from gis_service.model.progress import Progress, silent
from gis_service.model.proposals import Proposal, Skipped
from gis_service.model.text import Text

HERE_M = 1.0
"""What lies no further from a cluster's places belongs to it."""

FURTHER_PASSES = 3
"""Giving lines common vertices can widen a mismatch that was too thin to see, by up to 1 mm."""


def propose_clean(ground: Ground, finding: Finding, _params: ResolutionParams) -> Proposal:
    """Clean one sliver; a dispute is refused, because people must decide it."""
    if finding.severity != "sliver":
        refuse(
            f"{finding.key} 不是细缝，须由人决定。可划归一方、分割、取中线或共管。",
            f"{finding.key} is no sliver; people must decide it: award, split, median or joint.",
            reason="not-a-sliver",
        )
    draft, bent_m = _draft(ground, [finding])
    return proven(ground, draft, bent_m=bent_m)


def clean(
    ground: Ground, *, outline: gpd.GeoDataFrame | None = None, progress: Progress = silent
) -> Proposal:
    """Resolve all slivers of the layer in one proposal; without slivers it changes nothing.

    With an ``outline`` (in the layer's CRS), gaps along its rim are slivers too.

    A sliver that can't be resolved by itself (a community would be emptied, an invalid boundary
    lies beside it) is left, and stands in ``skipped`` with the reason. ``progress`` is told the
    share done; what it raises ends the work.

    Raises
    ------
    ResolutionError
        When the slivers of a place can be resolved one by one, but not together.
    """
    nothing = Proposal(resolution="clean", land=shapely.MultiPolygon())
    places = _places(ground, outline)
    if not len(places):
        return nothing
    parts = clusters(ground.topology, places)
    if len(parts) == 1 and 2 * len(parts[0].rows) > len(ground.topology):
        return _clean(ground, outline, places)
    done = []
    for number, cluster in enumerate(parts):
        progress(number / len(parts), CLEAN.title)
        own = cluster.ground(ground)
        proposal = _clean(own, cluster.outline(outline, own), cluster.places)
        done.append(cluster.of_the_whole(proposal))
    progress(1.0, CLEAN.title)
    return joined(done, resolution="clean")


def _places(ground: Ground, outline: gpd.GeoDataFrame | None) -> Objects:
    """Find slivers of any area, and edges at which neighbours' lines differ however little."""
    found = _found(ground, outline)
    slivers = [finding.geometry for finding in found if finding.severity == "sliver"]
    edges = ground.topology.unmatched
    real = edges.owner != BEYOND
    lines = shapely.linestrings(np.stack((edges.start[real], edges.end[real]), axis=1))
    seen = shapely.STRtree([finding.geometry for finding in found])
    lines = np.delete(lines, np.unique(seen.query(lines, predicate="dwithin", distance=NEAR_M)[0]))
    middles = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    at, _ = ground.topology.tree.query(middles, predicate="dwithin", distance=NEAR_M)
    between = np.bincount(at, minlength=len(lines)) > 1
    return np.concatenate((np.array([*slivers, None], dtype=object)[:-1], lines[between]))


def _clean(ground: Ground, outline: gpd.GeoDataFrame | None, places: Objects) -> Proposal:
    """Clean the slivers and the mismatches at some places."""
    draft, bent_m, skipped = _without_slivers(ground, outline, places)
    for _ in range(FURTHER_PASSES):
        layer = changed(ground.layer, draft.changes)
        later = Ground.of(layer, policy=ground.policy, allowed=ground.allowed)
        step, step_m = _without_mismatches(later, outline, places)
        if not step.changes:
            break
        merged, merged_m = _merged(draft, step), bent_m + step_m
        try:
            proven(ground, merged, bent_m=merged_m)
        except ResolutionError:  # lines that can't be matched stay as they are
            break
        draft, bent_m = merged, merged_m
    if not draft.changes:
        return replace(draft, skipped=skipped)
    return replace(proven(ground, draft, bent_m=bent_m), skipped=skipped)


def _without_slivers(
    ground: Ground, outline: gpd.GeoDataFrame | None, places: Objects
) -> tuple[Proposal, float, tuple[Skipped, ...]]:
    """Draft the layer without slivers; also the length of bent edges, and what has to stay."""
    nothing = Proposal(resolution="clean", land=shapely.MultiPolygon())
    slivers = _slivers(ground, outline, places)
    skipped: tuple[Skipped, ...] = ()
    if not slivers:
        return nothing, 0.0, skipped
    try:
        draft, bent_m = _draft(ground, slivers)
        proven(ground, draft, bent_m=bent_m)
    except ResolutionError:
        slivers, skipped = _one_by_one(ground, slivers)
        if not slivers:
            return nothing, 0.0, skipped
        draft, bent_m = _draft(ground, slivers)
    left = {item.finding for item in skipped}
    for _ in range(FURTHER_PASSES):
        layer = changed(ground.layer, draft.changes)
        later = Ground.of(layer, policy=ground.policy, allowed=ground.allowed)
        slivers = [one for one in _slivers(later, outline, places) if one.key not in left]
        if not slivers:
            break
        more, more_m = _draft(later, slivers)
        draft, bent_m = _merged(draft, more), bent_m + more_m
    return draft, bent_m, skipped


def _without_mismatches(
    ground: Ground, outline: gpd.GeoDataFrame | None, places: Objects
) -> tuple[Proposal, float]:
    """Draft the layer with common vertices where neighbours' lines differ by less than the grid.

    Lines at overlaps and gaps that the checks still see are left to people.
    """
    topology = ground.topology
    rows = np.flatnonzero((topology.reasons == "") & ~shapely.is_missing(topology.usable))
    lines = shapely.coverage_invalid_edges(topology.usable[rows])
    faulty = topology.usable[rows[~shapely.is_empty(lines)]]
    xy, line = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    follows = line[1:] == line[:-1]
    seams = shapely.linestrings(np.stack((xy[:-1][follows], xy[1:][follows]), axis=1))
    hair = shapely.get_parts(np.r_[claimed_twice(faulty), enclosed(faulty)])
    hair = hair[2 * shapely.area(hair) <= GRID_M * shapely.length(hair)]
    seen = [finding.geometry for finding in _found(ground, outline)]
    tree = shapely.STRtree(seen)
    seams, hair = (
        np.delete(found, np.unique(tree.query(found, predicate="dwithin", distance=NEAR_M)[0]))
        for found in (seams, hair)
    )
    here = shapely.STRtree(places)
    seams, hair = (
        found[np.unique(here.query(found, predicate="dwithin", distance=HERE_M)[0])]
        for found in (seams, hair)
    )
    if not len(seams):
        return Proposal(resolution="clean"), 0.0
    arrangement = arrange(ground, hair, seams=seams)
    owners = owners_by_border(arrangement)
    draft = drafted(arrangement, owners, name="clean", params=ResolutionParams(), findings=())
    return draft, arrangement.bent_m


def _slivers(ground: Ground, outline: gpd.GeoDataFrame | None, places: Objects) -> list[Finding]:
    """Find slivers of any area at some places, but those that are allowed."""
    slivers = [one for one in _found(ground, outline) if one.severity == "sliver"]
    lands = np.array([*(one.geometry for one in slivers), None], dtype=object)[:-1]
    here = shapely.STRtree(places).query(lands, predicate="dwithin", distance=HERE_M)[0]
    return [slivers[at] for at in np.unique(here).tolist()]


def _found(ground: Ground, outline: gpd.GeoDataFrame | None) -> list[Finding]:
    """Find land that is not claimed exactly once, however little, but what is allowed."""
    exact = replace(ground.policy, min_area_m2=0.0, survey_tolerance_m=0.0)
    found = run_checks(ground.layer, outline=outline, policy=exact)
    return [
        finding
        for finding in allow(found, ground.allowed, crs=ground.topology.crs)
        if finding.check in RESOLVABLE
    ]


def _one_by_one(
    ground: Ground, slivers: Sequence[Finding]
) -> tuple[list[Finding], tuple[Skipped, ...]]:
    good, skipped = [], []
    for finding in slivers:
        try:
            draft, bent_m = _draft(ground, [finding])
            proven(ground, draft, bent_m=bent_m)
        except ResolutionError as error:
            skipped.append(Skipped(finding=finding.key, reason=Text(error.zh, error.en)))
        else:
            good.append(finding)
    return good, tuple(skipped)


def _draft(ground: Ground, slivers: Sequence[Finding]) -> tuple[Proposal, float]:
    """Give all slivers to their longest borders; also the length of the edges that got nodes."""
    arrangement = arrange(ground, np.concatenate([land_of(finding) for finding in slivers]))
    owners = owners_by_border(arrangement)
    keys = tuple(finding.key for finding in slivers)
    draft = drafted(arrangement, owners, name="clean", params=ResolutionParams(), findings=keys)
    return draft, arrangement.bent_m


def _merged(first: Proposal, second: Proposal) -> Proposal:
    """Give one draft for two that follow one another."""
    changes = {change.row: change for change in first.changes}
    for change in second.changes:
        earlier = changes.get(change.row)
        if earlier is not None:
            change = replace(
                change,
                before=earlier.before,
                gained_m2=earlier.gained_m2 + change.gained_m2,
                lost_m2=earlier.lost_m2 + change.lost_m2,
            )
        changes[change.row] = change
    lands = np.r_[shapely.get_parts(first.land), shapely.get_parts(second.land)]
    return replace(
        first,
        findings=tuple(dict.fromkeys((*first.findings, *second.findings))),
        land=shapely.multipolygons(lands),
        changes=tuple(changes[row] for row in sorted(changes)),
        filled_m2=first.filled_m2 + second.filled_m2,
    )


CLEAN = Resolution(name="clean", title=Text("清理细缝", "clean"), propose=propose_clean)
