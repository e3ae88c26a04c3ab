"""Crossing: two digitisations of one line that cross each other again and again (zigzag).

Definition: three or more slivers between the same communities, wider than the survey tolerance,
overlaps and gaps in turn, that touch one another (thinner ones between them are part of it). One
finding for each line, not one for each spike; `overlap` and `gap` don't report its spikes again.

Why it matters: the line was digitised twice and carelessly; nobody disputes any land.
"""

from __future__ import annotations

import numpy as np
import shapely

from gis_service.core.checks.check import Check, CheckContext, numbered
from gis_service.core.checks.places import Place, places
from gis_service.core.checks.wording import labels, size
from gis_service.core.topology import Topology
from gis_service.model.findings import Finding
from gis_service.model.text import Text


def find_crossings(topology: Topology, context: CheckContext) -> list[Finding]:
    """Find lines that cross their neighbour's; the geometry is all land between the two lines."""
    return numbered(_finding(topology, group) for group in places(topology, context).zigzags)


def _finding(topology: Topology, group: list[Place]) -> Finding:
    widest = max((place.piece for place in group), key=lambda piece: piece.width_m)
    rows = topology.ordered({row for place in group for row in place.rows})
    lands = np.array([place.piece.geometry for place in group], dtype=object)
    area = float(shapely.area(lands).sum())
    who, how = labels(topology, rows), size(area, widest.width_m)
    return Finding(
        key="",
        check="crossing",
        severity="sliver",
        communities=tuple(topology.codes[row] for row in rows),
        geometry=shapely.multipolygons(lands[np.lexsort(shapely.bounds(lands).T)]),
        point=widest.point,
        area_m2=area,
        width_m=widest.width_m,
        text=Text(
            f"{who.zh} 之间的同一条界线画了两遍，两条线来回交叉 {len(group)} 处：{how.zh}。"
            "属绘图误差，让各方共用其中一条即可，无需协商。",
            f"The line between {who.en} was drawn twice, and the two cross again and again "
            f"({len(group)} pieces: {how.en}). This is a drawing error: let both sides use one of "
            "them; nothing needs to be negotiated.",
        ),
    )


CROSSING = Check(name="crossing", title=Text("界线交叉", "crossing"), find=find_crossings)
