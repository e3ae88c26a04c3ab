"""Bodies of land: which pieces touch one another, directly or through others."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Ints = NDArray[np.int64]


def bodies_of(
    pieces: NDArray[np.object_], touch_m: float, *, known: Iterable[tuple[int, int]] = ()
) -> Ints:
    """Number the bodies of some pieces of land from 0, in the order of their first pieces.

    Parameters
    ----------
    pieces
        Polygonal geometries in a metric CRS; none of them missing.
    touch_m
        Two pieces no further apart than this (metres) touch.
    known
        Pairs of pieces that are known to touch.

    Examples
    --------
    >>> squares = shapely.box([0, 9, 5], [0, 0, 0], [2, 10, 7], [2, 2, 2])
    >>> bodies_of(squares, 2.0).tolist(), bodies_of(squares, 3.0).tolist()
    ([0, 1, 1], [0, 0, 0])
    """
    parent = list(range(len(pieces)))

    def root(piece: int) -> int:
        while parent[piece] != piece:
            parent[piece] = parent[parent[piece]]
            piece = parent[piece]
        return piece

    for one, other in known:
        parent[max(root(one), root(other))] = min(root(one), root(other))
    for one, other in _candidates(pieces, touch_m):
        first, second = root(one), root(other)
        if first != second and _touch(pieces[one], pieces[other], touch_m):
            parent[max(first, second)] = min(first, second)
    roots = [root(piece) for piece in range(len(pieces))]
    return np.asarray(np.unique(roots, return_inverse=True)[1].ravel(), dtype=np.int64)


def _candidates(pieces: NDArray[np.object_], touch_m: float) -> list[tuple[int, int]]:
    """Pairs of pieces whose bounds lie that near to one another."""
    reach = shapely.bounds(pieces) + np.array([-touch_m, -touch_m, touch_m, touch_m])
    one, other = shapely.STRtree(pieces).query(shapely.box(*reach.T))
    later = one < other
    return list(zip(one[later].tolist(), other[later].tolist(), strict=True))


def _touch(one: BaseGeometry, other: BaseGeometry, touch_m: float) -> bool:
    return bool(shapely.dwithin(one, other, touch_m))
