"""A line drawn on a map comes rounded: its ends are put back where they were snapped to."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely
from shapely.ops import split

from gis_service.services.cases.views import SNAP_M, geojson_of, params_from

CRS = "EPSG:4547"
LAND = shapely.Polygon(
    [(513000, 2494000), (513120, 2494010), (513150, 2494090), (513060, 2494060), (513010, 2494100)]
)


def drawn(points: list[shapely.Point], digits: int) -> shapely.LineString:
    """Send points through the map and give the line as the service takes it."""
    sent = json.loads(shapely.to_geojson(shapely.from_geojson(json.dumps(on_map(points)))))
    sent["coordinates"] = np.round(sent["coordinates"], digits).tolist()
    lines = params_from({"lines": sent}, crs=CRS, land=LAND).lines
    assert isinstance(lines, shapely.LineString)
    return lines


def on_map(points: list[shapely.Point]) -> dict[str, object]:
    return geojson_of(shapely.LineString(points), CRS)


@pytest.mark.parametrize("digits", [7, 8])
def test_a_line_from_edge_to_edge_divides_the_land_wherever_it_was_snapped(digits: int) -> None:
    random = np.random.default_rng(4)
    for start in random.random(40):
        ends = [LAND.exterior.interpolate((start + by) % 1, normalized=True) for by in (0, 0.45)]
        line = drawn(ends, digits)
        assert len(split(LAND, line).geoms) >= 2
        fastened = shapely.get_coordinates(line)[[1, -2]]
        assert abs(fastened - [(p.x, p.y) for p in ends]).max() < SNAP_M


def test_an_end_at_a_corner_is_that_corner() -> None:
    corner = shapely.Point(LAND.exterior.coords[1])
    line = drawn([corner, shapely.Point(513010, 2494060)], 7)
    assert line.coords[0] == LAND.exterior.coords[1]


def test_an_end_inside_the_land_stays_where_it_is() -> None:
    line = drawn([shapely.Point(512990, 2494040), shapely.Point(513050, 2494040)], 8)
    assert shapely.get_num_coordinates(line) == 2
    assert line.distance(shapely.Point(513050, 2494040)) < 0.02
