"""Roads and rivers near a case, for staff to pick a line: those of the installation or a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from gis_service.errors import UnreadableFileError
from gis_service.model.cases import Case
from gis_service.model.lines import NamedLine
from gis_service.services.cases.opening import land_of_case
from gis_service.services.cases.views import geojson_of
from gis_service.services.named_lines import kind_of

NEAR_M = 300.0
"""Lines farther from the land than this are not offered."""

MOST_LINES = 2000
"""Of one file near one case; nobody picks among more."""


def lines_in(
    path: Path, *, read: Callable[..., gpd.GeoDataFrame], case: Case
) -> tuple[NamedLine, ...]:
    """Read the lines of a file in the case's CRS; outlines of areas count as lines.

    Parameters
    ----------
    path
        GeoJSON, KML, a zipped shapefile and so on, whatever ``read`` reads.
    read
        As `Formats.read_boundaries`.

    Raises
    ------
    UnreadableFileError
        When the file holds no line; also as ``read`` raises.
    """
    frame = read(path, working_crs=case.crs).to_crs(case.crs)
    shapes = np.asarray(frame.geometry.array, dtype=object)
    kinds = shapely.get_type_id(shapes)
    areal = np.isin(kinds, (3, 6))
    shapes[areal] = shapely.boundary(shapes[areal])
    usable = np.isin(kinds, (1, 2, 3, 5, 6)) & ~shapely.is_empty(shapes)
    if not usable.any():
        raise UnreadableFileError(
            "文件中没有线。请上传含道路或河流中心线的 GeoJSON、KML 或 Shapefile（zip）。",
            "The file holds no line. Send a GeoJSON, a KML or a zipped shapefile with the centre "
            "lines of roads or rivers.",
        )
    return tuple(
        NamedLine(name=str(name), kind=kind_of(str(name)), geometry=shapely.force_2d(shape))
        for name, shape in zip(frame["name"][usable], shapes[usable], strict=True)
    )


def nearby(lines: Sequence[NamedLine], case: Case) -> dict[str, Any]:
    """Give the lines near a case's land as a FeatureCollection (lon/lat), the nearest first.

    Each is cut `NEAR_M` around the land; ``crosses`` says whether it touches the land.
    """
    land = land_of_case(case)
    shapes = np.array([line.geometry for line in lines], dtype=object)
    away = shapely.distance(shapes, land) if len(shapes) else np.empty(0)
    frame = shapely.box(*shapely.buffer(land, NEAR_M).bounds)
    features = []
    for at in np.argsort(away, kind="stable")[:MOST_LINES]:
        if away[at] > NEAR_M:
            break
        cut = _linear(shapely.intersection(shapes[at], frame))
        if cut.is_empty:
            continue
        features.append(
            {
                "type": "Feature",
                "id": int(at),
                "geometry": geojson_of(cut, case.crs),
                "properties": {
                    "name": lines[at].name,
                    "kind": lines[at].kind,
                    "crosses": bool(away[at] == 0),
                },
            }
        )
    return {"type": "FeatureCollection", "features": features, "numberGiven": len(lines)}


def _linear(shape: Any) -> Any:
    parts = [p for p in shapely.get_parts(shape) if p.geom_type in ("LineString", "LinearRing")]
    if not parts:
        return shapely.LineString()
    return shapely.line_merge(shapely.multilinestrings(parts)) if len(parts) > 1 else parts[0]
