"""Points, legs and runs of a line: by hand, and the law that the table rebuilds the line."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.core.agreed import NewLine
from gis_service.core.describe import describe, thinned
from gis_service.core.running import line_texts, part_text, run_text
from gis_service.model.lines import AgreedLine, NamedLine, Run

CRS = pyproj.CRS("EPSG:4547")
EAST, NORTH = 513_400.0, 2_494_700.0
PLACE = np.array([EAST, NORTH])


def described(*ways: list[tuple[float, float]], named=(), after=None, **options) -> AgreedLine:
    lines = [
        NewLine(
            role="border",
            left=0,
            right=1,
            geometry=shapely.LineString(np.array(way, dtype=float) + PLACE),
        )
        for way in ways
    ]
    placed = [
        NamedLine(
            name=line.name,
            kind=line.kind,
            geometry=shapely.transform(line.geometry, lambda xy: xy + PLACE),
        )
        for line in named
    ]
    land = np.array([None, None], dtype=object) if after is None else after
    return describe(lines, land, codes=["A", "B"], crs=CRS, named=placed, **options)


def rebuilt(line: AgreedLine, part: int = 0) -> shapely.LineString:
    return shapely.LineString(
        [(p.y_east_m, p.x_north_m) for p in map(line.point, line.parts[part].points)]
    )


def hausdorff(one: shapely.Geometry, other: shapely.Geometry) -> float:
    return max(shapely.hausdorff_distance(one, other, densify=0.02), 0.0)


grid = st.integers(-50_000, 50_000).map(lambda mm: mm / 1000)
points = st.lists(st.tuples(grid, grid), min_size=2, max_size=40, unique=True)


@given(points)
@settings(max_examples=200)
def test_the_line_drawn_from_the_table_lies_within_a_centimetre_of_the_agreed_one(way):
    line = shapely.LineString(np.array(way) + PLACE)
    table = thinned(shapely.get_coordinates(line))
    if len(table) > 1:
        assert hausdorff(shapely.LineString(table), line) <= 0.0100001


@given(st.integers(3, 400), st.floats(0.5, 500), st.integers(0, 10_000))
@settings(max_examples=100)
def test_a_wobbly_line_with_near_points_is_rebuilt_within_a_centimetre_too(count, length, seed):
    rng = np.random.default_rng(seed)
    x = np.linspace(0, length, count)
    y = np.cumsum(rng.normal(0, 0.004, count))
    way = np.round(np.column_stack((x, y)) + PLACE, 3)
    way = way[np.r_[True, (np.diff(way, axis=0) != 0).any(axis=1)]]
    line = shapely.LineString(way)
    table = thinned(way)
    assert len(table) <= len(way)
    assert hausdorff(shapely.LineString(table), line) <= 0.0100001


@given(points.filter(lambda way: len(way) > 3))
def test_a_closed_line_stays_closed(way):
    ring = np.array([*way, way[0]]) + PLACE
    table = thinned(ring)
    assert (table[0] == table[-1]).all()


@given(points, st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_a_translated_line_has_translated_points(way, east, north):
    here = thinned(np.array(way) + PLACE)
    there = thinned(np.array(way) + PLACE + np.array([east, north]))
    assert len(here) == len(there) or abs(len(here) - len(there)) <= 1


def test_points_on_a_straight_line_are_left_out_and_corners_kept():
    line = described([(0, 0), (10, 0), (20, 0), (20, 10), (20, 15)])
    assert [p.number for p in line.points] == ["J1", "J2", "J3"]
    assert [(p.x_north_m - NORTH, p.y_east_m - EAST) for p in line.points] == [
        (0, 0),
        (0, 20),
        (15, 20),
    ]


def test_x_is_north_and_y_is_east():
    point = described([(0, 0), (30, 4)]).points[1]
    assert (point.x_north_m, point.y_east_m) == (NORTH + 4, EAST + 30)


def test_distances_and_grid_bearings_are_those_of_the_rounded_coordinates():
    line = described([(0, 0), (30.004, 40.004)])
    (leg,) = line.parts[0].legs
    assert leg.distance_m == pytest.approx(50)
    assert leg.grid_deg == pytest.approx(np.degrees(np.arctan2(30, 40)))


def test_the_true_bearing_is_the_grid_bearing_and_the_convergence_at_the_point():
    line = described([(0, 0), (100, 0)])
    (leg,) = line.parts[0].legs
    turn = line.points[0].convergence_deg
    assert turn == pytest.approx(0.0499, abs=1e-3)
    assert leg.true_deg == pytest.approx(90 + turn)


def test_a_bearing_near_a_border_of_two_directions_is_told_from_true_north():
    """11.22° from grid north is north of 11°15′; from true north (+0.05°) it is past it."""
    way = np.radians(11.22)
    (leg,) = described([(0, 0), (1000 * np.sin(way), 1000 * np.cos(way))]).parts[0].legs
    assert leg.grid_deg < 11.25 < leg.true_deg
    assert leg.direction == 1


def test_parts_that_meet_share_the_number_of_the_point():
    line = described([(0, 0), (10, 0)], [(10, 0), (20, 5)])
    assert [part.points for part in line.parts] == [("J1", "J2"), ("J2", "J3")]


def test_a_point_where_three_communities_meet_is_a_three_way_point():
    boxes = [(-10, 0, 0, 10), (-10, -10, 0, 0), (0, -10, 10, 10)]
    after = np.array(
        [shapely.transform(shapely.box(*b), lambda xy: xy + PLACE) for b in boxes], dtype=object
    )
    line = described([(-10, 0), (-5, 3), (0, 0)], after=after)
    assert [p.kind for p in line.points] == ["end", "turning", "three_way"]


ROAD = NamedLine(name="爱国路", kind="road", geometry=shapely.LineString([(-50, 0.3), (150, 0.3)]))
RIVER = NamedLine(name="布吉河", kind="river", geometry=shapely.LineString([(50, -90), (50, 90)]))


def test_a_leg_that_runs_along_a_road_names_it_and_one_that_crosses_it_does_not():
    line = described([(0, 0), (40, 0.2), (100, 0), (100, 80), (0, 80)], named=[ROAD, RIVER])
    assert [leg.feature for leg in line.parts[0].legs] == ["爱国路", "爱国路", "", ""]
    assert [run.feature for run in line.parts[0].runs] == ["爱国路", "", ""]
    assert line.points[1].kind == "on_feature"


def test_a_short_leg_across_a_road_does_not_follow_it():
    line = described([(0, -0.4), (0, 0.9)], named=[ROAD])
    assert line.parts[0].legs[0].feature == ""


def test_beyond_the_tolerance_a_road_is_not_followed():
    way = [(0, 2.0), (100, 2.0)]
    assert described(way, named=[ROAD]).parts[0].legs[0].feature == ""
    assert described(way, named=[ROAD], follow_m=2.0).parts[0].legs[0].feature == "爱国路"


@given(points)
@settings(max_examples=50)
def test_runs_cover_the_legs_once_and_in_order(way):
    line = described(way)
    for part in line.parts:
        through = [n for run in part.runs for n in (run.start, *run.via)] + [part.runs[-1].end]
        assert tuple(through) == part.points
        assert sum(run.distance_m for run in part.runs) == pytest.approx(part.distance_m)


@given(points)
@settings(max_examples=50)
def test_a_run_without_a_feature_keeps_to_the_direction_of_all_its_legs(way):
    for part in described(way).parts:
        legs = iter(part.legs)
        for run in part.runs:
            directions = {next(legs).direction for _ in range(len(run.via) + 1)}
            assert run.direction in directions
            assert len(directions) == 1


def test_a_sentence_names_points_distance_direction_and_the_road():
    run = Run(
        start="J1",
        end="J6",
        via=("J2", "J3", "J4", "J5"),
        distance_m=423.104,
        direction=3,
        feature="爱国路",
        feature_kind="road",
    )
    assert run_text(run).zh == (
        "自J1点起，沿爱国路道路中心线总体向东偏东北方向行423.10米（经J2～J5点）至J6点"
    )
    assert run_text(run).en == (
        "from J1 along the centre line of 爱国路 generally east-northeast for 423.10 m "
        "(by J2 to J5) to J6"
    )


def test_a_name_that_looks_like_a_format_is_printed_as_it_is():
    run = Run(
        start="J1",
        end="J2",
        via=(),
        distance_m=1,
        direction=0,
        feature="{name}{0}%s${x}",
        feature_kind="road",
    )
    assert "{name}{0}%s${x}" in run_text(run).zh


def test_a_part_says_who_is_on_which_side():
    line = described([(0, 0), (0, -100)])
    text = part_text(line.parts[0], {"A": "甲社区", "B": "乙社区"})
    assert "左侧为甲社区，右侧为乙社区" in text.zh
    assert "甲社区 (on the left)" in text.en
    assert "向南方向直行100.00米" in text.zh
    assert len(line_texts(line, {})) == 1


def test_a_line_of_no_length_has_no_points():
    line = described([(0, 0), (0, 0.001)])
    assert line.points == ()
    assert line.parts == ()
