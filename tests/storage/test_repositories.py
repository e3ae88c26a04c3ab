"""What goes in comes out: registers, surveys, versioned rows, the audit trail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from shapely import Point, Polygon

from gis_service.errors import StorageError
from gis_service.model.facilities import FACILITY_COLUMNS
from gis_service.model.findings import Finding
from gis_service.model.policy import AgeingRule, Policy
from gis_service.model.population import POPULATION_COLUMNS
from gis_service.model.text import Text
from gis_service.storage import connect
from gis_service.storage.database import SqlDatabase

FACTS: dict[str, Any] = {"created_at": "t", "author": "li", "is_sample": False, "survey": {}}


@pytest.fixture
def database(database_url: str) -> Iterator[SqlDatabase]:
    made = connect(database_url, clock=lambda: "2026-01-01T00:00:00.000Z")
    yield made
    made.close()


def _facilities() -> gpd.GeoDataFrame:
    values: dict[str, list[Any]] = {
        name: ["", "x'; DROP TABLE facility; --", "𠮷${a}`\u202e"]
        for name in FACILITY_COLUMNS
        if name != "geometry"
    }
    for name in ("places", "beds", "meals_per_day"):
        values[name] = [1.0, np.nan, 0.1 + 0.2]
    index = pd.Index(["1", "2", "3"], dtype="str", name="id")
    points = [Point(513000.123456789, 2494000.1), None, Point(0.1, -0.0)]
    return gpd.GeoDataFrame(
        values, index=index, geometry=gpd.GeoSeries(points, index=index, crs="EPSG:4547")
    )


def _layer(**shapes: Any) -> gpd.GeoDataFrame:
    index = pd.Index(list(shapes), dtype="str", name="code")
    return gpd.GeoDataFrame(
        {"name": list(shapes), "street": "街", "row": range(1, len(shapes) + 1)},
        index=index,
        geometry=gpd.GeoSeries(list(shapes.values()), index=index, crs="EPSG:4547"),
    )


def _import(database: SqlDatabase, layer: gpd.GeoDataFrame, findings: list[Finding]) -> Any:
    with database.writing(user="li", action="import") as unit:
        version = unit.boundaries.add(layer, outline=None, findings=findings, reason="", **FACTS)
        unit.record(subject="x", before="", after=version.digest)
    return version


def test_facilities_come_back_as_they_went_in(database: SqlDatabase) -> None:
    given = _facilities()
    with database.writing(user="li", action="import") as unit:
        version = unit.register.add("facilities", given, **FACTS)
        unit.record(subject="x", before="", after=version.digest)
    with database.reading() as unit:
        current = unit.register.current("facilities")
        assert current == version and current is not None and current.rows == 3
        kept = unit.register.facilities(current)
        assert unit.register.current("population") is None
    assert_geodataframe_equal(kept[list(FACILITY_COLUMNS)], given[list(FACILITY_COLUMNS)])


def test_population_comes_back_as_it_went_in(database: SqlDatabase) -> None:
    rows = [("A", "甲", "街", "2025", "registered", 0, 59, 10.0)]
    rows += [("A", "甲", "街", "2025", "registered", 60, 200, 2.5)] * 2
    given = pd.DataFrame(rows, columns=list(POPULATION_COLUMNS))
    with database.writing(user="li", action="import") as unit:
        version = unit.register.add("population", given, **FACTS)
        unit.record(subject="x", before="", after=version.digest)
    with database.reading() as unit:
        pd.testing.assert_frame_equal(unit.register.population(version), given)


def test_each_policy_version_can_be_read(database: SqlDatabase) -> None:
    policies = [Policy(name="first"), Policy(name="second", ageing=(AgeingRule(70, 0.5),))]
    versions = []
    for policy in policies:
        with database.writing(user="li", action="import") as unit:
            versions.append(unit.register.add("policy", policy, **FACTS))
            unit.record(subject="x", before="", after="y")
    with database.reading() as unit:
        assert [unit.register.policy(version) for version in versions] == policies


def test_findings_come_back_as_they_went_in(database: SqlDatabase) -> None:
    text = Text("重叠", "overlap")
    shape = Polygon([(0, 0), (1, 0), (1, 1)])
    nothing: dict[str, Any] = {"geometry": None, "point": None, "width_m": None, "area_m2": 0.0}
    found = [
        Finding(
            key="overlap:A+B:1",
            check="overlap",
            severity="dispute",
            communities=("A", "B"),
            geometry=shape,
            point=(0.6, 0.1 + 0.2),
            area_m2=0.5,
            width_m=0.1,
            text=text,
        ),
        Finding(key="n", check="c", severity="note", communities=(), text=text, **nothing),
    ]
    version = _import(database, _layer(A=shape), found)
    with database.reading() as unit:
        assert unit.boundaries.findings(version) == found


def test_invalid_empty_and_missing_shapes_are_kept_as_they_are(database: SqlDatabase) -> None:
    bow_tie = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    layer = _layer(A=bow_tie, B=None, C=Polygon(), D=shapely.from_wkt("LINESTRING (0 0, 1 1)"))
    version = _import(database, layer, [])
    with database.reading() as unit:
        kept = unit.boundaries.communities(version)
    assert kept.geometry["B"] is None
    for code in "ACD":
        assert shapely.to_wkt(kept.geometry[code]) == shapely.to_wkt(layer.geometry[code])


def test_repeated_rows_are_counted_not_merged(database: SqlDatabase) -> None:
    square = shapely.box(0, 0, 1, 1)
    twice = pd.concat([_layer(A=square), _layer(A=square)])
    first = _import(database, twice, [])
    second = _import(database, _layer(A=square), [])
    third = _import(database, twice, [])
    with database.reading() as unit:
        assert [len(unit.boundaries.communities(v)) for v in (first, second, third)] == [2, 1, 2]
    assert first.digest == third.digest != second.digest


def test_a_transaction_that_records_nothing_is_refused(database: SqlDatabase) -> None:
    with pytest.raises(RuntimeError, match="recorded 0"), database.writing(user="a", action="b"):
        pass
    with database.reading() as unit:
        assert unit.audit.entries() == []


def test_the_audit_chain_finds_a_removed_entry(database: SqlDatabase) -> None:
    for number in range(4):
        with database.writing(user="a", action="b") as unit:
            unit.record(subject=str(number), before="", after="")
    with database.reading() as unit:
        entries = unit.audit.entries()
        assert unit.audit.broken() is None
    assert [e.previous for e in entries[1:]] == [e.hash for e in entries[:-1]]
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM audit_entry WHERE number = 2")
    with database.reading() as unit:
        broken = unit.audit.broken()
    assert broken is not None and broken.number == 3


@pytest.mark.postgis
def test_a_server_without_postgis_and_without_the_right_to_add_it_is_explained(
    postgis_server: Any,
) -> None:
    import psycopg

    with psycopg.connect(postgis_server.url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS bare")
        connection.execute("DROP ROLE IF EXISTS clerk")
        connection.execute("CREATE ROLE clerk LOGIN")
        connection.execute("CREATE DATABASE bare TEMPLATE template0 OWNER clerk")
    url = postgis_server.url.replace("postgres@", "clerk@").rpartition("/")[0] + "/bare"
    with pytest.raises(StorageError) as caught:
        connect(url, clock=lambda: "t")
    assert "CREATE EXTENSION postgis" in caught.value.zh
    with psycopg.connect(postgis_server.url, autocommit=True) as connection:
        connection.execute("DROP DATABASE bare WITH (FORCE)")
        connection.execute("DROP ROLE clerk")
