"""The sample's people and facilities, held against plain computations on the committed files."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis_service.model.facilities import FACILITY_COLUMNS, FACILITY_KINDS, FACILITY_STATUSES
from gis_service.model.population import POPULATION_COLUMNS
from gis_service.samples import Sample


@pytest.fixture(scope="module")
def people(committed: Path) -> pd.DataFrame:
    path = committed / "facilities" / "population.csv"
    return pd.read_csv(path, dtype={"community_code": str}).set_index("community_code")


@pytest.fixture(scope="module")
def ageing(people: pd.DataFrame) -> set[str]:
    share_60, share_65 = shares(people)
    return set(people.index[(share_60 >= 0.10) | (share_65 >= 0.07)])


@pytest.fixture(scope="module")
def register(committed: Path, drawn: gpd.GeoDataFrame, sample: Sample) -> gpd.GeoDataFrame:
    """Facilities with ``inside``: own codes of the communities in which each one lies."""
    path = committed / "facilities" / "facilities.csv"
    frame = pd.read_csv(path, dtype={"community_code": str, "opened": str}).set_index("id")
    points = gpd.GeoSeries.from_xy(frame["lon"], frame["lat"], index=frame.index, crs="EPSG:4326")
    frame = gpd.GeoDataFrame(frame, geometry=points.to_crs("EPSG:4547"))
    polygons = shapely.make_valid(np.array(drawn.geometry))
    own = np.array(sample.clean.index)
    frame["inside"] = [set(own[shapely.intersects(polygons, point)]) for point in frame.geometry]
    return frame


def shares(people: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    everyone = people.filter(like="registered_").sum(axis=1)
    old = people.filter(regex=r"registered_(60|65|70|75|80|85)_").sum(axis=1)
    return old / everyone, (old - people["registered_60_64"]) / everyone


def covered_by(stations: gpd.GeoDataFrame, ageing: set[str]) -> set[str]:
    return {code for inside in stations["inside"] for code in inside} & ageing


def test_sixty_communities_are_ageing_by_clear_margins(
    people: pd.DataFrame, ageing: set[str]
) -> None:
    assert len(people) == 81
    assert len(ageing) == 60
    share_60, share_65 = shares(people)
    assert share_60[sorted(ageing)].min() > 0.12
    young = people.index.difference(sorted(ageing))
    assert share_60[young].max() < 0.085
    assert share_65[young].max() < 0.06


def test_the_districts_people_are_plausible(people: pd.DataFrame) -> None:
    assert people.filter(like="resident_").sum().sum() == pytest.approx(1_100_000, rel=0.01)
    registered = people.filter(like="registered_").sum(axis=1)
    resident = people.filter(like="resident_").sum(axis=1)
    assert (registered < resident).all()
    assert resident.between(2000, 60_000).all()


def test_coverage_starts_at_sixty_percent_and_passes_seventy_as_planned(
    register: gpd.GeoDataFrame, ageing: set[str]
) -> None:
    stations = register[register["kind"] == "elder_station"]
    now = covered_by(stations[stations["status"] == "open"], ageing)
    planned = covered_by(stations[stations["status"].isin(["open", "building", "planned"])], ageing)
    assert len(now) / len(ageing) == pytest.approx(0.60)
    assert len(planned) / len(ageing) > 0.70


def test_two_uncertain_stations_move_the_rate_both_ways(
    register: gpd.GeoDataFrame, ageing: set[str]
) -> None:
    opened = register[(register["kind"] == "elder_station") & (register["status"] == "open")]
    disputed = opened[opened["inside"].map(len) == 2]
    elsewhere = opened[
        [
            len(x) == 1 and c not in x
            for x, c in zip(opened.inside, opened.community_code, strict=True)
        ]
    ]
    assert len(disputed) == len(elsewhere) == 1
    sure = covered_by(opened.drop(index=[*disputed.index, *elsewhere.index]), ageing)
    one, two = disputed.iloc[0], elsewhere.iloc[0]
    assert one["community_code"] in one["inside"]
    assert len((one["inside"] & ageing) - sure) == 1
    assert two["community_code"] in ageing - sure
    assert not (two["inside"] & ageing) - sure
    rates = (len(sure) / len(ageing), (len(sure) + 2) / len(ageing))
    assert rates == pytest.approx((35 / 60, 37 / 60))


def test_every_other_facility_lies_where_it_says(register: gpd.GeoDataFrame) -> None:
    odd = [
        kind
        for kind, inside, code in zip(
            register["kind"], register["inside"], register["community_code"], strict=True
        )
        if inside != {code}
    ]
    assert odd == ["elder_station", "elder_station"]


def test_two_centres_and_three_stations_are_planned_this_year(
    register: gpd.GeoDataFrame,
) -> None:
    planned = register[register["status"] == "planned"]
    assert (planned["opened"] == "2026").all()
    assert planned["kind"].value_counts().to_dict() == {"elder_station": 3, "elder_centre": 2}
    assert (register["status"] == "building").any()


def test_the_register_uses_known_kinds_and_states_only(register: gpd.GeoDataFrame) -> None:
    assert set(register["kind"]) <= set(FACILITY_KINDS)
    assert set(register["status"]) <= set(FACILITY_STATUSES)
    assert 55 <= len(register) <= 75
    assert register.index.is_unique
    assert register["name"].is_unique
    assert register["name"].str.contains("示例").all()
    homes = register[register["kind"] == "nursing_home"]
    assert (homes["beds"] > 0).all()


def test_blocks_lie_in_their_communities_and_add_up(sample: Sample) -> None:
    blocks = sample.blocks
    assert 380 <= len(blocks) <= 420
    assert blocks.is_valid.all()
    homes = sample.clean.geometry.loc[blocks["community"]].to_numpy()
    assert shapely.contains(np.array(homes), np.array(blocks.geometry.values)).all()
    resident = sample.population[sample.population["population"] == "resident"]
    old = resident[resident["age_from"] >= 60].groupby("code")["count"].sum()
    assert blocks.groupby("community")["elders"].sum().to_dict() == old.to_dict()
    everyone = resident.groupby("code")["count"].sum()
    assert blocks.groupby("community")["residents"].sum().to_dict() == everyone.to_dict()
    assert (blocks["elders"] <= blocks["residents"]).all()


def test_candidates_lie_in_their_communities(sample: Sample) -> None:
    assert len(sample.candidates) == 120
    homes = sample.clean.geometry.loc[sample.candidates["community"]].to_numpy()
    assert shapely.contains(np.array(homes), np.array(sample.candidates.geometry.values)).all()


def test_the_frames_have_the_readers_columns(sample: Sample) -> None:
    assert set(FACILITY_COLUMNS) <= set(sample.facilities.columns)
    assert tuple(sample.population.columns) == POPULATION_COLUMNS
    assert {"name", "street", "row"} <= set(sample.communities.columns)
    assert sample.communities.index.name == "code"
    assert all(
        frame.crs == "EPSG:4547"
        for frame in (sample.communities, sample.outline, sample.facilities, sample.walk_nodes)
    )
