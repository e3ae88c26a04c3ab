"""``gis-service versions`` and the choice between a whole and a partial import."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from shapely import box
from typer.testing import CliRunner

from gis_service.cli import app
from gis_service.errors import ParameterError


def run(*words: str | Path) -> Any:
    """Run the command; errors come out as they are raised."""
    answer = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    if answer.exception is not None and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    return answer


@pytest.fixture
def folder(district: Any, tmp_path: Path) -> Path:
    """A data folder with the small district."""
    district.write_communities(tmp_path / "first.gpkg")
    changed = {"D": box(1000, 1000, 2000, 2000)}
    frame = district.communities(changed).query("code == 'D'")
    frame.to_file(tmp_path / "d.gpkg", driver="GPKG")
    run("import", "boundaries", tmp_path / "first.gpkg", "--data-dir", tmp_path / "data")
    return tmp_path


def test_a_file_of_some_communities_must_be_named_partial_or_whole(folder: Path) -> None:
    order = ("import", "boundaries", folder / "d.gpkg", "--data-dir", folder / "data", "--json")
    with pytest.raises(ParameterError, match="--partial"):
        run(*order)
    with pytest.raises(ParameterError, match="not both"):
        run(*order, "--partial", "--whole")
    made = json.loads(run(*order, "--partial", "--document", "文1", "--reason", "x").stdout)
    assert (made["version"], made["communities"], made["document"]) == (2, 4, "文1")
    assert json.loads(run(*order, "--whole").stdout)["communities"] == 1


def test_versions_are_listed_and_compared(folder: Path) -> None:
    data = ("--data-dir", folder / "data")
    run("import", "boundaries", folder / "d.gpkg", *data, "--partial", "--reason", "复测")
    listed = json.loads(run("versions", *data, "--json").stdout)["versions"]
    assert [(v["number"], v["reason"]) for v in listed] == [(2, "复测"), (1, "")]
    assert "复测" in run("--lang", "zh", "versions", *data).stdout
    compared = json.loads(run("versions", "compare", 1, 2, *data, "--json").stdout)
    assert [c["code"] for c in compared["communities"]] == ["D"]
    assert "100,000.00" in run("versions", "compare", 1, 2, *data).stdout


def test_exports_and_coverage_take_a_past_state(folder: Path) -> None:
    data = ("--data-dir", folder / "data")
    run("import", "boundaries", folder / "d.gpkg", *data, "--partial")
    for number, total in (("1", 4_000_000), ("2", 4_100_000)):
        path = folder / f"{number}.geojson"
        run("export", "communities", "-o", path, "--as-of", number, *data)
        areas = [f["properties"]["area_m2"] for f in json.loads(path.read_text())["features"]]
        assert sum(areas) == pytest.approx(total)
    report = json.loads(run("coverage", "--as-of", "1", *data, "--json").stdout)
    assert report["ageing"] == 0
    with pytest.raises(ParameterError, match="--as-of"):
        run("coverage", "--as-of", "1", "--communities", "a", "--facilities", "b")
