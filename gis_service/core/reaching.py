"""Whose boundary runs through the inside of a face? A quick look before anything is intersected."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.core.compiled import compiled
from gis_service.core.edges import Ints, Objects

BESIDE_M = 1e-6
"""A line no further than this inside of a face's boundary runs along it."""


def reach_inside(faces: Objects, face: Ints, land: Objects, holding: Ints) -> NDArray[np.bool_]:
    """Tell for pairs (face, land) whether the land may have a part in the face.

    False only where it surely has none: no part of its boundary lies inside the face, and the
    middle of an edge of the face that is not on that boundary lies outside of the land.

    Parameters
    ----------
    faces, land
        Valid polygons or multipolygons.
    face, holding
        Which face and which land make each pair.
    """
    rows, which = np.unique(holding, return_inverse=True)
    faces_xy, faces_ring, faces_at = _flat(faces)
    land_xy, land_ring, land_at = _flat(land[rows])
    result = np.zeros(len(face), dtype=np.bool_)
    boxes = shapely.bounds(faces)
    _look(
        faces_xy, faces_ring, faces_at, boxes, face.astype(np.int64),
        land_xy, land_ring, land_at, which.astype(np.int64), result,
    )  # fmt: skip
    return result


def _flat(geometries: Objects) -> tuple[NDArray[np.float64], NDArray[np.bool_], Ints]:
    """Give coordinates, whether each one's successor belongs to the same ring, and bounds."""
    parts, whole = shapely.get_parts(geometries, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    owner = whole[part]
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    goes_on = np.zeros(len(xy), dtype=np.bool_)
    goes_on[:-1] = ring[1:] == ring[:-1]
    bounds = np.searchsorted(owner[ring], np.arange(len(geometries) + 1))
    return xy, goes_on, bounds.astype(np.int64)


@compiled
def _within(x, y, xy, goes_on, first, stop):  # type: ignore[no-untyped-def]
    """Tell whether a point lies inside rings, and the square of its distance to them."""
    inside, nearest = False, np.inf
    for i in range(first, stop):
        if not goes_on[i]:
            continue
        px, py, qx, qy = xy[i, 0], xy[i, 1], xy[i + 1, 0], xy[i + 1, 1]
        if (py > y) != (qy > y) and x < (qx - px) * (y - py) / (qy - py) + px:
            inside = not inside
        dx, dy = qx - px, qy - py
        square = dx * dx + dy * dy
        along = min(1.0, max(0.0, ((x - px) * dx + (y - py) * dy) / square)) if square > 0 else 0.0
        ex, ey = x - px - along * dx, y - py - along * dy
        nearest = min(nearest, ex * ex + ey * ey)
    return inside, nearest


@compiled
def _meetings(ax, ay, bx, by, xy, goes_on, first, stop, places):  # type: ignore[no-untyped-def]
    """List where along a segment rings meet it (0 to 1), both ends included; -1: too often."""
    dx, dy = bx - ax, by - ay
    square = dx * dx + dy * dy
    places[0], places[1], count = 0.0, 1.0, 2
    if square == 0.0:
        return count
    slack = BESIDE_M * np.sqrt(square)
    for i in range(first, stop):
        px, py = xy[i, 0] - ax, xy[i, 1] - ay
        p = dx * py - dy * px
        if abs(p) <= slack:  # a vertex on the segment's line
            if count == len(places):
                return -1
            places[count] = min(1.0, max(0.0, (px * dx + py * dy) / square))
            count += 1
        if not goes_on[i]:
            continue
        qx, qy = xy[i + 1, 0] - ax, xy[i + 1, 1] - ay
        q = dx * qy - dy * qx
        if (p > slack and q < -slack) or (p < -slack and q > slack):
            share = p / (p - q)
            mx, my = px + share * (qx - px), py + share * (qy - py)
            if count == len(places):
                return -1
            places[count] = min(1.0, max(0.0, (mx * dx + my * dy) / square))
            count += 1
    places[:count].sort()
    return count


@compiled
def _passes_through(ax, ay, bx, by, xy, goes_on, first, stop, places):  # type: ignore[no-untyped-def]
    """Tell whether a part of a segment lies inside rings, not only along them."""
    count = _meetings(ax, ay, bx, by, xy, goes_on, first, stop, places)
    if count < 0:
        return True
    for i in range(count - 1):
        at = (places[i] + places[i + 1]) / 2
        if places[i + 1] > places[i]:
            x, y = ax + at * (bx - ax), ay + at * (by - ay)
            inside, square = _within(x, y, xy, goes_on, first, stop)
            if inside and square > BESIDE_M * BESIDE_M:
                return True
    return False


@compiled
def _reaches(  # type: ignore[no-untyped-def]
    faces_xy, faces_on, first, stop, box, land_xy, land_on, begin, end
):
    places = np.empty(64)
    for i in range(begin, end):
        if not land_on[i]:
            continue
        ax, ay, bx, by = land_xy[i, 0], land_xy[i, 1], land_xy[i + 1, 0], land_xy[i + 1, 1]
        if (
            max(ax, bx) < box[0]
            or min(ax, bx) > box[2]
            or max(ay, by) < box[1]
            or min(ay, by) > box[3]
        ):
            continue
        if _passes_through(ax, ay, bx, by, faces_xy, faces_on, first, stop, places):
            return True
    # no boundary of the land in the face: it has all of it, or nothing
    for i in range(first, stop):
        if not faces_on[i]:
            continue
        x, y = (faces_xy[i, 0] + faces_xy[i + 1, 0]) / 2, (faces_xy[i, 1] + faces_xy[i + 1, 1]) / 2
        inside, square = _within(x, y, land_xy, land_on, begin, end)
        if square > BESIDE_M * BESIDE_M:
            return inside
    return True


@compiled
def _look(  # type: ignore[no-untyped-def]
    faces_xy, faces_on, faces_at, boxes, face, land_xy, land_on, land_at, holding, result
):
    for pair in range(len(face)):
        f, h = face[pair], holding[pair]
        result[pair] = _reaches(
            faces_xy, faces_on, faces_at[f], faces_at[f + 1], boxes[f],
            land_xy, land_on, land_at[h], land_at[h + 1],
        )  # fmt: skip
