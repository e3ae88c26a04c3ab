"""Differences between two states, drawn small; laws of areas by hypothesis."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon, box

from gis_service.core.differences import PIECE_COLUMNS, compare
from gis_service.core.shared_lines import line_between

LEFT, RIGHT = box(0, 0, 10, 10), box(10, 0, 20, 10)


def layer(rows: dict[str, Any] | list[tuple[str, Any]], **columns: Any) -> gpd.GeoDataFrame:
    pairs = list(rows.items()) if isinstance(rows, dict) else rows
    codes = pd.Index([code for code, _ in pairs], dtype=object, name="code")
    frame = gpd.GeoDataFrame(
        {"name": [f"{c}村" for c in codes], "street": "街", "row": range(1, len(codes) + 1)},
        index=codes,
        geometry=gpd.GeoSeries([shape for _, shape in pairs], index=codes, crs="EPSG:4547"),
    )
    for name, values in columns.items():
        frame[name] = values
    return frame


def told(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> dict[str, tuple[Any, ...]]:
    found = compare(before, after).communities
    return {c.code: (c.kinds, round(c.gained_m2, 6), round(c.lost_m2, 6)) for c in found}


def pieces(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> list[tuple[str, str, float]]:
    frame = compare(before, after).pieces
    assert tuple(frame.columns) == PIECE_COLUMNS
    return list(zip(frame["from"], frame["to"], frame["area_m2"].round(6), strict=True))


def test_the_same_layer_differs_in_nothing() -> None:
    state = layer({"A": LEFT, "B": RIGHT, "C": None, "D": Polygon()})
    assert told(state, state.copy()) == {} and pieces(state, state.copy()) == []


def test_another_order_of_rows_rings_and_vertices_is_no_difference() -> None:
    turned = Polygon([(10, 10), (0, 10), (0, 0), (10, 0)])
    assert told(layer({"A": LEFT, "B": RIGHT}), layer({"B": RIGHT, "A": turned})) == {}


def test_a_line_that_moved_is_told_for_both_sides_and_once_as_land() -> None:
    before = layer({"A": LEFT, "B": RIGHT})
    after = layer({"A": box(0, 0, 8, 10), "B": box(8, 0, 20, 10)})
    assert told(before, after) == {
        "A": (("changed",), 0.0, 20.0),
        "B": (("changed",), 20.0, 0.0),
    }
    assert pieces(before, after) == [("A", "B", 20.0)]


def test_land_that_nobody_had_or_has_is_told_so() -> None:
    before = layer({"A": LEFT})
    after = layer({"A": box(2, 0, 12, 10)})
    assert told(before, after) == {"A": (("changed",), 20.0, 20.0)}
    assert pieces(before, after) == [("", "A", 20.0), ("A", "", 20.0)]


def test_a_vertex_more_on_the_same_land_is_a_change_that_gains_nothing() -> None:
    more = Polygon([(0, 0), (5, 0), (10, 0), (10, 10), (0, 10)])
    assert told(layer({"A": LEFT}), layer({"A": more})) == {"A": (("changed",), 0.0, 0.0)}


def test_an_added_and_a_removed_community_bring_and_take_their_land() -> None:
    before, after = layer({"A": LEFT}), layer({"B": RIGHT})
    assert told(before, after) == {
        "A": (("removed",), 0.0, 100.0),
        "B": (("added",), 100.0, 0.0),
    }
    found = compare(before, after).communities
    assert [(c.area_before_m2, c.area_after_m2) for c in found] == [(100.0, None), (None, 100.0)]


def test_the_same_land_under_another_code_is_recoded_and_moves_nothing() -> None:
    before, after = layer({"A": LEFT, "B": RIGHT}), layer({"A": LEFT, "C": RIGHT})
    (change,) = compare(before, after).communities
    assert (change.code, change.code_before) == ("C", "B")
    assert change.kinds == ("recoded", "renamed")
    assert pieces(before, after) == []


def test_new_land_under_a_new_code_is_no_recoding() -> None:
    halves = layer({"B": box(10, 0, 15, 10), "C": box(15, 0, 20, 10)})
    kinds = {code: kinds for code, (kinds, *_) in told(layer({"A": RIGHT}), halves).items()}
    assert kinds == {"A": ("removed",), "B": ("added",), "C": ("added",)}


def test_a_name_and_a_street_are_told() -> None:
    before = layer({"A": LEFT})
    after = layer({"A": LEFT}, name="新名", street="东街")
    (change,) = compare(before, after).communities
    assert change.kinds == ("renamed", "reassigned")
    assert (change.name_before, change.name_after) == ("A村", "新名")
    assert (change.street_before, change.street_after) == ("街", "东街")


def test_rows_with_one_code_are_one_community() -> None:
    before = layer([("A", LEFT), ("A", RIGHT)])
    assert told(before, layer({"A": box(0, 0, 20, 10)})).keys() <= {"A"}
    assert told(before, layer({"A": LEFT})) == {"A": (("changed",), 0.0, 100.0)}


def test_shapes_that_can_not_be_used_are_compared_without_a_fault() -> None:
    bow_tie = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    with np.errstate(invalid="ignore"):
        nowhere = Polygon([(0, 0), (1, np.nan), (1, 1)])
    before = layer({"A": bow_tie, "B": None, "C": nowhere, "D": LEFT})
    assert told(before, before.copy()) == {}
    after = layer({"A": LEFT, "B": RIGHT, "C": RIGHT, "D": None})
    assert told(before, after) == {
        "A": (("changed",), 50.0, 0.0),
        "B": (("changed",), 100.0, 0.0),
        "C": (("changed",), 100.0, 0.0),
        "D": (("changed",), 0.0, 100.0),
    }


cuts = st.lists(st.integers(1, 99), min_size=2, max_size=6, unique=True).map(sorted)


def strips(at: list[int]) -> gpd.GeoDataFrame:
    edges = [0, *at, 100]
    return layer({f"S{i}": box(edges[i], 0, edges[i + 1], 10) for i in range(len(edges) - 1)})


@given(cuts, cuts)
def test_what_one_gains_another_loses_when_the_district_stays(a: list[int], b: list[int]) -> None:
    before, after = strips(a), strips(b)
    found = compare(before, after)
    gained = sum(c.gained_m2 for c in found.communities)
    assert gained == pytest.approx(sum(c.lost_m2 for c in found.communities))
    assert found.pieces["area_m2"].sum() == pytest.approx(gained)
    for change in found.communities:
        net = (change.area_after_m2 or 0) - (change.area_before_m2 or 0)
        assert change.gained_m2 - change.lost_m2 == pytest.approx(net)
    back = compare(after, before).communities
    assert sum(c.gained_m2 for c in back) == pytest.approx(gained)


def test_the_line_between_neighbours_is_what_they_share() -> None:
    assert line_between(LEFT, RIGHT).equals(shapely.LineString([(10, 0), (10, 10)]))
    assert line_between(LEFT, box(10, 10, 20, 20)).is_empty, "a corner is no line"
    assert line_between(LEFT, None).is_empty


def test_the_line_of_an_overlap_is_what_both_claim() -> None:
    line = line_between(LEFT, box(8, -5, 20, 15))
    assert line.length == pytest.approx(10 + 10 + 2 + 2)


def test_the_same_line_is_the_same_bytes_however_it_is_drawn() -> None:
    turned = Polygon([(10, 10), (0, 10), (0, 0), (10, 0)])
    one, other = line_between(LEFT, RIGHT), line_between(RIGHT, turned)
    assert shapely.to_wkb(one) == shapely.to_wkb(other)
