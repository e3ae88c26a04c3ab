"""Edges that neighbours don't share exactly: the only places where land can be lost or doubled.

Walk every ring with its land to the left, and count each edge once forwards and once backwards.
Crossing an edge, the number of communities that claim the land changes by the difference of the
two counts. Where that is zero the edge is matched and nothing changes; so the unmatched edges
alone bound all land that is claimed twice, once or not at all.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

Objects = NDArray[np.object_]
Numbers = NDArray[np.uint64]


def unmatched_edges(polygons: Objects) -> Objects:
    """Give the edges whose two sides are not claimed equally often, as two-point lines.

    Time grows with n log n in the number of vertices. On a clean coverage only the outer rim is
    left.

    Parameters
    ----------
    polygons
        Valid polygons or MultiPolygons; None has no edges.

    Examples
    --------
    >>> squares = shapely.box([0, 1], [0, 0], [1, 2], [1, 1])
    >>> len(unmatched_edges(squares)), len(unmatched_edges(squares[:1]))
    (6, 4)
    """
    rings = shapely.get_rings(shapely.orient_polygons(shapely.get_parts(polygons)))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    xy += 0.0  # no negative zeros: equal numbers have equal bits
    joined = ring[1:] == ring[:-1]
    start, end = xy[:-1][joined], xy[1:][joined]
    forwards = (start[:, 0] < end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] < end[:, 1]))
    low = np.where(forwards[:, None], start, end)
    high = np.where(forwards[:, None], end, start)
    edges = np.hstack((low, high))
    keep = _unbalanced(edges, np.where(forwards, 1, -1))
    return np.asarray(shapely.linestrings(edges[keep].reshape(-1, 2, 2)), dtype=object)


def _unbalanced(edges: NDArray[np.float64], sign: NDArray[np.int_]) -> NDArray[np.intp]:
    """Positions of one edge of each kind whose signs don't add up to zero."""
    if not len(edges):
        return np.empty(0, dtype=np.intp)
    hashes = _mixed(np.ascontiguousarray(edges).view(np.uint64))
    order = np.argsort(hashes, kind="stable")
    change = hashes[order][1:] != hashes[order][:-1]
    first = np.flatnonzero(np.r_[True, change])
    totals = np.add.reduceat(sign[order], first)
    # Two different edges with one hash: keep both, since a matched edge too many does no harm.
    differs = (edges[order][1:] != edges[order][:-1]).any(axis=1) & ~change
    clash = np.zeros(len(first), dtype=bool)
    clash[np.searchsorted(first, np.flatnonzero(differs) + 1, side="right") - 1] = True
    sizes = np.diff(np.r_[first, len(order)])
    kept = first[(totals != 0) & ~clash]
    clashing = np.flatnonzero(np.repeat(clash, sizes))
    return np.asarray(order[np.r_[kept, clashing]], dtype=np.intp)


def _mixed(bits: Numbers) -> Numbers:
    """Hash rows of four 64-bit numbers (a multiply-and-shift chain)."""
    result = np.zeros(len(bits), dtype=np.uint64)
    for column, odd in enumerate(
        (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)
    ):
        result ^= bits[:, column]
        result *= np.uint64(odd)
        result ^= result >> np.uint64(29)
    return result
