"""The known faults that are put into the finished coverage, each recorded.

An overlap or gap is made by moving one community's copy of a shared line, its neighbour's copy
staying where it is: into the neighbour (overlap) or back into itself (gap). A sliver is the same,
decimetres wide. All faults lie on different lines, well apart, away from junctions and the rim.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gis_service.samples.lines import Drawing
from gis_service.samples.terrain import Array, on_grid

OVERLAP_AREAS_M2 = (650, 980, 1500, 2300, 3500, 5200, 8000, 12_500, 18_500, 27_000)
GAP_AREAS_M2 = (700, 1600, 3400, 7000, 13_500, 22_500)
SLIVERS = (
    # kind, length in m, width in m
    ("overlap", 55, 0.16),
    ("gap", 70, 0.21),
    ("overlap", 90, 0.30),
    ("gap", 110, 0.18),
    ("overlap", 130, 0.36),
    ("gap", 150, 0.26),
    ("overlap", 170, 0.12),
    ("gap", 190, 0.38),
    ("overlap", 215, 0.22),
    ("gap", 240, 0.32),
    ("overlap", 265, 0.40),
    ("gap", 290, 0.14),
)
_APART_M = 90.0
_FROM_JUNCTION_M = 35.0
_CLEARANCE_M = 12.0
_LOOP_M = 0.3


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One planted fault.

    Attributes
    ----------
    kind
        ``overlap``, ``gap``, ``sliver_overlap``, ``sliver_gap``, ``self_crossing`` or
        ``duplicate_code``.
    codes
        Sorted own codes of the communities concerned.
    area_m2, width_m
        Planar area, and greatest depth across the line; 0 for a duplicate code.
    geometry
        Where it lies, EPSG:4547; None for a duplicate code.
    """

    kind: str
    codes: tuple[str, ...]
    area_m2: float
    width_m: float
    geometry: shapely.Polygon | None


@dataclass
class _Sheet:
    """The coverage while faults are put in: the mover's ring parts, by (community, line)."""

    drawing: Drawing
    clean: list[shapely.Polygon]
    moved: dict[tuple[int, int], Array]
    places: list[shapely.Polygon]


def plant(
    drawing: Drawing, codes: list[str], *, rng: np.random.Generator
) -> tuple[list[Array], list[Fault]]:
    """Put the faults in; give every community's open ring and the record of the faults."""
    sheet = _Sheet(drawing, drawing.polygons(), {}, [])
    order = [int(i) for i in rng.permutation(len(drawing.lines)) if drawing.lines[i].right >= 0]
    wanted = [("overlap", float(area)) for area in OVERLAP_AREAS_M2]
    wanted += [("gap", float(area)) for area in GAP_AREAS_M2]
    wanted.sort(key=lambda item: -item[1])
    faults = []
    for kind, area in wanted:
        length = float(np.clip(2.3 * area**0.5, 70.0, 430.0))
        depth = area / (0.66 * length)
        move = _place(sheet, order, rng, kind=kind, length=length, depth=depth)
        faults.append(_record(move, codes, kind=kind))
    for kind, length, depth in reversed(SLIVERS):
        move = _place(sheet, order, rng, kind=kind, length=float(length), depth=depth)
        faults.append(_record(move, codes, kind=f"sliver_{kind}"))
    faults.append(_loop(sheet, order, codes))
    return [_ring(sheet, i) for i in range(len(codes))], faults


@dataclass(frozen=True)
class _Move:
    """A moved stretch: who moved which line, its new vertices, and the land between."""

    line: int
    mover: int
    other: int
    xy: Array
    between: shapely.Polygon
    depth: float


def _place(
    sheet: _Sheet,
    order: list[int],
    rng: np.random.Generator,
    *,
    kind: str,
    length: float,
    depth: float,
) -> _Move:
    """Find a line with room for the fault, and take it off the list."""
    for number in order:
        for _ in range(3):
            share, left_moves = float(rng.uniform()), bool(rng.integers(2))
            move = _try(
                sheet,
                number,
                kind=kind,
                length=length,
                depth=depth,
                share=share,
                left_moves=left_moves,
            )
            if move is not None:
                order.remove(number)
                sheet.moved[(move.mover, number)] = move.xy
                sheet.places.append(move.between)
                return move
    raise RuntimeError(f"no line has room for {kind} of {length:.0f} m")


def _try(
    sheet: _Sheet,
    number: int,
    *,
    kind: str,
    length: float,
    depth: float,
    share: float,
    left_moves: bool,
) -> _Move | None:
    line = sheet.drawing.lines[number]
    along = _along(line.xy)
    room = along[-1] - length - 2 * _FROM_JUNCTION_M
    if room < 0:
        return None
    begin = _FROM_JUNCTION_M + share * room
    first, last = np.searchsorted(along, (begin, begin + length))
    last = int(min(last, len(along) - 4))
    if last - first < 6:
        return None
    mover, other = (line.left, line.right) if left_moves else (line.right, line.left)
    # Left of the line is the left community's land: moving to the left is into it.
    to_left = (kind == "gap") == left_moves
    xy = _displaced(line.xy, int(first), last, depth if to_left else -depth)
    stretch = line.xy[first : last + 1]
    between = shapely.Polygon(np.concatenate((stretch, xy[first + 1 : last][::-1])))
    loser = sheet.clean[mover if kind == "gap" else other]
    if not _has_room(sheet, between, loser, wide=depth > 1.0):
        return None
    return _Move(number, mover, other, xy, between, depth)


def _displaced(xy: Array, first: int, last: int, depth: float) -> Array:
    """Move a stretch across its chord: not at all at its ends, by ``depth`` in its middle."""
    a, b = xy[first], xy[last]
    way = (b - a) / np.hypot(*(b - a))
    share = (xy[first : last + 1] - a) @ way / np.hypot(*(b - a))
    ramp = np.clip(np.minimum(share, 1 - share) / 0.34, 0.0, 1.0)
    profile = ramp * ramp * (3 - 2 * ramp) * (1.0 + 0.06 * np.sin(share * 17.0))
    new = xy.copy()
    new[first : last + 1] += (depth * profile)[:, None] * np.array([-way[1], way[0]])
    return on_grid(new)


def _has_room(
    sheet: _Sheet, between: shapely.Polygon, loser: shapely.Polygon, *, wide: bool
) -> bool:
    """Whether the fault is one sound piece, inside one community, and far from the others."""
    if not between.is_valid or between.area < 1.2:
        return False
    if any(between.distance(place) < _APART_M for place in sheet.places):
        return False
    reach = between.buffer(_CLEARANCE_M)
    near = [p for p in sheet.clean if p.intersects(reach)]
    if len(near) != 2 or between.difference(loser).area > 1e-9:
        return False
    crossing = shapely.union_all(near).exterior.intersects(reach)
    return not crossing and (not wide or shapely.maximum_inscribed_circle(between).length > 3.0)


def _record(move: _Move, codes: list[str], *, kind: str) -> Fault:
    concerned = tuple(sorted((codes[move.mover], codes[move.other])))
    return Fault(
        kind=kind,
        codes=concerned,
        area_m2=float(move.between.area),
        width_m=abs(move.depth),
        geometry=move.between,
    )


def _loop(sheet: _Sheet, order: list[int], codes: list[str]) -> Fault:
    """Make one ring cross itself in a loop of `_LOOP_M`: no area worth a finding of its own."""
    for number in order:
        line = sheet.drawing.lines[number]
        steps = np.hypot(*np.diff(line.xy, axis=0).T)
        at = len(steps) // 2
        middle = shapely.Point(line.xy[at])
        if steps[at] < 8.0 or min(middle.distance(p) for p in sheet.places) < _APART_M:
            continue
        a, b = line.xy[at], line.xy[at + 1]
        way = (b - a) / steps[at]
        across = np.array([-way[1], way[0]])
        start = (a + b) / 2
        corners = ((_LOOP_M, 0.0), (_LOOP_M, _LOOP_M), (0.0, _LOOP_M), (0.0, -0.05))
        loop = on_grid(np.array([start + x * way + y * across for x, y in corners]))
        sheet.moved[(line.left, number)] = np.concatenate(
            (line.xy[: at + 1], loop, line.xy[at + 1 :])
        )
        place = shapely.Polygon(loop[:3])
        sheet.places.append(place)
        order.remove(number)
        return Fault(
            kind="self_crossing",
            codes=(codes[line.left],),
            area_m2=_LOOP_M**2,
            width_m=_LOOP_M,
            geometry=place,
        )
    raise RuntimeError("no line has room for a loop")


def _ring(sheet: _Sheet, position: int) -> Array:
    parts = []
    for number, backwards in sheet.drawing.walks[position]:
        xy = sheet.moved.get((position, number), sheet.drawing.lines[number].xy)
        parts.append(xy[::-1][:-1] if backwards else xy[:-1])
    return np.concatenate(parts)


def _along(xy: Array) -> Array:
    return np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))))
