"""Which edges do neighbours share exactly, and which are left over?

Definition
----------
Every ring is read with the land on its left (shells counter-clockwise, holes clockwise), on the
1 mm grid. Two edges *match* when one runs from p to q and the other from q to p: there the claim
of one community ends exactly where that of another begins. What does not match is *unmatched*:
the rim of the whole layer and the edges of every overlap and gap. A layer without faults has
unmatched edges only along its rim.

Method
------
Each vertex gets a 64-bit hash h. An edge p → q has the signed hash ``(h(q) - h(p)) · odd(mix(h(p) +
h(q)))``, so that an edge and its reverse sum to zero. The signed hashes are summed per square cell
of 262 m (by the edge's middle) in one walk over all vertices; only in cells whose sum is not zero
are edges looked at one by one, sorted by hash and cancelled in pairs. Time is linear in vertices,
memory beside the coordinates is a few per cent of theirs.

Known limit: two different edges with the same 64-bit hash would be taken for one; for 10^9 edges
the chance is about 1 in 40.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.core.compiled import compiled

CELL_BITS = 18
"""Cells in which signed hashes are summed are 2^18 mm (262 m) wide."""

BEYOND = -1
"""Instead of a row: whose the land beyond the outline is."""

Objects = NDArray[np.object_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_U = np.uint64


@dataclass(frozen=True, eq=False)
class Edges:
    """Directed edges with the land of their owner on the left.

    Attributes
    ----------
    start, end
        Coordinates (n, 2) in metres on the 1 mm grid.
    tail, head
        Number of the vertex at the start and at the end; equal numbers are equal points.
    owner
        Row of the community whose edge it is.
    """

    start: Floats
    end: Floats
    tail: Ints
    head: Ints
    owner: Ints

    def __len__(self) -> int:
        return len(self.owner)


@dataclass(frozen=True, eq=False)
class Rings:
    """The rings of a layer as flat arrays.

    ``xy`` are all vertices (first and last of a ring are the same point), ring ``r`` is
    ``xy[starts[r]:starts[r + 1]]``, a hole where ``hole[r]`` (the owner's land lies outside of
    it), of community row ``owner[r]``, or of what lies `BEYOND` the outline.
    """

    xy: Floats
    starts: Ints
    hole: NDArray[np.bool_]
    owner: Ints

    @classmethod
    def of(
        cls,
        polygons: Objects,
        *,
        outline: shapely.Geometry | None = None,
        coordinates: Floats | None = None,
    ) -> Rings:
        """Read Polygons and MultiPolygons (None has no rings).

        Parameters
        ----------
        polygons
            Land of each row.
        outline
            The land beyond this one is added as that of one more owner, numbered `BEYOND`: where
            the layer's rim runs along the outline, their edges match.
        coordinates
            All vertices of ``polygons`` and then of ``outline``, when they are known already.
        """
        every = polygons
        if outline is not None:
            every = np.append(polygons, np.array([outline], dtype=object))
        several = (shapely.get_type_id(every) == 6) | (shapely.get_num_interior_rings(every) > 0)
        sizes = shapely.get_num_coordinates(every)
        owner = np.arange(len(every), dtype=np.int64)
        hole = np.zeros(len(every), dtype=np.bool_)
        if several.any():
            sizes, owner, hole = _several_rings(every, several, sizes)
        if outline is not None:
            beyond = owner == len(polygons)
            owner[beyond] = BEYOND
            hole[beyond] = ~hole[beyond]
        starts = np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))
        xy = shapely.get_coordinates(every) if coordinates is None else coordinates
        return cls(xy, starts, hole, owner)


def _several_rings(
    every: Objects, several: NDArray[np.bool_], sizes: NDArray[np.integer]
) -> tuple[NDArray[np.integer], Ints, NDArray[np.bool_]]:
    """Give size, owner and hole of each ring where some rows have more than one."""
    parts, row = shapely.get_parts(every[several], return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    counts = np.ones(len(every), dtype=np.int64)
    counts[several] = np.bincount(row[part], minlength=int(several.sum()))
    owner = np.repeat(np.arange(len(every), dtype=np.int64), counts)
    theirs = several[owner]
    hole = np.zeros(len(owner), dtype=np.bool_)
    hole[np.flatnonzero(theirs)[1:]] = part[1:] == part[:-1]
    result = sizes[owner]
    result[theirs] = shapely.get_num_coordinates(rings)
    return result, owner, hole


def unmatched_edges(rings: Rings) -> Edges:
    """Give the edges that no other edge runs back along exactly.

    Where an edge is claimed more often in one direction than in the other, only the surplus is
    left over; which of several equal edges stays is decided by the order of the rows.
    """
    edges = unmatched_edges_unless(rings, suspect_share=1.0)
    assert edges is not None  # noqa: S101 - a share can't be larger
    return edges


def unmatched_edges_unless(rings: Rings, *, suspect_share: float) -> Edges | None:
    """Give what `unmatched_edges` gives; None when it would have to look at too many edges.

    ``suspect_share`` is the largest share of all edges that may lie in cells where not everything
    matches.
    """
    if not len(rings.xy):
        none = np.zeros((0, 2))
        empty = np.zeros(0, dtype=np.int64)
        return Edges(none, none, empty, empty, empty)
    origin = np.floor([rings.xy[:, 0].min(), rings.xy[:, 1].min()]) - 1.0
    size = 1 << max(10, int(len(rings.xy) // 32).bit_length())
    sums = np.zeros(size, dtype=np.uint64)
    counts = np.zeros(size, dtype=np.uint32)
    forward = np.zeros(len(rings.owner), dtype=np.bool_)
    _sum_cells(rings.xy, rings.starts, rings.hole, origin, sums, counts, forward)
    suspects = int(counts[sums != 0].sum())
    if suspects > suspect_share * len(rings.xy):
        return None
    chosen = np.empty(suspects, dtype=np.int64)
    ring = np.empty(len(chosen), dtype=np.int64)
    undirected = np.empty(len(chosen), dtype=np.uint64)
    side = np.empty(len(chosen), dtype=np.int8)
    _gather(rings.xy, rings.starts, origin, sums, forward, chosen, ring, undirected, side)
    order = np.argsort(undirected, kind="stable")
    left = np.zeros(len(chosen), dtype=np.bool_)
    _cancel(order, undirected, side, left)
    return _edges(rings, chosen[left], ring[left], forward)


def _edges(rings: Rings, last: Ints, ring: Ints, forward: NDArray[np.bool_]) -> Edges:
    ahead = forward[ring]
    start = np.round(rings.xy[np.where(ahead, last - 1, last)], 3)
    end = np.round(rings.xy[np.where(ahead, last, last - 1)], 3)
    tail, head = number_points(start, end)
    return Edges(start, end, tail, head, rings.owner[ring])


def number_points(start: Floats, end: Floats) -> tuple[Ints, Ints]:
    """Number the points of edges so that equal points have equal numbers (from 0, dense)."""
    both = np.vstack((start, end))
    order = np.lexsort((both[:, 1], both[:, 0]))
    new = np.ones(len(order), dtype=np.int64)
    new[1:] = (both[order][1:] != both[order][:-1]).any(axis=1)
    numbers = np.empty(len(order), dtype=np.int64)
    numbers[order] = np.cumsum(new) - 1
    return numbers[: len(start)], numbers[len(start) :]


@compiled
def look_at_points(xy, bounds, off, infinite, repeated):  # type: ignore[no-untyped-def]
    """Mark geometries with points off the 1 mm grid, not finite, or twice in a row on it."""
    for row in range(len(bounds) - 1):
        px = py = np.nan
        for i in range(bounds[row], bounds[row + 1]):
            x, y = np.rint(xy[i, 0] * 1000.0), np.rint(xy[i, 1] * 1000.0)
            if not (np.isfinite(x) and np.isfinite(y)):
                infinite[row] = True
            elif x / 1000.0 != xy[i, 0] or y / 1000.0 != xy[i, 1]:
                off[row] = True
            if x == px and y == py:
                repeated[row] = True
            px, py = x, y


@compiled
def _grid(value, origin):  # type: ignore[no-untyped-def]
    return np.int64((value - origin) * 1000.0 + 0.5)


@compiled
def point_hash(x, y):  # type: ignore[no-untyped-def]
    mixed = (_U(x) * _U(0x9E3779B97F4A7C15)) ^ (_U(y) * _U(0xC2B2AE3D27D4EB4F))
    mixed ^= mixed >> _U(29)
    mixed *= _U(0xFF51AFD7ED558CCD)
    return mixed ^ (mixed >> _U(32))


@compiled
def edge_hash(before, after):  # type: ignore[no-untyped-def]
    """Antisymmetric in its points; the shift keeps sums along a line from telescoping."""
    mixed = (after + before) * _U(0x9E3779B97F4A7C15)
    mixed ^= mixed >> _U(31)
    return (after - before) * (mixed | _U(1))


@compiled
def cell_of(x, y, mask):  # type: ignore[no-untyped-def]
    """Slot of the cell that holds the middle of an edge whose ends sum to (x, y)."""
    column, row = x >> (CELL_BITS + 1), y >> (CELL_BITS + 1)
    mixed = _U(column) * _U(0x9E3779B97F4A7C15) + _U(row) * _U(0xC2B2AE3D27D4EB4F)
    return np.int64((mixed >> _U(20)) & mask)


@compiled
def _sum_cells(xy, starts, hole, origin, sums, counts, forward):  # type: ignore[no-untyped-def]
    """Sum signed edge hashes and count edges per cell; tell which rings have their land left."""
    mask = _U(len(sums) - 1)
    for ring in range(len(starts) - 1):
        first = starts[ring]
        if first == starts[ring + 1]:
            continue
        area = 0.0
        before_x = before_y = 0.0
        for i in range(first + 1, starts[ring + 1]):
            dx, dy = xy[i, 0] - xy[first, 0], xy[i, 1] - xy[first, 1]
            area += before_x * dy - dx * before_y
            before_x, before_y = dx, dy
        ahead = (area > 0.0) != hole[ring]
        forward[ring] = ahead
        ax, ay = _grid(xy[first, 0], origin[0]), _grid(xy[first, 1], origin[1])
        ah = point_hash(ax, ay)
        for i in range(first + 1, starts[ring + 1]):
            bx, by = _grid(xy[i, 0], origin[0]), _grid(xy[i, 1], origin[1])
            bh = point_hash(bx, by)
            signed = edge_hash(ah, bh) if ahead else edge_hash(bh, ah)
            cell = cell_of(ax + bx, ay + by, mask)
            sums[cell] += signed
            counts[cell] += ax != bx or ay != by
            ax, ay, ah = bx, by, bh


@compiled
def _gather(xy, starts, origin, sums, forward, chosen, ring_of, undirected, side):  # type: ignore[no-untyped-def]
    """List these edges: index of the last vertex, ring, direction-free hash, direction."""
    mask = _U(len(sums) - 1)
    found = 0
    for ring in range(len(starts) - 1):
        if starts[ring] == starts[ring + 1]:
            continue
        ax = _grid(xy[starts[ring], 0], origin[0])
        ay = _grid(xy[starts[ring], 1], origin[1])
        for i in range(starts[ring] + 1, starts[ring + 1]):
            bx, by = _grid(xy[i, 0], origin[0]), _grid(xy[i, 1], origin[1])
            if sums[cell_of(ax + bx, ay + by, mask)] != 0 and (ax != bx or ay != by):
                ah, bh = point_hash(ax, ay), point_hash(bx, by)
                up = bh > ah
                chosen[found] = i
                ring_of[found] = ring
                undirected[found] = edge_hash(ah, bh) if up else edge_hash(bh, ah)
                side[found] = 1 if up == forward[ring] else -1
                found += 1
            ax, ay = bx, by


@compiled
def _cancel(order, undirected, side, left):  # type: ignore[no-untyped-def]
    """Mark the surplus of each group of equal edges."""
    begin, total = 0, len(order)
    while begin < total:
        stop, balance = begin, 0
        while stop < total and undirected[order[stop]] == undirected[order[begin]]:
            balance += side[order[stop]]
            stop += 1
        surplus = 1 if balance > 0 else -1
        wanted = abs(balance)
        for at in range(begin, stop):
            if wanted == 0:
                break
            if side[order[at]] == surplus:
                left[order[at]] = True
                wanted -= 1
        begin = stop
