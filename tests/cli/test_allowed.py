"""What is allowed, and thresholds both ways, on the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

EAST, NORTH = 513_400, 2_494_700


def place(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """A and B overlap, A has a lake in it; C lies apart from its street and has an exclave."""
    lake = place(100, 100, 200, 200)
    shapes = {
        "A": place(0, 0, 500, 500).difference(lake),
        "B": place(480, 0, 900, 500),
        "C": shapely.multipolygons([place(2000, 0, 2400, 400), place(3000, 0, 3100, 100)]),
    }
    columns = {"code": list(shapes), "name": ["甲", "乙", "丙"], "street": ["s"] * 3}
    frame = gpd.GeoDataFrame(columns, geometry=list(shapes.values()), crs="EPSG:4547")
    frame.to_file(tmp_path / "survey.gpkg")
    return tmp_path / "survey.gpkg"


@pytest.fixture
def allowed(tmp_path: Path) -> Path:
    entries = {"check": ["gap", "overlap"], "communities": ["", "A+B"], "reason": ["水库", "共管"]}
    places = [place(90, 90, 210, 210), None]
    frame = gpd.GeoDataFrame(entries, geometry=places, crs="EPSG:4547")
    frame.to_file(tmp_path / "allowed.gpkg")
    return tmp_path / "allowed.gpkg"


@pytest.fixture
def run(tmp_path: Path):
    def gis_service(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gis_service", "--lang", "en", *map(str, arguments)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "COLUMNS": "160", "NO_COLOR": "1"},
        )

    return gis_service


def severities(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return {f["key"]: f["severity"] for f in json.loads(done.stdout)["findings"]}


FOUND = {
    "gap:A:1": "dispute",
    "overlap:A+B:1": "dispute",
    "street:C:1": "note",
    "detached:C:1": "note",
}


def test_only_notes_are_exit_0(survey: Path, allowed: Path, run) -> None:
    done = run("check", survey, "--json")
    assert (done.returncode, severities(done)) == (1, FOUND)
    done = run("check", survey, "--allowed", allowed, "--json")
    assert done.returncode == 0, done.stderr
    assert severities(done) == dict.fromkeys(FOUND, "note")
    assert "Allowed (entry 1, 水库)" in done.stdout


def test_thresholds_and_kinds_choose_what_is_shown(survey: Path, run, tmp_path: Path) -> None:
    assert list(severities(run("check", survey, "--json", "--max-width", 50))) == ["overlap:A+B:1"]
    assert list(severities(run("check", survey, "--json", "--min-width", 50))) == ["gap:A:1"]
    small = run("check", survey, "--json", "--max-area", 10_000)
    assert set(severities(small)) == set(FOUND) - {"street:C:1"}
    done = run("check", survey, "--only", "detached", "--only", "gap", "-o", "some.gpkg")
    assert done.returncode == 1, done.stderr
    written = gpd.read_file(tmp_path / "some.gpkg")
    assert sorted(written["key"]) == ["detached:C:1", "gap:A:1"]
    assert run("check", survey, "--only", "detached").returncode == 0


def test_an_unusable_choice_or_list_is_exit_2(survey: Path, run, tmp_path: Path) -> None:
    assert "There is no check 'gaps'" in run("check", survey, "--only", "gaps").stderr
    (tmp_path / "bad.csv").write_text("check,reason\ngap,everywhere\n", "utf-8")
    done = run("check", survey, "--allowed", "bad.csv")
    assert done.returncode == 2
    assert "Entry 1" in done.stderr


def test_joint_land_is_listed_and_allowed_from_then_on(survey: Path, run, tmp_path: Path) -> None:
    decide = ["resolve", survey, "--finding", "overlap:A+B:1", "--by", "joint"]
    done = run(*decide, "--until", "2999-12-31", "--allowed-output", "joint.gpkg", "-o", "a.gpkg")
    assert done.returncode == 0, done.stderr
    again = run("check", tmp_path / "a.gpkg", "--allowed", tmp_path / "joint.gpkg", "--json")
    assert severities(again) == FOUND | {"overlap:A+B:1": "note"}
    gone = run(*decide, "--until", "2001-01-01", "--allowed-output", "old.geojson", "-o", "b.gpkg")
    assert gone.returncode == 0, gone.stderr
    assert severities(run("check", "b.gpkg", "--allowed", "old.geojson", "--json")) == FOUND


def test_resolving_all_leaves_what_is_allowed(survey: Path, allowed: Path, run) -> None:
    decide = ["resolve", survey, "--finding", "all", "--by", "median", "-o", "a.gpkg", "--json"]
    report = json.loads(run(*decide, "--allowed", allowed).stdout)
    assert (report["proposals"], report["refused"]) == ([], [])
    assert {f["severity"] for f in report["findings"]} == {"note"}
