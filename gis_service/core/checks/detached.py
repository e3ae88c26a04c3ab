"""Detached: parts of one community that don't touch, exclaves (飞地).

Definition: two parts of a community touch when they share a line or a point, or when what lies
between them is narrower than the policy's sliver width: a crack as thin as that is a drawing
error, which `gap` or `overlap` names. Parts that touch, directly or through others, are one
body. The body with the most land is the community's main one; each other body is one finding,
unless it is smaller than the policy's least area.

Why it matters: an exclave may be right (an island, a housing estate across the road), or be
a part that was left behind when a boundary was redrawn. People on it are far from their office.
Where it is right, put it on the list of what is allowed.

Known limit: parts that touch only in a point are one body, although nobody can walk across it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_service.core.checks.bodies import bodies_of
from gis_service.core.checks.check import Check, CheckContext, numbered
from gis_service.core.checks.wording import labels, size
from gis_service.core.topology import GRID_M, Objects, Topology
from gis_service.core.widths import inscribed_circles
from gis_service.model.findings import Finding
from gis_service.model.policy import Policy
from gis_service.model.text import Text


def find_detached(topology: Topology, context: CheckContext) -> list[Finding]:
    """Find each body of a community apart from its main one; the geometry is its land."""
    several = np.flatnonzero(shapely.get_num_geometries(topology.usable) > 1)
    return numbered(
        _finding(topology, int(row), land=land, apart_m=apart_m)
        for row in several
        for land, apart_m in exclaves(topology.usable[row], context.policy)
    )


def exclaves(land: BaseGeometry, policy: Policy) -> Iterator[tuple[BaseGeometry, float]]:
    """Give each body of ``land`` but its main one, and how far from the main one it lies (m).

    Examples
    --------
    >>> parts = shapely.multipolygons([shapely.box(0, 0, 9, 9), shapely.box(12, 0, 14, 2)])
    >>> [(body.area, apart_m) for body, apart_m in exclaves(parts, Policy())]
    [(4.0, 3.0)]
    """
    parts = shapely.get_parts(land)
    body = bodies_of(parts, touch_m(policy))
    areas = np.bincount(body, weights=shapely.area(parts)).astype(np.float64)
    if len(areas) < 2:
        return
    largest = _main(parts, body, areas)
    main = shapely.multipolygons(parts[body == largest])
    for number in np.flatnonzero(areas >= policy.min_area_m2):
        away = _joined(parts[body == number])
        if number != largest:
            yield away, float(shapely.distance(main, away))


def touch_m(policy: Policy) -> float:
    """Give how near two pieces of land lie that touch, metres."""
    return max(policy.sliver_width_m, GRID_M)


def _main(parts: Objects, body: NDArray[np.int64], areas: NDArray[np.float64]) -> int:
    """Number of the body with the most land; of equal ones (to 1 dm²) the most western, southern.

    The order of the parts decides nothing.
    """
    corners = shapely.bounds(parts)[:, :2]
    return min(
        range(len(areas)),
        key=lambda number: (
            -round(float(areas[number]), 2),
            *sorted(corners[body == number].tolist()),
        ),
    )


def _joined(parts: Objects) -> BaseGeometry:
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def _finding(topology: Topology, row: int, *, land: BaseGeometry, apart_m: float) -> Finding:
    parts = shapely.get_parts(land)
    points, _ = inscribed_circles(parts[[np.argmax(shapely.area(parts))]])
    ((x, y),) = points.tolist()
    area_m2 = float(shapely.area(land))
    who, how = labels(topology, [row]), size(area_m2)
    far = f"{apart_m:,.1f} m"
    return Finding(
        key="",
        check="detached",
        severity="note",
        communities=(topology.codes[row],),
        geometry=land,
        point=(x, y),
        area_m2=area_m2,
        width_m=None,
        text=Text(
            f"{who.zh} 有一块与主体不相连的飞地：{how.zh}，相距 {far}。"
            "确属飞地的可列入允许清单；误留的请并入相邻社区。",
            f"{who.en} has an exclave that does not touch its main part: {how.en}, {far} away. "
            "List it as allowed where it is right; give it to a neighbour where it was left over.",
        ),
    )


DETACHED = Check(name="detached", title=Text("飞地", "detached"), find=find_detached)
