"""Which pieces of land meet in a vertex: a quick look that proves contact, never its absence.

Method
------
The plane is cut into square cells so small that two points in one cell lie no further apart than
what counts as touching. Two pieces with a vertex in the same cell therefore touch. One cell in
`ONE_IN` is looked at, chosen by a hash of its place, so that neighbours who share vertices look at
the same ones; most shared lines have one, and what is missed is left
to an exact test. Time is linear in vertices.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.core.compiled import compiled
from gis_service.core.edges import Rings

ONE_IN = 8
"""One cell in so many is looked at."""

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
    counts = shapely.get_num_coordinates(pieces)
    starts = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
    rings = Rings(
        shapely.get_coordinates(pieces),
        starts,
        np.zeros(len(pieces), dtype=np.bool_),
        np.arange(len(pieces), dtype=np.int64),
    )
    return shared_in_rings(rings, group, touch_m)


def shared_in_rings(rings: Rings, group: Ints, touch_m: float) -> Ints:
    """Do what `shared_places` does for owners of rings; those of a group below 0 are left alone."""
    parent = np.arange(len(group), dtype=np.int64)
    slots = 1 << max(8, (3 * len(rings.xy) // (2 * ONE_IN)).bit_length())
    keys, owner = np.zeros(slots, dtype=np.uint64), np.zeros(slots, dtype=np.int32)
    a_metre = 1 / max(touch_m / np.sqrt(2), 0.001)
    _join(rings.xy, rings.starts, rings.owner, a_metre, group.astype(np.int64), keys, owner, parent)
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
def _join(xy, starts, owners, a_metre, group, keys, owner, parent):  # type: ignore[no-untyped-def]
    """Put each vertex's cell into the table; where the group has it already, join the owners."""
    mask = _U(len(keys) - 1)
    filled = 0
    for ring in range(len(starts) - 1):
        piece = owners[ring]
        if piece < 0 or group[piece] < 0:
            continue
        for i in range(starts[ring], starts[ring + 1]):
            column = np.int64(np.floor(xy[i, 0] * a_metre))
            row = np.int64(np.floor(xy[i, 1] * a_metre))
            place = _U(column) * _U(0x9E3779B97F4A7C15) + _U(row) * _U(0xC2B2AE3D27D4EB4F)
            if (place >> _U(50)) % _U(ONE_IN) != _U(0):
                continue
            place ^= place >> _U(29)
            place *= _U(0xFF51AFD7ED558CCD)
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
