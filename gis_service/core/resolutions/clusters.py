"""Work that has nothing to do with each other: clusters of places, each with its communities.

Two places belong together when a community touches both. What is done in one cluster can't change
what is done in another, so each is worked on as a layer of its own: its communities and those that
touch them. The time for a whole layer then grows with the number of places, not with their square.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import shapely

from gis_service.core.proof import NEAR_M
from gis_service.core.resolutions.ground import Ground
from gis_service.core.topology import Objects, Topology
from gis_service.model.proposals import ProofCheck, Proposal

AROUND_M = 50.0
"""How far around a cluster the outline is taken along."""


@dataclass(frozen=True, eq=False)
class Cluster:
    """Places, and the rows that touch them and their neighbours (sorted)."""

    places: Objects
    rows: np.ndarray[tuple[int], np.dtype[np.int64]]

    def ground(self, whole: Ground) -> Ground:
        """Give the cluster's communities as a layer of their own."""
        layer = whole.layer.iloc[self.rows]
        return Ground.of(layer, policy=whole.policy, allowed=whole.allowed)

    def outline(self, whole: gpd.GeoDataFrame | None, ground: Ground) -> gpd.GeoDataFrame | None:
        """Give the outline around the cluster, None where it doesn't run through it."""
        if whole is None:
            return None
        box = shapely.total_bounds(ground.topology.usable) + np.array([-1, -1, 1, 1]) * AROUND_M
        land = shapely.clip_by_rect(np.asarray(whole.geometry.array, dtype=object), *box)
        land = land[~shapely.is_empty(land)]
        if shapely.area(land).sum() >= (1 - 1e-12) * shapely.area(shapely.box(*box)):
            return None
        return gpd.GeoDataFrame(geometry=land, crs=whole.crs) if len(land) else None

    def of_the_whole(self, proposal: Proposal) -> Proposal:
        """Number the changed rows as in the whole layer."""
        changes = tuple(
            replace(change, row=int(self.rows[change.row])) for change in proposal.changes
        )
        return replace(proposal, changes=changes)


def clusters(topology: Topology, places: Objects) -> list[Cluster]:
    """Sort places (any geometries) into clusters that have no community in common."""
    place, row = topology.tree.query(places, predicate="dwithin", distance=NEAR_M)
    parent = np.arange(len(topology), dtype=np.int64)

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = int(parent[at])
        return at

    first = np.full(len(places), -1, dtype=np.int64)
    for at, touched in zip(place.tolist(), row.tolist(), strict=True):
        if first[at] < 0:
            first[at] = touched
        else:
            low, high = sorted((root(int(first[at])), root(touched)))
            parent[high] = low
    number = np.array([root(int(at)) if at >= 0 else -1 for at in first])
    result = []
    for which in np.unique(number[number >= 0]).tolist():
        members = places[number == which]
        touched_rows = np.unique(row[np.isin(place, np.flatnonzero(number == which))])
        near = topology.tree.query(
            topology.usable[touched_rows], predicate="dwithin", distance=NEAR_M
        )[1]
        result.append(Cluster(members, np.union1d(touched_rows, near).astype(np.int64)))
    return result


def joined(proposals: Iterable[Proposal], *, resolution: str) -> Proposal:
    """Give one proposal for those of several clusters, with the sum of their proofs."""
    every = list(proposals)
    checks: dict[str, ProofCheck] = {}
    for proposal in every:
        for check in proposal.proof:
            known = checks.get(check.name)
            checks[check.name] = (
                check
                if known is None
                else replace(
                    known, value=known.value + check.value, limit=known.limit + check.limit
                )
            )
    lands = [shapely.get_parts(one.land) for one in every if one.land is not None]
    changes = sorted((c for one in every for c in one.changes), key=lambda change: change.row)
    return Proposal(
        resolution=resolution,
        findings=tuple(dict.fromkeys(key for one in every for key in one.findings)),
        land=shapely.multipolygons(np.concatenate(lands)) if lands else shapely.MultiPolygon(),
        changes=tuple(changes),
        filled_m2=sum(one.filled_m2 for one in every),
        balance_m2=sum(one.balance_m2 for one in every),
        proof=tuple(checks.values()),
        findings_before=tuple(f for one in every for f in one.findings_before),
        findings_after=tuple(f for one in every for f in one.findings_after),
        skipped=tuple(item for one in every for item in one.skipped),
    )
