"""Which pieces of land meet in a vertex: a quick look that proves contact, never its absence.

Method
------
The plane is cut into square cells so small that two points in one cell lie no further apart than
what counts as touching. Two pieces with a vertex in the same cell therefore touch. One cell in
`ONE_IN` is looked at, chosen by a hash of its place, so that neighbours who share vertices look at
the same ones; a shared line of a dozen vertices is hardly ever missed, and what is missed is left
to an exact test. Time is linear in vertices.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.core.compiled import compiled

ONE_IN = 8
"""One cell in so many is looked at."""

BLOCK = 2048
"""Pieces whose vertices are read at a time."""

Objects = NDArray[np.object_]
Ints = NDArray[np.int64]

_U = np.uint64


def shared_places(pieces: Objects, group: Ints, touch_m: float) -> Ints:
    """Number sets of pieces of one group that meet in vertices; all else stays alone.

    Parameters
    ----------
    pieces
        Polygonal geometries, none of them missing.
    group
        Number of the group of each; only pieces of one group are joined.
    touch_m
        Vertices no further apart than this (metres) touch; at least 1 mm.

    Returns
    -------
    ndarray of int
        For each piece the lowest position among those that it was joined with.

    Examples
    --------
    >>> strip = shapely.box(np.arange(8) * 2.0, 0, np.arange(8) * 2.0 + 2, 9)
    >>> strip = shapely.segmentize(strip, 0.1)
    >>> shared_places(strip, np.array([0, 0, 0, 0, 1, 1, 0, 0]), 0.001).tolist()
    [0, 0, 0, 0, 4, 4, 6, 6]
    """
    parent = np.arange(len(pieces), dtype=np.int64)
    vertices = int(shapely.get_num_coordinates(pieces).sum())
    slots = 1 << max(8, (3 * vertices // (2 * ONE_IN)).bit_length())
    keys, owner = np.zeros(slots, dtype=np.uint64), np.zeros(slots, dtype=np.int32)
    filled = 0
    low = np.floor(shapely.total_bounds(pieces)[:2]) if len(pieces) else np.zeros(2)
    cell_m = max(touch_m / np.sqrt(2), 0.001)
    for first in range(0, len(pieces), BLOCK):
        block = pieces[first : first + BLOCK]
        bounds = np.concatenate(([0], np.cumsum(shapely.get_num_coordinates(block))))
        xy = shapely.get_coordinates(block)
        cells = (low[0], low[1], cell_m)
        filled = _join(
            xy, bounds.astype(np.int64), first, cells, group, keys, owner, parent, filled
        )
    _settle(parent)
    return parent


@compiled
def _root(parent, piece):  # type: ignore[no-untyped-def]
    while parent[piece] != piece:
        parent[piece] = parent[parent[piece]]
        piece = parent[piece]
    return piece


@compiled
def _settle(parent):  # type: ignore[no-untyped-def]
    for piece in range(len(parent)):
        parent[piece] = _root(parent, piece)


@compiled
def _join(xy, bounds, first, cells, group, keys, owner, parent, filled):  # type: ignore[no-untyped-def]
    """Put each vertex's cell into the table; where the group has it already, join the owners."""
    low_x, low_y, cell_m = cells
    mask = _U(len(keys) - 1)
    for at in range(len(bounds) - 1):
        piece = first + at
        for i in range(bounds[at], bounds[at + 1]):
            column = np.int64((xy[i, 0] - low_x) / cell_m + 0.5)
            row = np.int64((xy[i, 1] - low_y) / cell_m + 0.5)
            place = (_U(column) * _U(0x9E3779B97F4A7C15)) ^ (_U(row) * _U(0xC2B2AE3D27D4EB4F))
            place ^= place >> _U(29)
            place *= _U(0xFF51AFD7ED558CCD)
            if (place >> _U(40)) % _U(ONE_IN) != _U(0):
                continue
            key = (place ^ (_U(group[piece] + 1) * _U(0xD6E8FEB86659FD93))) | _U(1)
            slot = (key >> _U(20)) & mask
            while keys[slot] != _U(0) and keys[slot] != key:
                slot = (slot + _U(1)) & mask
            if keys[slot] == _U(0):
                if 4 * filled < 3 * len(keys):
                    keys[slot] = key
                    owner[slot] = piece
                    filled += 1
            else:
                one, other = _root(parent, owner[slot]), _root(parent, piece)
                parent[max(one, other)] = min(one, other)
    return filled
