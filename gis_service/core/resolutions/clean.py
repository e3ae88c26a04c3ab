"""Clean: all slivers of a layer at once, none of the disputes.

Each overlap or gap thinner than the policy's sliver width goes to the party with the longest
border along it (see `longest_border`), however small its area. Disputes stay for people.

Who gains, who loses: drawing errors only; nobody gains or loses land that people use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely

from gis_service.core.checks import run_checks
from gis_service.core.proof import changed
from gis_service.core.resolutions.arrangement import arrange
from gis_service.core.resolutions.dispute import RESOLVABLE, drafted, land_of, proven
from gis_service.core.resolutions.ground import Ground
from gis_service.core.resolutions.longest_border import owners_by_border
from gis_service.core.resolutions.refusal import refuse
from gis_service.core.resolutions.resolution import Resolution, ResolutionParams
from gis_service.errors import ResolutionError
from gis_service.model.findings import Finding
from gis_service.model.proposals import Proposal, Skipped
from gis_service.model.text import Text

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


def clean(ground: Ground, *, outline: gpd.GeoDataFrame | None = None) -> Proposal:
    """Resolve all slivers of the layer in one proposal; without slivers it changes nothing.

    With an ``outline`` (in the layer's CRS), gaps along its rim are slivers too.

    A sliver that can't be resolved by itself (a community would be emptied, an invalid boundary
    lies beside it) is left, and stands in ``skipped`` with the reason.

    Raises
    ------
    ResolutionError
        When the slivers can be resolved one by one, but not together.
    """
    slivers = _slivers(ground, outline)
    if not slivers:
        return Proposal(resolution="clean")
    skipped: tuple[Skipped, ...] = ()
    try:
        draft, bent_m = _draft(ground, slivers)
        proven(ground, draft, bent_m=bent_m)
    except ResolutionError:
        slivers, skipped = _one_by_one(ground, slivers)
        if not slivers:
            return Proposal(resolution="clean", skipped=skipped)
        draft, bent_m = _draft(ground, slivers)
    left = {item.finding for item in skipped}
    for _ in range(FURTHER_PASSES):
        layer = changed(ground.layer, draft.changes)
        later = Ground.of(layer, policy=ground.policy)
        slivers = [one for one in _slivers(later, outline) if one.key not in left]
        if not slivers:
            break
        more, more_m = _draft(later, slivers)
        draft, bent_m = _merged(draft, more), bent_m + more_m
    return replace(proven(ground, draft, bent_m=bent_m), skipped=skipped)


def _slivers(ground: Ground, outline: gpd.GeoDataFrame | None) -> list[Finding]:
    """Find slivers of any area."""
    exact = replace(ground.policy, min_area_m2=0.0)
    return [
        finding
        for finding in run_checks(ground.layer, outline=outline, policy=exact)
        if finding.severity == "sliver" and finding.check in RESOLVABLE
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
