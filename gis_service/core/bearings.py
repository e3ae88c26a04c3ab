"""Which way does a line run: grid and true bearings, meridian convergence, 16 directions.

Definitions
-----------
grid bearing
    Angle from grid north (the CRS's north axis) clockwise to a line, 0° to 360°.
meridian convergence
    Angle from true north clockwise to grid north. East of the central meridian, north of the
    equator, it is positive; about ``(longitude - central meridian) · sin(latitude)``.
true bearing
    Grid bearing + convergence at the point. The arc-to-chord correction is left out: at 1 km from
    the central meridian's edge of a 3° zone it stays under 1″ for legs of 1 km.
16 directions
    Sectors of 22°30′ about 0°, 22°30′ …, from true north; a border (11°15′ …) belongs to the
    sector that follows clockwise (GB/T 17796).
"""

from __future__ import annotations

import numpy as np
import pyproj
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SECTOR_DEG = 22.5


def grid_bearings(xy: Floats) -> Floats:
    """Give the bearings (degrees from grid north, clockwise) from each point to the next.

    Parameters
    ----------
    xy
        Coordinates (n, 2): east, north.

    Examples
    --------
    >>> grid_bearings(np.array([[0, 0], [0, 1], [1, 1], [0, 0.0]])).tolist()
    [0.0, 90.0, 225.0]
    """
    steps = np.diff(xy, axis=0)
    return _turn(np.degrees(np.arctan2(steps[:, 0], steps[:, 1])))


def true_bearings(grid_deg: Floats, convergence_deg: Floats) -> Floats:
    """Give bearings from true north: grid bearing + convergence, 0 to 360.

    Examples
    --------
    >>> true_bearings(np.array([359.99, 10.0]), np.array([0.05, -0.05])).round(2).tolist()
    [0.04, 9.95]
    """
    return _turn(grid_deg + convergence_deg)


def positions(xy: Floats, crs: pyproj.CRS) -> Floats:
    """Give longitude and latitude (n, 2), degrees, in the geographic CRS below ``crs``."""
    to_geographic = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    longitude, latitude = to_geographic.transform(xy[:, 0], xy[:, 1])
    return np.column_stack((longitude, latitude)).astype(np.float64)


def convergences(lonlat: Floats, crs: pyproj.CRS) -> Floats:
    """Give the meridian convergence (degrees) of a projected ``crs`` at places (n, 2).

    Examples
    --------
    >>> place = np.array([[114.13, 22.55], [114.0, 22.55]])
    >>> convergences(place, pyproj.CRS("EPSG:4547")).round(4).tolist()
    [0.0499, 0.0]
    """
    if not len(lonlat):
        return np.zeros(0)
    factors = pyproj.Proj(crs).get_factors(lonlat[:, 0], lonlat[:, 1])
    return np.asarray(factors.meridian_convergence, dtype=np.float64) + 0.0


def sixteenth(true_deg: float) -> int:
    """Give the number (0 is north, clockwise) of the direction of a bearing from true north.

    Examples
    --------
    >>> [sixteenth(deg) for deg in (0, 11.24, 11.25, 90, 348.74, 348.75, 360)]
    [0, 0, 1, 4, 15, 0, 0]
    """
    return int((true_deg + SECTOR_DEG / 2) // SECTOR_DEG) % 16


def _turn(degrees: Floats) -> Floats:
    turned = np.mod(degrees, 360.0)
    return np.where(turned >= 360.0, 0.0, turned)
