"""Where claims go wrong: overlaps, gaps and land outside, measured once for all checks.

A *place* is a connected piece of such land with the rows concerned. What each check reports:

mismatch
    Narrower than the survey tolerance: the two sides of a line differ, but nobody would see it on
    the ground. `edge_mismatch` names these, one finding for each line.
zigzag
    Slivers of one line that touch one another, `MANY` or more of them wider than the survey
    tolerance: two digitisations that cross again and again. `crossing` names these, one finding
    for each line.
fault
    What is left and has the policy's least area: `overlap`, `gap` and `outside` name each.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.core.checks.check import CheckContext
from gis_service.core.checks.duplicate import all_same, same_polygons
from gis_service.core.checks.measure import Piece, measured
from gis_service.core.edges import BEYOND, Edges, Floats, Ints
from gis_service.core.topology import Topology

Kind = Literal["overlap", "gap", "outside"]

MANY = 3
"""So many slivers that touch one another make a zigzag."""

TOUCH_M = 1e-4
"""Pieces nearer than this touch: their common corner was computed twice."""

ON_THE_LINE_M = 1e-4
"""How near to an unmatched edge a gap's boundary lies that runs along it, in metres."""


@dataclass(frozen=True)
class Place:
    """A piece of land and the rows concerned: claimants in order of rows, or the neighbours of a
    gap by the length that they share with it, longest first."""

    kind: Kind
    piece: Piece
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Places:
    """All places of a layer, sorted out."""

    faults: list[Place] = field(default_factory=list)
    mismatches: list[Place] = field(default_factory=list)
    zigzags: list[list[Place]] = field(default_factory=list)

    def of_kind(self, kind: Kind) -> list[Place]:
        """Give the faults of one kind."""
        return [place for place in self.faults if place.kind == kind]


def places(topology: Topology, context: CheckContext) -> Places:
    """Find and sort out all places; done once for each context."""
    found = context.memo.get("places")
    if not isinstance(found, Places):
        found = context.memo["places"] = _sorted_out(_all(topology), context)
    return found


def _all(topology: Topology) -> list[Place]:
    land, claimants = topology.claimed
    same = same_polygons(topology)
    real = np.array([not all_same(owners, same) for owners in claimants], dtype=np.bool_)
    who = [tuple(sorted(owners)) for owners, wanted in zip(claimants, real, strict=True) if wanted]
    result = [Place("overlap", piece, who[piece.origin]) for piece in measured(land[real])]
    gaps = measured(topology.unclaimed)
    beside = shared_lengths(topology, [piece.geometry for piece in gaps])
    result += [
        Place("gap", piece, tuple(row for row, _ in neighbours))
        for piece, neighbours in zip(gaps, beside, strict=True)
    ]
    if topology.outline is not None:
        beyond, rows = topology.beyond
        result += [Place("outside", p, (rows[p.origin],)) for p in measured(beyond)]
    return result


def _sorted_out(found: list[Place], context: CheckContext) -> Places:
    policy = context.policy
    result = Places()
    narrow: defaultdict[frozenset[int], list[Place]] = defaultdict(list)
    for place in found:
        if place.piece.width_m < policy.sliver_width_m and place.kind != "outside":
            narrow[frozenset(place.rows)].append(place)
        else:
            _put(result, place, context)
    for slivers in narrow.values():
        for group in _touching(slivers):
            kinds = [p.kind for p in group if p.piece.width_m >= policy.survey_tolerance_m]
            if len(kinds) >= MANY and len(set(kinds)) > 1:
                result.zigzags.append(group)
                continue
            for place in group:
                _put(result, place, context)
    return result


def _put(result: Places, place: Place, context: CheckContext) -> None:
    if place.piece.width_m < context.policy.survey_tolerance_m:
        result.mismatches.append(place)
    elif place.piece.area_m2 >= context.policy.min_area_m2:
        result.faults.append(place)


def _touching(group: list[Place]) -> list[list[Place]]:
    """Split places into groups that hang together."""
    if len(group) < MANY:
        return [[place] for place in group]
    lands = np.array([place.piece.geometry for place in group], dtype=object)
    one, other = shapely.STRtree(lands).query(lands, predicate="dwithin", distance=TOUCH_M)
    parent = list(range(len(group)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for i, j in zip(one.tolist(), other.tolist(), strict=True):
        low, high = sorted((root(i), root(j)))
        parent[high] = low
    result: defaultdict[int, list[Place]] = defaultdict(list)
    for at, place in enumerate(group):
        result[root(at)].append(place)
    return list(result.values())


def shared_lengths(
    topology: Topology, gaps: list[shapely.Geometry]
) -> list[list[tuple[int, float]]]:
    """For each gap, the rows that share boundary with it and the length in metres, longest first.

    No claim ends at a gap but along the layer's unmatched edges. Most segments of a gap's boundary
    are such edges; those of tangles run along one of them, so that their middles tell whose land
    ends there; computed nodes need not lie exactly on a line.
    """
    if not gaps:
        return []
    lines = shapely.boundary(np.array(gaps, dtype=object))
    parts, gap_of_part = shapely.get_parts(lines, return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    inside = part[1:] == part[:-1]
    start, end = xy[:-1][inside], xy[1:][inside]
    gap = gap_of_part[part[1:][inside]]
    lengths = np.hypot(*(end - start).T)
    segment, edge = _along(topology.unmatched, topology.regions.knotted, start, end)
    row = topology.unmatched.owner[edge]
    real = row != BEYOND
    once = np.unique(np.column_stack((segment[real], row[real])), axis=0)
    totals: defaultdict[tuple[int, int], float] = defaultdict(float)
    for at, neighbour in once.tolist():
        totals[int(gap[at]), neighbour] += float(lengths[at])
    result: list[list[tuple[int, float]]] = [[] for _ in gaps]
    for (at, neighbour), length in totals.items():
        result[at].append((neighbour, length))
    return [sorted(found, key=lambda item: (-round(item[1], 3), item[0])) for found in result]


def _along(
    edges: Edges, knotted: NDArray[np.bool_], start: Floats, end: Floats
) -> tuple[Ints, Ints]:
    """Give pairs (segment, edge): the segment is the edge, or runs along it in a tangle."""
    mine, theirs = _undirected(start, end), _undirected(edges.start, edges.end)
    order = np.argsort(theirs, kind="stable")
    first = np.searchsorted(theirs[order], mine, side="left")
    counts = np.searchsorted(theirs[order], mine, side="right") - first
    segment = np.repeat(np.arange(len(mine)), counts)
    nth = np.arange(len(segment)) - np.repeat(np.cumsum(counts) - counts, counts)
    edge = order[first[segment] + nth]
    open_ = np.flatnonzero(counts == 0)
    if not len(open_):
        return segment, edge
    among = np.flatnonzero(knotted)
    drawn = shapely.linestrings(np.stack((edges.start[among], edges.end[among]), axis=1))
    middles = shapely.points((start[open_] + end[open_]) / 2)
    tree = shapely.STRtree(drawn)
    at, line = tree.query(middles, predicate="dwithin", distance=ON_THE_LINE_M)
    return np.concatenate((segment, open_[at])), np.concatenate((edge, among[line]))


def _undirected(start: Floats, end: Floats) -> NDArray[np.uint64]:
    """Give a number for each segment that doesn't depend on its direction."""
    return _mixed(start) + _mixed(end)


def _mixed(xy: Floats) -> NDArray[np.uint64]:
    x, y = np.ascontiguousarray(xy).view(np.uint64).reshape(-1, 2).T
    mixed = x * np.uint64(0x9E3779B97F4A7C15) ^ y * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed ^= mixed >> np.uint64(29)
    return np.asarray(mixed * np.uint64(0xFF51AFD7ED558CCD))
