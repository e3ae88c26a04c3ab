"""Crossing: one finding for a line that was drawn twice and crosses itself again and again."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.core.checks import run_checks
from gis_service.model.policy import Policy


def zigzag(amplitudes_m):
    """Give a western and an eastern community whose common line zigzags in the west's drawing."""
    y = np.round(np.linspace(0, 100, len(amplitudes_m) + 2), 3)
    x = 50 + np.r_[0, amplitudes_m, 0]
    west = shapely.Polygon([(0, 0), *zip(x.tolist(), y.tolist(), strict=True), (0, 100)])
    return west.wkt, shapely.box(50, 0, 100, 100).wkt


def kinds(found):
    return sorted({(one.check, one.severity) for one in found})


def test_a_line_that_crosses_many_times_is_one_finding(draw):
    west, east = zigzag([0.3, -0.3] * 6)
    (found,) = run_checks(draw(W=west, E=east))
    assert (found.check, found.severity) == ("crossing", "sliver")
    assert found.communities == ("E", "W") and found.key == "crossing:E+W:1"
    assert len(found.geometry.geoms) == 12 and found.area_m2 == pytest.approx(
        shapely.area(found.geometry)
    )
    assert "12" in found.text.zh and "12 pieces" in found.text.en


def test_two_slivers_are_told_one_by_one(draw):
    west, east = zigzag([0.3, -0.3])
    found = run_checks(draw(W=west, E=east))
    assert kinds(found) == [("gap", "sliver"), ("overlap", "sliver")]


def test_overlaps_alone_are_no_crossing(draw):
    west, east = zigzag([0.3, 0.0] * 6)
    assert kinds(run_checks(draw(W=west, E=east))) == [("overlap", "sliver")]


def test_disputes_on_the_same_line_stay_disputes(draw):
    west, east = zigzag([9, -9] * 4)
    assert kinds(run_checks(draw(W=west, E=east))) == [("gap", "dispute"), ("overlap", "dispute")]


def test_below_the_survey_tolerance_it_is_a_mismatch(draw):
    west, east = zigzag([0.02, -0.02] * 6)
    assert kinds(run_checks(draw(W=west, E=east))) == [("edge_mismatch", "note")]
    strict = Policy(survey_tolerance_m=0.01)
    found = run_checks(draw(W=west, E=east), policy=strict)
    assert kinds(found) == [("crossing", "sliver")]


@given(st.lists(st.integers(-4, 4).map(lambda a: a / 10), min_size=1, max_size=14))
@settings(deadline=None, max_examples=80)
def test_the_pieces_of_a_line_are_told_once(draw, amplitudes):
    """Plain oracle: the land between the two lines, cut where they meet."""
    west, east = zigzag(amplitudes)
    layer = draw(W=west, E=east)
    found = run_checks(layer, policy=Policy(min_area_m2=0.0))
    told = shapely.union_all([one.geometry for one in found])
    one, other = layer.geometry
    rim = shapely.union_all([one, other, shapely.box(40, 0, 60, 100)])
    between = shapely.union(one & other, rim - one - other)
    assert shapely.area(shapely.symmetric_difference(told, between)) < 5e-3
    assert sum(shapely.area(item.geometry) for item in found) == pytest.approx(
        shapely.area(between), abs=5e-3
    )
