"""Giving faces to owners: edges are added and cancelled, nothing else is computed.

A community is the sum of its directed edges. Land that it gains adds the land's edges, land that
it loses adds them reversed, and an edge that is there in both directions cancels out. No overlay
is computed, so that no vertex can move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.core.checks.enclave import INSIDE_SHARE
from gis_service.core.resolutions.arrangement import Arrangement, encode
from gis_service.core.resolutions.noding import Floats, Ints
from gis_service.core.resolutions.refusal import refuse
from gis_service.core.resolutions.straightening import Draft, straightened
from gis_service.core.topology import Objects
from gis_service.model.proposals import Change


@dataclass(frozen=True)
class Exchange:
    """Which faces change hands: pairs of face and row, gained and lost."""

    gained: tuple[Ints, Ints]
    lost: tuple[Ints, Ints]


def exchange(arrangement: Arrangement, owners: Ints) -> Exchange:
    """Compare who claims each face with ``owners`` (row of each face; -1: leave it as it is)."""
    size = len(arrangement.ground.topology)
    decided = np.flatnonzero(owners >= 0)
    wanted = np.sort(decided * size + owners[decided])
    held = arrangement.claimed[owners[arrangement.claimed // size] >= 0]
    gained, lost = np.setdiff1d(wanted, held), np.setdiff1d(held, wanted)
    return Exchange((gained // size, gained % size), (lost // size, lost % size))


def redraw(arrangement: Arrangement, owners: Ints) -> tuple[Change, ...]:
    """Give each community whose coordinates change, when the faces go to ``owners``.

    Raises
    ------
    ResolutionError
        When a community would lose all its land, or its rings are invalid.
    """
    ground = arrangement.ground
    moved = exchange(arrangement, owners)
    areas = shapely.area(arrangement.faces)
    faces = {
        row: (moved.gained[0][moved.gained[1] == row], moved.lost[0][moved.lost[1] == row])
        for row in arrangement.rows.tolist()
    }
    drafts = straightened(
        arrangement,
        [
            _redrawn(arrangement, row, gained, lost)
            for row, (gained, lost) in faces.items()
            if ground.topology.reasons[row] == ""
        ],
    )
    changes = []
    for draft in drafts:  # each community is one geometry to rebuild
        gained, lost = faces[draft.row]
        new = np.setdiff1d(draft.row * len(arrangement.codes) + draft.start, arrangement.original)
        if not len(gained) and not len(lost) and not len(new):
            continue
        _require_kept(
            arrangement, draft.row, gained_m2=areas[gained].sum(), lost_m2=areas[lost].sum()
        )
        changes.append(
            Change(
                row=draft.row,
                code=str(ground.topology.codes[draft.row]),
                before=ground.stored[draft.row],
                after=_rebuilt(arrangement, draft),
                gained_m2=float(areas[gained].sum()),
                lost_m2=float(areas[lost].sum()),
            )
        )
    invalid = ground.topology.reasons != ""
    for row in np.unique(np.r_[moved.gained[1], moved.lost[1]]).tolist():
        if invalid[row]:
            _refuse_invalid(str(ground.topology.codes[row]), int(ground.topology.rows[row]))
    return tuple(changes)


def _redrawn(arrangement: Arrangement, row: int, gained: Ints, lost: Ints) -> Draft:
    """Add and cancel the edges of the parts that the land touches, or lies in."""
    edges = arrangement.edges
    mine = edges.row == row
    parts = shapely.get_parts(arrangement.ground.stored[row])
    inner = shapely.point_on_surface(arrangement.faces[lost])
    within = shapely.STRtree(parts).query(inner, predicate="intersects")[1]
    touched = np.union1d(edges.part[mine & edges.near], within)
    mine &= np.isin(edges.part, touched)
    plus, minus = np.isin(arrangement.face, gained), np.isin(arrangement.face, lost)
    start = np.r_[edges.start[mine], arrangement.start[plus], arrangement.end[minus]]
    end = np.r_[edges.end[mine], arrangement.end[plus], arrangement.start[minus]]
    start, end = _net(start, end, len(arrangement.codes))
    return Draft(row=row, parts=touched, start=start, end=end)


def _rebuilt(arrangement: Arrangement, draft: Draft) -> BaseGeometry:
    before = arrangement.ground.stored[draft.row]
    parts = shapely.get_parts(before)
    kept = np.delete(parts, draft.parts)
    if not len(draft.start) and not len(kept):
        _refuse_emptied(str(arrangement.ground.topology.codes[draft.row]))
    polygons = _polygons(arrangement, draft.start, draft.end)
    result = np.r_[kept, _as_stored(arrangement, polygons, parts[draft.parts])]
    if len(result) == 1 and shapely.get_type_id(before) == 3:
        return result[0]
    return shapely.multipolygons(result)


def _net(start: Ints, end: Ints, count: int) -> tuple[Ints, Ints]:
    """Cancel edges that run both ways."""
    ids, uses = np.unique(start * count + end, return_counts=True)
    back = (ids % count) * count + ids // count
    at = np.minimum(np.searchsorted(ids, back), max(len(ids) - 1, 0))
    against = np.where(ids[at] == back, uses[at], 0) if len(ids) else uses
    left = uses > against
    if (uses - against > 1).any():
        _refuse_tangled()
    return ids[left] // count, ids[left] % count


def _polygons(arrangement: Arrangement, start: Ints, end: Ints) -> Objects:
    """Build polygons (on the grid) from directed edges; verify that they have the edges' area."""
    if not len(start):
        return np.empty(0, dtype=object)
    ends = np.stack((arrangement.on_grid(start), arrangement.on_grid(end)), axis=1)
    faces = shapely.get_parts(shapely.polygonize(shapely.linestrings(ends)))
    rings = shapely.get_exterior_ring(shapely.orient_polygons(faces, exterior_cw=False))
    first = shapely.get_coordinates(shapely.get_point(rings, 0))
    second = shapely.get_coordinates(shapely.get_point(rings, 1))
    tail, head = (
        np.searchsorted(arrangement.codes, _cells(arrangement, xy)) for xy in (first, second)
    )
    count = len(arrangement.codes)
    faces = faces[np.isin(tail * count + head, start * count + end)]
    local = ends - ends[0, 0]
    turned = (local[:, 0, 0] * local[:, 1, 1] - local[:, 1, 0] * local[:, 0, 1]).sum() / 2
    if not abs(shapely.area(faces).sum() - turned) <= 1e-5 + 1e-12 * turned:
        _refuse_tangled()
    return np.asarray(faces, dtype=object)


def _as_stored(arrangement: Arrangement, polygons: Objects, before: Objects) -> Objects:
    """Write polygons with stored coordinates; rings start and turn as those they replace."""
    old = [shapely.get_coordinates(ring)[:-1] for ring in shapely.get_rings(before)]
    heads = _cells(arrangement, np.array([ring[0] for ring in old]))
    own = np.vstack([_unwrapped(arrangement, ring) for ring in old])
    codes = _cells(arrangement, own)
    order = np.argsort(codes, kind="stable")
    clockwise = not bool(shapely.is_ccw(shapely.get_rings(before[:1])[0]))
    fresh = np.empty(len(polygons), dtype=object)
    for index, polygon in enumerate(shapely.orient_polygons(polygons, exterior_cw=clockwise)):
        shell, *holes = (
            _ring(arrangement, shapely.get_coordinates(ring), (codes, own, order), heads)
            for ring in shapely.get_rings(polygon)
        )
        fresh[index] = shapely.polygons(shell, holes=holes or None)
    return fresh


def _cells(arrangement: Arrangement, xy: Floats) -> Ints:
    return encode(np.rint(xy * 1000) - arrangement.origin)


def _unwrapped(arrangement: Arrangement, ring: Floats) -> Floats:
    """Turn a ring so that points in one grid cell don't stand at both of its ends."""
    codes = _cells(arrangement, ring)
    apart = np.flatnonzero(codes != codes[0])
    return np.roll(ring, len(ring) - 1 - apart[-1], axis=0) if len(apart) else ring


def _ring(
    arrangement: Arrangement, xy: Floats, own: tuple[Ints, Floats, Ints], heads: Ints
) -> Floats:
    """Write one ring: each vertex as this community stores it, else as another one does."""
    codes = _cells(arrangement, xy[:-1])
    head = np.flatnonzero(np.isin(codes, heads))
    codes = np.roll(codes, -head[0]) if len(head) else codes
    numbers, own_xy, order = own
    begin = np.searchsorted(numbers, codes, side="left", sorter=order)
    count = np.searchsorted(numbers, codes, side="right", sorter=order) - begin
    written = arrangement.xy[np.searchsorted(arrangement.codes, codes)]
    mine = np.flatnonzero(count)
    written[mine] = own_xy[order[begin[mine]]]
    previous = numbers[order[begin[mine]] - 1]
    ahead = dict(zip(mine.tolist(), (previous == np.roll(codes, 1)[mine]).tolist(), strict=True))
    for at in np.flatnonzero(count > 1)[::-1].tolist():  # few: several points in one grid cell
        same = np.sort(order[begin[at] : begin[at] + count[at]])
        if (np.diff(same) == 1).all():
            several = own_xy[same if ahead[at] else same[::-1]]
            written = np.insert(np.delete(written, at, axis=0), at, several, axis=0)
    return np.vstack((written, written[:1]))


def _refuse_invalid(code: str, number: int) -> NoReturn:
    refuse(
        f"社区 {code}（第 {number} 行）的边界自相交或无效，无法在其上移动界线。请先改正该边界。",
        f"The boundary of community {code} (row {number}) is invalid, so no line of it can be "
        "moved. Correct its rings first.",
        reason="invalid-boundary",
        community=code,
    )


def _require_kept(arrangement: Arrangement, row: int, *, gained_m2: float, lost_m2: float) -> None:
    """Refuse to leave a community with less than a thousandth of its land: nobody would see it."""
    topology = arrangement.ground.topology
    if lost_m2 > gained_m2 and lost_m2 >= INSIDE_SHARE * shapely.area(topology.usable[row]):
        _refuse_emptied(str(topology.codes[row]))


def _refuse_emptied(code: str) -> NoReturn:
    refuse(
        f"社区 {code} 将失去全部（或几乎全部）土地，因此不能这样处理。"
        f"可把这块地划归 {code}，或由各方分割。",
        f"Community {code} would lose all its land, or nearly all. "
        f"Award the land to {code}, or split it.",
        reason="community-emptied",
        community=code,
    )


def _refuse_tangled() -> NoReturn:
    refuse(
        "此处的边界线相互缠绕，结果无法证明。请先改正附近的自相交或重复面。",
        "The lines are tangled here, so that the outcome can't be proven. Correct self-crossings "
        "and duplicates nearby first.",
        reason="tangled",
    )
