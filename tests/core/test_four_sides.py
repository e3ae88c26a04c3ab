"""Four sides: drawn by hand, and held against a plain oracle."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.core.four_sides import four_sides
from gis_service.model.lines import SIDES, NamedLine

PLACE = np.array([513_400.0, 2_494_700.0])


def placed(*boxes) -> np.ndarray:
    shapes = [shapely.box(*b) if isinstance(b, tuple) else b for b in boxes]
    return np.array([shapely.transform(s, lambda xy: xy + PLACE) for s in shapes], dtype=object)


def sides(shapes, row=0, **options):
    codes = [chr(65 + at) for at in range(len(shapes))]
    return four_sides(shapes, row, codes=codes, **options)


def told(found) -> dict[str, list[str]]:
    return {name: [n.code or n.kind for n in found.side(name)] for name in SIDES}


def test_each_side_has_its_neighbour():
    cross = placed((0, 0, 9, 9), (9, 0, 18, 9), (0, -9, 9, 0), (-9, 0, 0, 9), (0, 9, 9, 18))
    assert told(sides(cross)) == {"east": ["B"], "south": ["C"], "west": ["D"], "north": ["E"]}


def test_the_longest_neighbour_of_a_side_comes_first():
    shapes = placed((0, 0, 10, 10), (10, 0, 20, 3), (10, 3, 20, 10))
    found = sides(shapes).east
    assert [n.code for n in found] == ["C", "B"]
    assert [n.share for n in found] == pytest.approx([0.7, 0.3], abs=0.05)


def test_beyond_a_side_without_a_neighbour_lies_nothing():
    assert told(sides(placed((0, 0, 9, 9))))["north"] == ["outside"]


def test_a_gap_is_told_from_the_outside():
    shapes = placed((0, 0, 9, 9), (12, 0, 20, 9))
    (gap,) = placed((9, 0, 12, 9))
    assert told(sides(shapes, unclaimed=gap))["east"] == ["unclaimed"]


def test_a_neighbour_across_a_sliver_is_a_neighbour():
    assert told(sides(placed((0, 0, 9, 9), (9.3, 0, 20, 9))))["east"] == ["B"]


def test_an_overlapping_claimant_lies_beyond_the_side_that_it_overlaps_and_no_other():
    found = told(sides(placed((0, 0, 100, 80), (90, 0, 200, 80))))
    assert found == {"east": ["B"], "south": ["outside"], "west": ["outside"], "north": ["outside"]}


def test_a_community_wholly_inside_is_named_apart():
    ring = shapely.Polygon([(0, 0), (90, 0), (90, 90), (0, 90)], [[(30, 30), (60, 30), (60, 60)]])
    found = sides(placed(ring, shapely.Polygon([(30, 30), (60, 30), (60, 60)])))
    assert [n.code for n in found.inside] == ["B"]
    assert told(found)["east"] == ["outside"]
    inner = sides(placed(ring, shapely.Polygon([(30, 30), (60, 30), (60, 60)])), row=1)
    assert {n.code for name in SIDES for n in inner.side(name)} == {"A"}


def test_a_side_along_a_road_names_it():
    road = NamedLine(
        name="爱国路",
        kind="road",
        geometry=placed(shapely.LineString([(9.2, -50), (9.2, 50)]))[0],
    )
    found = sides(placed((0, 0, 9, 9), (9, 0, 18, 9)), named=[road])
    assert (found.east[0].code, found.east[0].feature) == ("B", "爱国路")
    assert found.south[0].feature == ""


def test_a_long_thin_community_has_its_long_sides_too():
    shapes = placed((0, 0, 1000, 5), (0, 5, 1000, 50), (0, -50, 1000, 0), (1000, -50, 1100, 50))
    assert told(sides(shapes)) == {
        "east": ["D"],
        "south": ["C"],
        "west": ["outside"],
        "north": ["B"],
    }


def test_a_community_without_land_has_no_sides():
    assert told(sides(np.array([None], dtype=object))) == {name: [] for name in SIDES}


@given(st.lists(st.integers(1, 30), min_size=1, max_size=5))
def test_the_lengths_on_a_side_are_the_lengths_of_the_shared_borders(heights):
    total = sum(heights)
    edges = np.cumsum([0, *heights])
    others = [(100, low, 150, high) for low, high in pairwise(edges)]
    shapes = placed((0, 0, 100, total), *others)
    found = sides(shapes).east
    for neighbour in found:
        other = shapes[ord(neighbour.code) - 65]
        oracle = shapely.length(shapely.intersection(shapes[0], other))
        assert neighbour.length_m == pytest.approx(oracle, rel=0.1, abs=total / 50 + 1)
    assert sum(n.share for n in found) <= 1 + 1e-9


@given(st.permutations(range(5)))
def test_the_order_of_the_rows_does_not_matter(order):
    boxes = [(0, 0, 9, 9), (9, 0, 18, 9), (0, -9, 9, 0), (-9, 0, 0, 9), (0, 9, 9, 18)]
    shapes = placed(*[boxes[at] for at in order])
    codes = [chr(65 + at) for at in order]
    found = four_sides(shapes, order.index(0), codes=codes)
    assert told(found) == {"east": ["B"], "south": ["C"], "west": ["D"], "north": ["E"]}
