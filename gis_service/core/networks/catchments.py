"""Which ground lies within so many minutes of a facility: polygons for display, approximate.

Definition
----------
A point lies in the catchment of a facility for a cutoff when its walking time by
`gis_service.core.networks.searching` is at most the cutoff and the nearest street is at most
`ACROSS_M` away: the same places, the same ways, one-way rules and stairs as the figures have.

Method
------
The time is worked out on a square raster around the facility (each raster point by its own
nearest street), and outlined for each cutoff by marching squares. All cutoffs are outlined from
one raster by functions of which the later is nowhere greater, so a shorter cutoff's polygon lies
in the longer one's, and touches it where the streets end. The outline is drawn
`OUTWARD` of a cell outside, so that the ends of the reached streets lie inside.

Known limit: what is narrower than a cell is not resolved. On real streets polygons hold 99 % of
the length that is truly reached, and 92 % of the length in them is (`tests/core/networks/`); no
figure may be read off them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import contourpy
import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.core.compiled import compiled
from gis_service.core.networks.graph import Arcs, Floats, Streets
from gis_service.core.networks.searching import FAR, Stops, reach
from gis_service.core.networks.snapping import Grid

ACROSS_M = 60.0
"""How far from a street the ground still belongs to a catchment."""

OUTWARD = 0.4
"""How far outside, in cells, the outline is drawn."""

ON_STREET = 0.6
"""Raster points nearer than this to a street, in cells, stand for it, though another be nearer."""

_CELLS_A_REACH = 110
_FINEST_M, _COARSEST_M = 3.0, 50.0
_MOST_POINTS = 4_000_000
_NOT_THERE = 1e12


@dataclass(frozen=True, eq=False)
class Raster:
    """Ways in metres, off the street included, at the points of a raster; `_NOT_THERE` else.

    Point (row, column) lies at ``x[column]``, ``y[row]``.
    """

    x: Floats
    y: Floats
    way_m: Floats
    cell_m: float


def cell_m(reaches_m: list[float]) -> float:
    """Give the raster's width for these reaches, ascending: whole decimetres."""
    wanted = min(reaches_m[-1] / _CELLS_A_REACH, reaches_m[0] / 12)
    return round(min(max(wanted, _FINEST_M), _COARSEST_M), 1)


def rasters(
    facilities: Stops, *, streets: Streets, arcs: Arcs, grid: Grid, reaches_m: list[float]
) -> Iterator[tuple[int, Raster]]:
    """Give the row of each facility that is placed, and the raster of ways around it."""
    nodes = len(streets.nodes_xy)
    keys, items = np.empty(nodes, np.int64), np.empty(nodes, np.int32)
    slot, way = np.full(nodes, -1, np.int32), np.full(nodes, FAR, np.int64)
    touched = np.empty(nodes, np.int32)
    cell = cell_m(reaches_m)
    limit = int((reaches_m[-1] + (OUTWARD + 1.0) * cell) * 1e6)
    for f in np.flatnonzero(facilities.edge >= 0).tolist():
        visited = reach(
            arcs.starts, arcs.tail, arcs.cost_um, streets.ends, facilities.edge[f],
            facilities.off_um[f], facilities.begin_um[f], facilities.end_um[f], limit,
            keys, items, slot, way, touched,
        )  # fmt: skip
        bounds = np.empty(4)
        _bounds(
            touched[:visited], way, arcs.starts, arcs.edge, arcs.cost_um, grid.edge_m,
            streets.nodes_xy, limit, facilities.xy[f], _own(facilities, f, streets, grid, limit),
            bounds,
        )  # fmt: skip
        yield f, _raster(facilities, f, way, bounds, streets, grid, cell)
        way[touched[:visited]] = FAR


def _raster(
    facilities: Stops, f: int, way: NDArray[np.int64], bounds: Floats, streets: Streets,
    grid: Grid, cell: float,
) -> Raster:  # fmt: skip
    wide, high = bounds[2:] - bounds[:2] + 2 * (ACROSS_M + cell)
    while wide * high > cell * cell * _MOST_POINTS:
        cell *= 2
    low = np.floor((bounds[:2] - ACROSS_M - cell) / cell)
    columns, rows = int(wide / cell) + 3, int(high / cell) + 3
    x, y = (low[0] + np.arange(columns)) * cell, (low[1] + np.arange(rows)) * cell
    made = np.full((rows, columns), _NOT_THERE)
    _fill(
        x, y, grid.origin, grid.cell_m, grid.columns, grid.rows, grid.starts, grid.listed,
        grid.piece_xy, grid.edge, grid.along_m, grid.edge_m, streets.ends, streets.ahead_um,
        streets.back_um, way, facilities.xy[f], facilities.edge[f], facilities.share[f],
        facilities.off_um[f], ACROSS_M, made,
    )  # fmt: skip
    return Raster(x, y, made, cell)


def outline(raster: Raster, reach_m: float) -> shapely.MultiPolygon:
    """Outline the points of a raster whose way is at most ``reach_m``."""
    inside = raster.way_m <= reach_m + OUTWARD * raster.cell_m
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not len(rows):
        return shapely.MultiPolygon()
    y, x = slice(rows[0] - 1, rows[-1] + 2), slice(columns[0] - 1, columns[-1] + 2)
    beyond = (raster.way_m[y, x] - reach_m) / raster.cell_m - OUTWARD
    # Away from 0, so that no corner of the outline falls on a raster point; see the nesting above.
    beyond = np.where(beyond > 0, np.clip(beyond, 0.05, 0.5), np.clip(beyond, -0.5, -0.05))
    made: Any = contourpy.contour_generator(
        raster.x[x], raster.y[y], beyond, fill_type="ChunkCombinedOffsetOffset"
    ).filled(-9.0, 0.0)
    points, rings, polygons = (part[0] for part in made)
    shape = shapely.from_ragged_array(
        shapely.GeometryType.MULTIPOLYGON,
        np.round(points, 3),
        (rings.astype(np.int64), polygons.astype(np.int64), np.array([0, len(polygons) - 1])),
    )
    found: shapely.MultiPolygon = shape[0]
    return found


def _own(facilities: Stops, f: int, streets: Streets, grid: Grid, limit: int) -> float:
    """How far the ground reached along the facility's own edge may be from it, in metres."""
    edge = facilities.edge[f]
    least = min(cost for cost in (streets.ahead_um[edge], streets.back_um[edge]) if cost >= 0)
    part = min(1.0, (limit - facilities.off_um[f]) / max(least, 1))
    return float(facilities.off_um[f] * 1e-6 + max(part, 0.0) * grid.edge_m[edge])


@compiled
def _bounds(touched, way, starts, edge, cost, edge_m, nodes_xy, limit, point, own, bounds):  # type: ignore[no-untyped-def]
    """Bound what is reached of the streets: the nodes, and how far beyond each one comes."""
    bounds[0], bounds[1] = point[0] - own, point[1] - own
    bounds[2], bounds[3] = point[0] + own, point[1] + own
    for k in range(len(touched)):
        node = touched[k]
        further = 0.0
        for i in range(starts[node], starts[node + 1]):
            part = 1.0
            if cost[i] > limit - way[node]:
                part = (limit - way[node]) / cost[i]
            further = max(further, part * edge_m[edge[i]])
        bounds[0] = min(bounds[0], nodes_xy[node, 0] - further)
        bounds[1] = min(bounds[1], nodes_xy[node, 1] - further)
        bounds[2] = max(bounds[2], nodes_xy[node, 0] + further)
        bounds[3] = max(bounds[3], nodes_xy[node, 1] + further)


@compiled
def _fill(  # type: ignore[no-untyped-def]
    x, y, origin, grid_m, grid_columns, grid_rows, starts, listed, piece_xy, edge, along,
    edge_m, ends, ahead, back, way, f_xy, f_edge, f_share, f_off, across, made,
):  # fmt: skip
    """Give each raster point the way of the nearest place on a street."""
    rows, columns = made.shape
    gap = np.full((rows, columns), across * across)
    beside = np.full((rows, columns), 1e12)
    close = (ON_STREET * (x[1] - x[0])) ** 2
    done = np.zeros(len(edge), np.bool_)
    left = min(max(int((x[0] - across - origin[0]) / grid_m), 0), grid_columns - 1)
    right = min(max(int((x[-1] + across - origin[0]) / grid_m), 0), grid_columns - 1)
    lower = min(max(int((y[0] - across - origin[1]) / grid_m), 0), grid_rows - 1)
    upper = min(max(int((y[-1] + across - origin[1]) / grid_m), 0), grid_rows - 1)
    for grid_row in range(lower, upper + 1):
        for k in range(
            starts[grid_row * grid_columns + left], starts[grid_row * grid_columns + right + 1]
        ):
            i = listed[k]
            if done[i]:
                continue
            done[i] = True
            e = edge[i]
            by_begin, by_end = way[ends[e, 0]] * 1e-6, way[ends[e, 1]] * 1e-6
            if back[e] < 0:
                by_begin = 1e12
            if ahead[e] < 0:
                by_end = 1e12
            ax, ay = piece_xy[i, 0], piece_xy[i, 1]
            dx, dy = piece_xy[i, 2] - ax, piece_xy[i, 3] - ay
            square = dx * dx + dy * dy
            length = np.sqrt(square)
            left_x, right_x = _range(ax, ax + dx, x, across)
            low_y, high_y = _range(ay, ay + dy, y, across)
            for row in range(low_y, high_y):
                for column in range(left_x, right_x):
                    px, py = x[column] - ax, y[row] - ay
                    t = 0.0
                    if square > 0.0:
                        t = min(max((px * dx + py * dy) / square, 0.0), 1.0)
                    qx, qy = px - t * dx, py - t * dy
                    off = qx * qx + qy * qy
                    if off >= gap[row, column] and off > close:
                        continue
                    share = 0.0
                    if edge_m[e] > 0.0:
                        share = (along[i] + t * length) / edge_m[e]
                    there = by_begin + share * back[e] * 1e-6
                    there = min(there, by_end + (1.0 - share) * ahead[e] * 1e-6)
                    if e == f_edge and ahead[e] >= 0 and share <= f_share:
                        there = min(there, (f_off + (f_share - share) * ahead[e]) * 1e-6)
                    if e == f_edge and back[e] >= 0 and share >= f_share:
                        there = min(there, (f_off + (share - f_share) * back[e]) * 1e-6)
                    there += np.sqrt(off)
                    if off <= close:
                        beside[row, column] = min(beside[row, column], there)
                    if off < gap[row, column]:
                        gap[row, column] = off
                        made[row, column] = there
    for row in range(rows):
        for column in range(columns):
            made[row, column] = min(made[row, column], beside[row, column])
    _straight(x, y, f_xy, f_off * 1e-6, across, gap, made)


@compiled
def _range(one, other, values, margin):  # type: ignore[no-untyped-def]
    """Give the first and the one after the last of the values near both of two numbers."""
    step = values[1] - values[0]
    low, high = min(one, other) - margin - values[0], max(one, other) + margin - values[0]
    return max(int(np.ceil(low / step)), 0), min(int(np.floor(high / step)) + 1, len(values))


@compiled
def _straight(x, y, f_xy, f_off, across, gap, made):  # type: ignore[no-untyped-def]
    """Take the straight line where it crosses no street."""
    for row in range(len(y)):
        if abs(y[row] - f_xy[1]) > f_off + across:
            continue
        for column in range(len(x)):
            if abs(x[column] - f_xy[0]) > f_off + across:
                continue
            line = np.hypot(x[column] - f_xy[0], y[row] - f_xy[1])
            if line <= np.sqrt(gap[row, column]) + f_off:
                made[row, column] = min(made[row, column], line)
