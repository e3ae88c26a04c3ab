"""The points of an agreed line and how it runs (边界点成果表, 走向说明).

Definitions
-----------
thinning
    Of the line's vertices those are kept (Douglas and Peucker 1973) from which the line can be
    drawn again within `THIN_M`; coordinates are then rounded to 0.01 m, which moves a point by at
    most 0.0071 m, so that the line drawn from the table lies within 0.01 m of the agreed one.
kinds
    `three_way` where at least three communities meet, `end` where a part ends otherwise,
    `on_feature` where the line lies on a named line, else `turning`.
following
    A leg follows a named line when both ends and its middle lie within the tolerance of it, and
    it gets ahead along it by at least half its own length (so that crossing is not following).
runs
    Legs in a row that follow the same named line, or none and lie in the same of the 16
    directions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from gis_service.core.agreed import NewLine
from gis_service.core.bearings import (
    convergences,
    grid_bearings,
    positions,
    sixteenth,
    true_bearings,
)
from gis_service.core.topology import GRID_M, Objects
from gis_service.model.lines import (
    AgreedLine,
    BoundaryPoint,
    Leg,
    LinePart,
    NamedLine,
    PointKind,
    Run,
)

THIN_M = 0.002
FOLLOW_M = 1.0
"""How far a line may lie from a named line that it is said to follow, by default."""

Floats = NDArray[np.float64]


def thinned(way: Floats) -> Floats:
    """Give the points (n, 2) of the table: thinned and rounded to 0.01 m, none twice in a row.

    Parameters
    ----------
    way
        Coordinates of the line, metres; a closed one ends where it begins.

    Examples
    --------
    >>> thinned(np.array([[0, 0], [5, 0.001], [10, 0], [10, 7.126]])).tolist()
    [[0.0, 0.0], [10.0, 0.0], [10.0, 7.13]]
    """
    if (way[0] == way[-1]).all() and len(way) > 3:
        far = int(np.argmax(np.hypot(*(way - way[0]).T)))
        halves = [_simplified(way[: far + 1]), _simplified(way[far:])[1:]]
        kept = np.vstack(halves)
    else:
        kept = _simplified(way)
    rounded = np.round(kept, 2) + 0.0
    new = np.r_[True, (rounded[1:] != rounded[:-1]).any(axis=1)]
    return np.asarray(rounded[new])


def describe(
    lines: Sequence[NewLine],
    after: Objects,
    *,
    codes: Sequence[str],
    crs: pyproj.CRS,
    named: Sequence[NamedLine] = (),
    follow_m: float = FOLLOW_M,
) -> AgreedLine:
    """Number the points of an agreed line and say how it runs.

    Parameters
    ----------
    lines
        As `new_lines` gives them.
    after
        The communities' polygons afterwards (or None), to see where three meet.
    codes
        Of the rows that the lines name.
    crs
        Projected CRS of all coordinates.
    named
        Roads and rivers that may be named.
    follow_m
        How far the line may lie from one that it follows, metres.
    """
    ways = [thinned(shapely.get_coordinates(line.geometry)) for line in lines]
    kept = [at for at, way in enumerate(ways) if len(way) > 1]
    table = _table([ways[at] for at in kept])
    exact = np.vstack([_exact(ways[at], lines[at]) for at in kept] or [np.zeros((0, 2))])
    meeting = _meeting(exact[table.first], after)
    ends = {n for numbers in table.numbers if numbers[0] != numbers[-1] for n in _ends(numbers)}
    on = _nearest_named(table.xy, named, follow_m)
    lonlat = positions(table.xy, crs)
    turns = convergences(lonlat, crs)
    points = tuple(
        BoundaryPoint(
            number=f"J{n + 1}",
            x_north_m=float(north),
            y_east_m=float(east),
            longitude=float(lonlat[n, 0]),
            latitude=float(lonlat[n, 1]),
            kind=_kind(meeting[n], n in ends, on[n]),
            feature=on[n],
            convergence_deg=float(turns[n]),
        )
        for n, (east, north) in enumerate(table.xy)
    )
    return AgreedLine(
        points=points,
        parts=tuple(
            _part(lines[at], numbers, table.xy, codes, turns, named, follow_m)
            for at, numbers in zip(kept, table.numbers, strict=True)
        ),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Table:
    """Distinct points, where each stands first in the stacked ways, and each way's numbers."""

    xy: Floats
    first: NDArray[np.intp]
    numbers: list[list[int]]


def _table(ways: list[Floats]) -> _Table:
    known: dict[tuple[float, float], int] = {}
    first: list[int] = []
    numbers: list[list[int]] = []
    seen = 0
    for way in ways:
        mine = []
        for at, (x, y) in enumerate(way.tolist()):
            if (x, y) not in known:
                known[(x, y)] = len(known)
                first.append(seen + at)
            mine.append(known[(x, y)])
        numbers.append(mine)
        seen += len(way)
    xy = np.array(list(known), dtype=np.float64).reshape(-1, 2)
    return _Table(xy=xy, first=np.array(first, dtype=np.intp), numbers=numbers)


def _part(
    line: NewLine,
    numbers: list[int],
    xy: Floats,
    codes: Sequence[str],
    turns: Floats,
    named: Sequence[NamedLine],
    follow_m: float,
) -> LinePart:
    way = xy[numbers]
    grid = grid_bearings(way)
    true = true_bearings(grid, turns[numbers[:-1]])
    length = np.hypot(*np.diff(way, axis=0).T)
    followed = _followed(way, named, follow_m)
    names = [f"J{n + 1}" for n in numbers]
    legs = tuple(
        Leg(
            start=names[at],
            end=names[at + 1],
            distance_m=float(length[at]),
            grid_deg=float(grid[at]),
            true_deg=float(true[at]),
            direction=sixteenth(float(true[at])),
            feature="" if (along := followed[at]) is None else along.name,
        )
        for at in range(len(grid))
    )
    return LinePart(
        role=line.role,
        communities=(_code(codes, line.left), _code(codes, line.right)),
        points=tuple(names),
        legs=legs,
        runs=_runs(legs, way, turns[numbers], followed),
        geometry=line.geometry,
    )


def _runs(
    legs: tuple[Leg, ...], way: Floats, turns: Floats, followed: list[NamedLine | None]
) -> tuple[Run, ...]:
    manner = [
        (-1 if line else leg.direction, line) for leg, line in zip(legs, followed, strict=True)
    ]
    starts = [at for at in range(len(legs)) if at == 0 or manner[at] != manner[at - 1]]
    runs = []
    for begin, stop in zip(starts, [*starts[1:], len(legs)], strict=True):
        chord = way[[begin, stop]]
        closed = (chord[0] == chord[1]).all()
        bearing = None if closed else true_bearings(grid_bearings(chord), turns[[begin]])[0]
        line = followed[begin]
        runs.append(
            Run(
                start=legs[begin].start,
                end=legs[stop - 1].end,
                via=tuple(leg.end for leg in legs[begin : stop - 1]),
                distance_m=sum(leg.distance_m for leg in legs[begin:stop]),
                direction=None if bearing is None else sixteenth(float(bearing)),
                feature="" if line is None else line.name,
                feature_kind="other" if line is None else line.kind,
            )
        )
    return tuple(runs)


def _followed(way: Floats, named: Sequence[NamedLine], follow_m: float) -> list[NamedLine | None]:
    """Give for each leg the nearest named line that it follows."""
    count = len(way) - 1
    best: list[NamedLine | None] = [None] * count
    nearest = np.full(count, np.inf)
    length = np.hypot(*np.diff(way, axis=0).T)
    middle = shapely.points((way[1:] + way[:-1]) / 2)
    ends = shapely.points(way)
    for line in sorted(named, key=lambda item: item.name):  # the few near the line
        for piece in shapely.get_parts(shapely.line_merge(shapely.force_2d(line.geometry))):
            off = shapely.distance(piece, ends)
            worst = np.maximum.reduce((off[1:], off[:-1], shapely.distance(piece, middle)))
            ahead = np.abs(np.diff(shapely.line_locate_point(piece, ends)))
            better = (worst <= follow_m) & (ahead >= length / 2) & (worst < nearest)
            nearest[better] = worst[better]
            for at in np.flatnonzero(better).tolist():
                best[at] = line
    return best


def _nearest_named(xy: Floats, named: Sequence[NamedLine], follow_m: float) -> list[str]:
    best = [""] * len(xy)
    nearest = np.full(len(xy), np.inf)
    places = shapely.points(xy)
    for line in sorted(named, key=lambda item: item.name):  # the few near the line
        off = shapely.distance(line.geometry, places)
        better = (off <= follow_m) & (off < nearest)
        nearest[better] = off[better]
        for at in np.flatnonzero(better).tolist():
            best[at] = line.name
    return best


def _meeting(xy: Floats, after: Objects) -> NDArray[np.bool_]:
    """Tell at which points at least three communities meet."""
    if not len(xy):
        return np.zeros(0, dtype=np.bool_)
    tree = shapely.STRtree(after)
    point, _ = tree.query(shapely.points(xy), predicate="dwithin", distance=2 * GRID_M)
    return np.asarray(np.bincount(point, minlength=len(xy)) >= 3)


def _exact(way: Floats, line: NewLine) -> Floats:
    """Give the vertices of the unthinned line that the rounded points stand for."""
    vertices = shapely.get_coordinates(line.geometry)
    nearest = shapely.STRtree(shapely.points(vertices)).nearest(shapely.points(way))
    return np.asarray(vertices[nearest])


def _simplified(way: Floats) -> Floats:
    line = shapely.simplify(shapely.linestrings(way), THIN_M, preserve_topology=False)
    return np.asarray(shapely.get_coordinates(line))


def _kind(meeting: bool, is_end: bool, feature: str) -> PointKind:
    if meeting:
        return "three_way"
    if is_end:
        return "end"
    return "on_feature" if feature else "turning"


def _ends(numbers: list[int]) -> tuple[int, int]:
    return numbers[0], numbers[-1]


def _code(codes: Sequence[str], row: int) -> str:
    return "" if row < 0 else codes[row]
