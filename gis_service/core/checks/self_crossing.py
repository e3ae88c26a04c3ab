"""Self-crossing: rings that are no valid polygon.

Definition: GEOS calls the polygon invalid on the 1 mm grid (OGC Simple Features 6.1.11): a ring
crosses or touches itself along a line, a hole lies outside, rings are nested. The first fault
of each community is named, with its place.

Why it matters: its area and its neighbours depend on how a program guesses. The other checks go
on with a repaired copy, so what they say about this community is provisional.
"""

from __future__ import annotations

import re

import numpy as np
import shapely

from gis_service.core.checks.check import Check, CheckContext, numbered
from gis_service.core.checks.wording import labels
from gis_service.core.topology import Topology
from gis_service.model.findings import Finding
from gis_service.model.text import Text

REASONS_ZH = {
    "Self-intersection": "边线自相交",
    "Ring Self-intersection": "环自相接",
    "Hole lies outside shell": "内环在外环之外",
    "Holes are nested": "内环相互嵌套",
    "Interior is disconnected": "内部被割断",
    "Nested shells": "外环相互嵌套",
    "Duplicate Rings": "环重复",
    "Too few points in geometry component": "环的点数不足",
    "Invalid Coordinate": "坐标无效",
    "Ring is not closed": "环未闭合",
}
"""What GEOS says → how it is said in Chinese."""

_REASON = re.compile(r"^(?P<why>[^\[]+)\[(?P<x>\S+) (?P<y>[^\]\s]+)[^\]]*\]$")


def find_self_crossings(topology: Topology, _context: CheckContext) -> list[Finding]:
    """Find invalid polygons; the geometry is the point where GEOS sees the first fault."""
    broken = (topology.reasons != "") & ~shapely.is_missing(topology.usable)
    return numbered(_finding(topology, int(row)) for row in np.flatnonzero(broken))


def where_and_why(reason: str) -> tuple[str, tuple[float, float] | None]:
    """Take GEOS's sentence apart.

    Examples
    --------
    >>> where_and_why("Self-intersection[1.5 2]")
    ('Self-intersection', (1.5, 2.0))
    >>> where_and_why("Something new")
    ('Something new', None)
    """
    found = _REASON.match(reason)
    if found is None:
        return reason, None
    place = (float(found["x"]), float(found["y"]))
    return found["why"], place if np.isfinite(place).all() else None


def _finding(topology: Topology, row: int) -> Finding:
    why, point = where_and_why(topology.reasons[row])
    who = labels(topology, [row])
    x, y = point or (np.nan, np.nan)
    at = Text(f"，位于 {x:.3f}, {y:.3f}", f" at {x:.3f}, {y:.3f}") if point else Text("", "")
    return Finding(
        key="",
        check="self_crossing",
        severity="error",
        communities=(topology.codes[row],),
        geometry=shapely.Point(point) if point else None,
        point=point,
        area_m2=0.0,
        width_m=None,
        text=Text(
            f"{who.zh} 的边界无效：{REASONS_ZH.get(why, why)}{at.zh}。"
            "请按原始资料改正该处；在此之前，其余检查使用自动修复的副本。",
            f"The boundary of {who.en} is invalid: {why}{at.en}. Correct it there from the "
            "source; until then the other checks use an automatically repaired copy.",
        ),
    )


SELF_CROSSING = Check(
    name="self_crossing", title=Text("自相交", "self-crossing"), find=find_self_crossings
)
