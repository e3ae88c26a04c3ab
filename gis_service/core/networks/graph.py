"""The walking graph: which streets there are, what walking them costs, what was left out.

Costs are whole micrometres of *even walking*: a metre of stairs counts as ``stairs_factor`` metres.
Whole numbers make a sum the same whichever way it is added up, so that a way and its reverse, or
two ways of one length, take exactly the same time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis_service.core.compiled import compiled

UM = 1_000_000
"""Micrometres in a metre."""

NO_WAY = -1
"""Cost of an edge in a direction in which it may not be walked."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Streets:
    """Edges between numbered nodes, with their lines.

    Attributes
    ----------
    nodes_xy
        Coordinates (n, 2) of the nodes in metres.
    ends
        Nodes (m, 2) at which an edge begins and ends.
    ahead_um, back_um
        Cost (m,) of walking the edge from begin to end and back, `NO_WAY` where forbidden.
    line_xy, line_starts
        Edge ``e`` runs through ``line_xy[line_starts[e]:line_starts[e + 1]]``, begin to end.
    row
        Row (m,) of the edge in the input; of several equal ones the first.
    stairs
        Whether the edge (m,) is a flight of steps.
    """

    nodes_xy: Floats
    ends: Ints
    ahead_um: Ints
    back_um: Ints
    line_xy: Floats
    line_starts: Ints
    row: Ints
    stairs: Bools


def lines_of(
    nodes_xy: Floats, ends: Ints, shapes: NDArray[np.object_] | None
) -> tuple[Floats, Ints]:
    """Give vertices and starts of the edges' lines; straight ones where no shape is given."""
    if shapes is None:
        xy = nodes_xy[ends].reshape(-1, 2)
        return np.ascontiguousarray(xy), np.arange(0, 2 * len(ends) + 1, 2, dtype=np.int64)
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    starts = np.searchsorted(owner, np.arange(len(ends) + 1)).astype(np.int64)
    return np.ascontiguousarray(xy), starts


def without_twins(streets: Streets) -> Streets:
    """Make one of edges that run along the same line, with the lesser cost in each direction.

    A two-way street is often listed as two one-way edges; only as one edge can a point on it be
    left to both sides.
    """
    low, high = streets.ends.min(axis=1), streets.ends.max(axis=1)
    key = low * (len(streets.nodes_xy) + 1) + high
    order = np.lexsort((streets.row, key))
    same = np.zeros(len(order), dtype=np.bool_)
    same[1:] = key[order][1:] == key[order][:-1]
    loops = (streets.ends[:, 0] == streets.ends[:, 1]) & (np.diff(streets.line_starts) <= 2)
    keep = ~loops
    ahead, back = streets.ahead_um.copy(), streets.back_um.copy()
    _merge(
        order, same, streets.ends, streets.line_xy, streets.line_starts, loops, ahead, back, keep
    )
    return _chosen(streets, np.flatnonzero(keep), ahead, back)


@compiled
def _merge(order, same, ends, xy, starts, loops, ahead, back, keep):  # type: ignore[no-untyped-def]
    """Put the costs of later twins on the first one and mark them as not kept."""
    begin = 0
    while begin < len(order):
        stop = begin + 1
        while stop < len(order) and same[stop]:
            stop += 1
        for i in range(begin, stop):
            first = order[i]
            if not keep[first]:
                continue
            for j in range(i + 1, stop):
                other = order[j]
                if not keep[other] or loops[other]:
                    continue
                count = starts[first + 1] - starts[first]
                if count != starts[other + 1] - starts[other]:
                    continue
                turned = ends[first, 0] != ends[other, 0]
                equal = True
                for k in range(count):
                    there = starts[other + 1] - 1 - k if turned else starts[other] + k
                    here = starts[first] + k
                    if xy[here, 0] != xy[there, 0] or xy[here, 1] != xy[there, 1]:
                        equal = False
                        break
                if equal:
                    keep[other] = False
                    a, b = (back[other], ahead[other]) if turned else (ahead[other], back[other])
                    if a >= 0 and (ahead[first] < 0 or a < ahead[first]):
                        ahead[first] = a
                    if b >= 0 and (back[first] < 0 or b < back[first]):
                        back[first] = b
        begin = stop


def _chosen(streets: Streets, edges: Ints, ahead: Ints, back: Ints) -> Streets:
    counts = np.diff(streets.line_starts)[edges]
    starts = np.concatenate(([0], np.cumsum(counts)))
    take = np.repeat(streets.line_starts[edges] - starts[:-1], counts) + np.arange(starts[-1])
    return Streets(
        streets.nodes_xy,
        streets.ends[edges],
        ahead[edges],
        back[edges],
        streets.line_xy[take],
        starts,
        streets.row[edges],
        streets.stairs[edges],
    )


def largest_part(streets: Streets) -> tuple[Streets, pd.DataFrame]:
    """Keep the connected part with the most street, number its nodes anew, list the others.

    Parts are told without regard to one-way rules. The list has a row a part, the longest first:
    ``nodes``, ``edges``, ``length_m`` (along the lines) and ``x``, ``y`` of a node of it.
    """
    total = len(streets.nodes_xy)
    walked = (streets.ahead_um >= 0) | (streets.back_um >= 0)
    ends = streets.ends[walked]
    links = coo_array((np.ones(len(ends), dtype=np.int8), (ends[:, 0], ends[:, 1])), (total, total))
    _, part = connected_components(links, directed=False)
    edge_part = part[streets.ends[:, 0]]
    length = line_lengths(streets.line_xy, streets.line_starts)
    parts = pd.DataFrame(
        {"part": edge_part[walked], "length_m": length[walked], "node": ends[:, 0]}
    ).groupby("part", sort=True)
    table = parts.agg(edges=("part", "size"), length_m=("length_m", "sum"), node=("node", "min"))
    table["nodes"] = np.bincount(part)[table.index.to_numpy()]
    table = table.sort_values(["length_m", "nodes"], ascending=False, kind="stable")
    main = table.index[0]
    kept = _chosen(
        streets, np.flatnonzero(walked & (edge_part == main)), streets.ahead_um, streets.back_um
    )
    xy = streets.nodes_xy[table["node"].to_numpy()]
    table = table.assign(x=xy[:, 0], y=xy[:, 1])[["nodes", "edges", "length_m", "x", "y"]]
    return _numbered(kept), table.iloc[1:].reset_index(drop=True)


def _numbered(streets: Streets) -> Streets:
    """Number nodes and edges along a curve that fills the plane: neighbours lie near in memory."""
    used = np.unique(streets.ends)
    xy = streets.nodes_xy[used]
    order = np.argsort(_curve(xy), kind="stable")
    number = np.full(len(streets.nodes_xy), -1, dtype=np.int64)
    number[used[order]] = np.arange(len(used))
    ends = number[streets.ends]
    edges = np.lexsort((streets.row, ends.min(axis=1)))
    made = Streets(
        xy[order],
        ends,
        streets.ahead_um,
        streets.back_um,
        streets.line_xy,
        streets.line_starts,
        streets.row,
        streets.stairs,
    )
    return _chosen(made, edges, made.ahead_um, made.back_um)


def _curve(xy: Floats) -> Ints:
    """Give each point its place on a Z-order curve of 2^16 × 2^16 cells."""
    low = xy.min(axis=0)
    size = max(float((xy.max(axis=0) - low).max()), 1.0)
    cells = ((xy - low) / size * 65_535).astype(np.uint64)
    spread = []
    for column in range(2):
        value = cells[:, column]
        for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
            value = (value | (value << np.uint64(shift))) & np.uint64(mask)
        spread.append(value)
    return np.asarray(spread[0] | (spread[1] << np.uint64(1)), dtype=np.int64)


def line_lengths(line_xy: Floats, line_starts: Ints) -> Floats:
    """Length (m,) of each line in metres."""
    steps = np.hypot(*np.diff(line_xy, axis=0, prepend=line_xy[:1]).T)
    steps[line_starts[:-1]] = 0.0
    return np.asarray(np.add.reduceat(steps, line_starts[:-1]), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Arcs:
    """Ways *into* each node, for searches from the facility back to the origins.

    ``tail[starts[v]:starts[v + 1]]`` are the nodes from which one walks to ``v`` along one edge,
    ``cost_um`` what that costs, ``edge`` along which.
    """

    starts: Ints
    tail: NDArray[np.int32]
    cost_um: Ints
    edge: NDArray[np.int32]


def arcs_of(streets: Streets) -> Arcs:
    """Turn the edges into arcs by the node to which they lead."""
    ends, ahead, back = streets.ends, streets.ahead_um, streets.back_um
    through = ends[:, 0] != ends[:, 1]
    on, off = np.flatnonzero((ahead >= 0) & through), np.flatnonzero((back >= 0) & through)
    head = np.concatenate((ends[on, 1], ends[off, 0]))
    tail = np.concatenate((ends[on, 0], ends[off, 1]))
    cost = np.concatenate((ahead[on], back[off]))
    edge = np.concatenate((on, off))
    order = np.argsort(head, kind="stable")
    starts = np.concatenate(([0], np.cumsum(np.bincount(head, minlength=len(streets.nodes_xy)))))
    return Arcs(
        starts.astype(np.int64),
        tail[order].astype(np.int32),
        cost[order],
        edge[order].astype(np.int32),
    )
