"""GeoJSON as RFC 7946 wants it: WGS 84 lon/lat, at most 7 decimals, right-hand rule, no crs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import orjson
import shapely
from pyproj import CRS, Transformer

Geometries = npt.NDArray[np.object_]

DECIMALS = 7
"""About 1 cm; shared vertices stay shared, because equal numbers round to equal numbers."""

AT_ONCE = 500
"""Geometries that are handled in one call."""

_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS


def publish(geometries: Geometries, crs: object) -> Geometries:
    """Give geometries as they are published: lon/lat on the 7-decimal grid, rings oriented.

    Parameters
    ----------
    geometries
        2D geometries or None, in ``crs``.
    crs
        Anything that pyproj takes.

    Returns
    -------
    array
        Exterior rings run counter-clockwise, holes clockwise. None stays None. A ring narrower
        than the grid (about 1 cm) may touch itself.
    """
    transformer = _to_lonlat(str(CRS.from_user_input(crs).to_wkt()))

    def published(some: Geometries) -> Geometries:
        moved = shapely.transform(
            some,
            lambda x, y: tuple(np.round(part, DECIMALS) for part in transformer.transform(x, y)),
            interleaved=False,
        )
        return np.asarray(shapely.orient_polygons(moved, exterior_cw=False), dtype=object)

    shapes = np.asarray(geometries, dtype=object)
    if len(shapes) <= AT_ONCE:
        return published(shapes)
    return np.concatenate([published(some) for some in _portions(shapes)])


def _portions(geometries: Geometries) -> Iterator[Geometries]:
    """Give an array in portions: a long call would keep other threads from their turn."""
    for start in range(0, len(geometries), AT_ONCE):
        yield geometries[start : start + AT_ONCE]


@lru_cache(maxsize=16)
def _to_lonlat(crs: str) -> Transformer:
    return Transformer.from_crs(crs, "OGC:CRS84", always_xy=True)


def encode(geometries: Geometries) -> list[str]:
    """Give each published geometry as GeoJSON text; ``null`` for None."""
    return [
        text if text is not None else "null"
        for some in _portions(np.asarray(geometries, dtype=object))
        for text in shapely.to_geojson(some)
    ]


def fragments(
    ids: Sequence[str], geometries: Geometries, properties: Iterable[dict[str, Any]]
) -> list[bytes]:
    """Encode features one by one, so that any page is a join of ready bytes.

    Examples
    --------
    >>> point = np.array([shapely.Point(114.5, 22.25)])
    >>> fragments(["a"], point, [{"name": "甲"}])[0].decode()
    '{"type":"Feature","id":"a","geometry":{"type":"Point","coordinates":[114.5,22.25]},\
"properties":{"name":"甲"}}'
    """
    return [
        b'{"type":"Feature","id":%b,"geometry":%b,"properties":%b}'
        % (orjson.dumps(name), shape.encode(), orjson.dumps(values, option=_OPTIONS))
        for name, shape, values in zip(ids, encode(geometries), properties, strict=True)
    ]


def collection(features: Iterable[bytes], **members: object) -> bytes:
    """Join encoded features to one FeatureCollection, with further members in front."""
    head = b'{"type":"FeatureCollection"'
    for name, value in members.items():
        head += b"," + orjson.dumps(name) + b":" + orjson.dumps(value)
    return head + b',"features":[' + b",".join(features) + b"]}"


def positions(points: Geometries) -> list[list[float] | None]:
    """Give published points as ``[lon, lat]``; None for None and for an empty point."""
    return [
        None if point is None or point.is_empty else [float(point.x), float(point.y)]
        for point in points
    ]


def document(frame: gpd.GeoDataFrame, properties: Iterable[dict[str, Any]]) -> bytes:
    """Encode a whole frame; its index gives the ids."""
    shapes = publish(frame.geometry.to_numpy(), frame.crs)
    return collection(fragments([str(i) for i in frame.index], shapes, properties))


def plain(value: Any) -> Any:
    """Give a cell as a JSON type: NaN and missing as None, numpy numbers as Python's.

    Examples
    --------
    >>> plain(float("nan")), plain(np.int64(3)), plain(("a", "b"))
    (None, 3, ['a', 'b'])
    """
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    if value is None or isinstance(value, (str, bool, int, float, dict)):
        return value
    return None if value != value else str(value)
