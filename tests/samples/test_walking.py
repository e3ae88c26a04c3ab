"""The walking network: size, connection, lengths, and lines that don't cross."""

from __future__ import annotations

import numpy as np
import shapely

from gis_service.samples import Sample


def test_the_network_has_about_fifteen_thousand_nodes(sample: Sample) -> None:
    assert 14_000 <= len(sample.walk_nodes) <= 16_000
    assert set(sample.walk_edges["kind"]) == {"street", "path", "steps"}


def test_every_node_can_be_reached(sample: Sample) -> None:
    parent = {int(i): int(i) for i in sample.walk_nodes.index}

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for u, v in zip(sample.walk_edges["u"], sample.walk_edges["v"], strict=True):
        parent[root(int(u))] = root(int(v))
    assert len({root(node) for node in parent}) == 1


def test_no_edge_is_shorter_than_the_straight_way_or_there_twice(sample: Sample) -> None:
    edges = sample.walk_edges
    xy = shapely.get_coordinates(np.array(sample.walk_nodes.geometry.values))
    straight = np.hypot(*(xy[edges["u"] - 1] - xy[edges["v"] - 1]).T)
    assert (edges["length_m"] >= straight).all()
    assert (edges["length_m"] <= 1.6 * straight + 1.0).all()
    assert (edges["u"] < edges["v"]).all()
    assert not edges.duplicated(["u", "v"]).any()


def test_streets_meet_at_nodes_only(sample: Sample) -> None:
    edges = sample.walk_edges
    xy = shapely.get_coordinates(np.array(sample.walk_nodes.geometry.values))
    lines = shapely.linestrings(np.stack((xy[edges["u"] - 1], xy[edges["v"] - 1]), axis=1))
    a, _ = shapely.STRtree(lines).query(lines, "crosses")
    assert len(a) / 2 < 0.001 * len(lines)
