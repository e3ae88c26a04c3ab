"""Outside: land beyond the outline of the district.

Definition: what is left of a community when the outline is taken away. One finding for each
connected piece and community. Without an outline nothing is found.

Why it matters: it is another district's land, or the outline is out of date.
"""

from __future__ import annotations

import numpy as np
import shapely

from gis_service.core.checks.check import Check, CheckContext, numbered
from gis_service.core.checks.measure import Piece, significant_pieces
from gis_service.core.checks.wording import labels, size
from gis_service.core.topology import Topology, polygonal
from gis_service.model.findings import Finding
from gis_service.model.text import Text


def find_outside(topology: Topology, context: CheckContext) -> list[Finding]:
    """Find all land beyond the outline, of at least the policy's area."""
    outline = context.outline
    if outline is None:
        return []
    shapely.prepare(outline)
    rows = np.flatnonzero(~shapely.is_missing(topology.usable))
    rows = rows[~shapely.covers(outline, topology.usable[rows])]
    beyond = polygonal(shapely.difference(topology.usable[rows], outline))
    return numbered(
        _finding(topology, context, piece=piece, row=int(rows[piece.origin]))
        for piece in significant_pieces(beyond, context.policy)
    )


def _finding(topology: Topology, context: CheckContext, *, piece: Piece, row: int) -> Finding:
    who, how = labels(topology, [row]), size(piece.area_m2, piece.width_m)
    severity = piece.severity(context.policy)
    if severity == "sliver":
        advice = Text("属绘图误差，贴合外轮廓即可。", "A drawing error: follow the outline there.")
    else:
        advice = Text(
            "请核对外轮廓；确在区外的，从该社区划出。",
            "Check the outline; take the land out of the community where it lies beyond.",
        )
    return Finding(
        key="",
        check="outside",
        severity=severity,
        communities=(topology.codes[row],),
        geometry=piece.geometry,
        point=piece.point,
        area_m2=piece.area_m2,
        width_m=piece.width_m,
        text=Text(
            f"{who.zh} 有一块地超出外轮廓：{how.zh}。{advice.zh}",
            f"{who.en} has land beyond the outline: {how.en}. {advice.en}",
        ),
    )


OUTSIDE = Check(name="outside", title=Text("超出外轮廓", "outside"), find=find_outside)
