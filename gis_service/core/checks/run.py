"""Running the whole shelf over a layer."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.core.checks.check import Check, CheckContext
from gis_service.core.checks.street_outlines import street_outlines
from gis_service.core.topology import Topology, metric_crs, on_grid, polygonal, require_same_crs
from gis_service.errors import InputError
from gis_service.model.findings import FINDING_COLUMNS, Finding
from gis_service.model.policy import Policy
from gis_service.model.progress import Progress
from gis_service.model.text import Text

ORDER = {"dispute": 0, "error": 1, "sliver": 2, "note": 3}
"""What people must decide first, then what must be corrected."""


def run(
    checks: Mapping[str, Check],
    layer: gpd.GeoDataFrame,
    *,
    outline: gpd.GeoDataFrame | None,
    streets: gpd.GeoDataFrame | None,
    policy: Policy,
    progress: Progress,
) -> list[Finding]:
    """Run ``checks`` over ``layer`` and sort what they find; see `checks.run_checks`."""
    progress(0.0, Text("读取图层", "reading the layer"))
    topology = Topology.of(
        layer,
        outline=outline_land(outline, crs=metric_crs(layer)),
        tolerance_m=policy.survey_tolerance_m,
    )
    known = {} if streets is None else street_outlines(streets, crs=topology.crs)
    context = CheckContext(policy=policy, streets=known)
    found: list[Finding] = []
    for done, check in enumerate(checks.values(), start=1):
        progress(done / (len(checks) + 1), check.title)
        found += check.find(topology, context)
    progress(1.0, Text("检查完成", "checked"))
    return sorted_out(found)


def sorted_out(findings: list[Finding]) -> list[Finding]:
    """Sort findings: disputes, errors, slivers, notes; in each the largest first."""
    return sorted(findings, key=lambda f: (ORDER[f.severity], -round(f.area_m2, 2), f.key))


def outline_land(outline: gpd.GeoDataFrame | None, *, crs: pyproj.CRS) -> BaseGeometry | None:
    """Give the land within ``outline`` on the grid; None without one.

    Raises
    ------
    CrsError
        When the outline is in another CRS than ``crs``.
    InputError
        When the outline holds no polygon.
    """
    if outline is None:
        return None
    require_same_crs(outline, crs, what=("外轮廓", "outline"))
    geometries, finite = on_grid(np.asarray(outline.geometry.array, dtype=object))
    land = shapely.union_all(shapely.make_valid(polygonal(geometries[finite]), method="structure"))
    result: BaseGeometry | None = polygonal(np.array([land], dtype=object))[0]
    if result is None:
        raise InputError(
            "外轮廓文件里没有多边形。请给出区界的面图层。",
            "The outline holds no polygon. Give a layer with the area of the district.",
        )
    return result


def findings_frame(findings: list[Finding], crs: object) -> gpd.GeoDataFrame:
    """Give findings as a frame with the columns `FINDING_COLUMNS`, in ``crs``, as they are sorted.

    ``width_m`` is NaN where a width has no meaning; ``geometry`` and ``point`` (both geometry
    columns) are None where there is no place. Without findings the columns and types are the same.

    Examples
    --------
    >>> findings_frame([], "EPSG:4547").columns.tolist() == list(FINDING_COLUMNS)
    True
    """
    points = [None if f.point is None else shapely.Point(f.point) for f in findings]
    communities = pd.Series([None] * len(findings), dtype=object)
    communities[:] = [f.communities for f in findings]
    columns = {
        "key": pd.Series([f.key for f in findings], dtype="str"),
        "check": pd.Series([f.check for f in findings], dtype="str"),
        "severity": pd.Series([f.severity for f in findings], dtype="str"),
        "communities": communities,
        "area_m2": np.array([f.area_m2 for f in findings], dtype=float),
        "width_m": np.array([f.width_m for f in findings], dtype=float),
        "point": gpd.GeoSeries(points, crs=crs),
        "text_zh": pd.Series([f.text.zh for f in findings], dtype="str"),
        "text_en": pd.Series([f.text.en for f in findings], dtype="str"),
        "geometry": gpd.GeoSeries([f.geometry for f in findings], crs=crs),
    }
    frame = gpd.GeoDataFrame(columns, geometry="geometry", crs=crs)
    return frame[list(FINDING_COLUMNS)]
