"""The four sides of a community (四至): who or what lies to the east, south, west and north.

Definition
----------
The outer rings are cut into short edges. An edge belongs to the side on which its middle lies as
seen from the middle of the community's extent, the extent taken as a square, directions from grid
north (in a 3° zone within 1° of true north; sides are 90° wide). Beyond an edge, a step of twice
the tolerance off its middle, lies the nearest other community within the tolerance, else unclaimed
land, else nothing ("outside"). A neighbour on less than 5 % of a side is left out, unless it is
the longest there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_service.core.topology import Objects
from gis_service.model.lines import SIDES, FourSides, NamedLine, Neighbour

BESIDE_M = 0.5
LEAST_SHARE = 0.05
PIECES = 400
PARALLEL_M = 1.0

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
UNCLAIMED, OUTSIDE = -2, -1


def four_sides(
    shapes: Objects,
    row: int,
    *,
    codes: Sequence[str],
    unclaimed: BaseGeometry | None = None,
    named: Sequence[NamedLine] = (),
    beside_m: float = BESIDE_M,
    follow_m: float = PARALLEL_M,
) -> FourSides:
    """Give the neighbours of ``shapes[row]`` by side.

    Parameters
    ----------
    shapes
        Polygons (or None) of the community and of all that may border it.
    codes
        Their codes.
    unclaimed
        Land that nobody claims.
    named
        Roads and rivers that a side may follow.
    beside_m
        How near a neighbour must be, metres.
    follow_m
        How near a named line must be, metres.

    Examples
    --------
    >>> boxes = np.array([shapely.box(0, 0, 9, 9), shapely.box(9, 0, 20, 9)])
    >>> sides = four_sides(boxes, 0, codes=["A", "B"])
    >>> sides.east[0].code, sides.east[0].length_m, sides.west[0].kind
    ('B', 9.0, 'outside')
    """
    if shapes[row] is None or shapely.is_empty(shapes[row]):
        return FourSides()
    parts = shapely.get_parts(shapely.orient_polygons(shapes[row]))
    outer = _pieces(shapely.get_exterior_ring(parts))
    holes, _ = shapely.get_rings(parts, return_index=True)
    ring_of = shapely.get_rings(parts, return_index=True)[1]
    is_hole = np.r_[False, ring_of[1:] == ring_of[:-1]]
    side = _sides(outer, shapes[row])
    beyond = _beyond(outer, shapes, row, unclaimed, beside_m)
    feature = _features(outer, named, follow_m)
    tell = {
        name: _neighbours(outer, beyond, feature, side == at, codes)
        for at, name in enumerate(SIDES)
    }
    inner = _pieces(holes[is_hole])
    inside = _neighbours(
        inner,
        _beyond(inner, shapes, row, unclaimed, beside_m),
        _features(inner, named, follow_m),
        np.ones(len(inner), dtype=np.bool_),
        codes,
    )
    return FourSides(**tell, inside=tuple(n for n in inside if n.kind != "outside"))


def _pieces(rings: Objects) -> Floats:
    """Cut rings into edges (n, 2, 2), long ones into shorter ones."""
    if not len(rings):
        return np.zeros((0, 2, 2))
    longest = max(float(shapely.length(rings).sum()) / PIECES, 0.01)
    xy, ring = shapely.get_coordinates(shapely.segmentize(rings, longest), return_index=True)
    follows = ring[1:] == ring[:-1]
    return np.stack((xy[:-1][follows], xy[1:][follows]), axis=1)


def _sides(edges: Floats, shape: BaseGeometry) -> Ints:
    """Give 0 east, 1 south, 2 west, 3 north for each edge."""
    west, south, east, north = shapely.bounds(shape)
    away = edges.mean(axis=1) - [(west + east) / 2, (south + north) / 2]
    scaled = away / np.maximum([east - west, north - south], 1e-9)
    angle = np.degrees(np.arctan2(scaled[:, 0], scaled[:, 1])) % 360.0
    quadrant = ((angle + 45.0) // 90.0).astype(np.int64) % 4
    side: Ints = (quadrant + 3) % 4
    return side


def _beyond(
    edges: Floats, shapes: Objects, row: int, unclaimed: BaseGeometry | None, beside_m: float
) -> Ints:
    """Give the row of the nearest other community at each edge, or UNCLAIMED or OUTSIDE."""
    found = np.full(len(edges), OUTSIDE, dtype=np.int64)
    if not len(edges):
        return found
    middles = shapely.points(_outside(edges, 2 * beside_m))
    if unclaimed is not None and not shapely.is_empty(unclaimed):
        shapely.prepare(unclaimed)
        found[shapely.dwithin(unclaimed, middles, beside_m)] = UNCLAIMED
    others = shapes.copy()
    others[row] = None
    edge, other = shapely.STRtree(others).query(middles, predicate="dwithin", distance=beside_m)
    off = shapely.distance(middles[edge], others[other])
    order = np.lexsort((other, off, edge))
    first = order[np.r_[True, edge[order][1:] != edge[order][:-1]]] if len(order) else order
    found[edge[first]] = other[first]
    return found


def _outside(edges: Floats, away_m: float) -> Floats:
    """Give places off the middle of each edge, to its right: rings have their land on the left."""
    along = edges[:, 1] - edges[:, 0]
    length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-12)[:, None]
    right = np.column_stack((along[:, 1], -along[:, 0])) / length
    return np.asarray(edges.mean(axis=1) + right * away_m)


def _features(edges: Floats, named: Sequence[NamedLine], follow_m: float) -> NDArray[np.object_]:
    """Give the name of the nearest named line that each edge follows, or ""."""
    names = np.full(len(edges), "", dtype=object)
    nearest = np.full(len(edges), np.inf)
    if not len(edges):
        return names
    ends = shapely.points(edges)
    for line in sorted(named, key=lambda item: item.name):  # the few near the community
        off = shapely.distance(line.geometry, ends).max(axis=1)
        better = (off <= follow_m) & (off < nearest)
        nearest[better] = off[better]
        names[better] = line.name
    return names


def _neighbours(
    edges: Floats,
    beyond: Ints,
    feature: NDArray[np.object_],
    chosen: NDArray[np.bool_],
    codes: Sequence[str],
) -> tuple[Neighbour, ...]:
    length = np.hypot(*(edges[:, 1] - edges[:, 0]).T)
    total = float(length[chosen].sum())
    if total <= 0:
        return ()
    found = []
    for row in np.unique(beyond[chosen]).tolist():  # a handful
        mine = chosen & (beyond == row)
        along = float(length[mine].sum())
        followed = {n: float(length[mine & (feature == n)].sum()) for n in set(feature[mine])}
        name = max(sorted(followed), key=lambda n: followed[n])
        found.append(
            Neighbour(
                kind="community" if row >= 0 else "unclaimed" if row == UNCLAIMED else "outside",
                code=codes[row] if row >= 0 else "",
                length_m=round(along, 3),
                share=along / total,
                feature=name if name and followed[name] >= along / 2 else "",
            )
        )
    found.sort(key=lambda n: (-n.length_m, n.code))
    return tuple(n for at, n in enumerate(found) if at == 0 or n.share >= LEAST_SHARE)
