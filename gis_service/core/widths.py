"""How wide is a piece of land? Its largest inscribed circle, also for hair-thin pieces.

Definition: the width of a piece is the diameter of the largest circle that fits into it.

Method: thick pieces are measured by `shapely.maximum_inscribed_circle`. That searches squares the
size of the width all over a piece, which takes long where the piece is hundreds of times longer
than wide; such pieces are measured from their sides: from points of each edge a ray goes
straight inwards to the opposite side, the middle of the ray is tried as a centre, and the best
rays are moved along their edge while the circle grows. Every radius tried is the exact distance
to the boundary, so that a width is never too large.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.core.compiled import compiled

Objects = NDArray[np.object_]
Floats = NDArray[np.float64]

RELATIVE_TOLERANCE = 0.05
"""The centre of a thick piece's circle is searched to this share of area / perimeter.

The radius of the largest inscribed circle is at least area / perimeter, so this share bounds the
relative error of a width."""

THIN = 0.02
"""A piece is thin when its area is less than this share of its perimeter, squared; a square has
0.0625, a strip n times longer than wide about 1 / (4 n)."""

SAMPLES = 5
"""Points of each edge from which a ray is cast."""

TRIED = 120
"""How many of the longest rays are tried at most."""

MOST_WORK = 4_000_000
"""Rays times edges of a piece: where there would be more, rays are cast from fewer edges."""


def inscribed_circles(polygons: Objects) -> tuple[Floats, Floats]:
    """Give centres (n, 2) and diameters of the largest circles inside polygons with an area.

    A centre always lies inside its polygon; a diameter is right to 5 % and never too large, but
    at least 2 · area / perimeter, which is always a lower bound.

    Examples
    --------
    >>> pieces = shapely.from_wkt(
    ...     ["POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0))", "POLYGON ((0 0, 90 0, 90 1, 0 1, 0 0))"])
    >>> points, widths = inscribed_circles(np.array(pieces))
    >>> points[0].round(1).tolist(), widths.round(1).tolist()
    ([2.0, 2.0], [4.0, 1.0])
    """
    if not len(polygons):
        return np.empty((0, 2)), np.empty(0)
    area, length = shapely.area(polygons), shapely.length(polygons)
    floor = area / length
    centres = np.empty((len(polygons), 2))
    radii = np.empty(len(polygons))
    thin = area < THIN * length**2
    if thin.any():
        centres[thin], radii[thin] = _thin_circles(polygons[thin])
    if not thin.all():
        thick = ~thin
        found = shapely.maximum_inscribed_circle(polygons[thick], RELATIVE_TOLERANCE * floor[thick])
        centres[thick] = shapely.get_coordinates(shapely.get_point(found, 0))
        radii[thick] = shapely.length(found)
    outside = ~shapely.contains(polygons, shapely.points(centres))
    inner = shapely.point_on_surface(polygons[outside])
    centres[outside] = shapely.get_coordinates(inner)
    return centres, 2 * np.maximum(radii, floor)


def _thin_circles(polygons: Objects) -> tuple[Floats, Floats]:
    rings, owner = shapely.get_rings(shapely.orient_polygons(polygons), return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    start, end = xy[:-1][joined], xy[1:][joined]
    bounds = np.searchsorted(owner[ring[1:][joined]], np.arange(len(polygons) + 1))
    centres = np.empty((len(polygons), 2))
    radii = np.empty(len(polygons))
    _measure(start, end, bounds, centres, radii)
    return centres, radii


@compiled
def _distance(x, y, start, end, first, stop):  # type: ignore[no-untyped-def]
    """Distance from a point to the nearest of some segments."""
    best = np.inf
    for i in range(first, stop):
        dx, dy = end[i, 0] - start[i, 0], end[i, 1] - start[i, 1]
        px, py = x - start[i, 0], y - start[i, 1]
        square = dx * dx + dy * dy
        along = min(1.0, max(0.0, (px * dx + py * dy) / square)) if square > 0.0 else 0.0
        qx, qy = px - along * dx, py - along * dy
        best = min(best, qx * qx + qy * qy)
    return np.sqrt(best)


@compiled
def _opposite(x, y, nx, ny, skip, start, end, first, stop):  # type: ignore[no-untyped-def]
    """How far a ray from (x, y) along (nx, ny) runs to the next segment; infinite without one."""
    best = np.inf
    for i in range(first, stop):
        if i == skip:
            continue
        dx, dy = end[i, 0] - start[i, 0], end[i, 1] - start[i, 1]
        cross = nx * dy - ny * dx
        if cross == 0.0:
            continue
        px, py = start[i, 0] - x, start[i, 1] - y
        ahead = (px * dy - py * dx) / cross
        along = (px * ny - py * nx) / cross
        if ahead > 0.0 and 0.0 <= along <= 1.0:
            best = min(best, ahead)
    return best


@compiled
def _across(i, at, start, end, first, stop):  # type: ignore[no-untyped-def]
    """Middle of the ray inwards from a point of edge ``i``, and half the ray's length."""
    dx, dy = end[i, 0] - start[i, 0], end[i, 1] - start[i, 1]
    length = np.sqrt(dx * dx + dy * dy)
    x, y = start[i, 0] + at * dx, start[i, 1] + at * dy
    if length == 0.0:
        return x, y, -1.0
    nx, ny = -dy / length, dx / length
    far = _opposite(x, y, nx, ny, i, start, end, first, stop)
    if far == np.inf:
        return x, y, -1.0
    return x + nx * far / 2, y + ny * far / 2, far / 2


@compiled
def _climb(i, at, start, end, first, stop):  # type: ignore[no-untyped-def]
    """Move along edge ``i`` from ``at`` while the circle across from it grows."""
    x, y, _ = _across(i, at, start, end, first, stop)
    radius = _distance(x, y, start, end, first, stop)
    step = 0.5 / SAMPLES
    while step > 0.002:
        grown = False
        for there in (at - step, at + step):
            if 0.0 < there < 1.0:
                tx, ty, half = _across(i, there, start, end, first, stop)
                if half > radius:
                    reached = _distance(tx, ty, start, end, first, stop)
                    if reached > radius:
                        at, x, y, radius, grown = there, tx, ty, reached, True
                        break
        if not grown:
            step /= 2
    return x, y, radius


@compiled
def _measure(start, end, bounds, centres, radii):  # type: ignore[no-untyped-def]
    for piece in range(len(bounds) - 1):
        first, stop = bounds[piece], bounds[piece + 1]
        best = -1.0
        bx, by = start[first, 0], start[first, 1]
        edges = stop - first
        stride = 1 + SAMPLES * edges * edges // MOST_WORK
        halves = np.empty(((edges + stride - 1) // stride) * SAMPLES)
        for number in range(len(halves)):
            i, at = first + number // SAMPLES * stride, (number % SAMPLES + 0.5) / SAMPLES
            halves[number] = _across(i, at, start, end, first, stop)[2]
        # half a ray bounds the radius there from above: climb from the most promising ones only
        order = np.argsort(-halves)
        for rank in range(min(len(order), TRIED)):
            number = order[rank]
            if halves[number] <= best:
                break
            i, at = first + number // SAMPLES * stride, (number % SAMPLES + 0.5) / SAMPLES
            x, y, radius = _climb(i, at, start, end, first, stop)
            if radius > best:
                best, bx, by = radius, x, y
        centres[piece] = bx, by
        radii[piece] = best
