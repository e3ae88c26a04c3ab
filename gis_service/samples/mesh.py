"""A tiling of simple polygons that is made finer by cutting; neighbours share every vertex."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Point = tuple[float, float]
Edge = tuple[int, int]


@dataclass(frozen=True)
class Chord:
    """A cut through a face: where a line enters and leaves it.

    ``start`` and ``end`` are directed edges of the face's ring, ``a`` and ``b`` the points there.
    """

    start: Edge
    end: Edge
    a: Point
    b: Point


@dataclass
class Mesh:
    """Vertices, and faces as counter-clockwise rings of vertex numbers.

    Attributes
    ----------
    xy
        Vertices.
    faces
        Rings. Cutting keeps a face's number for one part and appends the other.
    owner
        Directed edge → the face to its left; an edge without a twin lies on the rim.
    rank
        Undirected edge (smaller number first) → a number given when it was cut; parts inherit it.
    """

    xy: list[Point]
    faces: list[list[int]]
    owner: dict[Edge, int] = field(default_factory=dict)
    rank: dict[Edge, float] = field(default_factory=dict)

    @classmethod
    def of(cls, ring: Sequence[Point], rank: float = 0.0) -> Mesh:
        """Make a mesh with one face from an open counter-clockwise ring."""
        mesh = cls(list(ring), [list(range(len(ring)))])
        for edge in _edges(mesh.faces[0]):
            mesh.owner[edge] = 0
            mesh.rank[_key(edge)] = rank
        return mesh

    def ring(self, face: int) -> list[Point]:
        """Give a face's open ring of points."""
        return [self.xy[v] for v in self.faces[face]]

    def on_rim(self, edge: Edge) -> bool:
        """Whether nothing lies on the other side of a directed edge."""
        return (edge[1], edge[0]) not in self.owner

    def insert(self, edge: Edge, point: Point) -> int:
        """Put a vertex into an edge, in both faces that share it; give its number."""
        new = len(self.xy)
        self.xy.append(point)
        a, b = edge
        for u, v in ((a, b), (b, a)):
            face = self.owner.pop((u, v), None)
            if face is None:
                continue
            ring = self.faces[face]
            at = ring.index(u)
            ring.insert(at + 1, new)
            self.owner[(u, new)] = self.owner[(new, v)] = face
        rank = self.rank.pop(_key(edge))
        self.rank[_key((a, new))] = self.rank[_key((new, b))] = rank
        return new

    def cut(self, face: int, ends: Edge, *, between: Iterable[Point], rank: float) -> int:
        """Cut a face from one vertex of its ring to another; give the number of the new face.

        The part to the left of the way from ``ends[0]`` to ``ends[1]`` becomes the new face.
        ``between`` are points of the way; they must lie inside the face.
        """
        first = len(self.xy)
        self.xy.extend(between)
        inner = list(range(first, len(self.xy)))
        ring = self.faces[face]
        start, end = ring.index(ends[0]), ring.index(ends[1])
        rolled = ring[start:] + ring[:start]
        at = (end - start) % len(ring)
        right = rolled[: at + 1] + inner[::-1]
        left = [*rolled[at:], rolled[0], *inner]
        new = len(self.faces)
        self.faces[face] = right
        self.faces.append(left)
        for edge in _edges(right):
            self.owner[edge] = face
        for edge in _edges(left):
            self.owner[edge] = new
        way = [ends[0], *inner, ends[1]]
        for edge in pairwise(way):
            self.rank[_key(edge)] = rank
        return new

    def chord(self, face: int, through: Point, way: Point) -> Chord | None:
        """Find where the line through a point, in the direction ``way``, crosses a face.

        Of several stretches inside the face it gives the one that holds the point, or the
        longest; None when the line misses the face.
        """
        ids = self.faces[face]
        crossings: list[tuple[float, Edge, Point]] = []
        (cx, cy), (dx, dy) = through, way
        sides = [dx * (self.xy[v][1] - cy) - dy * (self.xy[v][0] - cx) for v in ids]
        for i, u in enumerate(ids):
            j = (i + 1) % len(ids)
            if (sides[i] >= 0) == (sides[j] >= 0):
                continue
            share = sides[i] / (sides[i] - sides[j])
            (ax, ay), (bx, by) = self.xy[u], self.xy[ids[j]]
            point = (ax + share * (bx - ax), ay + share * (by - ay))
            along = (point[0] - cx) * dx + (point[1] - cy) * dy
            crossings.append((along, (u, ids[j]), point))
        crossings.sort()
        pairs = list(zip(crossings[::2], crossings[1::2], strict=False))
        if not pairs:
            return None
        best = max(pairs, key=lambda p: (p[0][0] <= 0 <= p[1][0], p[1][0] - p[0][0]))
        return Chord(best[0][1], best[1][1], best[0][2], best[1][2])


def moments(ring: Sequence[Point]) -> tuple[float, Point, Point]:
    """Give a ring's area, its centroid and the direction of its long axis (unit vector)."""
    ox, oy = ring[0]
    area = sx = sy = sxx = syy = sxy = 0.0
    x0, y0 = ring[-1][0] - ox, ring[-1][1] - oy
    for px, py in ring:
        x1, y1 = px - ox, py - oy
        cross = x0 * y1 - x1 * y0
        area += cross
        sx += (x0 + x1) * cross
        sy += (y0 + y1) * cross
        sxx += (x0 * x0 + x0 * x1 + x1 * x1) * cross
        syy += (y0 * y0 + y0 * y1 + y1 * y1) * cross
        sxy += (x0 * y1 + 2 * x0 * y0 + 2 * x1 * y1 + x1 * y0) * cross
        x0, y0 = x1, y1
    area /= 2
    cx, cy = sx / (6 * area), sy / (6 * area)
    xx, yy, xy = sxx / 12 - area * cx * cx, syy / 12 - area * cy * cy, sxy / 24 - area * cx * cy
    half, spread = (xx - yy) / 2, ((xx - yy) ** 2 / 4 + xy * xy) ** 0.5
    ax, ay = (half + spread, xy) if half >= 0 else (xy, spread - half)
    size = (ax * ax + ay * ay) ** 0.5
    way = (ax / size, ay / size) if size > 0 else (1.0, 0.0)
    return area, (cx + ox, cy + oy), way


def _edges(ring: list[int]) -> Iterable[Edge]:
    return zip(ring, ring[1:] + ring[:1], strict=True)


def _key(edge: Edge) -> Edge:
    return edge if edge[0] < edge[1] else (edge[1], edge[0])
