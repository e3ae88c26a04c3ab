"""Held against plain Dijkstra on random networks: one-way, stairs, parts, twins, points far off."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.core.network import WalkNetwork, within


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    """A network and points; a coarse raster makes zero-length edges, ties and twins common."""
    count = draw(st.integers(2, 9))
    place = st.integers(0, 4).map(lambda k: 100.0 * k)
    nodes = draw(st.lists(st.tuples(place, place), min_size=count, max_size=count))
    node = st.integers(0, count - 1)
    edges = draw(
        st.lists(st.tuples(node, node), min_size=1, max_size=16).filter(
            lambda pairs: any(u != v and nodes[u] != nodes[v] for u, v in pairs)
        )
    )
    n = len(edges)
    straight = [float(np.hypot(*np.subtract(nodes[u], nodes[v]))) for u, v in edges]
    more = draw(st.lists(st.sampled_from([0.0, 0.0, 12.5, 33.3]), min_size=n, max_size=n))
    flags = st.lists(st.booleans(), min_size=n, max_size=n)
    point = st.tuples(
        *[st.sampled_from([-120.0, 0.0, 50.0, 100.0, 130.0, 201.7, 400.0, 900.0])] * 2
    )
    return {
        "nodes": nodes,
        "edges": edges,
        "lengths": [s + m for s, m in zip(straight, more, strict=True)],
        "oneway": draw(flags),
        "stairs": draw(flags),
        "origins": draw(st.lists(point, min_size=1, max_size=6)),
        "facilities": draw(st.lists(point, min_size=1, max_size=5)),
        "speed": draw(st.sampled_from([1.0, 0.8, 0.6])),
        "limit": draw(st.sampled_from([500.0, 130.0])),
    }


def make(case: dict[str, Any]) -> WalkNetwork:
    return WalkNetwork.from_edges(
        case["nodes"],
        case["edges"],
        case["lengths"],
        oneway=case["oneway"],
        stairs=case["stairs"],
        snap_limit_m=case["limit"],
    )


def true_seconds(plain: Any, case: dict[str, Any]) -> np.ndarray:
    oracle = plain.of(
        case["nodes"],
        case["edges"],
        case["lengths"],
        oneway=case["oneway"],
        stairs=case["stairs"],
        limit_m=case["limit"],
    )
    ways = [oracle.ways(origin, case["facilities"]) for origin in case["origins"]]
    return np.array(
        [
            [np.inf if way is None else round(way / case["speed"]) / 1e6 for way in row]
            for row in ways
        ]
    )


@settings(max_examples=300, deadline=None)
@given(case=cases())
def test_the_cost_table_is_what_plain_dijkstra_finds(plain: Any, case: dict[str, Any]) -> None:
    expected = true_seconds(plain, case)
    table = make(case).cost_table(
        case["origins"], case["facilities"], cutoff_s=1e5, speed_m_s=case["speed"]
    )
    got = np.full(expected.shape, np.inf)
    got[table["origin"], table["facility"]] = table["seconds"]
    np.testing.assert_array_equal(got, expected)
    assert table.equals(table.sort_values(["origin", "facility"], ignore_index=True))


@settings(max_examples=300, deadline=None)
@given(case=cases())
def test_the_nearest_facility_is_the_first_of_the_least(plain: Any, case: dict[str, Any]) -> None:
    expected = true_seconds(plain, case)
    seconds, facility = make(case).nearest(
        case["origins"], case["facilities"], speed_m_s=case["speed"]
    )
    np.testing.assert_array_equal(seconds, expected.min(axis=1))
    first = np.where(np.isinf(expected.min(axis=1)), -1, expected.argmin(axis=1))
    np.testing.assert_array_equal(facility, first)


@settings(max_examples=150, deadline=None)
@given(case=cases(), data=st.data())
def test_a_cutoff_takes_the_times_up_to_it_and_no_other(
    plain: Any, case: dict[str, Any], data: st.DataObject
) -> None:
    network = make(case)
    whole = network.cost_table(
        case["origins"], case["facilities"], cutoff_s=1e5, speed_m_s=case["speed"]
    )
    times = sorted({t for t in whole["seconds"] if t > 0}) or [60.0]
    cutoff = data.draw(st.sampled_from(times))
    table = network.cost_table(
        case["origins"], case["facilities"], cutoff_s=cutoff, speed_m_s=case["speed"]
    )
    expected = whole[within(whole["seconds"], cutoff)].reset_index(drop=True)
    assert table.equals(expected)
    assert cutoff == 60.0 or (table["seconds"] == cutoff).any()


@settings(max_examples=80, deadline=None)
@given(case=cases())
def test_catchments_are_valid_and_nested_on_any_network(case: dict[str, Any]) -> None:
    network = make(case)
    frame = network.catchments(case["facilities"], [60, 200, 500], speed_m_s=case["speed"])
    far = network.place(case["facilities"]).far
    assert frame["facility"].nunique() == (~far).sum()
    assert frame.attrs["far_facilities"] == np.flatnonzero(far).tolist()
    assert frame.is_valid.all() and not frame.is_empty.any()
    shapes = frame.geometry.to_numpy().reshape(-1, 3)
    assert shapely.covers(shapes[:, 1], shapes[:, 0]).all()
    assert shapely.covers(shapes[:, 2], shapes[:, 1]).all()
