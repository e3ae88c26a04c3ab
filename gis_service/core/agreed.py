"""Which line did a proposal make: the edges that are new between two communities.

Definition
----------
The *agreed line* of a proposal is what two communities share as their common border on the land
decided on, and did not share before. Where a community's new border has nobody beyond it, that is
a *rim*. Where a proposal makes neither (joint management; an enclosed gap that goes to the
community around it), the rim of the land itself stands for it.

Everything is on the 1 mm grid. Known limit: on land narrower than 4 mm nothing counts as new, so
its rim stands for the line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_service.core.topology import GRID_M, Objects
from gis_service.model.lines import PartRole

NEAR_M = 3 * GRID_M
SAME_M = 2 * GRID_M

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class NewLine:
    """One unbroken line: ``left`` and ``right`` are rows of the layer, -1 for no community."""

    role: PartRole
    left: int
    right: int
    geometry: BaseGeometry


def new_lines(
    before: Objects, after: Objects, *, land: BaseGeometry, changed: NDArray[np.intp]
) -> list[NewLine]:
    """Give the agreed line, part by part.

    Parameters
    ----------
    before, after
        Valid polygons (or None) of the same rows, on the 1 mm grid (`Topology.usable`).
    land
        The land decided on.
    changed
        Rows that the proposal changes.

    Returns
    -------
    Parts sorted by their communities, then from west to east and north to south; each runs from
    west to east, or from north to south where it is taller than wide (GB/T 17796).
    """
    edges = _edges_at(after, land)
    pairs = _pairs(edges, preferred=changed)
    fresh = _is_new(pairs, before, changed=changed)
    found: list[NewLine] = []
    for left, right in sorted(set(zip(pairs.low[fresh], pairs.high[fresh], strict=True))):
        # a handful of communities
        chosen = fresh & (pairs.low == left) & (pairs.high == right)
        lines = shapely.line_merge(shapely.multilinestrings(list(pairs.line[chosen])))
        low_is_left = {
            pairs.key[at]: bool(pairs.low_is_left[at]) for at in np.flatnonzero(chosen).tolist()
        }
        for line in shapely.get_parts(lines):
            way = _directed(np.round(shapely.get_coordinates(line), 3))
            ahead = _low_on_left(way, low_is_left)
            sides = (int(left), int(right)) if ahead else (int(right), int(left))
            role: PartRole = "border" if left >= 0 else "rim"
            found.append(NewLine(role=role, left=sides[0], right=sides[1], geometry=_line(way)))
    if not found:
        found = _rim(land)
    return sorted(found, key=_order)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Edges:
    start: Floats
    end: Floats
    owner: Ints


@dataclass(frozen=True, kw_only=True, eq=False)
class _Pairs:
    """Undirected edges with the owners on both sides; ``low`` is -1 where one side is nobody's."""

    key: list[tuple[float, ...]]
    line: Objects
    low: Ints
    high: Ints
    low_is_left: NDArray[np.bool_]


def _edges_at(polygons: Objects, land: BaseGeometry) -> _Edges:
    """Edges of all rings, land on the left, that lie in or on ``land``."""
    around = land.buffer(NEAR_M)
    shapely.prepare(around)
    rows = np.flatnonzero(shapely.intersects(polygons, around))
    oriented = shapely.orient_polygons(polygons[rows])
    parts, row = shapely.get_parts(oriented, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    xy = np.round(xy, 3) + 0.0
    follows = (ring[1:] == ring[:-1]) & (xy[1:] != xy[:-1]).any(axis=1)
    start, end = xy[:-1][follows], xy[1:][follows]
    owner = rows[row[part[ring[1:][follows]]]].astype(np.int64)
    west, south, east, north = shapely.bounds(around)
    low, high = np.minimum(start, end), np.maximum(start, end)
    beside = (high[:, 0] < west) | (low[:, 0] > east) | (high[:, 1] < south) | (low[:, 1] > north)
    start, end, owner = start[~beside], end[~beside], owner[~beside]
    inside = shapely.covers(around, shapely.linestrings(np.stack((start, end), axis=1)))
    return _Edges(start=start[inside], end=end[inside], owner=owner[inside])


def _pairs(edges: _Edges, *, preferred: NDArray[np.intp]) -> _Pairs:
    """Join each edge with the one that runs back along it.

    Where several communities have an edge in the same direction (another fault nearby), a changed
    one is taken first, then the first in the layer.
    """
    rank = np.where(np.isin(edges.owner, preferred), 0, 1)
    order = np.lexsort((edges.owner, rank))
    table: dict[tuple[float, ...], list[int]] = {}
    for at in order.tolist():  # only edges on the land: few
        a, b = tuple(edges.start[at].tolist()), tuple(edges.end[at].tolist())
        forward = a < b
        sides = table.setdefault((*a, *b) if forward else (*b, *a), [-1, -1])
        if sides[0 if forward else 1] < 0:
            sides[0 if forward else 1] = int(edges.owner[at])
    keys = sorted(table)
    side = np.array([table[key] for key in keys], dtype=np.int64).reshape(-1, 2)
    ends = np.array(keys, dtype=np.float64).reshape(-1, 2, 2)
    return _Pairs(
        key=keys,
        line=shapely.linestrings(ends) if len(keys) else np.zeros(0, dtype=object),
        low=side.min(axis=1),
        high=side.max(axis=1),
        low_is_left=side[:, 0] == side.min(axis=1),
    )


def _is_new(pairs: _Pairs, before: Objects, *, changed: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Tell which edges were not on the common border (or on the rim) of the same communities."""
    of_changed = np.isin(pairs.low, changed) | np.isin(pairs.high, changed)
    was = np.ones(len(pairs.low), dtype=np.bool_)
    for row in np.unique(np.r_[pairs.low, pairs.high]):  # a handful of communities
        if row < 0 or before[row] is None:
            continue
        mine = (pairs.low == row) | (pairs.high == row)
        border = shapely.boundary(before[row])
        shapely.prepare(border)
        ends = shapely.points(shapely.get_coordinates(pairs.line[mine])).reshape(-1, 2)
        middles = shapely.line_interpolate_point(pairs.line[mine], 0.5, normalized=True)
        places = np.column_stack((ends, middles))
        was[mine] &= shapely.dwithin(border, places, SAME_M).all(axis=1)
    return of_changed & ~was


def _directed(way: Floats) -> Floats:
    """Turn a line so that it runs from west to east, or from north to south when taller."""
    if (way[0] == way[-1]).all():
        return _closed_from_northwest(way)
    east, north = way[-1] - way[0]
    backward = east < 0 if abs(east) >= abs(north) else north > 0
    return way[::-1] if backward else way


def _closed_from_northwest(way: Floats) -> Floats:
    """Let a ring begin at its most north-western vertex and run clockwise."""
    ring = way[:-1]
    first = int(np.lexsort((ring[:, 0], ring[:, 0] - ring[:, 1]))[0])
    turned = np.roll(ring, -first, axis=0)
    closed = np.vstack((turned, turned[:1]))
    return closed[::-1] if shapely.is_ccw(_line(closed)) else closed


def _low_on_left(way: Floats, low_is_left: dict[tuple[float, ...], bool]) -> bool:
    a, b = tuple(way[0].tolist()), tuple(way[1].tolist())
    known = low_is_left[(*a, *b) if a < b else (*b, *a)]
    return known if a < b else not known


def _line(way: Floats) -> BaseGeometry:
    return shapely.linestrings(way)


def _rim(land: BaseGeometry) -> list[NewLine]:
    rings = shapely.get_rings(shapely.get_parts(shapely.force_2d(land)))
    ways = (_directed(np.round(shapely.get_coordinates(ring), 3) + 0.0) for ring in rings)
    return [NewLine(role="land", left=-1, right=-1, geometry=_line(way)) for way in ways]


def _order(line: NewLine) -> tuple[float, ...]:
    x, y = shapely.get_coordinates(line.geometry)[0].tolist()
    none = line.role != "border"
    return (none, min(line.left, line.right), max(line.left, line.right), x, -y)
