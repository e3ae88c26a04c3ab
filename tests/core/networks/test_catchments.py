"""Catchments: nested, valid, and true to the streets that are reached."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from gis_service.core.network import WalkNetwork
from gis_service.formats.networks import read_network

SAMPLE = Path(__file__).parents[3] / "facilities"
CUTOFFS = (300.0, 600.0, 900.0)


def some_points(network: WalkNetwork, count: int) -> np.ndarray:
    rng = np.random.default_rng(5)
    nodes = network.streets.nodes_xy[rng.integers(0, network.nodes, count)]
    return nodes + rng.uniform(-30, 30, nodes.shape)


def hold(network: WalkNetwork, reached: Any, *, count: int) -> None:
    points = some_points(network, count)
    catchments = network.catchments(points, CUTOFFS)
    assert catchments.is_valid.all() and not catchments.is_empty.any()
    assert catchments["facility"].tolist() == np.repeat(np.arange(count), 3).tolist()
    by_cutoff = {c: g.geometry.to_numpy() for c, g in catchments.groupby("cutoff_s")}
    assert shapely.covers(by_cutoff[600.0], by_cutoff[300.0]).all()
    assert shapely.covers(by_cutoff[900.0], by_cutoff[600.0]).all()
    assert (shapely.area(by_cutoff[900.0]) > shapely.area(by_cutoff[300.0])).all()
    for cutoff, share in reached.measured(network, catchments, points).items():
        assert share.contained >= 0.99, (cutoff, share)
        assert share.pure >= 0.92, (cutoff, share)


def test_they_follow_the_streets_of_the_sample(reached: Any) -> None:
    hold(read_network(SAMPLE), reached, count=8)


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["helsinki.osm.pbf", "monaco.osm.gz"])
def test_they_follow_real_streets(shared_data: Path, reached: Any, name: str) -> None:
    hold(read_network(shared_data / "streets" / name), reached, count=12)


def test_a_street_across_the_river_is_not_reached() -> None:
    """Two streets 30 m apart that meet 2 km away: one is reached, the other is not."""
    nodes = [(0, 0), (2000, 0), (2000, 30), (0, 30)]
    river = WalkNetwork.from_edges(nodes, [(0, 1), (1, 2), (2, 3)], [2000, 30, 2000])
    ground = river.catchments([(200, 0)], [300]).geometry.iloc[0]
    assert ground.covers(shapely.LineString([(1, 0), (495, 0)]))
    assert not ground.intersects(shapely.LineString([(0, 30), (2000, 30)]))


def test_one_way_streets_are_reached_against_their_direction() -> None:
    """Who stands before the facility on a one-way street reaches it, who stands behind does not."""
    line = [(0, 0), (1000, 0)]
    network = WalkNetwork.from_edges(line, [(0, 1)], [1000], oneway=[True])
    ground = network.catchments([(500, 0)], [300]).geometry.iloc[0]
    assert ground.covers(shapely.LineString([(205, 0), (499, 0)]))
    assert not ground.intersects(shapely.LineString([(520, 0), (1000, 0)]))


def test_a_slow_walker_reaches_less(reached: Any) -> None:
    network = read_network(SAMPLE)
    point = some_points(network, 1)
    quick = network.catchments(point, [600]).geometry.iloc[0]
    slow = network.catchments(point, [600], speed_m_s=0.6)
    assert slow.area.iloc[0] < 0.6 * quick.area
    share = reached.measured(network, slow, point, speed=0.6)[600]
    assert share.contained >= 0.99 and share.pure >= 0.92


def test_they_say_that_they_are_approximate() -> None:
    network = WalkNetwork.from_edges([(0, 0), (90, 0)], [(0, 1)], [90], crs="EPSG:4547")
    frame = network.catchments([(0, 0)], [300, 60, 300])
    assert frame.attrs["approximate"] and frame.attrs["method"] == "network"
    assert frame["cutoff_s"].tolist() == [60, 300] and frame.crs.to_epsg() == 4547
