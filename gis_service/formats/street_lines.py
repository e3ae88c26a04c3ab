"""From lines that share points to nodes and edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

_ELLIPSOID = Geod(ellps="GRS80")

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines as flat arrays; line ``k`` has the points ``starts[k]`` to ``starts[k + 1]``.

    ``point`` says which point of the plane each one is: equal numbers are the same point, where
    lines meet. ``lonlat`` are WGS 84 degrees. Where ``stop`` is set, one can't pass.
    """

    starts: Ints
    point: Ints
    lonlat: Floats
    stop: Bools
    direction: Ints
    stairs: Bools

    def __len__(self) -> int:
        return len(self.starts) - 1


@dataclass(frozen=True, eq=False)
class Edges:
    """What `gis_service.core.network.WalkNetwork.from_edges` takes."""

    nodes_xy: Floats
    edges_uv: Ints
    length_m: Floats
    oneway: Bools
    stairs: Bools
    shapes: NDArray[np.object_]


def edges_of(lines: Lines, xy: Floats) -> Edges:
    """Cut lines where they meet, end or stop; ``xy`` are their points in the working CRS.

    Lengths are measured on the ellipsoid.
    """
    owner = np.repeat(np.arange(len(lines)), np.diff(lines.starts))
    ends = np.zeros(len(owner), dtype=np.bool_)
    ends[lines.starts[:-1]] = ends[lines.starts[1:] - 1] = True
    _, number, count = np.unique(lines.point, return_inverse=True, return_counts=True)
    meeting = count[number] > 1
    cut = np.flatnonzero(ends | meeting | lines.stop)
    same = owner[cut][1:] == owner[cut][:-1]
    first, last = cut[:-1][same], cut[1:][same]
    # A point at which one can't pass is a node of its own for each line that comes to it.
    node = np.where(lines.stop, number.max(initial=0) + 1 + np.arange(len(number)), number)
    turned = lines.direction[owner[first]] < 0
    begin, end = node[first], node[last]
    # Past a stop the line goes on from another node than the one where it ended.
    end = np.where(lines.stop[last], end + len(number), end)
    used, uv = np.unique(np.concatenate((begin, end)), return_inverse=True)
    edges_uv = uv.reshape(2, -1).T.astype(np.int64)
    nodes_xy = np.empty((len(used), 2))
    nodes_xy[edges_uv[:, 0]], nodes_xy[edges_uv[:, 1]] = xy[first], xy[last]
    shapes, length = _shapes(lines, xy, nodes_xy, edges_uv, first, last)
    edges_uv[turned] = edges_uv[turned][:, ::-1]
    shapes[turned] = shapely.reverse(shapes[turned])
    line = owner[first]
    return Edges(nodes_xy, edges_uv, length, lines.direction[line] != 0, lines.stairs[line], shapes)


def _shapes(
    lines: Lines, xy: Floats, nodes_xy: Floats, edges_uv: Ints, first: Ints, last: Ints
) -> tuple[NDArray[np.object_], Floats]:
    counts = last - first + 1
    starts = np.concatenate(([0], np.cumsum(counts)))
    take = np.repeat(first - starts[:-1], counts) + np.arange(starts[-1])
    points = xy[take].copy()
    points[starts[:-1]], points[starts[1:] - 1] = nodes_xy[edges_uv[:, 0]], nodes_xy[edges_uv[:, 1]]
    edge = np.repeat(np.arange(len(first)), counts)
    shapes = np.asarray(shapely.linestrings(points, indices=edge), dtype=object)
    lonlat = lines.lonlat[take]
    if len(take) < 2:
        return shapes, np.zeros(len(first))
    _, _, step = _ELLIPSOID.inv(lonlat[:-1, 0], lonlat[:-1, 1], lonlat[1:, 0], lonlat[1:, 1])
    step = np.append(np.where(edge[1:] == edge[:-1], step, 0.0), 0.0)
    return shapes, np.bincount(edge, weights=step, minlength=len(first)).astype(np.float64)
