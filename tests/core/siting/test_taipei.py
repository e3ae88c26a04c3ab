"""Villages, stations and homes of Taipei: siting and access on real places."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist

from gis_service.core.metrics.capacity import floating_access
from gis_service.core.metrics.shelf import METRICS
from gis_service.core.metrics.tables import Tables
from gis_service.core.networks.straight import straight_line
from gis_service.core.siting import lscp, mclp
from gis_service.model.policy import Policy

pytestmark = pytest.mark.realdata
CRS = "EPSG:32651"


@pytest.fixture(scope="module")
def villages(shared_data):
    layer = gpd.read_file(shared_data / "taipei/villages_age_2024-12.geojson").to_crs(CRS)
    old = [name for name in layer if name.startswith("A") and name.endswith("_CNT")]
    old = [name for name in old if int(name[1:].split("A")[0].split("UP")[0].split("_")[0]) >= 65]
    return layer.set_index("V_ID").assign(elders=lambda frame: frame[old].sum(axis=1))


@pytest.fixture(scope="module")
def points(villages):
    return villages.geometry.representative_point().get_coordinates().to_numpy()


@pytest.fixture(scope="module")
def stations(shared_data):
    table = pd.read_csv(shared_data / "taipei/care_stations_2025.csv", dtype={"序號": str})
    places = gpd.points_from_xy(table["lon"], table["lat"], crs="EPSG:4326")
    return gpd.GeoSeries(places, index=table["序號"]).to_crs(CRS)


@pytest.fixture(scope="module")
def homes(shared_data):
    table = pd.read_csv(shared_data / "taipei/elder_homes_2025.csv")
    longitude = next(name for name in table if name.lower() in ("lon", "lng", "經度"))
    latitude = next(name for name in table if name.lower() in ("lat", "緯度"))
    places = gpd.points_from_xy(table[longitude], table[latitude], crs="EPSG:4326")
    beds = pd.to_numeric(table["核定床數-核定總床位數"]).fillna(0)
    return gpd.GeoDataFrame({"beds": beds}, geometry=places).to_crs(CRS)


def test_there_are_456_villages_505_stations_and_94_homes(villages, stations, homes) -> None:
    assert (len(villages), len(stations), len(homes)) == (456, 505, 94)


def test_nearest_times_and_shares_equal_the_plain_distances(villages, points, stations) -> None:
    where = stations.get_coordinates().to_numpy()
    walk = straight_line(1.3, crs=CRS)
    table = walk.cost_table(points, where, cutoff_s=1000.0)
    codes = villages.index
    tables = Tables(
        communities=pd.DataFrame(
            {"street": villages["TOWN"], "elders": villages["elders"], "ageing": True}, index=codes
        ),
        demand=pd.Series(villages["elders"].to_numpy(), index=range(len(codes))),
        community_of=pd.Series(codes, index=range(len(codes))),
        facilities=pd.DataFrame({"community": None, "places": 20.0, "beds": 0.0}, range(505)),
        cost=table,
        reach_s=1000.0,
    )
    plain = (1.3 * cdist(points, where)).min(axis=1)
    nearest = tables.nearest_s()
    assert np.allclose(nearest[np.isfinite(nearest)], plain[np.isfinite(nearest)])
    for minutes in (5.0, 10.0, 15.0):
        policy = Policy(rule="walking", walk_minutes=minutes)
        frame = METRICS["walking_share"].compute(tables, policy).set_index("level")
        reached = villages["elders"][plain <= 60 * minutes].sum()
        assert frame.loc["district", "numerator"] == reached
        assert frame.loc["district", "value"] == reached / villages["elders"].sum()


def test_no_bed_is_lost_when_beds_are_shared_out(villages, points, homes) -> None:
    where = homes.geometry.get_coordinates().to_numpy()
    codes = villages.index
    tables = Tables(
        communities=pd.DataFrame(
            {"street": villages["TOWN"], "elders": villages["elders"], "ageing": True}, index=codes
        ),
        demand=pd.Series(villages["elders"].to_numpy(), index=range(len(codes))),
        community_of=pd.Series(codes, index=range(len(codes))),
        facilities=pd.DataFrame(
            {"community": None, "places": homes["beds"].to_numpy(), "beds": 0.0}, range(94)
        ),
        cost=straight_line(1.3, crs=CRS).cost_table(points, where, cutoff_s=3000.0),
    )
    frame = floating_access(tables, cutoff_s=3000.0, decay_name="gaussian").set_index("level")
    near = cdist(points, where).min(axis=0) * 1.3 < 3000.0
    assert near.sum() >= 90
    assert frame.loc["district", "numerator"] == pytest.approx(homes["beds"][near].sum())
    assert frame.loc["street", "numerator"].sum() == pytest.approx(homes["beds"][near].sum())


def test_the_next_stations_of_taipei_are_proven_and_no_exchange_betters_them(
    villages, points, stations
) -> None:
    where = np.vstack([stations.get_coordinates().to_numpy(), points])
    table = straight_line(1.3, crs=CRS).cost_table(points, where, cutoff_s=600.0)
    demand = pd.Series(villages["elders"].to_numpy(), index=range(len(villages)))
    fixed = list(range(505))
    plan = mclp(table, demand, p=10, cutoff_s=600, fixed=fixed)
    near = 1.3 * cdist(points, where) <= 600.0
    old = near[:, :505].any(axis=1)

    def reached(sites) -> float:
        return float(demand[old | near[:, list(sites)].any(axis=1)].sum())

    assert plan.optimal and plan.objective == reached(plan.sites)
    assert plan.before == float(demand[old].sum())
    for out in plan.sites:
        kept = [site for site in plan.sites if site != out]
        assert max(reached([*kept, into]) for into in range(505, len(where))) <= plan.objective
    more = lscp(table, demand, cutoff_s=600, target=0.95, fixed=fixed)
    fewer = mclp(table, demand, p=int(more.objective) - 1, cutoff_s=600, fixed=fixed)
    assert reached(more.sites) >= 0.95 * demand.sum() > fewer.bound
