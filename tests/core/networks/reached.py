"""Truly reached street length against a catchment polygon, measured along the streets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

STEP_M = 2.0


@dataclass
class Share:
    """Street length in metres: truly reached, in the polygon, and both."""

    reached: float = 0.0
    inside: float = 0.0
    both: float = 0.0

    @property
    def contained(self) -> float:
        """Share of what is reached that lies in the polygon."""
        return self.both / self.reached

    @property
    def pure(self) -> float:
        """Share of what lies in the polygon that is reached."""
        return self.both / self.inside


def samples(network: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cut every street into stretches of about 2 m: edge, share of the middle, length in metres."""
    streets = network.streets
    step = np.hypot(*np.diff(streets.line_xy, axis=0, prepend=streets.line_xy[:1]).T)
    step[streets.line_starts[:-1]] = 0.0
    length = np.add.reduceat(step, streets.line_starts[:-1])
    count = np.maximum(np.ceil(length / STEP_M).astype(int), 1)
    edge = np.repeat(np.arange(len(count)), count)
    within = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    return edge, (within + 0.5) / count[edge], (length / count)[edge]


def points_of(network: Any, edge: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Give the coordinates of places on streets."""
    streets = network.streets
    pieces = np.split(streets.line_xy, streets.line_starts[1:-1])
    lines = np.array([shapely.LineString(piece) for piece in pieces], dtype=object)
    places = shapely.line_interpolate_point(lines[edge], share, normalized=True)
    return shapely.get_coordinates(places)


def seconds_to(
    network: Any, xy: Any, places: Any, edge: np.ndarray, share: np.ndarray, speed: float
) -> Any:
    """Walking time from places on streets to one facility, by a search of the facility alone."""
    from gis_service.core.networks.snapping import Places

    on_street = Places(places, edge, share, np.zeros(len(edge)))
    return network.nearest(on_street, [xy], speed_m_s=speed).seconds


def measured(network: Any, polygons: Any, points: Any, *, speed: float = 1.0) -> dict[float, Share]:
    """Measure catchments (frame with facility, cutoff_s, geometry) of some points by cutoff."""
    everywhere = samples(network)
    all_xy = points_of(network, *everywhere[:2])
    result: dict[float, Share] = {}
    for facility, rows in polygons.groupby("facility"):
        # No way is shorter than the straight line: what is farther is neither reached nor inside.
        reach = rows["cutoff_s"].max() * speed + 100.0
        near = np.hypot(*(all_xy - points[facility]).T) <= reach
        edge, share, length = (values[near] for values in everywhere)
        places = shapely.points(all_xy[near])
        seconds = seconds_to(network, points[facility], all_xy[near], edge, share, speed)
        for row in rows.itertuples():
            shapely.prepare(row.geometry)
            inside = shapely.intersects(row.geometry, places)
            reached = seconds <= row.cutoff_s
            total = result.setdefault(row.cutoff_s, Share())
            total.reached += length[reached].sum()
            total.inside += length[inside].sum()
            total.both += length[reached & inside].sum()
    return result
