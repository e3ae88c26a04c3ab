"""GeoJSON as RFC 7946 wants it: WGS 84, at most 7 decimals, right-hand rule, no ``crs`` member."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point

from gis_service.core import crs as systems

DECIMALS = 7
"""About 1 cm."""


def encode_geojson(frame: gpd.GeoDataFrame, *, members: Mapping[str, Any] | None = None) -> bytes:
    """Encode a frame as a FeatureCollection; a named index becomes a property.

    Parameters
    ----------
    frame
        Any CRS; columns of points become ``[lon, lat]``, tuples arrays, NaN null, dates ISO text.
    members
        Further members of the collection, of JSON types.
    """
    geometries = [
        None if text is None else orjson.Fragment(text)
        for text in np.atleast_1d(shapely.to_geojson(to_wgs84(frame)))
    ]
    columns = {
        name: [plain(value, frame.crs) for value in values.tolist()]
        for name, values in attributes(frame).items()
    }
    names = list(columns)
    rows = zip(*columns.values(), strict=True) if names else ([] for _ in geometries)
    features = [
        {"type": "Feature", "properties": dict(zip(names, row, strict=True)), "geometry": geometry}
        for row, geometry in zip(rows, geometries, strict=True)
    ]
    collection = {"type": "FeatureCollection", **(members or {}), "features": features}
    return orjson.dumps(collection, option=orjson.OPT_APPEND_NEWLINE)


def to_wgs84(frame: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Give a frame's geometries in WGS 84, rounded to 7 decimals, outer rings anticlockwise."""
    geometry = np.asarray(frame.geometry.array, dtype=object)
    move = systems.transformation(
        systems.SourceCrs("", frame.crs or systems.parse_crs(systems.WGS84).crs),
        systems.parse_crs(systems.WGS84).crs,
    )
    moved = shapely.transform(geometry, lambda points: np.round(move(points), DECIMALS))
    return np.asarray(shapely.orient_polygons(moved), dtype=object)


def attributes(frame: gpd.GeoDataFrame) -> dict[str, pd.Series[Any]]:
    """Give the columns without the geometry; a named index comes first."""
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    table.attrs = {}
    if frame.index.name and frame.index.name not in table.columns:
        table.insert(0, frame.index.name, frame.index)
    return {str(name): table[name] for name in table.columns}


def plain(value: object, crs: Any = None) -> Any:
    """Give a cell as a JSON type."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (tuple, list, set, frozenset)):
        return [plain(item, crs) for item in value]
    if isinstance(value, Point):
        return _lonlat(value, crs)
    if isinstance(value, np.generic):
        return plain(value.item(), crs)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value if isinstance(value, (str, int, bool, dict)) else str(value)


def _lonlat(point: Point, crs: Any) -> list[float] | None:
    if point.is_empty:
        return None
    cell = gpd.GeoDataFrame(geometry=[point], crs=crs)
    moved = to_wgs84(cell)[0]
    return [moved.x, moved.y]
