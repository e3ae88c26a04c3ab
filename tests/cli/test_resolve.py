"""Deciding findings of files on the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SQUARES = {"A": (114.10, 114.111), "B": (114.11, 114.12), "C": (114.120001, 114.13)}
"""A and B overlap by about 100 m; between B and C is a gap of 10 cm."""


def feature(geometry: dict, **properties: str) -> dict:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def write(path: Path, *features: dict) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def rectangle(west: float, south: float, east: float, north: float) -> dict:
    """Corners and, between them, every meridian of SQUARES: in a plane a parallel is curved."""
    between = sorted({lon for pair in SQUARES.values() for lon in pair if west <= lon <= east})
    ring = [[lon, south] for lon in between] + [[lon, north] for lon in between[::-1]]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


@pytest.fixture
def squares(tmp_path: Path) -> Path:
    parts = [
        feature(rectangle(west, 22.54, east, 22.55), code=code, name=code, street="示例街道")
        for code, (west, east) in SQUARES.items()
    ]
    frame = [rectangle(114.10, 22.53, 114.13, 22.54), rectangle(114.10, 22.55, 114.13, 22.56)]
    parts += [
        feature(shape, code=code, name=code, street="示例街道")
        for code, shape in zip(("S", "N"), frame, strict=True)
    ]
    return write(tmp_path / "squares.geojson", *parts)


@pytest.fixture
def run(tmp_path: Path):
    def gis_service(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gis_service", "--lang", "en", *map(str, arguments)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "COLUMNS": "120", "NO_COLOR": "1"},
        )

    return gis_service


def checks_left(run, path: Path) -> list[str]:
    return [f["key"] for f in json.loads(run("check", path, "--json").stdout)["findings"]]


def test_the_median_of_one_finding_is_written(squares: Path, run, tmp_path: Path) -> None:
    out = tmp_path / "after.gpkg"
    done = run(
        "resolve", squares, "--finding", "overlap:A+B:1", "--by", "median", "-o", out, "--json"
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    (proposal,) = report["proposals"]
    assert proposal["findings"] == ["overlap:A+B:1"]
    lost = {c["code"]: c["lost_m2"] for c in proposal["communities"]}
    assert lost["A"] == pytest.approx(lost["B"], rel=0.01)
    assert all(check["ok"] for check in proposal["proof"])
    assert report["output"] == str(out)
    assert "overlap:A+B:1" in checks_left(run, squares)
    assert "overlap:A+B:1" not in checks_left(run, out)


def test_a_line_from_a_file_splits_the_land(squares: Path, run, tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[114.1102, 22.53], [114.1102, 22.56]]}
    road = write(tmp_path / "road.geojson", feature(line, name="road"))
    out = tmp_path / "after.geojson"
    done = run(
        "resolve", squares, "--finding", "overlap:A+B:1", "--by", "split",
        "--line", road, "-o", out, "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (proposal,) = json.loads(done.stdout)["proposals"]
    lost = {c["code"]: c["lost_m2"] for c in proposal["communities"]}
    assert lost["A"] == pytest.approx(4 * lost["B"], rel=0.01)
    assert "overlap:A+B:1" not in checks_left(run, out)


def test_clean_takes_the_slivers_and_leaves_the_dispute(squares: Path, run, tmp_path: Path) -> None:
    out = tmp_path / "clean.gpkg"
    assert {key.split(":")[0] for key in checks_left(run, squares)} == {"overlap", "gap"}
    done = run("clean", squares, "-o", out)
    assert done.returncode == 0, done.stderr
    assert "✓ untouched" in done.stdout
    assert checks_left(run, out) == ["overlap:A+B:1"]


def test_all_findings_can_be_decided_at_once(squares: Path, run, tmp_path: Path) -> None:
    out = tmp_path / "all.gpkg"
    done = run("resolve", squares, "--finding", "all", "--by", "longest_border", "-o", out)
    assert done.returncode == 0, done.stderr
    assert checks_left(run, out) == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--finding", "overlap:A+B:7", "--by", "median"), "no finding overlap:A+B:7"),
        (("--finding", "overlap:A+B:1", "--by", "award", "--to", "C"), "Choose one of A, B"),
        (("--finding", "overlap:A+B:1", "--by", "award"), "'to'"),
        (("--finding", "overlap:A+B:1", "--by", "halve"), "longest_border"),
        (("--finding", "overlap:A+B:1", "--by", "split", "--piece", "A"), "--piece"),
    ],
)
def test_what_can_not_be_done_is_said_and_nothing_is_written(
    squares: Path, run, tmp_path: Path, options: tuple[str, ...], says: str
) -> None:
    out = tmp_path / "never.gpkg"
    done = run("resolve", squares, *options, "-o", out)
    assert done.returncode == 2
    assert says in done.stderr
    assert not out.exists()
