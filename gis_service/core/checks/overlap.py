"""Overlap: land that two or more communities claim.

Definition: the interiors of two or more communities meet. One finding for each connected piece
of land and set of claimants; where three communities claim the same land, that piece is named
once, with all three. Communities that are the same polygon twice are left to `duplicate`.

Why it matters: two offices serve, or neither; a facility there is counted nowhere.
"""

from __future__ import annotations

from gis_service.core.checks.check import Check, CheckContext, numbered
from gis_service.core.checks.places import Place, places
from gis_service.core.checks.wording import labels, size
from gis_service.core.topology import Topology
from gis_service.model.findings import Finding
from gis_service.model.text import Text


def find_overlaps(topology: Topology, context: CheckContext) -> list[Finding]:
    """Find all land with two or more claimants, of at least the policy's area.

    The geometry is the land itself; ``communities`` are the claimants.
    """
    found = places(topology, context).of_kind("overlap")
    return numbered(_finding(topology, context, place) for place in found)


def _finding(topology: Topology, context: CheckContext, place: Place) -> Finding:
    piece, rows = place.piece, topology.ordered(place.rows)
    who, how = labels(topology, rows), size(piece.area_m2, piece.width_m)
    severity = piece.severity(context.policy)
    if severity == "sliver":
        text = Text(
            f"{who.zh} 在此有细碎重叠：{how.zh}。属绘图误差，让各方共用同一条界线即可，无需协商。",
            f"{who.en} overlap in a sliver here: {how.en}. This is a drawing error: let both "
            "sides use one line; nothing needs to be negotiated.",
        )
    else:
        text = Text(
            f"这块地同时由 {who.zh} 认领：{how.zh}。请各方协商，可划归一方、分割、取中线或共管。",
            f"This land is claimed by {who.en}: {how.en}. The sides should negotiate: award it "
            "to one, split it, take the median, or hold it jointly.",
        )
    return Finding(
        key="",
        check="overlap",
        severity=severity,
        communities=tuple(topology.codes[row] for row in rows),
        geometry=piece.geometry,
        point=piece.point,
        area_m2=piece.area_m2,
        width_m=piece.width_m,
        text=text,
    )


OVERLAP = Check(name="overlap", title=Text("重叠", "overlap"), find=find_overlaps)
