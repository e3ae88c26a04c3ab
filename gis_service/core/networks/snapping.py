"""Where a point meets the streets: the nearest place on the nearest edge.

Definition
----------
The place of a point is the point of the streets' lines that is nearest to it in a straight line.
Distances are compared in whole micrometres; of edges equally near the one that is walked at the
least cost is taken, then the one that stood first in the input. A place nearer than a micrometre
to the end of an edge is the node there, and can be left by all of its edges.

Method
------
The pieces (straight parts of the lines) are listed in the cells of a square grid, with about two
pieces a cell; a query walks rings of cells outward until nothing nearer can come.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis_service.core.compiled import compiled
from gis_service.core.networks.graph import Bools, Floats, Ints, Streets

NODE_M = 1e-6
"""Nearer than this to an edge's end, in metres, a place is the node."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Pieces of the streets by grid cell.

    Piece ``i`` runs from ``line_xy[first[i]]`` to the next vertex and belongs to ``edge[i]``; it
    begins ``along_m[i]`` metres after the edge does. ``listed[starts[c]:starts[c + 1]]`` are the
    pieces that touch cell ``c = row * columns + column``.
    """

    origin: Floats
    cell_m: float
    columns: int
    rows: int
    starts: Ints
    listed: NDArray[np.int32]
    piece_xy: Floats
    edge: NDArray[np.int32]
    along_m: Floats
    edge_m: Floats


@dataclass(frozen=True, eq=False)
class Places:
    """Where points meet the streets.

    Attributes
    ----------
    xy
        The points (n, 2), metres.
    edge
        Edge (n,) on which a point is placed; -1 where the nearest street is beyond the limit.
    share
        How far along the edge (n,), from 0 (its begin) to 1 (its end).
    off_m
        Distance (n,) from the point to the street in metres; infinite when nothing is within
        the limit and the distance was not sought further.
    """

    xy: Floats
    edge: NDArray[np.int64]
    share: Floats
    off_m: Floats

    def __len__(self) -> int:
        return len(self.edge)

    @property
    def far(self) -> Bools:
        """Whether the point (n,) lies farther from every street than the limit."""
        return np.asarray(self.edge < 0)


def grid_of(streets: Streets) -> Grid:
    """List the pieces of the streets by cell."""
    counts = np.diff(streets.line_starts)
    edge = np.repeat(np.arange(len(counts)), counts)
    last = np.zeros(len(edge), dtype=np.bool_)
    last[streets.line_starts[1:] - 1] = True
    first = np.flatnonzero(~last)
    piece_xy = np.hstack((streets.line_xy[first], streets.line_xy[first + 1]))
    edge = edge[first]
    step = piece_xy[:, 2:] - piece_xy[:, :2]
    length = np.sqrt(step[:, 0] * step[:, 0] + step[:, 1] * step[:, 1])
    before = np.cumsum(length) - length
    opens = np.flatnonzero(np.diff(edge, prepend=-1))
    along = before - before[opens][edge]
    edge_m = np.bincount(edge, weights=length, minlength=len(counts)).astype(np.float64)
    low = streets.line_xy.min(axis=0) - 1.0
    wide, high = streets.line_xy.max(axis=0) - low + 1.0
    cell = max(float(np.sqrt(wide * high * 2.0 / len(first))), max(wide, high) / 30_000, 1.0)
    columns, rows = int(wide / cell) + 1, int(high / cell) + 1
    count = np.zeros(columns * rows + 1, dtype=np.int64)
    nothing = np.zeros(0, dtype=np.int32)
    _list_pieces(piece_xy, low, cell, columns, rows, count, nothing)
    starts = np.cumsum(count)
    listed = np.empty(starts[-1], dtype=np.int32)
    _list_pieces(piece_xy, low, cell, columns, rows, starts[1:].copy(), listed)
    return Grid(
        low, cell, columns, rows, starts, listed, piece_xy, edge.astype(np.int32), along, edge_m
    )


def place(points: Floats, *, grid: Grid, streets: Streets, limit_m: float) -> Places:
    """Snap points (n, 2) to the nearest edge not farther than ``limit_m``."""
    edge = np.full(len(points), -1, dtype=np.int64)
    share = np.zeros(len(points))
    off = np.full(len(points), np.inf)
    cost = np.where(
        (streets.back_um >= 0) & ((streets.ahead_um < 0) | (streets.back_um < streets.ahead_um)),
        streets.back_um,
        streets.ahead_um,
    )
    _snap(
        points, grid.origin, grid.cell_m, grid.columns, grid.rows, grid.starts, grid.listed,
        grid.piece_xy, grid.edge, grid.along_m, grid.edge_m, cost, streets.row, limit_m,
        edge, share, off,
    )  # fmt: skip
    return Places(points, edge, share, off)


@compiled
def _list_pieces(piece_xy, origin, cell, columns, rows, at, listed):  # type: ignore[no-untyped-def]
    """Count the pieces of cell c in ``at[c + 1]``, or list them backward from its end ``at[c]``."""
    counting = len(listed) == 0
    for k in range(len(piece_xy)):
        i = k if counting else len(piece_xy) - 1 - k
        ax, ay = (piece_xy[i, 0] - origin[0]) / cell, (piece_xy[i, 1] - origin[1]) / cell
        bx, by = (piece_xy[i, 2] - origin[0]) / cell, (piece_xy[i, 3] - origin[1]) / cell
        if ay > by:
            ax, ay, bx, by = bx, by, ax, ay
        for row in range(max(0, int(ay - 1e-6)), min(rows - 1, int(by + 1e-6)) + 1):
            if by - ay > 1e-9:
                low = min(max((row - ay) / (by - ay), 0.0), 1.0)
                high = min(max((row + 1 - ay) / (by - ay), 0.0), 1.0)
                x1, x2 = ax + low * (bx - ax), ax + high * (bx - ax)
            else:
                x1, x2 = ax, bx
            left, right = min(x1, x2) - 1e-6, max(x1, x2) + 1e-6
            for column in range(max(0, int(left)), min(columns - 1, int(right)) + 1):
                c = row * columns + column
                if counting:
                    at[c + 1] += 1
                else:
                    at[c] -= 1
                    listed[at[c]] = i


@compiled
def _snap(  # type: ignore[no-untyped-def]
    points, origin, cell, columns, rows, starts, listed, piece_xy, piece_edge, along, edge_m,
    cost, row_of, limit, edge, share, off,
):  # fmt: skip
    for p in range(len(points)):
        x, y = points[p, 0], points[p, 1]
        fx, fy = (x - origin[0]) / cell, (y - origin[1]) / cell
        outside = max(max(-fx, fx - columns), max(max(-fy, fy - rows), 0.0)) * cell
        if outside > limit:
            continue
        cx, cy = int(np.floor(fx)), int(np.floor(fy))
        best, best_edge, best_m, best_share = np.int64(limit * 1e6 + 0.5), -1, 0.0, 0.0
        ring = 0
        while True:
            # A cell of this ring is no nearer than this.
            near = min(min(fx - cx, 1.0 - (fx - cx)), min(fy - cy, 1.0 - (fy - cy)))
            if ring > 0 and (ring - 1 + near) * cell * 1e6 > best + 2:
                break
            for row in range(max(0, cy - ring), min(rows - 1, cy + ring) + 1):
                whole = row == cy - ring or row == cy + ring
                step = 1 if whole or ring == 0 else 2 * ring
                for column in range(cx - ring, cx + ring + 1, step):
                    if column < 0 or column >= columns:
                        continue
                    c = row * columns + column
                    for k in range(starts[c], starts[c + 1]):
                        i = listed[k]
                        ax, ay = piece_xy[i, 0], piece_xy[i, 1]
                        dx, dy = piece_xy[i, 2] - ax, piece_xy[i, 3] - ay
                        square = dx * dx + dy * dy
                        t = 0.0
                        if square > 0.0:
                            t = min(max(((x - ax) * dx + (y - ay) * dy) / square, 0.0), 1.0)
                        gap = np.hypot(ax + t * dx - x, ay + t * dy - y)
                        if gap * 1e6 > best + 1:
                            continue
                        um = np.int64(np.rint(gap * 1e6))
                        e = piece_edge[i]
                        if um > best:
                            continue
                        if um == best and best_edge >= 0 and e != best_edge:
                            if cost[e] > cost[best_edge]:
                                continue
                            if cost[e] == cost[best_edge] and row_of[e] > row_of[best_edge]:
                                continue
                        here = along[i] + t * np.sqrt(square)
                        if um == best and e == best_edge and here >= best_m:
                            continue
                        best, best_edge, best_m = um, e, here
                        if here < NODE_M:
                            best_share = 0.0
                        elif edge_m[e] - here < NODE_M:
                            best_share = 1.0
                        else:
                            best_share = here / edge_m[e]
                        edge[p], share[p], off[p] = e, best_share, um * 1e-6
            ring += 1
