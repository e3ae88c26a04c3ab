"""Clean: all slivers of a layer at once, none of the disputes.

Each overlap or gap thinner than the policy's sliver width goes to the party with the longest
border along it (see `longest_border`), however small its area. Disputes stay for people.

Who gains, who loses: drawing errors only; nobody gains or loses land that people use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gis_service.core.checks import run_checks
from gis_service.core.resolutions.arrangement import arrange
from gis_service.core.resolutions.dispute import RESOLVABLE, conclude, land_of
from gis_service.core.resolutions.ground import Ground
from gis_service.core.resolutions.longest_border import owners_by_border
from gis_service.core.resolutions.refusal import refuse
from gis_service.core.resolutions.resolution import Resolution, ResolutionParams
from gis_service.errors import ResolutionError
from gis_service.model.findings import Finding
from gis_service.model.proposals import Proposal, Skipped
from gis_service.model.text import Text


def propose_clean(ground: Ground, finding: Finding, _params: ResolutionParams) -> Proposal:
    """Clean one sliver; a dispute is refused, because people must decide it."""
    if finding.severity != "sliver":
        refuse(
            f"{finding.key} 不是细缝，须由人决定。可划归一方、分割、取中线或共管。",
            f"{finding.key} is no sliver; people must decide it: award, split, median or joint.",
            reason="not-a-sliver",
        )
    return _cleaned(ground, [finding])


def clean(ground: Ground) -> Proposal:
    """Resolve all slivers of the layer in one proposal; without slivers it changes nothing.

    A sliver that can't be resolved by itself (a community would be emptied, an invalid boundary
    lies beside it) is left, and stands in ``skipped`` with the reason.

    Raises
    ------
    ResolutionError
        When the slivers can be resolved one by one, but not together.
    """
    exact = replace(ground.policy, min_area_m2=0.0)
    slivers = [
        finding
        for finding in run_checks(ground.layer, policy=exact)
        if finding.severity == "sliver" and finding.check in RESOLVABLE
    ]
    if not slivers:
        return Proposal(resolution="clean")
    try:
        return _cleaned(ground, slivers)
    except ResolutionError:
        good, skipped = _one_by_one(ground, slivers)
    if not good:
        return Proposal(resolution="clean", skipped=skipped)
    return _cleaned(ground, good, skipped=skipped)


def _one_by_one(
    ground: Ground, slivers: Sequence[Finding]
) -> tuple[list[Finding], tuple[Skipped, ...]]:
    good, skipped = [], []
    for finding in slivers:
        try:
            _cleaned(ground, [finding])
        except ResolutionError as error:
            skipped.append(Skipped(finding=finding.key, reason=Text(error.zh, error.en)))
        else:
            good.append(finding)
    return good, tuple(skipped)


def _cleaned(
    ground: Ground, slivers: Sequence[Finding], *, skipped: tuple[Skipped, ...] = ()
) -> Proposal:
    arrangement = arrange(ground, np.concatenate([land_of(finding) for finding in slivers]))
    return conclude(
        arrangement,
        owners_by_border(arrangement),
        name="clean",
        params=ResolutionParams(),
        findings=tuple(finding.key for finding in slivers),
        skipped=skipped,
    )


CLEAN = Resolution(name="clean", title=Text("清理细缝", "clean"), propose=propose_clean)
