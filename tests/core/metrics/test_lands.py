"""People and facilities on pieces of land, by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely import Point, box

from gis_service.core.metrics.lands import People, figures_of_lands, transfers_between
from gis_service.core.topology import Topology
from gis_service.model.policy import AgeingRule, Policy

CRS = "EPSG:4547"
POLICY = Policy(ageing=(AgeingRule(60, 0.10),))


def layer(*shapes: object) -> Topology:
    codes = "ABCDEF"[: len(shapes)]
    frame = gpd.GeoDataFrame(
        {"name": list(codes), "street": ["s"] * len(codes), "row": range(1, len(codes) + 1)},
        index=list(codes),
        geometry=list(shapes),
        crs=CRS,
    )
    return Topology.of(frame)


def people(*pairs: tuple[float, float]) -> People:
    residents, older = zip(*pairs, strict=True)
    return People(
        ages=(60,), residents=np.array(residents, dtype=float), older=np.array([older], dtype=float)
    )


def facilities(**places: tuple[float, float]) -> gpd.GeoDataFrame:
    points = [Point(place) for place in places.values()]
    return gpd.GeoDataFrame(index=list(places), geometry=points, crs=CRS)


def figures(land: object, topology: Topology, folk: People, where: gpd.GeoDataFrame):
    lands = np.array([land], dtype=object)
    (found,) = figures_of_lands(
        lands, topology=topology, people=folk, facilities=where, policy=POLICY
    )
    return found


def test_the_shares_of_all_claimants_add_up() -> None:
    topology = layer(box(0, 0, 100, 10), box(90, 0, 200, 10))
    found = figures(
        box(90, 0, 100, 10), topology, people((100, 20), (110, 22)), facilities(f=(95, 5), g=(1, 1))
    )
    assert found.residents == pytest.approx(10 + 10)
    assert found.elders == pytest.approx(2 + 2)
    assert found.facilities == ("f",)


def test_on_land_that_nobody_claims_the_people_are_unknown() -> None:
    topology = layer(box(0, 0, 90, 10), box(100, 0, 200, 10))
    found = figures(box(90, 0, 100, 10), topology, people((100, 20), (110, 22)), facilities())
    assert found.residents is None and found.elders is None


def test_a_claimant_without_figures_makes_the_estimate_unknown() -> None:
    topology = layer(box(0, 0, 100, 10), box(90, 0, 200, 10))
    found = figures(
        box(90, 0, 100, 10), topology, people((100, 20), (np.nan, np.nan)), facilities()
    )
    assert found.residents is None


def test_people_go_with_the_land_and_nobody_is_lost() -> None:
    topology = layer(box(0, 0, 100, 10), box(90, 0, 200, 10))
    after = topology.usable.copy()
    after[1] = box(100, 0, 200, 10)
    (transfer,) = transfers_between(topology, after, changed=[1])
    assert transfer == (1, 0, pytest.approx(10 / 110))
    moved = people((100, 20), (110, 22)).moved([transfer])
    assert moved.residents.tolist() == pytest.approx([110, 100])
    assert moved.older[0].tolist() == pytest.approx([22, 20])
    assert moved.residents.sum() == pytest.approx(210)


def test_filled_land_moves_nobody() -> None:
    topology = layer(box(0, 0, 90, 10), box(100, 0, 200, 10))
    after = topology.usable.copy()
    after[0] = box(0, 0, 100, 10)
    assert transfers_between(topology, after, changed=[0]) == []
