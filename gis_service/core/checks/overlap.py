"""Overlap: land that two or more communities claim.

Definition: the interiors of two or more communities meet. One finding for each connected piece
of land and set of claimants; where three communities claim the same land, that piece is named
once, with all three. Communities that are the same polygon twice are left to `duplicate`.

Why it matters: two offices serve, or neither; a facility there is counted nowhere.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.core.checks.check import Check, CheckContext, numbered
from gis_service.core.checks.duplicate import same_polygon
from gis_service.core.checks.measure import Piece, significant_pieces
from gis_service.core.checks.wording import labels, size
from gis_service.core.topology import Objects, Topology, polygonal
from gis_service.model.findings import Finding
from gis_service.model.text import Text

Claimants = frozenset[int]


def find_overlaps(topology: Topology, context: CheckContext) -> list[Finding]:
    """Find all land with two or more claimants, of at least the policy's area.

    The geometry is the land itself; ``communities`` are the claimants.
    """
    land, claimants = claimed_land(topology)
    return numbered(
        _finding(topology, context, piece=piece, claimants=claimants[piece.origin])
        for piece in significant_pieces(land, context.policy)
    )


def claimed_land(topology: Topology) -> tuple[Objects, list[Claimants]]:
    """Give every piece of land claimed twice or more, and the rows that claim it.

    Pieces of different sets of claimants don't overlap one another.
    """
    pairs, shared = topology.shared_land
    apart = ~same_polygon(topology)
    parts, origin = shapely.get_parts(shared[apart], return_index=True)
    claims = [frozenset(pair) for pair in pairs[apart].tolist()]
    group = _groups_of_overlapping(parts)
    sizes = np.bincount(group, minlength=1)
    alone = sizes[group] == 1 if len(parts) else np.zeros(0, dtype=bool)
    pieces = list(parts[alone])
    owners = [claims[index] for index in origin[alone]]
    for number in np.flatnonzero(sizes > 1):
        members = np.flatnonzero(group == number)
        divided = subdivide(parts[members], [claims[index] for index in origin[members]])
        for owner, piece in divided:
            owners.append(owner)
            pieces.append(piece)
    result = np.empty(len(pieces), dtype=object)
    result[:] = pieces
    return result, owners


def subdivide(parts: Objects, claims: list[Claimants]) -> list[tuple[Claimants, shapely.Geometry]]:
    """Cut overlapping ``parts`` so that each point lies in one piece, with all its claimants."""
    lines = shapely.union_all(shapely.boundary(parts))
    faces = shapely.get_parts(shapely.polygonize([lines]))
    inner = shapely.point_on_surface(faces)
    face, part = shapely.STRtree(parts).query(inner, predicate="intersects")
    owners: defaultdict[int, frozenset[int]] = defaultdict(frozenset)
    for at, index in zip(face.tolist(), part.tolist(), strict=True):
        owners[at] |= claims[index]
    by_owner: defaultdict[Claimants, list[int]] = defaultdict(list)
    for at, owner in owners.items():
        by_owner[owner].append(at)
    return [(owner, shapely.union_all(faces[members])) for owner, members in by_owner.items()]


def _groups_of_overlapping(parts: Objects) -> NDArray[np.intp]:
    """Number the parts so that parts with the same number are linked by common land."""
    first, second = shapely.STRtree(parts).query(parts, predicate="intersects")
    later = first < second
    first, second = first[later], second[later]
    common = shapely.area(polygonal(shapely.intersection(parts[first], parts[second]))) > 0
    group = np.arange(len(parts))
    for one, other in zip(first[common].tolist(), second[common].tolist(), strict=True):
        group[group == group[other]] = group[one]
    return group


def _finding(
    topology: Topology, context: CheckContext, *, piece: Piece, claimants: Claimants
) -> Finding:
    rows = topology.ordered(claimants)
    who, how = labels(topology, rows), size(piece.area_m2, piece.width_m)
    severity = piece.severity(context.policy)
    if severity == "sliver":
        text = Text(
            f"{who.zh} 在此有细碎重叠：{how.zh}。属绘图误差，让各方共用同一条界线即可，无需协商。",
            f"{who.en} overlap in a sliver here: {how.en}. This is a drawing error: let both "
            "sides use one line; nothing needs to be negotiated.",
        )
    else:
        text = Text(
            f"这块地同时由 {who.zh} 认领：{how.zh}。请各方协商，可划归一方、分割、取中线或共管。",
            f"This land is claimed by {who.en}: {how.en}. The sides should negotiate: award it "
            "to one, split it, take the median, or hold it jointly.",
        )
    return Finding(
        key="",
        check="overlap",
        severity=severity,
        communities=tuple(topology.codes[row] for row in rows),
        geometry=piece.geometry,
        point=piece.point,
        area_m2=piece.area_m2,
        width_m=piece.width_m,
        text=text,
    )


OVERLAP = Check(name="overlap", title=Text("重叠", "overlap"), find=find_overlaps)
