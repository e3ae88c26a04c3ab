"""What the benchmarks stand on: the planted faults are there, and nothing else is wrong."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
import shapely
from coverages import SURVEY_TOLERANCE_M, Coverage, coverage

LAYERS = [0.0, 0.001, SURVEY_TOLERANCE_M]


def overlaps(layer: Coverage) -> np.ndarray:
    """Give all land that two communities share, from the definition."""
    usable = shapely.make_valid(layer.polygons, method="structure")
    first, second = shapely.STRtree(usable).query(usable, predicate="intersects")
    once = first < second
    return pieces(shapely.intersection(usable[first[once]], usable[second[once]]))


def gaps(layer: Coverage) -> np.ndarray:
    """Give all land of the district that no community has."""
    usable = shapely.make_valid(layer.polygons, method="structure")
    return pieces(np.array([shapely.difference(layer.outline, shapely.union_all(usable))]))


def pieces(lands: np.ndarray) -> np.ndarray:
    """Give the connected polygons that are wider than the survey tolerance."""
    parts = shapely.get_parts(shapely.get_parts(lands))
    return parts[wider(parts, than_m=SURVEY_TOLERANCE_M * 1.1)]


def wider(parts: np.ndarray, *, than_m: float) -> np.ndarray:
    """Tell which polygons have room for a circle of this diameter."""
    return ~shapely.is_empty(shapely.buffer(parts, -than_m / 2))


def test_a_layer_without_faults_is_a_valid_coverage() -> None:
    layer = coverage(400)
    assert len(layer.polygons) == 400
    assert shapely.is_valid(layer.polygons).all()
    assert shapely.coverage_is_valid(layer.polygons)
    assert shapely.union_all(layer.polygons).equals(layer.outline)


def test_most_communities_have_300_to_400_vertices() -> None:
    vertices = shapely.get_num_coordinates(coverage(400).polygons) - 1
    assert ((vertices >= 300) & (vertices <= 400)).mean() > 0.95
    assert 345 < vertices.mean() < 355
    assert 57 < (shapely.get_num_coordinates(coverage(400, vertices=58).polygons) - 1).mean() < 59


@pytest.mark.parametrize("apart_m", LAYERS)
def test_the_same_seed_gives_the_same_bytes(apart_m: float) -> None:
    first, again, other = (
        shapely.to_wkb(coverage(81, faults=None, seed=seed, digitised_apart_m=apart_m).polygons)
        for seed in (7, 7, 8)
    )
    assert (first == again).all()
    assert not (first == other).any()


@pytest.mark.parametrize("apart_m", LAYERS[1:])
def test_separately_digitised_lines_stay_as_near_as_said_and_share_nothing(apart_m: float) -> None:
    layer = coverage(81, digitised_apart_m=apart_m)
    assert shapely.is_valid(layer.polygons).all()
    first, second = shapely.STRtree(layer.polygons).query(layer.polygons, predicate="intersects")
    shared = shapely.intersection(
        *(layer.polygons[rows[first < second]] for rows in (first, second))
    )
    left = shapely.difference(layer.outline, shapely.union_all(layer.polygons))
    slivers = shapely.get_parts(shapely.get_parts(np.append(shared, left)))
    slivers = slivers[shapely.area(slivers) > 0]
    assert len(slivers) > 1000
    assert not wider(slivers, than_m=apart_m + 2e-4).any()
    _, uses = np.unique(shapely.get_coordinates(layer.polygons), axis=0, return_counts=True)
    assert (uses == 1).mean() > (0.99 if apart_m > 0.01 else 0.9)


@pytest.mark.parametrize("apart_m", LAYERS)
@pytest.mark.parametrize("communities", [81, 400])
def test_a_plain_oracle_finds_what_was_planted_and_nothing_else(
    communities: int, apart_m: float
) -> None:
    layer = coverage(communities, faults=None, digitised_apart_m=apart_m)
    found = {"overlap": overlaps(layer), "gap": gaps(layer)}
    for kind, names in {
        "overlap": {"overlap", "overlap_sliver", "three_way", "touching_overlap", "duplicate",
                    "enclave"},
        "gap": {"gap", "gap_sliver", "gap_at_junction", "touching_gap", "bay"},
    }.items():  # fmt: skip
        land = [fault for fault in layer.planted if fault.kind in names]
        lines = [f for f in layer.planted if f.kind in ("crossing", "self_crossing", "bow_tie")]
        tree = shapely.STRtree(found[kind])
        for fault in land:
            where = fault.extent.area * 0.9 < shapely.area(
                shapely.intersection(fault.extent, found[kind][tree.query(fault.extent)])
            )
            assert where.any(), fault
        where = shapely.union_all([fault.extent.buffer(1) for fault in (*land, *lines)])
        wide = shapely.buffer(found[kind], -SURVEY_TOLERANCE_M * 0.55)
        assert shapely.covers(where, wide).all()


@pytest.mark.parametrize("apart_m", LAYERS)
def test_polygons_are_invalid_where_a_crossing_was_planted_and_nowhere_else(apart_m: float) -> None:
    layer = coverage(400, faults=None, digitised_apart_m=apart_m)
    knots = [f for f in layer.planted if f.kind in ("self_crossing", "bow_tie")]
    assert np.flatnonzero(~shapely.is_valid(layer.polygons)).tolist() == sorted(
        row for fault in knots for row in fault.rows
    )
    for fault in knots:
        reason = shapely.is_valid_reason(layer.polygons[fault.rows[0]])
        x, y = (float(text) for text in reason.split("[")[1].rstrip("]").split())
        assert shapely.Point(x, y).distance(shapely.Point(fault.place)) < 1


def test_a_bow_tie_is_shared_edge_for_edge() -> None:
    layer = coverage(400, faults=None)
    edges: Counter[tuple[tuple[float, float], ...]] = Counter()
    rows = {f.rows[0] for f in layer.planted if f.kind == "bow_tie"}
    for row in rows:
        points = [tuple(xy) for xy in shapely.get_coordinates(layer.polygons[row]).tolist()]
        edges.update(tuple(sorted(edge)) for edge in pairwise(points))
    for fault in layer.planted:
        if fault.kind == "bow_tie":
            line = [tuple(xy) for xy in shapely.get_coordinates(fault.extent).tolist()]
            shared = [edges[tuple(sorted(edge))] for edge in pairwise(line)]
            assert shared == [2, 2, 2, 2, 2]


def test_every_kind_is_planted_at_81_communities() -> None:
    from scoring import EXPECTED

    assert {fault.kind for fault in coverage(81, faults=None).planted} == set(EXPECTED)


def test_true_islands_are_no_faults() -> None:
    layer = coverage(400, faults=None)
    hosts = np.flatnonzero(shapely.get_num_interior_rings(layer.polygons) == 1)
    assert len(hosts) > 3
    concerned = {row for fault in layer.planted for row in fault.rows}
    assert concerned.isdisjoint(hosts.tolist())
