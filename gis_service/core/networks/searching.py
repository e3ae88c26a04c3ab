"""Shortest ways from all origins to facilities: searches that start at the facility.

All costs are whole micrometres (`gis_service.core.networks.graph`). A way from an origin o to a
facility f is the shortest of

- to the street, along the streets, and from the street to f;
- to the street, along o's own edge where f lies on the same one, and from the street to f;
- the straight line, where it is no longer than both ways to the street together. No street comes
  nearer to a point than its own way to the street, so this line crosses none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gis_service.core.compiled import compiled
from gis_service.core.networks.buckets import spread
from gis_service.core.networks.graph import Arcs, Floats, Ints, Streets
from gis_service.core.networks.heap import pop, push
from gis_service.core.networks.snapping import Places

FAR = np.iinfo(np.int64).max // 4
"""Longer than every way."""


@dataclass(frozen=True, eq=False)
class Stops:
    """Places, prepared for a search: through which nodes, and at what cost, one comes or goes.

    ``begin_um`` and ``end_um`` cost between the place and the begin and end of its edge, -1 where
    that may not be walked; ``ahead_um`` and ``back_um`` how far along the edge it lies when walked
    in either direction; ``off_um`` the way between point and street.
    """

    xy: Floats
    edge: Ints
    off_um: Ints
    begin_um: Ints
    end_um: Ints
    share: Floats
    ahead_um: Ints
    back_um: Ints

    @classmethod
    def of(cls, places: Places, streets: Streets, *, leaving: bool) -> Stops:
        """Prepare places that are left (origins) or reached (facilities)."""
        far = places.far
        edge = np.where(far, 0, places.edge)
        ahead, back, share = streets.ahead_um[edge], streets.back_um[edge], places.share
        at_ahead = np.rint(share * ahead).astype(np.int64)
        at_back = np.rint(share * back).astype(np.int64)
        if leaving:
            begin = np.where(back >= 0, at_back, -1)
            end = np.where(ahead >= 0, ahead - at_ahead, -1)
        else:
            begin = np.where(ahead >= 0, at_ahead, -1)
            end = np.where(back >= 0, back - at_back, -1)
        begin = np.where(share == 0.0, 0, begin)
        end = np.where(share == 1.0, 0, end)
        off = np.where(far, 0.0, places.off_m)
        return cls(
            places.xy,
            np.where(far, -1, edge),
            np.rint(off * 1e6).astype(np.int64),
            np.where(far, -1, begin),
            np.where(far, -1, end),
            share,
            at_ahead,
            at_back,
        )


@dataclass(frozen=True, eq=False)
class Listed:
    """Numbers of stops by what they belong to: ``number[starts[k]:starts[k + 1]]``, with costs."""

    starts: Ints
    number: Ints
    cost_um: Ints

    @classmethod
    def of(cls, key: Ints, number: Ints, cost_um: Ints, *, keys: int) -> Listed:
        """Group rows by ``key`` from 0 to ``keys - 1``; rows of one key keep their order."""
        order = np.argsort(key, kind="stable")
        starts = np.concatenate(([0], np.cumsum(np.bincount(key, minlength=keys))))
        return cls(starts.astype(np.int64), number[order], cost_um[order])


def nearest(
    origins: Stops, facilities: Stops, *, streets: Streets, arcs: Arcs, limit_um: int = FAR
) -> tuple[Ints, Ints]:
    """Give for each origin the shortest way in µm (`FAR` when none) and the facility (or -1).

    Of facilities equally near the first is given.
    """
    nodes = len(streets.nodes_xy)
    way = np.full(nodes, FAR, dtype=np.int64)
    owner = np.full(nodes, -1, dtype=np.int64)
    spread(
        arcs.starts, arcs.tail, arcs.cost_um, streets.ends, facilities.edge, facilities.off_um,
        facilities.begin_um, facilities.end_um, limit_um, way, owner,
    )  # fmt: skip
    best = np.full(len(origins.edge), FAR, dtype=np.int64)
    which = np.full(len(origins.edge), -1, dtype=np.int64)
    near = beside(origins, facilities, streets=streets)
    _collect(
        streets.ends, origins.edge, origins.off_um, origins.begin_um, origins.end_um, way, owner,
        near.starts, near.number, near.cost_um, best, which,
    )  # fmt: skip
    best[best > limit_um] = FAR
    which[best == FAR] = -1
    return best, which


def pairs(
    origins: Stops, facilities: Stops, *, streets: Streets, arcs: Arcs, limit_um: int
) -> tuple[Ints, Ints, Ints]:
    """Give origin, facility and way in µm of all pairs within the limit, by origin, facility."""
    near = beside(origins, facilities, streets=streets)
    begin, end = np.flatnonzero(origins.begin_um >= 0), np.flatnonzero(origins.end_um >= 0)
    leaving = Listed.of(
        np.concatenate((streets.ends[origins.edge[begin], 0], streets.ends[origins.edge[end], 1])),
        np.concatenate((begin, end)),
        np.concatenate(
            (
                origins.off_um[begin] + origins.begin_um[begin],
                origins.off_um[end] + origins.end_um[end],
            )
        ),
        keys=len(streets.nodes_xy),
    )
    origin, facility, way = _bounded(
        arcs.starts, arcs.tail, arcs.cost_um, streets.ends, leaving.starts, leaving.number,
        leaving.cost_um, len(origins.edge), near.starts, near.number, near.cost_um,
        facilities.edge, facilities.off_um, facilities.begin_um, facilities.end_um, limit_um,
    )  # fmt: skip
    by_origin = np.argsort(origin, kind="stable")
    return origin[by_origin], facility[by_origin], way[by_origin]


def beside(origins: Stops, facilities: Stops, *, streets: Streets) -> Listed:
    """List by facility the origins on the same edge and those in a straight line beside it."""
    placed = np.flatnonzero(origins.edge >= 0)
    here = Listed.of(origins.edge[placed], placed, placed, keys=len(streets.ends))
    order = placed[np.argsort(origins.xy[placed, 0], kind="stable")]
    facility, origin, cost = _beside(
        here.starts, here.number, order, np.ascontiguousarray(origins.xy[order, 0]), origins.xy,
        origins.off_um, origins.share, origins.ahead_um, origins.back_um,
        int(origins.off_um.max(initial=0)), facilities.xy, facilities.edge, facilities.off_um,
        facilities.share, facilities.ahead_um, facilities.back_um, streets.ahead_um,
        streets.back_um,
    )  # fmt: skip
    return Listed.of(facility, origin, cost, keys=len(facilities.edge))


@compiled
def _along(o_share, o_ahead, o_back, f_share, f_ahead, f_back, ahead, back):  # type: ignore[no-untyped-def]
    """Cost from one place to another on the same edge, `FAR` when it may not be walked."""
    cost = np.int64(FAR)
    if ahead >= 0 and o_share <= f_share:
        cost = f_ahead - o_ahead
    if back >= 0 and o_share >= f_share:
        cost = min(cost, o_back - f_back)
    if o_share == f_share:
        cost = np.int64(0)
    return cost


@compiled
def _beside(  # type: ignore[no-untyped-def]
    here_starts, here, by_x, x_sorted, o_xy, o_off, o_share, o_ahead, o_back, widest, f_xy,
    f_edge, f_off, f_share, f_ahead, f_back, ahead, back,
):  # fmt: skip
    """List facility, origin and cost: along the edge of both, or straight across no street."""
    room, found = 1024, 0
    facility, origin = np.empty(room, np.int64), np.empty(room, np.int64)
    cost = np.empty(room, np.int64)
    for f in range(len(f_edge)):
        e = f_edge[f]
        if e < 0:
            continue
        reach = (f_off[f] + widest + 1) * 1e-6
        first = np.searchsorted(x_sorted, f_xy[f, 0] - reach)
        on_edge = here_starts[e + 1] - here_starts[e]
        k = -on_edge
        while True:
            if k < 0:
                o = here[here_starts[e + 1] + k]
                um = _along(o_share[o], o_ahead[o], o_back[o], f_share[f], f_ahead[f], f_back[f],
                            ahead[e], back[e])  # fmt: skip
                good = um < FAR
                um += o_off[o] + f_off[f]
            else:
                at = first + k
                if at >= len(by_x) or x_sorted[at] > f_xy[f, 0] + reach:
                    break
                o = by_x[at]
                gap = np.hypot(f_xy[f, 0] - o_xy[o, 0], f_xy[f, 1] - o_xy[o, 1])
                um = np.int64(np.rint(gap * 1e6))
                good = um <= o_off[o] + f_off[f]
            k += 1
            if good:
                if found == room:
                    room *= 2
                    facility, origin = _longer(facility, room), _longer(origin, room)
                    cost = _longer(cost, room)
                facility[found], origin[found], cost[found] = f, o, um
                found += 1
    return facility[:found], origin[:found], cost[:found]


@compiled
def _longer(values, room):  # type: ignore[no-untyped-def]
    made = np.empty(room, values.dtype)
    made[: len(values)] = values
    return made


@compiled
def _collect(  # type: ignore[no-untyped-def]
    ends, edge, off, begin, end, way, owner, near_starts, near, near_um, best, which,
):  # fmt: skip
    """Take for each origin the shortest of the ways by both ends of its edge and of the near."""
    for o in range(len(edge)):
        if edge[o] < 0:
            continue
        for side in range(2):
            leave = begin[o] if side == 0 else end[o]
            node = ends[edge[o], side]
            if leave < 0 or owner[node] < 0:
                continue
            cost = off[o] + leave + way[node]
            if cost < best[o] or (cost == best[o] and owner[node] < which[o]):
                best[o], which[o] = cost, owner[node]
    for f in range(len(near_starts) - 1):
        for k in range(near_starts[f], near_starts[f + 1]):
            o = near[k]
            if near_um[k] < best[o] or (near_um[k] == best[o] and f < which[o]):
                best[o], which[o] = near_um[k], f


@compiled
def _bounded(  # type: ignore[no-untyped-def]
    starts, tails, costs, ends, leave_starts, leave, leave_um, origins, near_starts, near,
    near_um, edge, off, begin, end, limit,
):  # fmt: skip
    """Search back from one facility after the other, not farther than the limit."""
    nodes = len(starts) - 1
    keys, items = np.empty(nodes, np.int64), np.empty(nodes, np.int32)
    slot, way = np.full(nodes, -1, np.int32), np.full(nodes, FAR, np.int64)
    touched = np.empty(nodes, np.int32)
    best, seen = np.full(origins, FAR, np.int64), np.empty(origins, np.int64)
    room, found = 1024, 0
    out_o, out_f = np.empty(room, np.int64), np.empty(room, np.int64)
    out_um = np.empty(room, np.int64)
    for f in range(len(edge)):
        visited = reach(starts, tails, costs, ends, edge[f], off[f], begin[f], end[f], limit,
                        keys, items, slot, way, touched)  # fmt: skip
        met = 0
        for k in range(visited):
            node = touched[k]
            for i in range(leave_starts[node], leave_starts[node + 1]):
                o, cost = leave[i], way[node] + leave_um[i]
                if cost <= limit and cost < best[o]:
                    if best[o] == FAR:
                        seen[met] = o
                        met += 1
                    best[o] = cost
            way[node] = FAR
        for i in range(near_starts[f], near_starts[f + 1]):
            o, cost = near[i], near_um[i]
            if cost <= limit and cost < best[o]:
                if best[o] == FAR:
                    seen[met] = o
                    met += 1
                best[o] = cost
        if found + met > room:
            room = max(2 * room, found + met)
            out_o, out_f = _longer(out_o, room), _longer(out_f, room)
            out_um = _longer(out_um, room)
        for k in range(met):
            o = seen[k]
            out_o[found], out_f[found], out_um[found] = o, f, best[o]
            best[o] = FAR
            found += 1
    return out_o[:found], out_f[:found], out_um[:found]


@compiled
def reach(  # type: ignore[no-untyped-def]
    starts, tails, costs, ends, edge, off, begin, end, limit, keys, items, slot, way, touched,
):  # fmt: skip
    """Fill ``way`` of the nodes within the limit of one facility; return how many it touched.

    ``way`` must be `FAR` and ``slot`` -1 throughout; the caller sets the touched ones back.
    """
    size = visited = 0
    if edge < 0:
        return visited
    for side in range(2):
        cost = begin if side == 0 else end
        node = ends[edge, side]
        if cost >= 0 and off + cost <= limit and off + cost < way[node]:
            if way[node] == FAR:
                touched[visited] = node
                visited += 1
            way[node] = off + cost
            size = push(keys, items, slot, size, node, way[node])
    while size > 0:
        node, key = items[0], keys[0]
        size = pop(keys, items, slot, size)
        for k in range(starts[node], starts[node + 1]):
            other = tails[k]
            cost = key + costs[k]
            if cost <= limit and cost < way[other]:
                if way[other] == FAR:
                    touched[visited] = other
                    visited += 1
                way[other] = cost
                size = push(keys, items, slot, size, other, cost)
    return visited
