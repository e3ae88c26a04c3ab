"""Area, width and inner point of pieces of land; which of them matter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_service.core.topology import GRID_M, Objects
from gis_service.model.findings import Severity
from gis_service.model.policy import Policy

RELATIVE_TOLERANCE = 0.05
"""The centre of the inscribed circle is searched to this share of area / perimeter.

The radius of the largest inscribed circle is at least area / perimeter, so this share bounds the
relative error of a width, however thin the piece."""


@dataclass(frozen=True)
class Piece:
    """A connected piece of land with its measures; ``origin`` is where it came from."""

    geometry: BaseGeometry
    origin: int
    area_m2: float
    width_m: float
    point: tuple[float, float]

    def severity(self, policy: Policy) -> Severity:
        """Tell whether people must decide, or the piece is thinner than the policy's width."""
        return "sliver" if self.width_m < policy.sliver_width_m else "dispute"


def significant_pieces(geometries: Objects, policy: Policy) -> list[Piece]:
    """Split polygonal land into connected pieces and keep those worth reporting.

    Parameters
    ----------
    geometries
        Polygons or MultiPolygons in a metric CRS; None has no piece.
    policy
        Pieces under ``min_area_m2`` are left out, and so are pieces narrower than the 1 mm grid.

    Returns
    -------
    list of Piece
        In the order of ``geometries``; ``origin`` is the position there. The width (diameter of
        the largest inscribed circle, in metres) is right to 5 %, and never too large.
    """
    parts, origins = shapely.get_parts(geometries, return_index=True)
    areas = shapely.area(parts)
    kept = np.flatnonzero((areas > 0) & (areas >= policy.min_area_m2))
    # A piece can't be wider than this: it saves searching circles in hair-thin leftovers.
    kept = kept[_upper_width(parts[kept]) >= GRID_M]
    parts, origins, areas = parts[kept], origins[kept], areas[kept]
    points, widths = inscribed_circles(parts)
    return [
        Piece(part, int(origin), float(area), float(width), (float(x), float(y)))
        for part, origin, area, width, (x, y) in zip(
            parts, origins, areas, widths, points, strict=True
        )
        if width >= GRID_M
    ]


def inscribed_circles(polygons: Objects) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give centres (n, 2) and diameters of the largest circles inside polygons with an area.

    A centre always lies inside its polygon.

    Examples
    --------
    >>> square = shapely.from_wkt(["POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0))"])
    >>> points, widths = inscribed_circles(np.array(square))
    >>> points.round(1).tolist(), widths.round(1).tolist()
    ([[2.0, 2.0]], [4.0])
    """
    if not len(polygons):
        return np.empty((0, 2)), np.empty(0)
    floor = shapely.area(polygons) / shapely.length(polygons)
    radii = shapely.maximum_inscribed_circle(polygons, RELATIVE_TOLERANCE * floor)
    centres = shapely.get_point(radii, 0)
    widths = 2 * np.maximum(shapely.length(radii), floor)
    outside = ~shapely.contains(polygons, centres)
    centres[outside] = shapely.point_on_surface(polygons[outside])
    return shapely.get_coordinates(centres), widths


def _upper_width(polygons: Objects) -> NDArray[np.float64]:
    """Bound the width from above: a circle's area is at most the polygon's."""
    return np.asarray(2 * np.sqrt(shapely.area(polygons) / np.pi))
