"""Stations: vertices of several rings within a tolerance of one another (see `tolerant`)."""

from __future__ import annotations

import numpy as np

from gis_service.core.compiled import compiled
from gis_service.core.edges import _U

CELLS_A_TOLERANCE = 8.0
"""Stations are looked up in cells this many times as wide as the tolerance."""

BLOCK_BITS = 6
"""Blocks are 2^6 cells wide and have 2^6 slots."""

BLOCK = 1 << BLOCK_BITS

LONELY = -1
"""Instead of a station: no other vertex is near."""


@compiled
def _mix(column, row):  # type: ignore[no-untyped-def]
    mixed = _U(column) * _U(0x9E3779B97F4A7C15) + _U(row) * _U(0xC2B2AE3D27D4EB4F)
    mixed ^= mixed >> _U(29)
    mixed *= _U(0xFF51AFD7ED558CCD)
    return mixed >> _U(20)


@compiled
def _slot(column, row, mask):  # type: ignore[no-untyped-def]
    """Give a cell's slot: cells of one block have theirs side by side, near in memory."""
    block = _mix(column >> BLOCK_BITS, row >> BLOCK_BITS)
    return np.int64(((block << _U(BLOCK_BITS)) | (_mix(column, row) & _U(BLOCK - 1))) & mask)


@compiled
def _look(xy, x, y, square, table, at, mask):  # type: ignore[no-untyped-def]
    """Give the station within reach in one cell's slots, or less than 0: where they end."""
    while table[at] >= 0:
        station = table[at]
        dx, dy = xy[station, 0] - x, xy[station, 1] - y
        if dx * dx + dy * dy <= square:
            return station, at
        at = (at + 1) & mask
    return np.int32(-1), at


@compiled
def find_stations(xy, starts, order, origin, reach, table, stations):  # type: ignore[no-untyped-def]
    """Give each vertex the first earlier vertex within reach; count those that moved."""
    mask = len(table) - 1
    masked = _U(mask)
    width = reach * CELLS_A_TOLERANCE
    border = 1.0 / CELLS_A_TOLERANCE
    square = reach * reach
    moved, furthest = 0, 0.0
    for nth in range(len(order)):
        ring = order[nth]
        first = starts[ring]
        for i in range(first, starts[ring + 1] - 1):
            x, y = xy[i, 0], xy[i, 1]
            u, v = (x - origin[0]) / width, (y - origin[1]) / width
            column, row = np.int64(u), np.int64(v)
            found, free = _look(xy, x, y, square, table, _slot(column, row, masked), mask)
            if found < 0:
                u, v = u - column, v - row
                aside = -1 if u < border else (1 if u > 1.0 - border else 0)
                above = -1 if v < border else (1 if v > 1.0 - border else 0)
                if aside != 0:
                    slot = _slot(column + aside, row, masked)
                    found = _look(xy, x, y, square, table, slot, mask)[0]
                if found < 0 and above != 0:
                    slot = _slot(column, row + above, masked)
                    found = _look(xy, x, y, square, table, slot, mask)[0]
                if found < 0 and aside != 0 and above != 0:
                    slot = _slot(column + aside, row + above, masked)
                    found = _look(xy, x, y, square, table, slot, mask)[0]
            if found < 0:
                table[free] = i
                stations[i] = i
            else:
                stations[i] = found
                dx, dy = xy[found, 0] - x, xy[found, 1] - y
                far = dx * dx + dy * dy
                if far > 0.0:
                    moved += 1
                    furthest = max(furthest, far)
        if starts[ring + 1] > first:
            stations[starts[ring + 1] - 1] = stations[first]
    return moved, np.sqrt(furthest)


@compiled
def mark_lonely(starts, stations):  # type: ignore[no-untyped-def]
    """Take their station from vertices that are alone at it."""
    visits = np.zeros(len(stations), dtype=np.uint8)
    for ring in range(len(starts) - 1):
        for i in range(starts[ring], starts[ring + 1] - 1):
            if visits[stations[i]] < 2:
                visits[stations[i]] += 1
    for i in range(len(stations)):
        if visits[stations[i]] < 2:
            stations[i] = LONELY
