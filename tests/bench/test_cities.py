"""The made-up city is the same each time, whole, and as large as ordered."""

from __future__ import annotations

import numpy as np
import shapely
from cities import DISTRICT, city

from gis_service.core.network import WalkNetwork


def test_the_district_is_as_large_as_ordered_and_the_same_again() -> None:
    made = city(DISTRICT)
    assert len(made.nodes_xy) == 15_000 and len(made.communities) == 81
    assert len(made.blocks_xy) == len(made.elders) == 400 and len(made.facilities_xy) == 60
    again = city.__wrapped__(DISTRICT)
    np.testing.assert_array_equal(made.length_m, again.length_m)
    np.testing.assert_array_equal(made.elders, again.elders)


def test_its_streets_are_connected_and_its_blocks_lie_in_their_communities() -> None:
    made = city(DISTRICT)
    network = WalkNetwork.from_edges(made.nodes_xy, made.edges_uv, made.length_m)
    assert network.nodes == len(made.nodes_xy) and network.dropped.empty
    assert shapely.coverage_is_valid(made.communities)
    own = made.communities[made.block_community]
    assert (shapely.distance(own, shapely.points(made.blocks_xy)) < 10.0).all()
