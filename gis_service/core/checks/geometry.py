"""Geometry: rows that hold no land.

Definition: the geometry is null, empty, not a polygon, has coordinates that are no numbers, or
collapses to nothing on the 1 mm grid.

Why it matters: the community is missing from every area, count and map.
"""

from __future__ import annotations

import numpy as np
import shapely

from gis_service.core.checks.check import Check, CheckContext, numbered
from gis_service.core.checks.wording import labels
from gis_service.core.topology import POLYGONAL, Topology
from gis_service.model.findings import Finding
from gis_service.model.text import Text

TYPES_ZH = {
    "Point": "点",
    "LineString": "线",
    "LinearRing": "线",
    "MultiPoint": "多点",
    "MultiLineString": "多线",
    "GeometryCollection": "几何集合",
}


def find_unusable_geometries(topology: Topology, _context: CheckContext) -> list[Finding]:
    """Find rows without land; the geometry is what the row holds, None where that is no place."""
    rows = np.flatnonzero(shapely.is_missing(topology.usable))
    return numbered(_finding(topology, int(row)) for row in rows)


def _finding(topology: Topology, row: int) -> Finding:
    geometry = topology.geometries[row]
    placed = geometry is not None and topology.finite[row] and not shapely.is_empty(geometry)
    xy = shapely.get_coordinates(geometry)[0].tolist() if placed else None
    who, what = labels(topology, [row]), _what(topology, row)
    number = topology.rows[row]
    return Finding(
        key="",
        check="geometry",
        severity="error",
        communities=(topology.codes[row],),
        geometry=geometry if placed else None,
        point=(xy[0], xy[1]) if xy else None,
        area_m2=0.0,
        width_m=None,
        text=Text(
            f"{who.zh} 没有可用的面：{what.zh}（第 {number} 行）。请补上该社区的多边形。",
            f"{who.en} has no usable area: {what.en} (row {number}). "
            "Put in the polygon of this community.",
        ),
    )


def _what(topology: Topology, row: int) -> Text:
    geometry = topology.geometries[row]
    if geometry is None:
        return Text("几何为空值", "the geometry is null")
    if not topology.finite[row]:
        return Text("坐标不是有限数", "a coordinate is not a finite number")
    if shapely.is_empty(geometry):
        return Text("几何是空的", "the geometry is empty")
    if shapely.get_type_id(geometry) not in POLYGONAL:
        kind = geometry.geom_type
        return Text(f"几何类型是{TYPES_ZH.get(kind, kind)}", f"the geometry is a {kind}")
    return Text("多边形没有面积", "the polygon has no area")


GEOMETRY = Check(name="geometry", title=Text("无效几何", "geometry"), find=find_unusable_geometries)
