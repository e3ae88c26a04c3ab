"""Surveys: the check of a file, and uploads that are kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
import shapely

from gis_service.bootstrap import build
from gis_service.errors import NotFoundError, StorageError
from gis_service.model.policy import Policy
from gis_service.services import Services
from gis_service.settings import Settings


@pytest.fixture
def on_files(tmp_path: Path) -> Services:
    return build(Settings(data_dir=tmp_path / "never"), database=False)


def test_a_check_gives_the_shape_of_the_command(
    on_files: Services, district: Any, tmp_path: Path
) -> None:
    path = district.write_communities(tmp_path / "c.gpkg")
    outline = district.write_outline(tmp_path / "o.gpkg")
    report = on_files.surveys.check(path, outline=outline).to_mapping()
    assert set(report) == {"survey", "counts", "findings", "seconds"}
    assert report["survey"]["features"] == 4
    assert report["survey"]["crs"] == report["survey"]["working_crs"] == "EPSG:4547"
    assert report["survey"]["area_m2"] == pytest.approx(4_000_000)
    assert report["counts"] == {"overlap": 1, "gap": 1}
    overlap = next(f for f in report["findings"] if f["check"] == "overlap")
    assert overlap["communities"] == ["A", "B"] and overlap["severity"] == "dispute"
    assert overlap["area_m2"] == pytest.approx(100_000)
    assert overlap["width_m"] == pytest.approx(100, rel=0.01)
    lon, lat = overlap["point"]
    assert 114.1 < lon < 114.2 and 22.5 < lat < 22.6
    assert orjson.loads(orjson.dumps(report)) == report
    assert not (tmp_path / "never").exists()


def test_without_an_outline_a_gap_at_the_rim_is_not_seen(
    on_files: Services, district: Any, tmp_path: Path
) -> None:
    result = on_files.surveys.check(district.write_communities(tmp_path / "c.gpkg"))
    assert result.counts == {"overlap": 1} and result.outline is None


def test_the_policy_moves_the_thresholds(on_files: Services, district: Any, tmp_path: Path) -> None:
    path = district.write_communities(tmp_path / "c.gpkg")
    wide = on_files.surveys.check(path, policy=Policy(sliver_width_m=200.0))
    assert [f.severity for f in wide.findings] == ["sliver"]
    large = on_files.surveys.check(path, policy=Policy(min_area_m2=200_000.0))
    assert large.findings == []


def test_the_geojson_of_a_result_follows_the_right_hand_rule(
    on_files: Services, district: Any, tmp_path: Path
) -> None:
    result = on_files.surveys.check(district.write_communities(tmp_path / "c.gpkg"))
    for body, wanted in ((result.findings_geojson(), 1), (result.communities_geojson(), 4)):
        document = orjson.loads(body)
        assert len(document["features"]) == wanted and "crs" not in document
        for feature in document["features"]:
            shape = shapely.from_geojson(orjson.dumps(feature["geometry"]))
            assert shape.exterior.is_ccw and shape.is_valid


def test_the_use_cases_on_files_refuse_the_database(on_files: Services) -> None:
    for call in (on_files.surveys.latest, on_files.boundaries.current, on_files.overview.read):
        with pytest.raises(StorageError, match="--data-dir"):
            call()


def test_checking_a_file_loads_neither_sqlalchemy_nor_fastapi() -> None:
    code = (
        "import sys; from gis_service.bootstrap import build; from gis_service.settings import "
        "Settings; build(Settings(), database=False); "
        "print({'sqlalchemy', 'alembic', 'fastapi', 'folium'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_an_upload_is_kept_with_its_report_and_layers(
    loaded: Services, district: Any, tmp_path: Path
) -> None:
    path = district.write_communities(tmp_path / "upload.gpkg")
    stored = loaded.surveys.receive(path, file_name="社区.gpkg", user="zhao")
    again = loaded.surveys.get(stored.id)
    assert again == stored
    assert stored.report["survey"]["path"] == "社区.gpkg"
    assert stored.report["counts"] == {"overlap": 1, "gap": 1}, "the district's outline is used"
    assert len(orjson.loads(stored.findings_geojson)["features"]) == 2
    assert [s.id for s in loaded.surveys.latest()] == [stored.id]
    assert loaded.surveys.latest()[0].findings_geojson == b""
    version = loaded.boundaries.current()
    assert version is not None and version.number == 1, "an upload changes no boundary"
    with loaded.database.reading() as unit:
        assert unit.audit.entries()[-1].subject == f"survey {stored.id}"


def test_an_upload_from_elsewhere_is_checked_without_the_outline(
    loaded: Services, district: Any, tmp_path: Path
) -> None:
    away = district.communities()
    away.geometry = away.translate(20_000, 20_000)
    away.to_file(tmp_path / "away.gpkg", driver="GPKG")
    stored = loaded.surveys.receive(tmp_path / "away.gpkg", file_name="away.gpkg", user="zhao")
    assert stored.report["counts"] == {"overlap": 1}


def test_an_unknown_survey_is_not_found(services: Services) -> None:
    with pytest.raises(NotFoundError, match="no survey 7"):
        services.surveys.get(7)


def test_an_upload_of_a_few_communities_is_not_told_that_the_rest_of_the_district_is_a_gap(
    loaded: Services, district: Any, tmp_path: Path
) -> None:
    district.communities().head(1).to_file(tmp_path / "few.gpkg", driver="GPKG")
    stored = loaded.surveys.receive(tmp_path / "few.gpkg", file_name="few.gpkg", user="zhao")
    assert stored.report["counts"] == {}


def test_findings_name_the_communities(on_files: Services, district: Any, tmp_path: Path) -> None:
    layer = district.communities()
    report = on_files.surveys.check(district.write_communities(tmp_path / "c.gpkg")).to_mapping()
    called = dict(zip(layer["code"], layer["name"], strict=True))
    for finding in report["findings"]:
        assert finding["names"] == [called[code] for code in finding["communities"]]
