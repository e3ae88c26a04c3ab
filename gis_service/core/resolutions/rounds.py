"""Resolving many findings one way, in rounds of findings that don't concern each other."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from gis_service.core.checks import run_checks
from gis_service.core.checks.allowing import allow
from gis_service.core.resolutions.applying import apply_proposal
from gis_service.core.resolutions.dispute import RESOLVABLE
from gis_service.core.resolutions.ground import Ground
from gis_service.core.resolutions.resolution import Resolution, ResolutionParams
from gis_service.errors import ResolutionError
from gis_service.model.findings import Finding
from gis_service.model.policy import DEFAULT_POLICY, Policy
from gis_service.model.progress import Progress, silent
from gis_service.model.proposals import Proposal, Skipped
from gis_service.model.text import Text


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """The layer after many proposals, the proposals in their order, and what was refused."""

    layer: gpd.GeoDataFrame
    proposals: tuple[Proposal, ...]
    refused: tuple[Skipped, ...]


def resolve_all(
    layer: gpd.GeoDataFrame,
    resolution: Resolution,
    *,
    params: ResolutionParams,
    outline: gpd.GeoDataFrame | None = None,
    policy: Policy = DEFAULT_POLICY,
    allowed: pd.DataFrame | None = None,
    progress: Progress = silent,
) -> Outcome:
    """Resolve every overlap and gap of ``layer`` by one resolution, but those that are allowed.

    After each round the layer is checked again, because a decision can change what its
    neighbours' findings look like. It ends when nothing is left, or a round resolves nothing.
    """
    proposals: list[Proposal] = []
    first = 0
    while True:
        seen = run_checks(layer, outline=outline, policy=policy)
        found = [
            finding
            for finding in allow(seen, allowed, crs=layer.crs)
            if finding.check in RESOLVABLE and finding.severity != "note"
        ]
        first = first or len(found)
        done, refused = _one_round(layer, found, resolution, params=params, policy=policy)
        for proposal in done:
            layer = apply_proposal(layer, proposal)
        proposals += done
        share = 1 - (len(found) - len(done)) / first if first else 1.0
        progress(max(share, 0.0), resolution.title)
        if not done or len(done) == len(found):
            return Outcome(layer=layer, proposals=tuple(proposals), refused=tuple(refused))


def _one_round(
    layer: gpd.GeoDataFrame,
    found: list[Finding],
    resolution: Resolution,
    *,
    params: ResolutionParams,
    policy: Policy,
) -> tuple[list[Proposal], list[Skipped]]:
    """Propose for findings whose communities no other proposal of the round changes."""
    ground = Ground.of(layer, policy=policy)
    busy: set[int] = set()
    busy_codes: set[str] = set()
    done, refused = [], []
    for finding in found:
        if busy_codes & set(finding.communities):
            continue
        try:
            proposal = resolution.propose(ground, finding, params)
        except ResolutionError as error:
            refused.append(Skipped(finding=finding.key, reason=Text(error.zh, error.en)))
            continue
        rows = {change.row for change in proposal.changes}
        if not rows & busy:
            done.append(proposal)
            busy |= rows
            busy_codes |= set(proposal.communities)
    return done, refused
