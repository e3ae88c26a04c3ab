"""People spread over blocks add up exactly, whichever way they are spread."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.core.demand import largest_remainder, spread
from gis_service.errors import CrsError, InputError

CRS = "EPSG:4547"


@given(
    st.dictionaries(st.sampled_from("ABC"), st.integers(0, 10**9), min_size=1),
    st.lists(st.tuples(st.sampled_from("ABCZ"), st.floats(0, 1e6)), max_size=12),
)
@settings(deadline=None)
def test_rows_add_up_to_the_totals_and_lie_within_one_of_their_share(totals, rows) -> None:
    group, weights = [row[0] for row in rows], np.array([row[1] for row in rows])
    given_ = largest_remainder(pd.Series(totals), group, weights)
    for code, total in totals.items():
        mine = np.array([one == code for one in group], dtype=bool)
        if not mine.any():
            continue
        assert given_[mine].sum() == total
        share = weights[mine]
        share = share / share.sum() if share.sum() > 0 else np.full(mine.sum(), 1 / mine.sum())
        assert (np.abs(given_[mine] - total * share) < 1 + 1e-6 * total).all()
    assert (given_ >= 0).all()
    assert not given_[np.array([one == "Z" for one in group], dtype=bool)].any()


@pytest.fixture
def communities() -> gpd.GeoDataFrame:
    squares = [shapely.box(1000 * at, 0, 1000 * at + 1000, 1000) for at in range(3)]
    return gpd.GeoDataFrame(index=["A", "B", "C"], geometry=squares, crs=CRS)


def test_the_way_is_said_for_each_community(communities) -> None:
    blocks = gpd.GeoDataFrame(
        {"elders": [3, 1]},
        index=["b1", "b2"],
        geometry=[shapely.box(0, 0, 10, 10), shapely.Point(500, 500)],
        crs=CRS,
    )
    homes = gpd.GeoDataFrame(geometry=[shapely.box(1000, 0, 1200, 200)], crs=CRS)
    totals = pd.Series({"A": 7, "B": 40, "C": 1001})
    found = spread(totals, communities, blocks=blocks, weights="elders", residential=homes)
    assert found.ways.to_dict() == {"A": "weights", "B": "residential", "C": "area"}
    assert found.points.groupby("community")["people"].sum().to_dict() == totals.to_dict()
    assert found.points.loc[["b1", "b2"], "people"].tolist() == [5, 2]
    inside = found.points[found.points["community"] == "B"]
    assert len(inside) == 4 and inside.within(homes.geometry.iloc[0]).all()
    assert len(found.notes) == 3 and "1 communities" in found.notes[0].en


def test_blocks_without_people_go_by_area_and_points_alike(communities) -> None:
    shapes = [shapely.box(0, 0, 10, 30), shapely.box(20, 0, 30, 10)]
    blocks = gpd.GeoDataFrame(index=["b1", "b2"], geometry=shapes, crs=CRS)
    found = spread(pd.Series({"A": 8}), communities, blocks=blocks)
    assert found.points["people"].tolist() == [6, 2] and found.ways["A"] == "blocks"


def test_a_block_with_a_strange_code_is_told_by_where_it_lies(communities) -> None:
    blocks = gpd.GeoDataFrame(
        {"community": ["A", "nowhere"]},
        index=["b1", "b2"],
        geometry=[shapely.Point(2500, 500), shapely.Point(1500, 500)],
        crs=CRS,
    )
    found = spread(pd.Series({"A": 3, "B": 4}), communities, blocks=blocks)
    assert found.points["people"].to_dict() == {"b1": 3, "b2": 4}


def test_people_without_land_are_reported_and_not_lost_silently() -> None:
    nothing = gpd.GeoDataFrame(index=["A"], geometry=[shapely.Polygon()], crs=CRS)
    found = spread(pd.Series({"A": 5}), nothing)
    assert found.unplaced.to_dict() == {"A": 5} and not len(found.points)


def test_half_people_and_other_coordinates_are_refused(communities) -> None:
    with pytest.raises(InputError, match="whole numbers"):
        spread(pd.Series({"A": 5.5}), communities)
    blocks = gpd.GeoDataFrame(geometry=[shapely.Point(1, 1)], crs="EPSG:4326")
    with pytest.raises(CrsError, match="EPSG:4326"):
        spread(pd.Series({"A": 5}), communities, blocks=blocks)
