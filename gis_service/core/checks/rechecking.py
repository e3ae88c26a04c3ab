"""Checking again after a change, where the change can matter and nowhere else.

Definition: the findings are those that `run_checks` would give for the changed layer.

Method: the communities that changed, those that touch them before or after, and those of findings
in which any of them had a part, are checked as a layer of their own. Of what is found there, and of
what was known before, the findings that concern a changed community or touch the land that moved
are exchanged; all others stay. Whether a street's communities hang together is asked for the
changed ones' streets. Time depends on the neighbourhood, not on the size of the layer.

Known limits: a layer whose lines were digitised twice has a finding about the layer as a whole,
which stays as it was; what was found with outlines of the streets stays, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_service.core.checks.attribute import ATTRIBUTE
from gis_service.core.checks.check import Check, CheckContext, numbered
from gis_service.core.checks.run import sorted_out
from gis_service.core.checks.street import STREET
from gis_service.core.topology import GRID_M, Objects, Topology
from gis_service.model.findings import Finding
from gis_service.model.policy import DEFAULT_POLICY, Policy

NEAR_M = 3 * GRID_M
"""What lies nearer than this touches."""

AROUND_M = 50.0
"""How far around the neighbourhood the outline is taken along."""

ELSEWHERE = (STREET.name, ATTRIBUTE.name)
"""Checks whose answer depends on communities that don't touch, or not on geometry at all."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Known:
    """A layer, what was read of it and what was found in it, before a change.

    ``places`` is the index of the findings' geometries, ``placeless`` are the positions of those
    without one, ``members`` the rows of each street. Make one `Known` for many changes.
    """

    topology: Topology
    findings: tuple[Finding, ...]
    places: shapely.STRtree
    placeless: tuple[int, ...]
    members: dict[str, NDArray[np.int64]]
    policy: Policy = DEFAULT_POLICY

    @classmethod
    def of(
        cls, topology: Topology, findings: Sequence[Finding], *, policy: Policy = DEFAULT_POLICY
    ) -> Known:
        """Index what is known."""
        tree = shapely.STRtree([finding.geometry for finding in findings])
        placeless = tuple(at for at, one in enumerate(findings) if one.geometry is None)
        streets = pd.Series(np.arange(len(topology))).groupby(topology.streets).indices
        return cls(
            topology=topology,
            findings=tuple(findings),
            places=tree,
            placeless=placeless,
            members={str(name): np.asarray(rows) for name, rows in streets.items() if name},
            policy=policy,
        )


def recheck(
    checks: Sequence[Check], known: Known, layer: gpd.GeoDataFrame, changed: Sequence[int]
) -> list[Finding]:
    """Give the findings of ``layer``, in which only the rows ``changed`` are not as known.

    Parameters
    ----------
    checks
        The shelf.
    known
        Before the change.
    layer
        After it, with the same rows in the same order.
    changed
        Positions of the rows whose geometry changed.
    """
    rows = np.unique(np.asarray(changed, dtype=np.int64))
    if not len(rows):
        return list(known.findings)
    topology = known.topology
    after = np.asarray(layer.geometry.array, dtype=object)[rows]
    usable = shapely.make_valid(after, method="structure")
    was, now = (_present(shapes) for shapes in (topology.usable[rows], usable))
    moved = shapely.union_all(shapely.symmetric_difference(was, now))
    codes = {str(topology.codes[row]) for row in rows}
    old = _concerned(known, codes, np.append(topology.usable[rows], usable), moved)
    near = _neighbourhood(known, rows, usable, [known.findings[at] for at in old])
    found = _look(checks, known, layer, near)
    streets = {name for name in known.topology.streets[rows].tolist() if name in known.members}
    fellows = {str(known.topology.codes[row]) for name in streets for row in known.members[name]}
    fresh = [one for one in found if _concerns(one, codes, moved)]
    gone = set(old) | {
        at
        for at, one in enumerate(known.findings)
        if one.check == STREET.name and fellows.intersection(one.communities)
    }
    fresh += _of_streets(known, layer, streets)
    kept = [one for at, one in enumerate(known.findings) if at not in gone]
    return sorted_out(_renumbered(kept, fresh, [known.findings[at] for at in gone]))


def _present(shapes: Objects) -> Objects:
    """Take what is missing for empty land."""
    result = shapes.copy()
    result[shapely.is_missing(result)] = shapely.Polygon()
    return result


def _concerned(known: Known, codes: set[str], lands: Objects, moved: BaseGeometry) -> list[int]:
    """Give the positions of known findings that a change of these communities may concern."""
    near = np.unique(known.places.query(lands, predicate="dwithin", distance=NEAR_M)[1])
    return [
        at
        for at in (*near.tolist(), *known.placeless)
        if known.findings[at].check not in ELSEWHERE and _concerns(known.findings[at], codes, moved)
    ]


def _concerns(finding: Finding, codes: set[str], moved: BaseGeometry) -> bool:
    if finding.check in ELSEWHERE:
        return False
    if codes.intersection(finding.communities):
        return True
    return finding.geometry is not None and bool(shapely.dwithin(finding.geometry, moved, NEAR_M))


def _neighbourhood(
    known: Known, rows: NDArray[np.int64], after: Objects, old: list[Finding]
) -> NDArray[np.int64]:
    places = np.concatenate((known.topology.usable[rows], after))
    lands = np.array([*(one.geometry for one in old if one.geometry is not None), None])[:-1]
    tree = known.topology.tree
    near = tree.query(np.concatenate((places, lands)), predicate="dwithin", distance=NEAR_M)[1]
    return np.union1d(near, rows).astype(np.int64)


def _look(
    checks: Sequence[Check], known: Known, layer: gpd.GeoDataFrame, near: NDArray[np.int64]
) -> list[Finding]:
    """Check the neighbourhood as a layer of its own."""
    part = layer.iloc[near]
    outline = known.topology.outline
    if outline is not None:
        box = part.total_bounds + np.array([-AROUND_M, -AROUND_M, AROUND_M, AROUND_M])
        outline = shapely.clip_by_rect(outline, *box.tolist())
        if not shapely.is_valid(outline):
            outline = shapely.make_valid(outline)
        if shapely.area(outline) >= (1 - 1e-12) * shapely.area(shapely.box(*box)):
            outline = None
        elif shapely.is_empty(outline):
            outline = shapely.box(*(box[[0, 1, 0, 1]] - 1000.0))
    apart = known.topology.apart
    topology = Topology.of(
        part,
        outline=outline,
        tolerance_m=known.topology.tolerance_m,
        apart_m=None if apart is None else apart.tolerance_m,
    )
    context = CheckContext(policy=known.policy)
    return [
        finding
        for check in checks
        if check.name not in ELSEWHERE
        for finding in check.find(topology, context)
    ]


def _of_streets(known: Known, layer: gpd.GeoDataFrame, streets: set[str]) -> list[Finding]:
    """Ask whether the communities of some streets hang together."""
    if not streets:
        return []
    members = np.unique(np.concatenate([known.members[name] for name in streets]))
    topology = Topology.of(layer.iloc[members], tolerance_m=known.topology.tolerance_m)
    return STREET.find(topology, CheckContext(policy=known.policy))


def _renumbered(kept: list[Finding], fresh: list[Finding], gone: list[Finding]) -> list[Finding]:
    """Number anew the findings that share check and communities with one that came or went."""
    changed = {(one.check, one.communities) for one in (*fresh, *gone)}
    same = [one for one in kept if (one.check, one.communities) not in changed]
    again = [one for one in kept if (one.check, one.communities) in changed]
    return [*same, *numbered([*again, *fresh])]
