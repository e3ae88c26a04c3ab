"""The coordinate systems in which features are given, and the order of their axes.

Addresses are those of OGC (``http://www.opengis.net/def/crs/EPSG/0/4547``). The order of the axes
is the system's own: 4326 and 4490 are latitude, longitude; 4547 and 4526 northing, easting; CRS84
longitude, latitude; 3857 easting, northing. GCJ-02 and BD-09 are no systems of OGC: they are given
only where they are asked for by name, longitude first, approximate and for display alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from gis_service.core.gcj02 import wgs84_to_bd09, wgs84_to_gcj02
from gis_service.core.source_crs import Floats, SourceCrs, transformation
from gis_service.errors import ParameterError

Geometries = NDArray[np.object_]

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
EPSG_CODES = (4326, 4490, 4547, 4526, 3857)
WEB_MAPS = {"gcj02": wgs84_to_gcj02, "bd09": wgs84_to_bd09}
WEB_MAP_URN = "urn:gis-service:crs:"

DEGREE_DECIMALS = 7
METRE_DECIMALS = 4


@dataclass(frozen=True)
class OutputCrs:
    """A system in which features are given.

    Attributes
    ----------
    uri
        Its address; of the web maps' systems a name of our own.
    authority
        What PROJ calls it; WGS 84 for the web maps' systems.
    web_map
        ``gcj02``, ``bd09`` or "".
    """

    uri: str
    authority: str
    web_map: str = ""

    @property
    def is_default(self) -> bool:
        """Whether it is the one that is given unasked."""
        return self.uri == CRS84


def crs_uris(storage: str) -> tuple[str, ...]:
    """Give the addresses of all systems, CRS84 first; the one of the data is always among them.

    Examples
    --------
    >>> len(crs_uris("EPSG:4547")), crs_uris("EPSG:32650")[-1]
    (6, 'http://www.opengis.net/def/crs/EPSG/0/32650')
    """
    uris = [CRS84, *(f"{EPSG}{code}" for code in EPSG_CODES)]
    stored = uri_of(storage)
    return tuple(uris) if stored in uris else (*uris, stored)


def uri_of(crs: str) -> str:
    """Give the address of a system of PROJ's; CRS84 where it has no EPSG code.

    Examples
    --------
    >>> uri_of("EPSG:4547")
    'http://www.opengis.net/def/crs/EPSG/0/4547'
    """
    code = _crs(crs).to_epsg()
    return CRS84 if code is None else f"{EPSG}{code}"


def find_crs(text: str, *, storage: str, parameter: str, web_maps: bool = False) -> OutputCrs:
    """Give a system by its address; ``[EPSG:4547]`` and ``EPSG:4547`` mean the same.

    Raises
    ------
    ParameterError
        When it is none of those offered.
    """
    if web_maps and text in WEB_MAPS:
        return OutputCrs(f"{WEB_MAP_URN}{text}", "OGC:CRS84", text)
    known = crs_uris(storage)
    short = text.removeprefix("[").removesuffix("]") if text.startswith("[") else text
    uri = text.replace("https://", "http://", 1)
    if short in ("OGC:CRS84", "CRS84"):
        uri = CRS84
    elif short.startswith("EPSG:"):
        uri = f"{EPSG}{short[5:]}"
    if uri not in known:
        listed = ", ".join((*known, *(WEB_MAPS if web_maps else ())))
        raise ParameterError(
            f"{parameter} 的值“{text}”不可用；允许：{listed}。",
            f"{parameter} is {text!r}; allowed: {listed}.",
            parameter=parameter,
            allowed=[*known, *(WEB_MAPS if web_maps else ())],
        )
    return OutputCrs(uri, "OGC:CRS84" if uri == CRS84 else f"EPSG:{uri[len(EPSG) :]}")


def given_in(geometries: Geometries, source: object, target: OutputCrs) -> Geometries:
    """Give geometries of ``source`` in another system, in the order of its axes.

    Rounded to 7 decimals of a degree (about 1 cm) or 0.1 mm; a system that is the source's own
    gives the numbers as they are kept, rounded. Rings run anticlockwise as seen on a map.
    """
    move = transformation(_source(source), _crs(target.authority))
    decimals = DEGREE_DECIMALS if _crs(target.authority).is_geographic else METRE_DECIMALS

    def moved(points: Floats) -> Floats:
        points = move(points)
        if target.web_map:
            points = WEB_MAPS[target.web_map](points)
        return np.round(points, decimals)

    oriented = shapely.orient_polygons(shapely.transform(geometries, moved), exterior_cw=False)
    if north_first(target.authority):
        oriented = shapely.transform(oriented, lambda points: points[:, ::-1])
    return np.asarray(oriented, dtype=object)


def from_given(geometries: Geometries, source: OutputCrs, target: object) -> Geometries:
    """Give geometries, whose coordinates are in the order of ``source``'s axes, east first."""
    here = SourceCrs(
        source.authority, _crs(source.authority), north_first=north_first(source.authority)
    )
    return np.asarray(
        shapely.transform(geometries, transformation(here, _crs_of(target))), dtype=object
    )


def east_first(bbox: tuple[float, ...], crs: OutputCrs) -> tuple[float, float, float, float]:
    """Give the four sides of a box in the order west, south, east, north, in its own system."""
    if len(bbox) == 6:
        bbox = (bbox[0], bbox[1], bbox[3], bbox[4])
    first, second, third, fourth = bbox
    if north_first(crs.authority):
        return second, first, fourth, third
    return first, second, third, fourth


@cache
def north_first(authority: str) -> bool:
    """Tell whether a system's first axis points north.

    Examples
    --------
    >>> [north_first(f"EPSG:{code}") for code in EPSG_CODES]
    [True, True, True, True, False]
    """
    return bool(_crs(authority).axis_info[0].direction.lower() == "north")


@cache
def _crs(authority: str) -> CRS:
    return CRS.from_user_input(authority)


def _crs_of(crs: object) -> CRS:
    return crs if isinstance(crs, CRS) else CRS.from_user_input(crs)


def _source(crs: object) -> SourceCrs:
    return SourceCrs("", _crs_of(crs))
