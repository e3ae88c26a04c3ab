"""How often is land claimed? From unmatched edges to regions, each with its number of claims.

Definition
----------
At a point, the number of claims is the number of communities whose land it is. It is constant
between unmatched edges and changes by one across each of them: higher on the left. A *region* is
a connected piece bounded by unmatched edges, with its number of claims: 0 inside the layer is a
gap, 1 is as it should be, 2 and more is an overlap.

Method
------
Unmatched edges close into loops. A loop that is simple and meets no other is a region's boundary
as it stands: its orientation says whether the claims go up or down, and the loops around it say
from where. Loops that cross themselves or meet others are noded by GEOS, a group at a time, and
the winding number of the group's edges gives each face its claims. So the time is linear in the
unmatched edges, apart from tangles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_service.core.compiled import compiled
from gis_service.core.edges import Edges, Floats, Ints, Objects


@dataclass(frozen=True, eq=False)
class Regions:
    """Faces between unmatched edges; together they are all land inside the layer's rim.

    Attributes
    ----------
    faces
        Polygons, with the regions that lie inside them still in them: see `land`.
    claims
        Claims on each face, outside the regions that lie in it.
    group
        Number of the tangle, or loop, to which a face belongs. Faces of different groups don't
        touch; those of one group may share edges.
    step
        Claims on the face less the claims around its group.
    inside
        Pairs (face, group): the group lies inside the face.
    knotted
        Which of the edges are in tangles, so that faces may meet them anywhere.
    """

    faces: Objects
    claims: Ints
    group: Ints
    step: Ints
    inside: Ints
    knotted: NDArray[np.bool_]

    @classmethod
    def of(cls, edges: Edges, *, around: int = 0) -> Regions:
        """Make the regions of a layer from its unmatched edges.

        ``around`` is the number of claims outside all of them: 1 when the land beyond an outline
        is one of the owners.
        """
        if not len(edges):
            nothing = np.zeros(0, dtype=np.int64)
            no_faces = np.zeros(0, dtype=object)
            no_pairs = np.zeros((0, 2), dtype=np.int64)
            return cls(no_faces, nothing, nothing, nothing, no_pairs, np.zeros(0, dtype=np.bool_))
        loop, follower = trace_loops(edges)
        rings, areas = _rings(edges, loop, follower)
        group_of_loop, tangled = _groups(rings, edges, loop)
        plain = np.flatnonzero(~tangled[group_of_loop])
        faces = [shapely.polygons(rings[plain])]
        steps = [np.where(areas[plain] > 0, 1, -1)]
        groups = [group_of_loop[plain]]
        group_of_edge = group_of_loop[loop]
        order = np.argsort(group_of_edge, kind="stable")
        bounds = np.searchsorted(group_of_edge[order], np.arange(len(tangled) + 1))
        for number in np.flatnonzero(tangled):
            members = order[bounds[number] : bounds[number + 1]]
            knot, winding = untangle(edges.start[members], edges.end[members])
            faces.append(knot)
            steps.append(winding)
            groups.append(np.full(len(knot), number))
        face = np.concatenate(faces)
        step = np.concatenate(steps).astype(np.int64)
        group = np.concatenate(groups).astype(np.int64)
        first = edges.start[order[bounds[:-1]]]
        inside = _inside(face, group, shapely.points(first))
        nested = np.bincount(inside[:, 1], weights=step[inside[:, 0]], minlength=len(tangled))
        claims = around + step + np.rint(nested).astype(np.int64)[group]
        return cls(face, claims, group, step, inside, tangled[group_of_edge])

    def rim(self) -> BaseGeometry:
        """Give the land within the layer's outer rim, gaps included: a MultiPolygon."""
        nested = np.zeros(int(self.group.max(initial=-1)) + 1, dtype=np.bool_)
        nested[self.inside[:, 1]] = True
        outer = np.flatnonzero(~nested[self.group] & (self.claims > 0))
        blocks = self.faces[outer]
        alone = np.bincount(self.group[outer], minlength=len(nested))[self.group[outer]] == 1
        knots = shapely.get_parts(shapely.union_all(blocks[~alone]))
        filled = shapely.polygons(shapely.get_exterior_ring(knots))
        return shapely.multipolygons(np.concatenate((blocks[alone], filled)))

    def land(self, chosen: NDArray[np.intp]) -> Objects:
        """Give the faces ``chosen`` without the regions of other claims inside them."""
        result = self.faces[chosen].copy()
        changing = self.step != 0
        starts = np.searchsorted(self.inside[:, 0], np.arange(len(self.faces) + 1))
        for at, face in enumerate(chosen.tolist()):
            groups = self.inside[starts[face] : starts[face + 1], 1]
            if len(groups):
                within = self.faces[np.isin(self.group, groups) & changing]
                result[at] = shapely.difference(result[at], shapely.union_all(within))
        return result


def trace_loops(edges: Edges) -> tuple[Ints, Ints]:
    """Chain edges into closed loops: the loop of each edge, and the edge that follows it.

    Every vertex has as many edges in as out. Where loops meet in a vertex, the sharpest turn to
    the left is taken, which keeps land apart that only touches in a point.
    """
    order = np.argsort(edges.tail, kind="stable")
    first = np.searchsorted(edges.tail[order], np.arange(int(edges.tail.max()) + 2))
    loop = np.full(len(edges), -1, dtype=np.int64)
    follower = np.full(len(edges), -1, dtype=np.int64)
    step = edges.end - edges.start
    _trace(first, order, edges.head, step, loop, follower)
    return loop, follower


def untangle(start: Floats, end: Floats) -> tuple[Objects, Ints]:
    """Node segments against each other: the faces between them and their winding numbers.

    The winding number counts the segments around a face that have it on their left, less those
    that have it on their right.
    """
    lines = shapely.linestrings(np.stack((start, end), axis=1))
    noded = shapely.get_parts(shapely.union_all(lines))
    faces = shapely.get_parts(shapely.polygonize(noded))
    inner = shapely.get_coordinates(shapely.point_on_surface(faces))
    return faces, _winding(inner, start, end)


def _rings(edges: Edges, loop: Ints, follower: Ints) -> tuple[Objects, Floats]:
    """Give the loops as linear rings, with signed areas (m², positive: land on the inside)."""
    count = int(loop.max()) + 1
    sequence = np.empty(len(edges), dtype=np.int64)
    sizes = np.bincount(loop, minlength=count)
    _walk(loop, follower, np.concatenate(([0], np.cumsum(sizes))), sequence)
    start, end = edges.start[sequence], edges.end[sequence]
    origin = start.mean(axis=0)
    (ax, ay), (bx, by) = (start - origin).T, (end - origin).T
    areas = np.bincount(loop[sequence], weights=ax * by - bx * ay, minlength=count) / 2
    bounds = np.concatenate(([0], np.cumsum(sizes)))
    # rings of fewer than three edges can't be rings: a there-and-back is its own tangle
    xy = np.insert(start, bounds[1:], start[bounds[:-1]], axis=0)
    short = sizes < 3
    index = np.repeat(np.arange(count), sizes + 1)
    rings = np.full(count, None, dtype=object)
    keep = ~short[index]
    renumbered = np.cumsum(~short) - 1
    if keep.any():
        rings[~short] = shapely.linearrings(xy[keep], indices=renumbered[index[keep]])
    return rings, areas


def _groups(rings: Objects, edges: Edges, loop: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """Number the groups of loops that meet; tell which groups are tangled."""
    simple = ~shapely.is_missing(rings)
    simple[simple] = shapely.is_valid(rings[simple])
    simple[simple] = shapely.is_valid(shapely.polygons(rings[simple]))
    present = np.flatnonzero(~shapely.is_missing(rings))
    tree = shapely.STRtree(rings[present])
    one, other = tree.query(rings[present], predicate="intersects")
    later = one < other
    meets = np.column_stack((present[one[later]], present[other[later]]))
    touching = _sharing_vertices(edges, loop)
    group = _connected(len(rings), np.concatenate((meets, touching)))
    sizes = np.bincount(group)
    tangled = sizes > 1
    tangled[group[~simple]] = True
    return group, tangled


def _sharing_vertices(edges: Edges, loop: Ints) -> Ints:
    """Pairs of loops that pass through the same vertex."""
    order = np.argsort(edges.tail, kind="stable")
    vertex, owner = edges.tail[order], loop[order]
    same = (vertex[1:] == vertex[:-1]) & (owner[1:] != owner[:-1])
    return np.column_stack((owner[:-1][same], owner[1:][same]))


def _connected(count: int, pairs: Ints) -> Ints:
    """Number the connected components of ``count`` things linked by ``pairs``."""
    parent = np.arange(count, dtype=np.int64)
    _link(parent, np.ascontiguousarray(pairs, dtype=np.int64))
    return np.unique(parent, return_inverse=True)[1].astype(np.int64)


def _inside(faces: Objects, group: Ints, points: Objects) -> Ints:
    """Pairs (face, group): the point of another group lies in the face, sorted."""
    face, other = shapely.STRtree(points).query(faces, predicate="contains_properly")
    apart = group[face] != other
    pairs = np.column_stack((face[apart], other[apart])).astype(np.int64)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


@compiled
def _trace(first, order, head, step, loop, follower):  # type: ignore[no-untyped-def]
    number = 0
    for begin in range(len(head)):
        if loop[begin] >= 0:
            continue
        edge = begin
        while loop[edge] < 0:
            loop[edge] = number
            chosen, best = begin, -10.0
            for at in range(first[head[edge]], first[head[edge] + 1]):
                onward = order[at]
                if loop[onward] >= 0 and onward != begin:
                    continue
                cross = step[edge, 0] * step[onward, 1] - step[edge, 1] * step[onward, 0]
                along = step[edge, 0] * step[onward, 0] + step[edge, 1] * step[onward, 1]
                turn = np.arctan2(cross, along)
                if turn > best:
                    chosen, best = onward, turn
            follower[edge] = chosen
            edge = chosen
        number += 1


@compiled
def _walk(loop, follower, bounds, sequence):  # type: ignore[no-untyped-def]
    """List the edges loop by loop, in the order in which they follow one another."""
    done = np.zeros(len(bounds) - 1, dtype=np.bool_)
    for begin in range(len(loop)):
        number = loop[begin]
        if done[number]:
            continue
        done[number] = True
        edge = begin
        for at in range(bounds[number], bounds[number + 1]):
            sequence[at] = edge
            edge = follower[edge]


@compiled
def _link(parent, pairs):  # type: ignore[no-untyped-def]
    for at in range(len(pairs)):
        one, other = pairs[at, 0], pairs[at, 1]
        while parent[one] != one:
            one = parent[one]
        while parent[other] != other:
            other = parent[other]
        parent[max(one, other)] = min(one, other)
    for at in range(len(parent)):
        root = at
        while parent[root] != root:
            root = parent[root]
        parent[at] = root


@compiled
def _winding(points, start, end):  # type: ignore[no-untyped-def]
    """Winding number of directed segments around points."""
    result = np.zeros(len(points), dtype=np.int64)
    for at in range(len(points)):
        x, y = points[at, 0], points[at, 1]
        for i in range(len(start)):
            up = start[i, 1] <= y < end[i, 1]
            down = end[i, 1] <= y < start[i, 1]
            if up or down:
                side = (end[i, 0] - start[i, 0]) * (y - start[i, 1]) - (x - start[i, 0]) * (
                    end[i, 1] - start[i, 1]
                )
                if up and side > 0:
                    result[at] += 1
                elif down and side < 0:
                    result[at] -= 1
    return result
