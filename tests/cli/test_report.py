"""``gis-service report`` writes the coverage report of the database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pypdf
import pytest
from typer.testing import CliRunner

from gis_service.bootstrap import build
from gis_service.cli import app
from gis_service.errors import ParameterError
from gis_service.settings import Settings


@pytest.fixture(scope="module")
def folder(district: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("report")
    services = build(Settings(data_dir=made / "data"))
    services.boundaries.import_file(district.write_communities(made / "c.gpkg"), user="li")
    services.register.import_facilities(district.write_facilities(made / "f.gpkg"), user="li")
    services.register.import_population(district.write_population(made / "p.csv"), user="li")
    services.database.close()
    return made


@pytest.mark.parametrize(("name", "begins"), [("r.pdf", b"%PDF"), ("r.xlsx", b"PK")])
def test_the_name_says_which_form_is_written(folder: Path, name: str, begins: bytes) -> None:
    given = ["report", "-o", str(folder / "out" / name), "--data-dir", str(folder / "data")]
    result = CliRunner().invoke(app, given)
    assert result.exit_code == 0, result.output
    assert (folder / "out" / name).read_bytes().startswith(begins)
    if name.endswith(".pdf"):
        text = pypdf.PdfReader(folder / "out" / name).pages[0].extract_text()
        assert "长者服务站覆盖报告" in text


def test_another_form_is_refused_and_nothing_is_written(folder: Path) -> None:
    given = ["report", "-o", str(folder / "r.doc"), "--data-dir", str(folder / "data")]
    result = CliRunner().invoke(app, given)
    assert isinstance(result.exception, ParameterError) and not (folder / "r.doc").exists()


def test_blocks_that_are_imported_carry_the_people(folder: Path) -> None:
    (folder / "blocks.geojson").write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"b1",'
        '"elders":5},"geometry":{"type":"Point","coordinates":[114.1,22.5]}}]}',
        "utf-8",
    )
    data = ["--data-dir", str(folder / "data"), "--json"]
    result = CliRunner().invoke(app, ["import", "blocks", str(folder / "blocks.geojson"), *data])
    assert result.exit_code == 0 and json.loads(result.output)["rows"] == 1
    services = build(Settings(data_dir=folder / "data"))
    held = services.planning_layers.current(services.snapshots.current().crs)
    assert held.blocks is not None and held.versions() == {
        "blocks": 1,
        "candidates": 0,
        "network": 0,
    }
    services.database.close()
