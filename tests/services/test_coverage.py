"""Coverage and overview from the database, and coverage from files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gis_service.bootstrap import build
from gis_service.errors import NotFoundError
from gis_service.model.policy import Policy
from gis_service.services import Services
from gis_service.settings import Settings


def test_the_report_counts_what_can_be_counted_by_hand(loaded: Services) -> None:
    report = loaded.coverage.report()
    # A (20 %) and C (30 %) are ageing, B (5 %) is not, D has no figures; s1 lies in A,
    # s3 (planned) lies in C although D is recorded.
    assert (report.ageing, report.covered, report.rate) == (2, 1, 0.5)
    assert report.covered_with_planned == 2
    assert {c.code: c.ageing for c in report.communities} == {
        "A": True,
        "B": False,
        "C": True,
        "D": None,
    }


def test_the_report_is_computed_once_per_state_and_policy(loaded: Services) -> None:
    first = loaded.coverage.report()
    assert loaded.coverage.report() is first
    strict = Policy(target=0.9)
    other = loaded.coverage.report(strict)
    assert other is not first and loaded.coverage.report(strict) is other
    assert other.target == 0.9


def test_a_new_register_is_seen_at_once(loaded: Services, district: Any, tmp_path: Path) -> None:
    assert loaded.coverage.report().covered == 1
    path = tmp_path / "more.gpkg"
    district.STATIONS["s5"] = (400, 1400, "open", "C")
    try:
        stations = district.STATIONS
        import geopandas as gpd
        from shapely import Point

        gpd.GeoDataFrame(
            {
                "id": list(stations),
                "name": list(stations),
                "kind": ["elder_station"] * len(stations),
                "status": [s[2] for s in stations.values()],
                "community_code": [s[3] for s in stations.values()],
            },
            geometry=[
                Point(district.EAST + s[0], district.NORTH + s[1]) for s in stations.values()
            ],
            crs=district.CRS,
        ).to_file(path, driver="GPKG")
    finally:
        del district.STATIONS["s5"]
    loaded.register.import_facilities(path, user="li")
    assert loaded.coverage.report().covered == 2


def test_a_write_of_another_process_is_seen_after_a_second(
    loaded: Services, database_url: str, district: Any, tmp_path: Path
) -> None:
    from gis_service.services.snapshots import CHECK_EVERY_S, Snapshots

    now = [0.0]
    watching = Snapshots(
        loaded.database, clock=lambda: "t", working_crs="EPSG:4547", monotonic=lambda: now[0]
    )
    assert watching.current().key[0] == 1
    other = build(Settings(data_dir=tmp_path / "data", database_url=database_url))
    other.boundaries.import_file(tmp_path / "communities.gpkg", user="x")
    other.database.close()
    assert watching.current().key[0] == 1, "no look at the database is due"
    now[0] += CHECK_EVERY_S
    assert watching.ready() is None and watching.current().key[0] == 2


def test_the_stored_policy_is_used(loaded: Services, tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text('name = "office"\nageing = [{ age = 60, share = 0.25 }]\n', "utf-8")
    loaded.register.import_policy(path, user="li")
    report = loaded.coverage.report()
    assert report.policy.name == "office" and report.ageing == 1


def test_files_give_the_same_report_as_the_database(loaded: Services, tmp_path: Path) -> None:
    on_files = build(Settings(data_dir=tmp_path / "never"), database=False)
    report = on_files.coverage.report_from_files(
        tmp_path / "communities.gpkg",
        tmp_path / "facilities.gpkg",
        population=tmp_path / "population.csv",
    )
    assert report == loaded.coverage.report()


def test_before_the_first_import_the_next_step_is_named(services: Services) -> None:
    for read in (services.coverage.report, services.overview.read):
        with pytest.raises(NotFoundError, match="gis-service import boundaries"):
            read()


def test_the_overview_has_the_figures_and_rows(loaded: Services) -> None:
    seen = loaded.overview.read()
    assert (seen.communities, seen.streets, seen.is_sample) == (4, 2, False)
    assert (seen.disputes, seen.slivers, seen.errors) == (2, 0, 0)
    assert seen.disputes_area_m2 == pytest.approx(200_000)
    assert seen.area_m2 == pytest.approx(4_000_000)
    assert seen.counts == {"overlap": 1, "gap": 1}
    assert seen.facilities == {"elder_station": {"open": 3, "planned": 1}}
    assert {row["id"]: row["location"] for row in seen.facility_rows} == {
        "s1": "inside",
        "s2": "disputed_land",
        "s3": "recorded_elsewhere",
        "s4": "outside",
    }
    disputed = next(row for row in seen.facility_rows if row["id"] == "s2")
    assert disputed["lies_in"] == ["A", "B"] and disputed["beds"] is None
    first = seen.community_rows[0]
    assert first["code"] == "A" and first["findings"] == 1 and first["ageing"] is True
    assert first["area_mu"] == pytest.approx(1500)
    assert all(len(row["point"]) == 2 for row in seen.finding_rows)
    assert loaded.overview.read() is seen
