"""Small networks, worked by hand: snapping, both sides, one-way, stairs, cutoffs, parts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely

from gis_service.core.network import WalkNetwork, within
from gis_service.core.networks.straight import straight_line
from gis_service.errors import InputError

STREET = [(0.0, 0.0), (1000.0, 0.0)]


def street(**more: Any) -> WalkNetwork:
    """One street of 1,000 m from west to east."""
    return WalkNetwork.from_edges(STREET, [(0, 1)], [1000.0], **more)


def square(**more: Any) -> WalkNetwork:
    """A ring of four streets of 100 m, walked from corner 0 by 1 and 2 to 3."""
    corners = [(0, 0), (100, 0), (100, 100), (0, 100)]
    return WalkNetwork.from_edges(corners, [(0, 1), (1, 2), (2, 3), (3, 0)], [100] * 4, **more)


def test_the_way_to_the_street_and_part_of_the_edge_count() -> None:
    found = street().nearest([(200, 30)], [(700, -50)])
    assert found.seconds.tolist() == [30 + 500 + 50]
    assert found.facility.tolist() == [0]


def test_a_place_on_an_edge_is_left_by_both_ends() -> None:
    corners = [(0, 100), (200, 100)]
    seconds = square().nearest([(30, 0), (70, 0)], [(0, 100), (100, 100)]).seconds
    assert seconds.tolist() == [130, 130]
    assert square().nearest([(30, 0)], corners[:1]).seconds.tolist() == [130]


def test_one_way_holds_from_the_origin_to_the_facility() -> None:
    ring = square(oneway=[True] * 4)
    assert ring.nearest([(50, 0)], [(20, 0)]).seconds.tolist() == [370]
    assert ring.nearest([(20, 0)], [(50, 0)]).seconds.tolist() == [30]


def test_a_corner_is_left_by_every_street_of_it() -> None:
    """It lies on two one-way streets; which of them it is placed on makes no difference."""
    edges, flags = [(0, 1), (0, 2)], [True, True]
    fork = WalkNetwork.from_edges([(0, 0), (100, 0), (0, 100)], edges, [100, 100], oneway=flags)
    assert fork.nearest([(0, 0)], [(0, 90)]).seconds.tolist() == [90]
    assert fork.nearest([(0, 0)], [(90, 0)]).seconds.tolist() == [90]


def test_a_street_listed_as_two_one_way_edges_is_one_street() -> None:
    both = WalkNetwork.from_edges(STREET, [(0, 1), (1, 0)], [1000, 1000], oneway=[True, True])
    assert both.edges == 1
    assert both.nearest([(400, 0)], [(300, 0)]).seconds.tolist() == [100]


def test_stairs_take_longer_by_their_factor() -> None:
    assert street(stairs=[True]).nearest([(0, 0)], [(100, 0)]).seconds.tolist() == [300]
    steep = street(stairs=[True], stairs_factor=2)
    assert steep.nearest([(0, 0)], [(100, 0)]).seconds.tolist() == [200]


def test_points_of_one_block_need_not_go_by_the_street() -> None:
    """Both lie 40 m off the street, 10 m apart: no street is nearer than that, so none between."""
    assert street().nearest([(500, 40)], [(510, 40)]).seconds.tolist() == [10]
    assert street().nearest([(500, 40)], [(500, 40)]).seconds.tolist() == [0]
    assert street().nearest([(500, 40)], [(500, -40)]).seconds.tolist() == [80]
    assert street().nearest([(500, 40)], [(700, 40)]).seconds.tolist() == [40 + 200 + 40]


@pytest.mark.parametrize("speed", [1.0, 0.8, 0.6, 1.1, 1 / 3])
@pytest.mark.parametrize("way", [1.0, 720.0, 900.0, 333.333])
def test_a_time_equal_to_the_cutoff_is_covered(speed: float, way: float) -> None:
    table = street().cost_table([(0, 0)], [(way, 0)], cutoff_s=way / speed, speed_m_s=speed)
    assert table["facility"].tolist() == [0]
    assert within(table["seconds"], way / speed).all()
    less = street().cost_table([(0, 0)], [(way + 0.001, 0)], cutoff_s=way / speed, speed_m_s=speed)
    assert less.empty


def test_a_point_beyond_the_limit_is_told_and_gets_no_time() -> None:
    near = street(snap_limit_m=100)
    points = [(500, 100), (500, 100.01)]
    assert near.place(points).far.tolist() == [False, True]
    found = near.nearest(points, [(500, 0)])
    assert found.seconds.tolist() == [100, np.inf] and found.facility.tolist() == [0, -1]
    table = near.cost_table(points, [(500, 0), (5000, 0)], cutoff_s=900)
    assert (table.attrs["far_origins"], table.attrs["far_facilities"]) == ([1], [1])
    assert near.catchments([(5000, 0)], [300]).attrs["far_facilities"] == [0]


def test_the_longest_part_is_kept_and_the_rest_reported() -> None:
    nodes = [*STREET, (0, 500), (10, 500), (20, 500), (30, 500), (0, 900)]
    edges = [(0, 1), (2, 3), (3, 4), (4, 5)]
    network = WalkNetwork.from_edges(nodes, edges, [1000, 10, 10, 10])
    assert (network.nodes, network.edges, network.length_m) == (2, 1, 1000.0)
    row = network.dropped.iloc[0]
    assert (row["nodes"], row["edges"], row["length_m"]) == (4, 3, 30.0)
    assert (row["x"], row["y"]) == (0.0, 500.0)


def test_nobody_reaches_anything_where_there_is_nothing() -> None:
    assert street().nearest([(0, 0)], []).facility.tolist() == [-1]
    assert street().cost_table([], [(0, 0)], cutoff_s=900).empty
    assert street().catchments([], [300]).empty


def test_a_curved_street_is_met_along_its_line() -> None:
    bend = shapely.LineString([(0, 0), (0, 500), (500, 500)])
    network = WalkNetwork.from_edges([(0, 0), (500, 500)], [(0, 1)], [1000], shapes=[bend])
    assert network.nearest([(-20, 400)], [(100, 500)]).seconds.tolist() == [20 + 100 + 100]
    turned = WalkNetwork.from_edges(
        [(500, 500), (0, 0)], [(0, 1)], [1000], shapes=[shapely.reverse(bend)], oneway=[True]
    )
    assert np.isinf(turned.nearest([(0, 400)], [(100, 500)]).seconds).all()


def test_places_can_be_kept_and_asked_again() -> None:
    network = square()
    blocks = network.place([(50, 10), (10, 50)])
    again = network.nearest(blocks, [(90, 100)])
    assert again.seconds.tolist() == network.nearest([(50, 10), (10, 50)], [(90, 100)])[0].tolist()


def test_without_a_network_the_straight_line_is_named_as_such() -> None:
    line = straight_line(detour=1.25)
    table = line.cost_table([(0, 0), (0, 900)], [(300, 400)], cutoff_s=625)
    assert table.to_dict("list") == {"origin": [0], "facility": [0], "seconds": [625.0]}
    assert table.attrs["method"] == "straight_line" and street().method == "network"
    assert line.nearest([(0, 0)], [(0, 8), (8, 0), (0, 8)]).facility.tolist() == [0]
    circles = line.catchments([(0, 0)], [300, 600])
    assert circles.area.tolist() == pytest.approx([np.pi * 240**2, np.pi * 480**2], rel=0.01)


BAD = {
    "nodes not finite": {"nodes_xy": [(0, np.nan), (1, 1)]},
    "nodes not pairs": {"nodes_xy": [(0, 0, 0), (1, 1, 1)]},
    "words for nodes": {"nodes_xy": [("a", "b")]},
    "an edge to nowhere": {"edges_uv": [(0, 2)]},
    "an edge from -1": {"edges_uv": [(-1, 1)]},
    "half a node": {"edges_uv": [(0, 0.5)]},
    "no edges": {"edges_uv": [], "length_m": []},
    "only a point": {"edges_uv": [(1, 1)]},
    "a negative length": {"length_m": [-1.0]},
    "a length that is none": {"length_m": [np.nan]},
    "an endless length": {"length_m": [np.inf]},
    "too many lengths": {"length_m": [1.0, 2.0]},
    "flags that are none": {"oneway": [2]},
    "too many flags": {"stairs": [True, False]},
    "a shape elsewhere": {"shapes": [shapely.LineString([(5, 5), (6, 6)])]},
    "a shape that is a point": {"shapes": [shapely.Point(0, 0)]},
    "a shape that is none": {"shapes": [None]},
    "stairs that shorten": {"stairs_factor": 0.5},
    "no limit": {"snap_limit_m": np.inf},
}


@pytest.mark.parametrize("wrong", BAD.values(), ids=BAD.keys())
def test_what_can_not_be_a_network_is_refused_in_both_languages(wrong: dict[str, Any]) -> None:
    given: dict[str, Any] = {"nodes_xy": STREET, "edges_uv": [(0, 1)], "length_m": [1000.0]} | wrong
    with pytest.raises(InputError) as caught:
        WalkNetwork.from_edges(given.pop("nodes_xy"), given.pop("edges_uv"), given.pop("length_m"),
                               **given)  # fmt: skip
    assert caught.value.zh and caught.value.en and caught.value.zh != caught.value.en


@pytest.mark.parametrize(
    ("points", "more"),
    [
        ([(0, np.nan)], {}),
        ([0, 1, 2], {}),
        ([(0, 0)], {"cutoff_s": 0}),
        ([(0, 0)], {"cutoff_s": np.nan}),
        ([(0, 0)], {"speed_m_s": 0}),
        ([(0, 0)], {"speed_m_s": -1}),
        ([(0, 0)], {"speed_m_s": "quick"}),
    ],
)
def test_questions_that_make_no_sense_are_refused(points: Any, more: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        street().cost_table(points, [(0, 0)], **({"cutoff_s": 900} | more))
