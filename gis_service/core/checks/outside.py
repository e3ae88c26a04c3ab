"""Outside: land beyond the outline of the district, or of the community's own street.

Definition: what is left of a community when the outline is taken away. One finding for each
connected piece and community. Without an outline nothing is found; where outlines of the streets
are given, too, land within the district but beyond the community's street is one more finding.

Why it matters: it is another district's land, or the outline is out of date.
"""

from __future__ import annotations

from gis_service.core.checks.check import Check, CheckContext, numbered
from gis_service.core.checks.places import Place, places
from gis_service.core.checks.street_outlines import beyond_own_street, outside_own_street
from gis_service.core.checks.wording import labels, size
from gis_service.core.topology import Topology
from gis_service.model.findings import Finding
from gis_service.model.text import Text


def find_outside(topology: Topology, context: CheckContext) -> list[Finding]:
    """Find all land beyond the outlines, of at least the policy's area."""
    found = places(topology, context).of_kind("outside")
    beyond = beyond_own_street(
        topology, context.streets, policy=context.policy, within=topology.outline
    )
    of_streets = [
        outside_own_street(topology, row, piece=piece, policy=context.policy)
        for row, piece in beyond
    ]
    return numbered([*(_finding(topology, context, place) for place in found), *of_streets])


def _finding(topology: Topology, context: CheckContext, place: Place) -> Finding:
    piece, row = place.piece, place.rows[0]
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
