"""Boundary versions: imports, re-imports, races, exports."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from shapely import box
from sqlalchemy import select

from gis_service.errors import FieldMappingError, NotFoundError, ParameterError, StorageError
from gis_service.services import Services
from gis_service.storage import connect
from gis_service.storage.tables import community


def _rows(services: Services) -> dict[tuple[str, int], int | None]:
    engine: Any = services.database
    with engine.engine.connect() as connection:
        query = select(community.c.code, community.c.valid_from, community.c.valid_to)
        return {(row.code, row.valid_from): row.valid_to for row in connection.execute(query)}


def test_an_import_makes_a_version_with_its_findings_and_an_audit_entry(loaded: Services) -> None:
    version = loaded.boundaries.current()
    assert version is not None
    assert (version.number, version.author, version.reason) == (1, "li", "first survey")
    assert (version.communities, version.findings, version.crs) == (4, 2, "EPSG:4547")
    with loaded.database.reading() as unit:
        found = unit.boundaries.findings(version)
        entries = unit.audit.entries()
        assert unit.audit.broken() is None
    assert {f.check: round(f.area_m2) for f in found} == {"overlap": 100_000, "gap": 100_000}
    assert [e.action for e in entries] == [
        "import boundaries",
        "import facilities",
        "import population",
    ]
    assert entries[0].after == version.digest and entries[0].before == ""


def test_geometries_come_back_bit_for_bit(loaded: Services, district: Any) -> None:
    with loaded.database.reading() as unit:
        version = unit.boundaries.current()
        assert version is not None
        kept = unit.boundaries.communities(version)
    given = district.communities().set_index("code").geometry
    assert list(kept.index) == ["A", "B", "C", "D"] and kept.crs.to_string() == "EPSG:4547"
    for code in kept.index:
        assert shapely.to_wkb(kept.geometry[code]) == shapely.to_wkb(given[code])


def test_a_second_import_keeps_unchanged_rows_and_closes_changed_ones(
    loaded: Services, district: Any, tmp_path: Path
) -> None:
    path = district.write_communities(
        tmp_path / "second.gpkg", {"D": box(1000, 1000, 2000, 2000), "E": box(0, 0, 9, 9)}
    )
    version = loaded.boundaries.import_file(path, user="wang", reason="corrected")
    assert version.number == 2
    assert _rows(loaded) == {
        ("A", 1): None,
        ("B", 1): None,
        ("C", 1): None,
        ("D", 1): 2,
        ("D", 2): None,
        ("E", 2): None,
    }
    with loaded.database.reading() as unit:
        first = unit.boundaries.communities(version.__class__(**{**vars(version), "number": 1}))
    assert list(first.index) == ["A", "B", "C", "D"]
    assert first.geometry["D"].area == pytest.approx(900_000)


def test_importing_the_same_file_again_changes_no_row(loaded: Services, tmp_path: Path) -> None:
    first = loaded.boundaries.current()
    assert first is not None
    second = loaded.boundaries.import_file(tmp_path / "communities.gpkg", user="li")
    assert second.number == 2 and second.digest == first.digest
    assert set(_rows(loaded).values()) == {None}
    assert second.findings == 2, "the outline of the first import still holds"


def test_another_order_of_rows_changes_no_row(
    loaded: Services, district: Any, tmp_path: Path
) -> None:
    path = tmp_path / "reversed.gpkg"
    district.communities().iloc[::-1].to_file(path, driver="GPKG")
    loaded.boundaries.import_file(path, user="li")
    assert set(_rows(loaded).values()) == {None}


def test_a_layer_elsewhere_does_not_take_the_districts_outline(
    loaded: Services, district: Any, tmp_path: Path
) -> None:
    away = district.communities()
    away.geometry = away.translate(20_000, 20_000)
    away.to_file(tmp_path / "away.gpkg", driver="GPKG")
    version = loaded.boundaries.import_file(tmp_path / "away.gpkg", user="li")
    assert version.outline_version is None
    with loaded.database.reading() as unit:
        assert [f.check for f in unit.boundaries.findings(version)] == ["overlap"]


def test_two_writers_who_race_get_two_versions_one_after_the_other(
    database_url: str, loaded: Services, district: Any, tmp_path: Path
) -> None:
    from gis_service.bootstrap import build
    from gis_service.settings import Settings

    other = build(Settings(data_dir=tmp_path / "data", database_url=database_url))
    paths = [
        district.write_communities(
            tmp_path / f"race{i}.gpkg", {"D": box(1000, 1000, 2000, 1900 - i)}
        )
        for i in range(6)
    ]
    start = threading.Barrier(6)
    numbers: list[int] = []
    faults: list[BaseException] = []

    def write(number: int) -> None:
        start.wait()
        try:
            services = (loaded, other)[number % 2]
            numbers.append(services.boundaries.import_file(paths[number], user="x").number)
        except BaseException as error:  # noqa: BLE001
            faults.append(error)

    threads = [threading.Thread(target=write, args=[i]) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.database.close()
    assert faults == []
    assert sorted(numbers) == [2, 3, 4, 5, 6, 7]
    open_rows = [code for (code, _), end in _rows(loaded).items() if end is None]
    assert sorted(open_rows) == ["A", "B", "C", "D"]
    with loaded.database.reading() as unit:
        assert unit.audit.broken() is None and len(unit.audit.entries()) == 9


def test_a_writer_that_waits_too_long_gets_a_clear_error(database_url: str) -> None:
    holder = connect(database_url, clock=lambda: "t")
    waiter = connect(database_url, clock=lambda: "t", wait_s=0.3)
    with holder.writing(user="a", action="x") as unit:
        with pytest.raises(StorageError) as caught, waiter.writing(user="b", action="y"):
            pass
        unit.record(subject="s", before="", after="")
    assert caught.value.details["reason"] == "locked" and "占用" in caught.value.zh
    with waiter.reading() as unit:
        assert [entry.user for entry in unit.audit.entries()] == ["a"]
    holder.close()
    waiter.close()


def test_a_fault_in_the_middle_leaves_nothing_behind(loaded: Services) -> None:
    before = _rows(loaded)
    with (
        pytest.raises(KeyError),
        loaded.database.writing(user="x", action="y") as unit,
    ):
        version = unit.boundaries.current()
        assert version is not None
        layer = unit.boundaries.communities(version).iloc[:1]
        unit.boundaries.add(
            layer,
            outline=None,
            findings=[],
            created_at="t",
            author="x",
            reason="",
            is_sample=False,
            survey={},
        )
        raise KeyError
    assert _rows(loaded) == before
    current = loaded.boundaries.current()
    assert current is not None and current.number == 1


def test_a_forged_audit_entry_is_found(loaded: Services) -> None:
    database: Any = loaded.database
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_entry SET \"user\" = 'nobody' WHERE number = 2")
    with loaded.database.reading() as unit:
        broken = unit.audit.broken()
    assert broken is not None and broken.number == 2


@pytest.mark.parametrize("layer", ["communities", "streets", "findings", "facilities", "coverage"])
@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".xlsx", ".csv"])
def test_every_layer_is_exported(loaded: Services, layer: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"out{suffix}"
    loaded.boundaries.export(layer, path)
    assert path.stat().st_size > 0
    if suffix == ".gpkg":
        wanted = {"communities": 4, "streets": 2, "findings": 2, "facilities": 4, "coverage": 4}
        assert len(gpd.read_file(path)) == wanted[layer]


def test_an_unknown_layer_or_suffix_is_refused(loaded: Services, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="communities, streets"):
        loaded.boundaries.export("nothing", tmp_path / "x.geojson")
    with pytest.raises(ParameterError):
        loaded.boundaries.export("communities", tmp_path / "x.doc")


def test_a_file_without_codes_is_refused_with_its_columns(
    services: Services, district: Any, tmp_path: Path
) -> None:
    nameless = district.communities().rename(columns={"code": "objectid"})
    nameless.to_file(tmp_path / "nameless.gpkg", driver="GPKG")
    nameless = nameless.drop(columns="street")
    nameless.to_file(tmp_path / "streetless.gpkg", driver="GPKG")
    with pytest.raises(FieldMappingError) as refused:
        services.boundaries.import_file(tmp_path / "streetless.gpkg", user="zhao")
    assert sorted(refused.value.details["fields"]) == ["name", "objectid", "surveyor"]
    assert services.boundaries.current() is None
    version = services.boundaries.import_file(
        tmp_path / "nameless.gpkg", user="zhao", mapping={"code": "objectid"}
    )
    assert version.number == 1


def test_an_import_of_a_few_communities_keeps_the_outline(
    loaded: Services, district: Any, tmp_path: Path
) -> None:
    district.communities().head(1).to_file(tmp_path / "few.gpkg", driver="GPKG")
    loaded.boundaries.import_file(tmp_path / "few.gpkg", user="zhao")
    with loaded.database.reading() as unit:
        version = unit.boundaries.current()
        assert version is not None
        assert unit.boundaries.outline(version) is not None
