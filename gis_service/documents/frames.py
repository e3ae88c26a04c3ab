"""Where a map lies on paper: scale, frame, and the way from the ground to the page.

The scale is the largest of `SCALES` at which everything that must be seen fits into the frame with
a margin. Distances on paper are those of the projection divided by the scale's denominator: page
millimetres = ground metres · 1000 / denominator, with no other factor.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_service.documents.canvas import PAPERS_MM

SCALES = (
    100,
    200,
    500,
    1_000,
    2_000,
    5_000,
    10_000,
    20_000,
    50_000,
    100_000,
    200_000,
    500_000,
    1_000_000,
)
"""Denominators of the scales that a map may have."""

MARGIN = 0.06
"""Share of the frame that stays free on each side of what must be seen."""

LEFT, RIGHT, TOP, BOTTOM = 15.0, 9.0, 27.0, 52.0
"""What lies around the frame on the page, millimetres."""

STEPS = (1, 2, 5)


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A map's place on its page, in millimetres, and its place on the ground, in metres."""

    page_width: float
    page_height: float
    left: float
    top: float
    width: float
    height: float
    scale: int
    west: float
    north: float

    @property
    def right(self) -> float:
        """Right edge on the page."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Lower edge on the page."""
        return self.top + self.height

    @property
    def metres_per_mm(self) -> float:
        """Ground metres in a millimetre of paper."""
        return self.scale / 1000

    @property
    def ground(self) -> BaseGeometry:
        """What the frame shows, as a box on the ground."""
        return shapely.box(
            self.west,
            self.north - self.height * self.metres_per_mm,
            self.west + self.width * self.metres_per_mm,
            self.north,
        )

    def on_page(self, geometry: BaseGeometry) -> BaseGeometry:
        """Move a geometry from the ground to the page; what lies outside the frame stays there."""
        return shapely.transform(geometry, self.points)

    def clipped(self, geometry: BaseGeometry) -> BaseGeometry:
        """Give the part of a geometry inside the frame, on the page, as fine as can be drawn."""
        kept = shapely.intersection(geometry, self.ground)
        return self.on_page(shapely.simplify(kept, 0.01 * self.metres_per_mm))

    def points(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Move coordinates (n, 2) from the ground to the page."""
        east = (xy[:, 0] - self.west) / self.metres_per_mm + self.left
        south = (self.north - xy[:, 1]) / self.metres_per_mm + self.top
        return np.column_stack((east, south))


def frame_for(
    bounds: tuple[float, float, float, float], *, paper: str, below: float = BOTTOM
) -> Frame:
    """Choose scale and direction of the page for what must be seen.

    Parameters
    ----------
    bounds
        West, south, east, north, metres.
    paper
        ``A4`` or ``A3``.
    below
        Room under the frame, millimetres.

    Examples
    --------
    >>> frame = frame_for((0, 0, 300, 150), paper="A4")
    >>> frame.scale, frame.page_width > frame.page_height
    (2000, True)
    """
    short, tall = PAPERS_MM[paper]
    frames = []
    for width, height in ((short, tall), (tall, short)):
        box = (LEFT, TOP, width - LEFT - RIGHT, height - TOP - below)
        frames.append(frame_in(bounds, page=(width, height), box=box))
    return min(frames, key=lambda frame: (frame.scale, _needed(bounds, frame.width, frame.height)))


def frame_in(
    bounds: tuple[float, float, float, float],
    *,
    page: tuple[float, float],
    box: tuple[float, float, float, float],
) -> Frame:
    """Choose the scale for a frame with a given place on the page: left, top, width, height.

    Examples
    --------
    >>> frame_in((0, 0, 300, 150), page=(210, 297), box=(15, 30, 180, 100)).scale
    2000
    """
    west, south, east, north = bounds
    left, top, width, height = box
    needed = _needed(bounds, width, height)
    scale = next((s for s in SCALES if s >= needed), int(round_step(max(needed, 1.0))))
    return Frame(
        page_width=page[0],
        page_height=page[1],
        left=left,
        top=top,
        width=width,
        height=height,
        scale=scale,
        west=(west + east) / 2 - width * scale / 2000,
        north=(south + north) / 2 + height * scale / 2000,
    )


def _needed(bounds: tuple[float, float, float, float], width: float, height: float) -> float:
    """Give the least denominator at which ``bounds`` fit."""
    west, south, east, north = bounds
    share = (1 - 2 * MARGIN) / 1000
    return max((east - west) / width / share, (north - south) / height / share)


def round_step(least: float) -> float:
    """Give the least of 1, 2, 5, 10, 20 … (and 0.1 …) that is not below ``least``.

    Examples
    --------
    >>> round_step(30), round_step(0.15), round_step(51)
    (50, 0.2, 100)
    """
    power = int(np.floor(np.log10(least)))
    for exponent in (power, power + 1):
        for step in STEPS:
            value: float = step * 10**exponent if exponent >= 0 else step / 10**-exponent
            if value >= least * (1 - 1e-9):
                return value
    raise AssertionError(least)
