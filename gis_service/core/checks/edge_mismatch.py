"""Edge mismatch: the two sides of a line are drawn differently, by less than can be surveyed.

Definition: an overlap, a gap or land outside that is narrower than the policy's survey tolerance
(and wider than the 1 mm grid): a vertex on one side only, or a line digitised twice. One finding
for each line, that is for each set of communities. In a layer that was digitised twice throughout,
one finding says so for all of its lines; single ones are named where they differ by more.

Why it matters: nobody can see it on the ground, but programs that expect common lines stumble.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import shapely

from gis_service.core.checks.check import Check, CheckContext, numbered
from gis_service.core.checks.places import Place, places
from gis_service.core.checks.wording import few
from gis_service.core.tolerant import GRID_SLACK_M, Apart
from gis_service.core.topology import Topology
from gis_service.model.findings import Finding
from gis_service.model.text import Text

ADVICE = Text(
    "小于测绘容差，实地无法分辨，不影响认定；需要完全共线时可用 clean。",
    "That is less than the survey tolerance and can't be seen on the ground; use clean where the "
    "lines have to be one.",
)


def find_mismatches(topology: Topology, context: CheckContext) -> list[Finding]:
    """Find lines whose sides differ by less than the tolerance; the geometry lies between them."""
    whole = [] if topology.apart is None else [_whole_layer(topology.apart)]
    lines: defaultdict[frozenset[int], list[Place]] = defaultdict(list)
    seen = 0.0 if topology.apart is None else topology.apart.tolerance_m + GRID_SLACK_M
    for place in places(topology, context).mismatches:
        if place.piece.width_m > seen:
            lines[frozenset(place.rows)].append(place)
    return numbered([*whole, *(_finding(topology, group) for group in lines.values())])


def _finding(topology: Topology, group: list[Place]) -> Finding:
    widest = max((place.piece for place in group), key=lambda piece: piece.width_m)
    rows = topology.ordered(group[0].rows)
    lands = np.array([place.piece.geometry for place in group], dtype=object)
    who, far = few(topology, rows), widest.width_m * 1000
    line = Text(f"{who.zh} 的界线", f"The line of {who.en}")
    if any(place.kind == "outside" for place in group) or len(rows) == 1:
        line = Text(f"{who.zh} 与外轮廓的界线", f"The line between {who.en} and the outline")
    return Finding(
        key="",
        check="edge_mismatch",
        severity="note",
        communities=tuple(topology.codes[row] for row in rows),
        geometry=shapely.multipolygons(lands[np.lexsort(shapely.bounds(lands).T)]),
        point=widest.point,
        area_m2=float(shapely.area(lands).sum()),
        width_m=widest.width_m,
        text=Text(
            f"{line.zh}两侧画得不一致（{len(group)} 处），相差至多约 {far:.0f} mm。{ADVICE.zh}",
            f"{line.en} is drawn differently on its two sides (at {len(group)} places), about "
            f"{far:.0f} mm apart at most. {ADVICE.en}",
        ),
    )


def _whole_layer(apart: Apart) -> Finding:
    share, far = apart.moved / max(1, apart.vertices), apart.furthest_m * 1000
    within = apart.tolerance_m * 1000
    return Finding(
        key="",
        check="edge_mismatch",
        severity="note",
        communities=(),
        geometry=None,
        point=None,
        area_m2=0.0,
        width_m=apart.furthest_m,
        text=Text(
            f"整个图层的公共界线由各社区分别绘制：{share:.0%} 的顶点与邻社区的顶点不重合，"
            f"最远相差 {far:.1f} mm。检查把相差不超过 {within:.0f} mm 的视为同一条线。{ADVICE.zh}",
            "The communities of this layer were digitised separately: "
            f"{share:.0%} of the vertices are not where the neighbour's are, {far:.1f} mm apart at "
            f"most. The checks take lines within {within:.0f} mm for one. {ADVICE.en}",
        ),
    )


EDGE_MISMATCH = Check(
    name="edge_mismatch", title=Text("界线不一致", "edge mismatch"), find=find_mismatches
)
