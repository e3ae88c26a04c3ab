"""Enclave: a community that lies inside another which has no hole for it.

Definition: at least 99.9 % of a community's land lies in that of another, and the two are not the
same polygon twice (see `duplicate`). One finding for each connected piece that the inner community
and those around it claim; `overlap` does not report that piece again. A piece with a further
claimant, in whom the inner community does not lie, stays an overlap of all of them.

Why it matters: the land is counted twice, and it is no dispute about a line: the outer
community's drawing lacks a hole. Awarding the piece to the inner one cuts it; awarding it to the
outer one would end the inner community.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.core.checks.check import Check, CheckContext, numbered
from gis_service.core.checks.duplicate import same_polygons
from gis_service.core.checks.measure import Piece, significant_pieces
from gis_service.core.checks.wording import labels, size
from gis_service.core.claims import Claimants
from gis_service.core.topology import Topology
from gis_service.model.findings import Finding
from gis_service.model.text import Text

INSIDE_SHARE = 0.999
"""Share of a community's land inside another from which it is its enclave."""


def find_enclaves(topology: Topology, context: CheckContext) -> list[Finding]:
    """Find communities without a hole around them; the geometry is the land claimed twice."""
    land, claimants = topology.claimed
    inner = inner_rows(topology)
    chosen = np.flatnonzero(inner >= 0)
    return numbered(
        _finding(
            topology,
            piece=piece,
            inner=int(inner[chosen[piece.origin]]),
            claimants=claimants[chosen[piece.origin]],
        )
        for piece in significant_pieces(land[chosen], context.policy)
    )


def without_enclaves(check: Check) -> Check:
    """Give a check of land claimed twice that leaves enclaves to the check of that name."""

    def find(topology: Topology, context: CheckContext) -> list[Finding]:
        found = check.find(topology, context)
        enclaves = {shapely.to_wkb(land) for land in topology.claimed[0][inner_rows(topology) >= 0]}
        if not enclaves:
            return found
        return numbered(f for f in found if shapely.to_wkb(f.geometry) not in enclaves)

    return replace(check, find=find)


def inner_rows(topology: Topology) -> NDArray[np.int64]:
    """For each piece of ``topology.claimed``, the row whose enclave it is; -1 when it is none.

    The row lies inside every other claimant of the piece; where several do (one in another in a
    third), it is the smallest.
    """
    _, claimants = topology.claimed
    inside = inside_pairs(topology)
    result = np.full(len(claimants), -1, dtype=np.int64)
    if not inside:
        return result
    for piece, owners in enumerate(claimants):
        within = [
            row for row in owners if all((row, other) in inside for other in owners if other != row)
        ]
        if within:
            result[piece] = min(
                within, key=lambda row: (shapely.area(topology.usable[row]), topology.codes[row])
            )
    return result


def inside_pairs(topology: Topology) -> set[tuple[int, int]]:
    """Give the pairs (inner, outer) of rows of which one is an enclave in the other."""
    shared: defaultdict[tuple[int, int], float] = defaultdict(float)
    lands, claimants = topology.claimed
    for area, owners in zip(shapely.area(lands).tolist(), claimants, strict=True):
        for one in owners:
            for other in owners - {one}:
                shared[one, other] += area
    pairs = np.array(list(shared), dtype=np.intp).reshape(-1, 2)
    areas = shapely.area(topology.usable[pairs[:, 0]])
    inside = pairs[np.array(list(shared.values())) >= INSIDE_SHARE * areas].tolist()
    same = same_polygons(topology) if inside else set()
    return {(one, other) for one, other in inside if (min(one, other), max(one, other)) not in same}


def _finding(topology: Topology, *, piece: Piece, inner: int, claimants: Claimants) -> Finding:
    who = labels(topology, [inner])
    around = labels(topology, topology.ordered(claimants - {inner}))
    how = size(piece.area_m2, piece.width_m)
    return Finding(
        key="",
        check="enclave",
        severity="error",
        communities=tuple(topology.codes[row] for row in topology.ordered(claimants)),
        geometry=piece.geometry,
        point=piece.point,
        area_m2=piece.area_m2,
        width_m=piece.width_m,
        text=Text(
            f"{who.zh} 位于 {around.zh} 之内，而后者没有为它留出空洞：{how.zh}。"
            f"请划归 {who.zh}，即在外围社区中挖出空洞。",
            f"{who.en} lies inside {around.en} without a hole for it: {how.en}. "
            f"Award it to {who.en}, which cuts the hole.",
        ),
    )


ENCLAVE = Check(name="enclave", title=Text("内嵌未留洞", "enclave"), find=find_enclaves)
