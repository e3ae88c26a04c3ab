"""Coordinate systems as files hold them: parse their names, move points between them.

Written forms (`parse_crs`): ``EPSG:4547``; any text that PROJ takes; ``/NE`` behind either when
the first column holds the north and the second the east value; ``GCJ02`` and ``BD09`` for the
coordinates of Chinese web maps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from gis_service.core.gcj02 import bd09_to_wgs84, gcj02_to_wgs84
from gis_service.errors import CrsError

Floats = NDArray[np.float64]
Offset = Literal["", "GCJ02", "BD09"]

WGS84 = "EPSG:4326"
DEFAULT_WORKING_CRS = "EPSG:4547"
NORTH_FIRST = "/NE"
CHINA = (73.0, 3.0, 136.0, 54.0)
"""West, south, east and north of China in degrees."""
_ALLOWED = "EPSG:4547, EPSG:4547/NE, EPSG:4526, EPSG:4326, EPSG:4490, GCJ02, BD09, …"
_MARGIN_DEG = 2.0


@dataclass(frozen=True)
class SourceCrs:
    """A coordinate system as a file's columns hold it.

    Attributes
    ----------
    text
        Written form, as ``--crs`` takes it.
    crs
        The system; WGS 84 for the web maps' offsets.
    north_first
        Whether the first column holds the north value.
    offset
        Which web map's offset the coordinates carry, ``""`` for none.
    """

    text: str
    crs: CRS
    north_first: bool = False
    offset: Offset = ""


def parse_crs(text: str) -> SourceCrs:
    """Read the written form of a coordinate system.

    Raises
    ------
    CrsError
        When PROJ does not know it; the message lists what can be written.

    Examples
    --------
    >>> parse_crs("EPSG:4547/NE").north_first, parse_crs("gcj02").offset
    (True, 'GCJ02')
    """
    wanted = text.strip()
    plain = wanted.upper().replace("-", "")
    if plain in ("GCJ02", "BD09"):
        return SourceCrs(
            plain, CRS.from_user_input(WGS84), offset="GCJ02" if plain[0] == "G" else "BD09"
        )
    north_first = plain.endswith(NORTH_FIRST)
    base = wanted[: -len(NORTH_FIRST)] if north_first else wanted
    crs = _proj(base)
    name = crs_name(crs, base) + (NORTH_FIRST if north_first else "")
    return SourceCrs(name, crs, north_first)


def to_lonlat(source: SourceCrs, points: Floats) -> Floats:
    """Give WGS 84 longitude and latitude in degrees of points (n, 2) of ``source``.

    Points that the system can't express come back as infinities.
    """
    return transformation(source, CRS.from_user_input(WGS84))(points)


def transformation(source: SourceCrs, target: CRS) -> Callable[[Floats], Floats]:
    """Give the function that moves points (n, 2) of ``source`` to ``target`` (east, north).

    Points stay bit for bit when both are the same system.
    """
    same = source.crs == target or crs_name(source.crs, "") == crs_name(target, "?")
    moves = None if same else _transformer(source.crs, target)

    def move(points: Floats) -> Floats:
        points = np.asarray(points, dtype=float)
        if source.north_first:
            points = points[:, ::-1]
        if source.offset:
            points = (gcj02_to_wgs84 if source.offset == "GCJ02" else bd09_to_wgs84)(points)
        if moves is None or not len(points):
            return points
        x, y = moves.transform(points[:, 0], points[:, 1])
        return np.column_stack((x, y))

    return move


@cache
def _transformer(source: CRS, target: CRS) -> Transformer:
    """Making one costs some 50 ms; it may be used by several threads."""
    return Transformer.from_crs(source, target, always_xy=True)


def fits(source: SourceCrs, points: Floats) -> NDArray[np.bool_]:
    """Tell which points (n, 2) make sense in ``source``: in range and near its area of use."""
    columns = points[:, ::-1] if source.north_first else points
    with np.errstate(invalid="ignore"):
        if source.crs.is_geographic:
            in_range = (np.abs(columns) <= (180.0, 90.0)).all(axis=1)
        else:
            in_range = np.isfinite(columns).all(axis=1)
        lonlat = np.full(points.shape, np.nan)
        lonlat[in_range] = to_lonlat(source, points[in_range])
        area = source.crs.area_of_use
        bounds = area.bounds if area else (-180.0, -90.0, 180.0, 90.0)
        if source.offset:
            bounds = CHINA
        return inside(lonlat, bounds, margin=_MARGIN_DEG)


def choose_working_crs(
    lonlat: Floats, *, wanted: str | None = None, preferred: str = DEFAULT_WORKING_CRS
) -> CRS:
    """Choose the metric system to compute in.

    Parameters
    ----------
    lonlat
        WGS 84 points (n, 2) of the layer.
    wanted
        The user's choice; None takes ``preferred`` where the points (nine in ten) lie in its area
        of use, else the UTM zone of their middle.
    preferred
        The system of the installation.

    Raises
    ------
    CrsError
        When the chosen one is unknown, not projected or not in metres.

    Examples
    --------
    >>> choose_working_crs(np.array([[114.1, 22.5]])).to_string()
    'EPSG:4547'
    >>> choose_working_crs(np.array([[5.5, 51.4]])).to_string()
    'EPSG:32631'
    """
    if wanted is not None:
        return _metric(wanted)
    default = _metric(preferred)
    area = default.area_of_use
    if not len(lonlat) or (area and inside(lonlat, area.bounds).mean() >= 0.9):
        return default
    lon, lat = np.median(lonlat, axis=0)
    zone = min(int((lon + 180.0) // 6.0) + 1, 60)
    return CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)


def inside(lonlat: Floats, bounds: tuple[float, ...], *, margin: float = 0.0) -> NDArray[np.bool_]:
    """Tell which points (n, 2) lie within west, south, east, north, widened by a margin (°)."""
    west, south, east, north = bounds
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    from_west, to_east = lon >= west - margin, lon <= east + margin
    across = from_west & to_east if west <= east else from_west | to_east
    return np.asarray(across & (lat >= south - margin) & (lat <= north + margin))


@cache
def _proj(text: str) -> CRS:
    try:
        crs = CRS.from_user_input(text)
    except (CRSError, ProjError) as error:
        raise CrsError(
            f"不认识坐标系“{text}”。可写：{_ALLOWED}",
            f"There is no coordinate system {text!r}. Write for example: {_ALLOWED}",
            given=text,
        ) from error
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    code = crs.to_epsg()
    # The registered form knows its area of use, which the WKT in a .prj does not.
    crs = (crs if code is None else CRS.from_epsg(code)).to_2d()
    if not (crs.is_geographic or crs.is_projected):
        raise CrsError(
            f"坐标系“{text}”不是地理坐标系，也不是投影坐标系。可写：{_ALLOWED}",
            f"{text!r} is neither geographic nor projected. Write for example: {_ALLOWED}",
            given=text,
        )
    return crs


def crs_name(crs: CRS, text: str) -> str:
    """Give EPSG:N where PROJ finds one, else the text as it came."""
    code = crs.to_epsg()
    if code is not None:
        return f"EPSG:{code}"
    authority = crs.to_authority()
    return ":".join(authority) if authority else text


def _metric(wanted: str) -> CRS:
    crs = _proj(wanted)
    if not crs.is_projected or any(axis.unit_conversion_factor != 1.0 for axis in crs.axis_info):
        raise CrsError(
            f"计算坐标系“{wanted}”不可用：须为以米为单位的投影坐标系，例如 EPSG:4547。",
            f"The working CRS {wanted!r} can't be used: it must be projected and in metres, "
            "for example EPSG:4547.",
            given=wanted,
        )
    return crs
