"""Which edges do neighbours share, when every line was digitised twice?

Definition
----------
In a separately digitised layer each community's line is drawn on its own, so that the two sides of
a line are up to the survey tolerance apart and have vertices of their own: no edge matches exactly.
Vertices within the tolerance of one another are one *station*. Between two stations each side runs
along a *stretch*: a straight one, or one with vertices that the other side doesn't have. Two
stretches match when they run between the same stations in opposite directions and no vertex of
either is further than the tolerance from the other. What does not match is left over, and drawn
through the stations, so that the left-over edges close into loops.

Method
------
Stations are found in one walk: each vertex takes the first earlier vertex within the tolerance,
from a table of small cells, as its station. Stretches are cancelled as `edges.unmatched_edges`
cancels edges: signed hashes are summed per square cell, and only stretches of cells that don't sum
to zero are looked at one by one. Time is linear in vertices.

Known limits: faults narrower than the tolerance vanish, that is what it is for; where vertices of
one line lie closer together than the tolerance, they become one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis_service.core.compiled import compiled
from gis_service.core.edges import (
    _U,
    BEYOND,
    Edges,
    Floats,
    Ints,
    Rings,
    cell_of,
    edge_hash,
    number_points,
    point_hash,
)
from gis_service.core.stations import LONELY, find_stations, mark_lonely

GRID_SLACK_M = 0.002
"""Rounding to the 1 mm grid may move two points this far apart."""

LEVELS_M = (0.001,)
"""Tolerances that are tried before the survey's, in metres."""

SAMPLE = 36
"""Rings that decide which tolerance is taken."""

EXPLAINS = 1.25
"""A smaller tolerance does when it leaves at most so many times the edges of the survey's."""

Int32s = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Apart:
    """What is left over in a separately digitised layer.

    Attributes
    ----------
    edges
        Left-over edges, drawn through the stations.
    moved
        How many vertices have a station that is not exactly where they are.
    vertices
        Of how many.
    furthest_m
        How far from its station the furthest of them is.
    tolerance_m
        Within which lines were taken for one.
    """

    edges: Edges
    moved: int
    vertices: int
    furthest_m: float
    tolerance_m: float


def edges_apart(rings: Rings, tolerance_m: float) -> Apart:
    """Give the edges that no other community's line accompanies within a tolerance (metres).

    The least of `LEVELS_M` and ``tolerance_m`` that explains a sample of neighbours is taken, so
    that in a layer whose lines lie 1 mm apart a vertex 1 cm off is still seen.
    """
    order = _along_a_curve(rings)
    sample = _some(rings, order[rings.owner[order] != BEYOND][:SAMPLE])
    least = _left_over(sample, np.arange(len(sample.owner)), tolerance_m)
    for level in (level for level in LEVELS_M if level < tolerance_m):
        left = _left_over(sample, np.arange(len(sample.owner)), level)
        if len(left.edges) <= EXPLAINS * len(least.edges):
            return _left_over(rings, order, level)
    return _left_over(rings, order, tolerance_m)


def edges_within(rings: Rings, tolerance_m: float) -> Apart:
    """Do what `edges_apart` does with a tolerance that is known."""
    return _left_over(rings, _along_a_curve(rings), tolerance_m)


def _some(rings: Rings, chosen: Ints) -> Rings:
    """Take a few rings out."""
    sizes = rings.starts[chosen + 1] - rings.starts[chosen]
    parts = [rings.xy[rings.starts[ring] : rings.starts[ring + 1]] for ring in chosen.tolist()]
    starts = np.concatenate(([0], np.cumsum(sizes)))
    return Rings(np.concatenate(parts), starts, rings.hole[chosen], rings.owner[chosen])


def _left_over(rings: Rings, order: Ints, tolerance_m: float) -> Apart:
    reach = tolerance_m + GRID_SLACK_M
    stations = np.full(len(rings.xy), LONELY, dtype=np.int32)
    table = np.full(1 << len(rings.xy).bit_length(), -1, dtype=np.int32)
    origin = np.floor([rings.xy[:, 0].min(), rings.xy[:, 1].min()]) - 1.0
    moved, furthest = find_stations(rings.xy, rings.starts, order, origin, reach, table, stations)
    del table
    mark_lonely(rings.starts, stations)
    forward = _forward(rings)
    kept = _unmatched_stretches(rings, stations, forward, origin, reach)
    edges = _drawn(rings, stations, forward, *kept)
    vertices = len(rings.xy) - len(rings.owner)
    return Apart(edges, int(moved), vertices, float(furthest), tolerance_m)


def _forward(rings: Rings) -> NDArray[np.bool_]:
    """Tell which rings run with their land on the left."""
    result = np.zeros(len(rings.owner), dtype=np.bool_)
    _turn(rings.xy, rings.starts, rings.hole, result)
    return result


def _along_a_curve(rings: Rings) -> Ints:
    """Order rings along a Z curve of 1 km, so that neighbours come soon after one another."""
    first = rings.xy[np.minimum(rings.starts[:-1], len(rings.xy) - 1)]
    column, row = np.floor((first - first.min(axis=0)) / 1000).astype(np.int64).T
    curve = np.zeros(len(first), dtype=np.int64)
    for bit in range(16):
        curve |= ((column >> bit) & 1) << (2 * bit) | ((row >> bit) & 1) << (2 * bit + 1)
    return np.argsort(curve, kind="stable")


def _unmatched_stretches(
    rings: Rings, stations: Int32s, forward: NDArray[np.bool_], origin: Floats, reach: float
) -> tuple[Ints, Ints, Ints]:
    """Give first and last vertex and ring of the stretches that nothing runs back along."""
    size = 1 << max(10, int(len(rings.xy) // 32).bit_length())
    sums = np.zeros(size, dtype=np.uint64)
    nothing = np.zeros(0, dtype=np.int64)
    blank = (nothing, nothing, nothing, np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int8))
    arguments = (rings.xy, rings.starts, stations, forward, origin, reach, sums)
    _walk_stretches(*arguments, 0, *blank)
    count = _walk_stretches(*arguments, 1, *blank)
    first, last, ring = (np.empty(count, dtype=np.int64) for _ in range(3))
    undirected, side = np.empty(count, dtype=np.uint64), np.empty(count, dtype=np.int8)
    _walk_stretches(*arguments, 2, first, last, ring, undirected, side)
    order = np.argsort(undirected, kind="stable")
    left = np.ones(count, dtype=np.bool_)
    _pair(rings.xy, rings.starts, stations, reach, order, first, last, ring, undirected, side, left)
    return first[left], last[left], ring[left]


def _drawn(
    rings: Rings,
    stations: Int32s,
    forward: NDArray[np.bool_],
    first: Ints,
    last: Ints,
    ring: Ints,
) -> Edges:
    """Draw stretches edge by edge, through their stations."""
    sizes = rings.starts[ring + 1] - rings.starts[ring] - 1
    steps = (last - first) % np.maximum(sizes, 1)
    steps[steps == 0] = sizes[steps == 0]
    stretch = np.repeat(np.arange(len(first)), steps)
    nth = np.arange(len(stretch)) - np.repeat(np.cumsum(steps) - steps, steps)
    base = rings.starts[ring][stretch]
    here = base + (first[stretch] - base + nth) % sizes[stretch]
    there = base + (first[stretch] - base + nth + 1) % sizes[stretch]
    one = np.where(stations[here] >= 0, stations[here], here)
    other = np.where(stations[there] >= 0, stations[there], there)
    ahead = forward[ring][stretch]
    start = np.round(rings.xy[np.where(ahead, one, other)], 3)
    end = np.round(rings.xy[np.where(ahead, other, one)], 3)
    real = (start != end).any(axis=1)
    start, end = start[real], end[real]
    tail, head = number_points(start, end)
    return Edges(start, end, tail, head, rings.owner[ring[stretch[real]]])


@compiled
def _turn(xy, starts, hole, forward):  # type: ignore[no-untyped-def]
    for ring in range(len(starts) - 1):
        first = starts[ring]
        area = before_x = before_y = 0.0
        for i in range(first + 1, starts[ring + 1]):
            dx, dy = xy[i, 0] - xy[first, 0], xy[i, 1] - xy[first, 1]
            area += before_x * dy - dx * before_y
            before_x, before_y = dx, dy
        forward[ring] = (area > 0.0) != hole[ring]


@compiled
def _off(xy, at, a, b):  # type: ignore[no-untyped-def]
    """Square of the distance from a vertex to the segment between two others."""
    dx, dy = xy[b, 0] - xy[a, 0], xy[b, 1] - xy[a, 1]
    px, py = xy[at, 0] - xy[a, 0], xy[at, 1] - xy[a, 1]
    square = dx * dx + dy * dy
    along = min(1.0, max(0.0, (px * dx + py * dy) / square)) if square > 0.0 else 0.0
    qx, qy = px - along * dx, py - along * dy
    return qx * qx + qy * qy


@compiled
def _walk_stretches(  # type: ignore[no-untyped-def]
    xy, starts, stations, forward, origin, reach, sums, task, firsts, lasts, rings, undirected, side
):
    """Task 0: sum signed hashes per cell; 1: count stretches in cells not zero; 2: list them.

    A bent stretch adds a number of its own to its cell, so that the cell is looked at. A ring
    without stations is one stretch that runs back along nothing.
    """
    mask = _U(len(sums) - 1)
    square = reach * reach
    found = 0
    for ring in range(len(starts) - 1):
        first, size = starts[ring], starts[ring + 1] - starts[ring] - 1
        begin = 0
        while begin < size and stations[first + begin] < 0:
            begin += 1
        if begin >= size:
            if size > 0:
                if task == 2:
                    firsts[found], lasts[found], rings[found] = first, first, ring
                    undirected[found], side[found] = _U(first) * _U(0x9E3779B97F4A7C15), 1
                found += 1 if task else 0
            continue
        here, done = begin, 0
        while done < size:
            steps = 1
            while stations[first + (here + steps) % size] < 0:
                steps += 1
            i, j = first + here, first + (here + steps) % size
            a, b = stations[i], stations[j]
            straight = True
            for step in range(1, steps):
                at = first + (here + step) % size
                straight = straight and _off(xy, at, a, b) <= square
            done += steps
            here = (here + steps) % size
            if a == b and straight:
                continue
            ax = np.int64((xy[a, 0] - origin[0]) * 1000.0 + 0.5)
            ay = np.int64((xy[a, 1] - origin[1]) * 1000.0 + 0.5)
            bx = np.int64((xy[b, 0] - origin[0]) * 1000.0 + 0.5)
            by = np.int64((xy[b, 1] - origin[1]) * 1000.0 + 0.5)
            ah, bh = point_hash(ax, ay), point_hash(bx, by)
            cell = cell_of(ax + bx, ay + by, mask)
            if task == 0:
                signed = edge_hash(ah, bh) if forward[ring] else edge_hash(bh, ah)
                if not straight:
                    signed += point_hash(i, j)
                sums[cell] += signed
            elif sums[cell] != 0:
                if task == 2:
                    up = bh > ah
                    firsts[found], lasts[found], rings[found] = i, j, ring
                    undirected[found] = edge_hash(ah, bh) if up else edge_hash(bh, ah)
                    side[found] = 1 if up == forward[ring] else -1
                found += 1
    return found


@compiled
def _accompanies(xy, starts, stations, square, one, other):  # type: ignore[no-untyped-def]
    """Tell whether all vertices within stretch ``one`` are near to stretch ``other``."""
    i, j, ring = one
    k, last, other_ring = other
    size, other_size = (
        starts[ring + 1] - starts[ring] - 1,
        starts[other_ring + 1] - starts[other_ring] - 1,
    )
    base, other_base = starts[ring], starts[other_ring]
    at = base + (i - base + 1) % size
    while at != j:
        near = False
        here = k
        while not near:
            there = other_base + (here - other_base + 1) % other_size
            a = stations[here] if stations[here] >= 0 else here
            b = stations[there] if stations[there] >= 0 else there
            near = _off(xy, at, a, b) <= square
            here = there
            if here == last:
                break
        if not near:
            return False
        at = base + (at - base + 1) % size
    return True


@compiled
def _pair(  # type: ignore[no-untyped-def]
    xy, starts, stations, reach, order, first, last, ring, undirected, side, left
):
    """Cancel stretches between the same stations that accompany one another the other way."""
    square = reach * reach
    begin, total = 0, len(order)
    while begin < total:
        stop = begin
        while stop < total and undirected[order[stop]] == undirected[order[begin]]:
            stop += 1
        for at in range(begin, stop):
            one = order[at]
            if not left[one] or side[one] < 0:
                continue
            mine = (first[one], last[one], ring[one])
            for across in range(begin, stop):
                other = order[across]
                if not left[other] or side[other] > 0:
                    continue
                yours = (first[other], last[other], ring[other])
                if _accompanies(xy, starts, stations, square, mine, yours) and _accompanies(
                    xy, starts, stations, square, yours, mine
                ):
                    left[one] = left[other] = False
                    break
        begin = stop
