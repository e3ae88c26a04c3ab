"""Care stations and villages of Taipei, held against a plain spatial join."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from gis_service.core.metrics.presence import presence

pytestmark = pytest.mark.realdata
CRS = "EPSG:32651"


@pytest.fixture(scope="module")
def villages(shared_data):
    return gpd.read_file(shared_data / "taipei/villages_age_2024-12.geojson").to_crs(CRS)


@pytest.fixture(scope="module")
def stations(shared_data):
    table = pd.read_csv(shared_data / "taipei/care_stations_2025.csv", dtype={"序號": str})
    columns = {
        "name": table["據點名稱"],
        "kind": "elder_station",
        "status": "open",
        "beds": np.nan,
        "community": "",
        "community_name": table["里別"],
        "street": table["行政區"],
    }
    points = gpd.points_from_xy(table["lon"], table["lat"], crs="EPSG:4326")
    return gpd.GeoDataFrame(columns, geometry=points).set_index(table["序號"]).to_crs(CRS)


def _bands(villages):
    found = {}
    for column in villages.columns:
        if match := re.fullmatch(r"A(\d+)(?:A(\d+)|UP_5)_CNT", column):
            found[column] = (int(match[1]), int(match[2] or 200))
    return found


@pytest.fixture(scope="module")
def report(villages, stations):
    bands = _bands(villages)
    population = villages.melt(
        id_vars=["V_ID", "VILLAGE", "TOWN"], value_vars=list(bands), value_name="count"
    ).rename(columns={"V_ID": "code", "VILLAGE": "name", "TOWN": "street"})
    population["age_from"] = population["variable"].map(lambda column: bands[column][0])
    population["age_to"] = population["variable"].map(lambda column: bands[column][1])
    layer = villages.rename(columns={"VILLAGE": "name", "TOWN": "street"})
    layer = layer.set_index("V_ID")[["name", "street", "geometry"]]
    return presence(layer, stations, population.assign(year=2024, population="registered"))


def test_ageing_villages_equal_the_plain_sums(report, villages):
    bands = _bands(villages)
    total = villages[list(bands)].sum(axis=1)
    over = {
        age: villages[[column for column, (low, _) in bands.items() if low >= age]].sum(axis=1)
        for age in (60, 65)
    }
    ageing = set(villages["V_ID"][(over[60] >= 0.1 * total) | (over[65] >= 0.07 * total)])
    assert {c.code for c in report.communities if c.ageing} == ageing
    assert report.ageing == 456


def test_covered_villages_equal_the_plain_spatial_join(report, villages, stations):
    joined = gpd.sjoin(stations, villages[["V_ID", "geometry"]], predicate="within")
    assert {c.code for c in report.communities if c.covered} == set(joined["V_ID"])
    assert sum(len(c.facilities) for c in report.communities) == len(joined)


def test_stations_recorded_elsewhere_equal_the_plain_spatial_join(report, villages, stations):
    joined = gpd.sjoin(stations, villages[["V_ID", "VILLAGE", "TOWN", "geometry"]])
    listed = set(zip(villages["TOWN"], villages["VILLAGE"], strict=True))
    says = pd.Series(
        list(zip(joined["street"], joined["community_name"], strict=True)), index=joined.index
    )
    lies = pd.Series(list(zip(joined["TOWN"], joined["VILLAGE"], strict=True)), index=joined.index)
    elsewhere = joined.index[(says != lies) & says.isin(listed)]
    assert {found.id for found in report.uncertain} == set(elsewhere)
    assert {found.reason for found in report.uncertain} == {"recorded_elsewhere"}
    assert report.range[0] < report.rate < report.range[1]
