"""Area, width and inner point of pieces of land; which of them matter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_service.core.topology import GRID_M, Objects
from gis_service.core.widths import inscribed_circles
from gis_service.model.findings import Severity
from gis_service.model.policy import Policy


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
    return measured(geometries, least_area_m2=policy.min_area_m2)


def measured(geometries: Objects, *, least_area_m2: float = 0.0) -> list[Piece]:
    """Split polygonal land into connected pieces of an area or more, and measure them."""
    parts, origins = shapely.get_parts(geometries, return_index=True)
    areas = shapely.area(parts)
    kept = np.flatnonzero((areas > 0) & (areas >= least_area_m2))
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


def _upper_width(polygons: Objects) -> NDArray[np.float64]:
    """Bound the width from above: a circle's area is at most the polygon's."""
    return np.asarray(2 * np.sqrt(shapely.area(polygons) / np.pi))
