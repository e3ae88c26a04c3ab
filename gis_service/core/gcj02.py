"""Chinese web-map coordinates: GCJ-02 (Gaode, Tencent, mini-programs) and BD-09 (Baidu).

Both are WGS 84 with an offset that varies from place to place: about 600 m for GCJ-02 in
Shenzhen, a further kilometre or so for BD-09. The formulas are the published ones; the way back
is found by iteration, because there is no closed form.

All functions take and return an array of shape (n, 2) with longitude and latitude in degrees.
Points outside the rectangle 72.004° to 137.8347° E, 0.8293° to 55.8271° N have no GCJ-02 offset.

Known limits: the rectangle also holds neighbouring countries, where real web maps are not moved.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_AXIS_M = 6378245.0
_ECCENTRICITY_2 = 0.00669342162296594323
_BAIDU_PI = np.pi * 3000.0 / 180.0
_RECTANGLE = (72.004, 0.8293, 137.8347, 55.8271)
_STEPS = 30
_CLOSE_DEG = 1e-11


def wgs84_to_gcj02(lonlat: Floats) -> Floats:
    """Give the GCJ-02 coordinates of WGS 84 points.

    Examples
    --------
    >>> wgs84_to_gcj02(np.array([[114.131, 22.548]])).round(4).tolist()
    [[114.1361, 22.5453]]
    """
    lonlat = np.asarray(lonlat, dtype=float)
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    west, south, east, north = _RECTANGLE
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    x, y = lon - 105.0, lat - 35.0
    with np.errstate(invalid="ignore", over="ignore"):
        offset_lat, offset_lon = _offset_lat(x, y), _offset_lon(x, y)
        phi = np.radians(lat)
        magic = 1.0 - _ECCENTRICITY_2 * np.sin(phi) ** 2
        meridian = _AXIS_M * (1.0 - _ECCENTRICITY_2) / (magic * np.sqrt(magic))
        parallel = _AXIS_M / np.sqrt(magic) * np.cos(phi)
        moved = np.column_stack(
            (lon + np.degrees(offset_lon / parallel), lat + np.degrees(offset_lat / meridian))
        )
    return np.where(inside[:, None], moved, lonlat)


def gcj02_to_wgs84(lonlat: Floats) -> Floats:
    """Give the WGS 84 coordinates of GCJ-02 points, exact to well under a centimetre.

    Examples
    --------
    >>> there = wgs84_to_gcj02(np.array([[114.131, 22.548]]))
    >>> gcj02_to_wgs84(there).round(9).tolist()
    [[114.131, 22.548]]
    """
    return _inverse(wgs84_to_gcj02, lonlat)


def wgs84_to_bd09(lonlat: Floats) -> Floats:
    """Give the BD-09 coordinates of WGS 84 points.

    Examples
    --------
    >>> wgs84_to_bd09(np.array([[114.131, 22.548]])).round(4).tolist()
    [[114.1425, 22.5515]]
    """
    lonlat = wgs84_to_gcj02(lonlat)
    x, y = lonlat[:, 0], lonlat[:, 1]
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BAIDU_PI)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BAIDU_PI)
    return np.column_stack((radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006))


def bd09_to_wgs84(lonlat: Floats) -> Floats:
    """Give the WGS 84 coordinates of BD-09 points, exact to well under a centimetre.

    Examples
    --------
    >>> there = wgs84_to_bd09(np.array([[114.131, 22.548]]))
    >>> bd09_to_wgs84(there).round(9).tolist()
    [[114.131, 22.548]]
    """
    return _inverse(wgs84_to_bd09, lonlat)


def _inverse(forward: Callable[[Floats], Floats], target: Floats) -> Floats:
    """Find the points that ``forward`` moves to ``target`` (the offset changes slowly)."""
    target = np.asarray(target, dtype=float)
    found = target.copy()
    for _ in range(_STEPS):
        step = target - forward(found)
        found += step
        if step.size == 0 or np.nanmax(np.abs(step), initial=0.0) < _CLOSE_DEG:
            break
    return found


def _offset_lat(x: Floats, y: Floats) -> Floats:
    pi, sin = np.pi, np.sin
    value = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    value += (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    value += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    value += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    return np.asarray(value)


def _offset_lon(x: Floats, y: Floats) -> Floats:
    pi, sin = np.pi, np.sin
    value = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    value += (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    value += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    value += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    return np.asarray(value)
