"""Noding on the grid: where lines cross, or pass a vertex, all of them get the same vertex.

Snap rounding (Hobby 1999; cells as in JTS): every vertex and every crossing, rounded to the grid,
makes its grid cell hot; a line that passes through a hot cell gets that cell's centre as a vertex.
A line moves by less than one grid step, lines that touched share vertices, and none cross.

Coordinates here are whole grid steps (millimetres) held as floats, from a local origin.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HALF_DIAGONAL = 0.70711
"""How far a line through a grid cell may be from the cell's centre, in grid steps."""

ALMOST = 1e-6
"""How far rounding may move a computed crossing, in grid steps."""

PASSES = 3


def node(starts: Floats, ends: Floats, *, hot: Floats) -> tuple[Floats, Ints]:
    """Give each segment as a path over the hot cells that it passes.

    Parameters
    ----------
    starts, ends
        (n, 2) whole grid steps.
    hot
        (m, 2) further vertices that segments must take up where they pass them.

    Returns
    -------
    points, segment
        The vertices of all paths, and which segment each belongs to, in the segments' direction.

    Examples
    --------
    >>> starts, ends = np.array([[0.0, 0], [4, -3]]), np.array([[9.0, 0], [4, 3]])
    >>> points, segment = node(starts, ends, hot=np.empty((0, 2)))
    >>> points[segment == 0].tolist()
    [[0.0, 0.0], [4.0, 0.0], [9.0, 0.0]]
    """
    points = np.stack((starts, ends), axis=1).reshape(-1, 2)
    segment = np.repeat(np.arange(len(starts), dtype=np.int64), 2)
    for _ in range(PASSES):
        at, found = _passed(points, segment, hot)
        points = np.insert(points, at + 1, found, axis=0)
        segment = np.insert(segment, at + 1, segment[at])
        if not _crossing(points, segment):
            break
    return points, segment


def _crossing(points: Floats, segment: Ints) -> bool:
    """Tell whether edges still cross: only where a crossing was rounded to the wrong cell."""
    first = np.flatnonzero(segment[1:] == segment[:-1])
    lines = shapely.linestrings(np.stack((points[first], points[first + 1]), axis=1))
    return bool(len(shapely.STRtree(lines).query(lines, predicate="crosses")[0]))


def _passed(points: Floats, segment: Ints, hot: Floats) -> tuple[Ints, Floats]:
    """Find the hot cells that edges pass: the edge's first point, and the centre, in path order."""
    first = np.flatnonzero(segment[1:] == segment[:-1])
    p, q = points[first], points[first + 1]
    flipped = (p[:, 0] > q[:, 0]) | ((p[:, 0] == q[:, 0]) & (p[:, 1] > q[:, 1]))
    # One direction for both sides of a shared line, so that both round alike.
    low, high = np.where(flipped[:, None], q, p), np.where(flipped[:, None], p, q)
    edges, which = np.unique(np.hstack((low, high)), axis=0, return_inverse=True)
    lines = shapely.linestrings(edges.reshape(-1, 2, 2))
    tree = shapely.STRtree(lines)
    one, other = tree.query(lines, predicate="intersects")
    one, other = one[one < other], other[one < other]
    meet = shapely.intersection(lines[one], lines[other])
    meet = shapely.get_coordinates(meet[shapely.get_type_id(meet) == 0])
    cells = np.unique(np.vstack((points, _cells_of(meet), hot)), axis=0)
    cell, edge = tree.query(shapely.points(cells), predicate="dwithin", distance=HALF_DIAGONAL)
    centre, start, end = cells[cell], edges[edge, :2], edges[edge, 2:]
    inner = (centre != start).any(axis=1) & (centre != end).any(axis=1)
    inner &= _through_cell(start, end, centre)
    edge, centre, start, end = edge[inner], centre[inner], start[inner], end[inner]
    along = ((centre - start) * (end - start)).sum(axis=1)
    order = np.lexsort((along, edge))
    return _for_each_use(first, np.asarray(which).ravel(), flipped, edge[order], centre[order])


def _cells_of(places: Floats) -> Floats:
    """Give the cells in which places lie; all of them for a place (almost) on a side of cells."""
    corners = [(x, y) for x in (-ALMOST, ALMOST) for y in (-ALMOST, ALMOST)]
    return np.vstack([np.floor(places + 0.5 + corner) for corner in corners])


def _for_each_use(
    first: Ints, which: Any, flipped: NDArray[np.bool_], edge: Any, centre: Floats
) -> tuple[Ints, Floats]:
    """Repeat what an edge takes up for each place where that edge is used, in its direction."""
    begin = np.searchsorted(edge, which, side="left")
    count = np.searchsorted(edge, which, side="right") - begin
    use = np.repeat(np.arange(len(which)), count)
    step = np.arange(len(use)) - np.repeat(np.cumsum(count) - count, count)
    step = np.where(flipped[use], count[use] - 1 - step, step)
    return np.asarray(first[use], dtype=np.int64), centre[begin[use] + step]


def _through_cell(start: Floats, end: Floats, centre: Floats) -> NDArray[np.bool_]:
    """Tell whether segments meet the cell around a centre, its north and east sides left out."""
    swapped = (start[:, 0] > end[:, 0])[:, None]
    p, q = np.where(swapped, end, start) - centre, np.where(swapped, start, end) - centre
    step = q - p
    rising, falling = step[:, 1] > 0, step[:, 1] < 0
    low, high = np.minimum(p, q), np.maximum(p, q)
    boxes = ((low < 0.5) & (high >= -0.5)).all(axis=1)
    side = {
        (x, y): np.sign(step[:, 0] * (y - p[:, 1]) - step[:, 1] * (x - p[:, 0]))
        for x in (-0.5, 0.5)
        for y in (-0.5, 0.5)
    }
    north_west, north_east = side[-0.5, 0.5], side[0.5, 0.5]
    south_west, south_east = side[-0.5, -0.5], side[0.5, -0.5]
    # A line through a corner meets the cell unless it only touches a corner that is left out.
    meets = np.select(
        [
            (step == 0).any(axis=1),
            north_west == 0,
            north_east == 0,
            north_west != north_east,
            south_west == 0,
            south_west != north_west,
            south_east == 0,
        ],
        [True, falling, rising, True, True, True, falling],
        default=south_west != south_east,
    )
    return np.asarray(boxes & meets)
