"""Coordinates of Chinese web maps, there and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.core.gcj02 import bd09_to_wgs84, gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02

CENTIMETRE_DEG = 0.01 / 111_320


@given(
    lon=st.floats(73, 135, allow_nan=False),
    lat=st.floats(4, 53, allow_nan=False),
)
@settings(max_examples=200, deadline=None)
def test_there_and_back_is_exact_to_a_centimetre(lon: float, lat: float) -> None:
    point = np.array([[lon, lat]])
    assert np.abs(gcj02_to_wgs84(wgs84_to_gcj02(point)) - point).max() < CENTIMETRE_DEG
    assert np.abs(bd09_to_wgs84(wgs84_to_bd09(point)) - point).max() < CENTIMETRE_DEG


def test_the_offset_in_luohu_is_about_600_m() -> None:
    point = np.array([[114.131, 22.548]])
    east, north = (wgs84_to_gcj02(point) - point)[0] * (102_800, 110_750)
    assert 500 < np.hypot(east, north) < 700


def test_baidu_lies_a_further_kilometre_off() -> None:
    point = np.array([[114.131, 22.548]])
    east, north = (wgs84_to_bd09(point) - wgs84_to_gcj02(point))[0] * (102_800, 110_750)
    assert 700 < np.hypot(east, north) < 1300


@pytest.mark.parametrize("place", [(5.48, 51.44), (-87.6, 41.9)])
def test_places_outside_china_are_not_moved(place: tuple[float, float]) -> None:
    point = np.array([place])
    assert (wgs84_to_gcj02(point) == point).all()
    assert (gcj02_to_wgs84(point) == point).all()


def test_no_points_give_no_points() -> None:
    assert gcj02_to_wgs84(np.empty((0, 2))).shape == (0, 2)
