"""Gap: land that no community claims.

Definition: with an outline, each connected piece of the outline that no community covers, inside
or along the rim; without one, each hole of the union of all communities, less the communities
that lie in it as islands. A hole in the outline, and a hole of the union that lies outside the
outline, is no gap.

Why it matters: nobody serves the people there (三不管).

Known limit: without an outline, land that is open to the outside is no gap.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import shapely

from gis_service.core.checks.check import Check, CheckContext, numbered
from gis_service.core.checks.measure import Piece, significant_pieces
from gis_service.core.checks.wording import labels, size
from gis_service.core.topology import Objects, Topology, polygonal
from gis_service.model.findings import Finding
from gis_service.model.text import Text

ON_THE_LINE_M = 1e-4
"""How near to a community's boundary a gap's edge lies that is shared with it, in metres."""


def find_gaps(topology: Topology, context: CheckContext) -> list[Finding]:
    """Find all land without a claimant, of at least the policy's area.

    ``communities`` are the sorted codes of those that share boundary with the gap; the text names
    them by shared length, longest first.
    """
    pieces = significant_pieces(unclaimed_land(topology, context), context.policy)
    shared = shared_lengths(topology, [piece.geometry for piece in pieces])
    return numbered(
        _finding(topology, context, piece=piece, neighbours=neighbours)
        for piece, neighbours in zip(pieces, shared, strict=True)
    )


def unclaimed_land(topology: Topology, context: CheckContext) -> Objects:
    """Give the land that no community claims, however small."""
    inner = topology.unclaimed
    if context.outline is None:
        return inner
    beside = shapely.difference(context.outline, topology.regions.rim())
    within = shapely.intersection(inner, context.outline)
    return polygonal(np.concatenate(([beside], within)))


def shared_lengths(
    topology: Topology, gaps: list[shapely.Geometry]
) -> list[list[tuple[int, float]]]:
    """For each gap, the rows that share boundary with it and the length in metres, longest first.

    Each segment of a gap's boundary runs along whole edges of its neighbours, so the middle of
    the segment tells whose edge it is; computed nodes need not lie exactly on a line.
    """
    lines = shapely.boundary(np.array(gaps, dtype=object))
    parts, gap_of_part = shapely.get_parts(lines, return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    inside = part[1:] == part[:-1]
    start, end = xy[:-1][inside], xy[1:][inside]
    gap = gap_of_part[part[1:][inside]]
    lengths = np.hypot(*(end - start).T)
    middles = shapely.points((start + end) / 2)
    segment, row = topology.tree.query(middles, predicate="dwithin", distance=ON_THE_LINE_M)
    totals: defaultdict[tuple[int, int], float] = defaultdict(float)
    for at, neighbour in zip(segment.tolist(), row.tolist(), strict=True):
        totals[int(gap[at]), neighbour] += float(lengths[at])
    result: list[list[tuple[int, float]]] = [[] for _ in gaps]
    for (at, neighbour), length in totals.items():
        result[at].append((neighbour, length))
    return [sorted(found, key=lambda item: (-round(item[1], 3), item[0])) for found in result]


def _finding(
    topology: Topology,
    context: CheckContext,
    *,
    piece: Piece,
    neighbours: list[tuple[int, float]],
) -> Finding:
    by_length = [row for row, _ in neighbours]
    who, how = labels(topology, by_length), size(piece.area_m2, piece.width_m)
    beside = Text(f"，相邻：{who.zh}", f", beside {who.en}") if by_length else Text("", "")
    severity = piece.severity(context.policy)
    if severity == "sliver":
        text = Text(
            f"此处有一条无人认领的细缝{beside.zh}：{how.zh}。属绘图误差，"
            "让各方共用同一条界线即可，无需协商。",
            f"There is a sliver of unclaimed land here{beside.en}: {how.en}. This is a drawing "
            "error: let the neighbours use one line; nothing needs to be negotiated.",
        )
    else:
        text = Text(
            f"这块地没有社区认领{beside.zh}：{how.zh}。请协商划归一方、分割或取中线；"
            "确属水域或外区飞地的可列为允许空白。",
            f"No community claims this land{beside.en}: {how.en}. Award it to a neighbour, split "
            "it or take the median; water or another district's land can be listed as allowed.",
        )
    return Finding(
        key="",
        check="gap",
        severity=severity,
        communities=tuple(topology.codes[row] for row in topology.ordered(by_length)),
        geometry=piece.geometry,
        point=piece.point,
        area_m2=piece.area_m2,
        width_m=piece.width_m,
        text=text,
    )


GAP = Check(name="gap", title=Text("空白", "gap"), find=find_gaps)
