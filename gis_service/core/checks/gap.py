"""Gap: land that no community claims.

Definition: with an outline, each connected piece of the outline that no community covers, inside
or along the rim; without one, each hole of the union of all communities, less the communities
that lie in it as islands. A hole in the outline, and a hole of the union that lies outside the
outline, is no gap.

Why it matters: nobody serves the people there (三不管).

Known limit: without an outline, land that is open to the outside is no gap.
"""

from __future__ import annotations

from gis_service.core.checks.check import Check, CheckContext, numbered
from gis_service.core.checks.places import Place, places
from gis_service.core.checks.wording import labels, size
from gis_service.core.topology import Topology
from gis_service.model.findings import Finding
from gis_service.model.text import Text


def find_gaps(topology: Topology, context: CheckContext) -> list[Finding]:
    """Find all land without a claimant, of at least the policy's area.

    ``communities`` are the sorted codes of those that share boundary with the gap; the text names
    them by shared length, longest first.
    """
    found = places(topology, context).of_kind("gap")
    return numbered(_finding(topology, context, place) for place in found)


def _finding(topology: Topology, context: CheckContext, place: Place) -> Finding:
    piece, by_length = place.piece, place.rows
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
