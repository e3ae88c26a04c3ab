"""``gis-service catchments`` as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest

from gis_service.cli.catchments import read_minutes
from gis_service.errors import ParameterError

FACILITIES = Path(__file__).parents[2] / "facilities"


def catchments(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gis_service", "--lang", "en", "catchments", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "GIS_SERVICE_DATA_DIR": "data"},
    )


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """The first stations of the sample, one that is closed, and one without a place."""
    head, *rows = (FACILITIES / "facilities.csv").read_text("utf-8").splitlines()
    closed = rows[2].replace(",open,", ",closed,")
    nowhere = ",".join(rows[3].split(",")[:-2]) + ",,"
    path = tmp_path / "stations.csv"
    path.write_text("\n".join([head, rows[0], rows[1], closed, nowhere]) + "\n", "utf-8")
    return path


def test_catchments_along_streets_are_written_and_counted(register: Path, tmp_path: Path) -> None:
    out = tmp_path / "reach.gpkg"
    done = catchments(register, "--network", FACILITIES, "-o", out, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["method"], said["approximate"], said["catchments"]) == ("network", True, 6)
    assert len(said["far"]) == 1
    layer = gpd.read_file(out)
    assert layer["cutoff_min"].tolist() == [5, 10, 15, 5, 10, 15]
    assert layer["facility"].nunique() == 2 and layer.crs.to_epsg() == 4547
    assert layer.is_valid.all() and layer["approximate"].all()


def test_without_a_network_the_answer_says_that_it_is_a_straight_line(
    register: Path, tmp_path: Path
) -> None:
    out = tmp_path / "reach.geojson"
    done = catchments(register, "-o", out, "--minutes", "10", "--speed", "0.8", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "straight_line" in done.stdout and "no real walking time" in done.stdout
    layer = gpd.read_file(out).to_crs(4547)
    assert layer["method"].tolist() == ["straight_line"] * 2
    assert layer.area.iloc[0] == pytest.approx(3.14159 * (600 * 0.8 / 1.3) ** 2, rel=0.01)


def test_a_network_that_is_not_there_ends_with_exit_code_2(register: Path, tmp_path: Path) -> None:
    network = ["--network", "nowhere.osm.pbf"]
    done = catchments(register, "-o", tmp_path / "reach.gpkg", *network, cwd=tmp_path)
    assert done.returncode == 2 and "nowhere.osm.pbf" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "reach.gpkg").exists()


def test_minutes_are_numbers_with_commas_between() -> None:
    assert read_minutes("5，10, 15") == [5, 10, 15]
    with pytest.raises(ParameterError, match="five"):
        read_minutes("five")
