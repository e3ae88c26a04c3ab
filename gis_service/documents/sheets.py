"""Further sheets of a map (分幅图): along a line that has more points than its map can number.

They have one scale, the smallest at which three legs of four are at least `READABLE_MM` long on
paper, and follow the line from its beginning; each begins with the vertex with which the one
before ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.documents.frames import MARGIN, SCALES, Frame
from gis_service.model.packs import AgreementPack

READABLE_MM = 6.0
MOST_SHEETS = 60
"""A line that would need more sheets gets a smaller scale, or none."""


def sheets_of(pack: AgreementPack, overview: Frame) -> list[Frame]:
    """Give the frames of the further sheets, in the order of the line; none where none helps."""
    legs = [leg.distance_m for part in pack.line.parts for leg in part.legs]
    wanted = float(np.percentile(legs, 25)) / READABLE_MM * 1000
    larger = [scale for scale in SCALES if scale < overview.scale]
    fine = [scale for scale in larger if scale <= wanted]
    first = larger.index(fine[-1]) if fine else 0
    for scale in larger[first:]:
        frames = _along(pack, replace(overview, scale=scale))
        if len(frames) <= MOST_SHEETS:
            return frames
    return []


def _along(pack: AgreementPack, model: Frame) -> list[Frame]:
    """Cover the line with frames of one scale, as many vertices in each as it holds."""
    room = (1 - 2 * MARGIN) * model.metres_per_mm
    size = np.array([model.width, model.height]) * room
    frames: list[Frame] = []
    held: list[NDArray[np.float64]] = []
    for vertex in _vertices(pack, longest_m=float(size.min()) / 2):
        if held and (np.ptp(np.array([*held, vertex]), axis=0) > size).any():
            frames.append(_around(held, model))
            last = held[-1]
            near = (np.ptp(np.array([last, vertex]), axis=0) <= size).all()
            held = [last] if near else []
        held.append(vertex)
    return [*frames, _around(held, model)] if held else frames


def _vertices(pack: AgreementPack, *, longest_m: float) -> Iterable[NDArray[np.float64]]:
    for part in pack.line.parts:
        yield from shapely.get_coordinates(shapely.segmentize(part.geometry, longest_m))


def _around(held: list[NDArray[np.float64]], model: Frame) -> Frame:
    """Place a frame with the held vertices in its middle."""
    places = np.array(held)
    east, north = (places.min(axis=0) + places.max(axis=0)) / 2
    half = model.metres_per_mm / 2
    return replace(
        model, west=float(east) - model.width * half, north=float(north) + model.height * half
    )
