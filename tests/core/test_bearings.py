"""Bearings against a geodesic written by other hands, and the 16 directions at their borders."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.core.bearings import (
    convergences,
    grid_bearings,
    positions,
    sixteenth,
    true_bearings,
)
from gis_service.model.lines import SIXTEEN

LUOHU = (513_400.0, 2_494_700.0)
CODES = {
    "EPSG:4547": LUOHU,
    "EPSG:4526": (38_513_400.0, 2_494_700.0),
    "EPSG:3826": (306_000, 2.77e6),
}


def test_the_four_points_of_the_compass_are_0_90_180_and_270_degrees_of_the_grid():
    steps = np.array([[0, 0], [0, 5], [5, 5], [5, 0], [0, 0.0]])
    assert grid_bearings(steps).tolist() == [0, 90, 180, 270]


@pytest.mark.parametrize("crs", CODES)
@pytest.mark.parametrize("degrees", [0, 37.5, 90, 163.2, 225, 359.9])
def test_a_true_bearing_is_that_of_the_geodesic(crs, degrees):
    east, north = CODES[crs]
    away = 100.0
    ends = np.array(
        [
            [east, north],
            [east + away * np.sin(np.radians(degrees)), north + away * np.cos(np.radians(degrees))],
        ]
    )
    system = pyproj.CRS(crs)
    lonlat = positions(ends, system)
    azimuth, _, _ = system.get_geod().inv(*lonlat[0], *lonlat[1])
    (true,) = true_bearings(grid_bearings(ends), convergences(lonlat[:1], system))
    assert abs((true - azimuth + 180) % 360 - 180) < 1 / 3600


def test_east_of_the_central_meridian_grid_north_lies_east_of_true_north():
    system = pyproj.CRS("EPSG:4547")
    east, west, on = convergences(np.array([[114.2, 22.5], [113.8, 22.5], [114, 22.5]]), system)
    assert east > 0 > west
    assert on == pytest.approx(0, abs=1e-12)
    assert east == pytest.approx(0.2 * np.sin(np.radians(22.5)), rel=1e-4)


def test_each_of_the_16_directions_is_centred_on_its_bearing():
    names = [SIXTEEN[sixteenth(22.5 * at)].zh for at in range(16)]
    assert " ".join(names) == (
        "北 北偏东北 东北 东偏东北 东 东偏东南 东南 南偏东南 "
        "南 南偏西南 西南 西偏西南 西 西偏西北 西北 北偏西北"
    )


@pytest.mark.parametrize("at", range(16))
def test_a_border_of_two_directions_belongs_to_the_one_that_follows_clockwise(at):
    border = 11.25 + 22.5 * at
    assert sixteenth(border) == (at + 1) % 16
    assert sixteenth(border - 1e-9) == at


@given(st.floats(0, 360, exclude_max=True), st.floats(1, 1e4))
def test_turning_a_line_round_turns_its_bearing_by_180_degrees(degrees, metres):
    way = np.radians(degrees)
    ends = np.array([[0, 0], [metres * np.sin(way), metres * np.cos(way)]])
    there, back = grid_bearings(ends)[0], grid_bearings(ends[::-1])[0]
    assert abs((there - degrees + 180) % 360 - 180) < 1e-9
    assert abs((there - back) % 360 - 180) < 1e-9
    assert 0 <= there < 360
