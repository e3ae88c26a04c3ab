"""Where labels may stand on a map: a label that would cover another, or the line, is moved or left.

Labels are placed one after the other, the important ones first, each at the first of its candidate
places that is free. There are some hundreds at most, so places are compared one by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Box = tuple[float, float, float, float]


@dataclass
class Taken:
    """The places that are taken on a page: boxes of labels, and lines that none may cover.

    ``inside`` is the box in which labels must lie; ``clear`` what they must not touch.
    """

    inside: Box
    clear: BaseGeometry | None = None
    _boxes: list[Box] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.clear is not None:
            shapely.prepare(self.clear)

    def place(self, candidates: Iterable[Box], *, avoid_clear: bool = True) -> int | None:
        """Take the first free candidate and give its position; None when none is free."""
        for at, box in enumerate(candidates):
            if self._is_free(box, avoid_clear=avoid_clear):
                self._boxes.append(box)
                return at
        return None

    def take(self, box: Box) -> None:
        """Take a place whatever stands there."""
        self._boxes.append(box)

    def _is_free(self, box: Box, *, avoid_clear: bool) -> bool:
        left, top, right, bottom = box
        west, north, east, south = self.inside
        if left < west or top < north or right > east or bottom > south:
            return False
        for x0, y0, x1, y1 in self._boxes:
            if left < x1 and right > x0 and top < y1 and bottom > y0:
                return False
        if avoid_clear and self.clear is not None:
            return not bool(shapely.intersects(self.clear, shapely.box(*box)))
        return True


def around(x: float, y: float, *, width: float, height: float, away: float) -> list[Box]:
    """Give the eight boxes of a size around a point, ``away`` from it, the upper right first.

    Examples
    --------
    >>> around(10, 10, width=4, height=2, away=2)[6]
    (8.0, 6, 12.0, 8)
    """
    slant = round(away * 0.71, 4)
    corners = [
        (x + slant, y - slant - height),
        (x + slant, y + slant),
        (x - slant - width, y - slant - height),
        (x - slant - width, y + slant),
        (x + away, y - height / 2),
        (x - away - width, y - height / 2),
        (x - width / 2, y - away - height),
        (x - width / 2, y + away),
    ]
    return [(left, top, left + width, top + height) for left, top in corners]


def within(shape: BaseGeometry, *, width: float, height: float) -> list[Box]:
    """Give boxes of a size in the middle of a polygon's open places, the widest place first."""
    parts = [part for part in shapely.get_parts(shape) if shapely.get_type_id(part) == 3]
    if not parts:
        return []
    part = max(parts, key=lambda item: float(shapely.area(item)))
    circle = shapely.maximum_inscribed_circle(part)
    middle = shapely.get_coordinates(circle)[:1]
    west, north, east, south = shapely.bounds(part)
    columns, rows = np.meshgrid(np.linspace(west, east, 13)[1:-1], np.linspace(north, south, 13))
    grid = np.column_stack((columns.ravel(), rows.ravel()))
    shapely.prepare(part)
    grid = grid[shapely.contains_xy(part, grid)]
    away = shapely.distance(shapely.boundary(part), shapely.points(grid))
    places: NDArray[np.float64] = np.vstack((middle, grid[np.argsort(-away, kind="stable")]))
    return [
        (x - width / 2, y - height / 2, x + width / 2, y + height / 2) for x, y in places.tolist()
    ]


def wholly_within(shape: BaseGeometry, *, width: float, height: float) -> list[Box]:
    """Give those of the boxes of `within` that leave the polygon nowhere."""
    shapely.prepare(shape)
    boxes = within(shape, width=width, height=height)
    return [box for box in boxes if shapely.covers(shape, shapely.box(*box))]
