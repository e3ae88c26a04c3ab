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
from pyproj import CRS
from shapely.geometry import Point

from gis_service.core import crs as systems

Geometries = NDArray[np.object_]

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
    crs = frame.crs
    columns = {name: cells(values, crs) for name, values in attributes(frame).items()}
    names = list(columns)
    rows = zip(*columns.values(), strict=True) if names else ([] for _ in geometries)
    features = [
        {"type": "Feature", "properties": dict(zip(names, row, strict=True)), "geometry": geometry}
        for row, geometry in zip(rows, geometries, strict=True)
    ]
    collection = {"type": "FeatureCollection", **(members or {}), "features": features}
    return orjson.dumps(collection, option=orjson.OPT_APPEND_NEWLINE)


def to_wgs84(frame: gpd.GeoDataFrame) -> Geometries:
    """Give a frame's geometries in WGS 84, rounded to 7 decimals, outer rings anticlockwise."""
    return _to_wgs84(np.asarray(frame.geometry.array, dtype=object), frame.crs)


def attributes(frame: gpd.GeoDataFrame) -> dict[str, pd.Series[Any]]:
    """Give the columns without the geometry; a named index comes first."""
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    table.attrs = {}
    if frame.index.name and frame.index.name not in table.columns:
        table.insert(0, frame.index.name, frame.index)
    return {str(name): table[name] for name in table.columns}


def cells(values: pd.Series[Any], crs: CRS | None) -> list[Any]:
    """Give a column's values as JSON types: points (in ``crs``) as ``[lon, lat]``."""
    listed = values.tolist()
    if any(isinstance(value, Point) for value in listed):
        points = _to_wgs84(np.array(listed, dtype=object), crs)
        return [None if p is None or p.is_empty else [p.x, p.y] for p in points]
    return [_plain(value) for value in listed]


def _to_wgs84(geometry: Geometries, crs: CRS | None) -> Geometries:
    wgs84 = systems.parse_crs(systems.WGS84).crs
    move = systems.transformation(systems.SourceCrs("", crs or wgs84), wgs84)
    moved = shapely.transform(geometry, lambda points: np.round(move(points), DECIMALS))
    return np.asarray(shapely.orient_polygons(moved), dtype=object)


def _plain(value: object) -> Any:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, (tuple, list, set, frozenset)):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value if isinstance(value, (str, int, bool, dict)) else str(value)
