"""The line between two communities, and whether it is the same in two states.

Definition
----------
The boundary of each that lies on or within the other: where they meet exactly, the line that they
share; where they overlap, the lines that both claim. Empty where they don't meet. On the 1 mm grid,
joined and in a canonical order, so that the same line is the same bytes.
"""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.core.topology import GRID_M


def line_between(one: BaseGeometry | None, other: BaseGeometry | None) -> BaseGeometry:
    """Give the line between two areas as a normalised MultiLineString, empty where none is.

    Parameters
    ----------
    one, other
        Polygonal, in one metric CRS; None or another kind counts as nothing.

    Examples
    --------
    >>> line = line_between(shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10))
    >>> shapely.to_wkt(line)
    'MULTILINESTRING ((10 0, 10 10))'
    >>> line_between(shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)).is_empty
    True
    """
    empty = shapely.MultiLineString()
    if one is None or other is None or one.is_empty or other.is_empty:
        return empty
    first, second = (
        shapely.set_precision(shapely.make_valid(shape, method="structure"), GRID_M)
        for shape in (one, other)
    )
    lines = [
        shapely.intersection(shapely.boundary(side), against, grid_size=GRID_M)
        for side, against in ((first, second), (second, first))
        if shapely.boundary(side) is not None
    ]
    parts = shapely.get_parts(shapely.get_parts(shapely.union_all(lines, grid_size=GRID_M)))
    parts = parts[np.isin(shapely.get_type_id(parts), (1,))]
    if len(parts) == 0:
        return empty
    merged = shapely.line_merge(shapely.multilinestrings(parts))
    result: BaseGeometry = shapely.normalize(shapely.multilinestrings(shapely.get_parts(merged)))
    return result
