"""The commands as a person runs them: output, exit codes, messages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pyogrio
import pytest

SQUARES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"code": code, "name": name, "street": "示例街道"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[w, 22.54], [e, 22.54], [e, 22.55], [w, 22.55], [w, 22.54]]],
            },
        }
        for code, name, w, e in (
            ("A", "甲[bold]", 114.10, 114.111),
            ("B", "=2+3", 114.11, 114.12),
        )
    ],
}


@pytest.fixture
def squares(tmp_path: Path) -> Path:
    """Two squares that overlap by about 100 m × 1.1 km."""
    path = tmp_path / "squares.geojson"
    path.write_text(json.dumps(SQUARES), "utf-8")
    return path


def gis_service(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a process."""
    return subprocess.run(
        [sys.executable, "-m", "gis_service", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "120", "NO_COLOR": "1", "GIS_SERVICE_DATA_DIR": "data"},
    )


def test_check_says_one_json_document_and_exits_1_when_it_finds_something(
    squares: Path, tmp_path: Path
) -> None:
    done = gis_service("check", squares, "--json", cwd=tmp_path)
    assert done.returncode == 1
    document = json.loads(done.stdout)
    assert set(document) == {"survey", "counts", "findings", "seconds"}
    assert document["counts"] == {"overlap": 1}
    assert document["survey"]["features"] == 2
    assert document["survey"]["crs"] == "EPSG:4326"
    assert document["survey"]["working_crs"] == "EPSG:4547"
    (finding,) = document["findings"]
    assert finding["check"] == "overlap"
    assert finding["severity"] == "dispute"
    assert finding["communities"] == ["A", "B"]
    assert finding["area_m2"] == pytest.approx(0.001 * 102_800 * 0.01 * 110_760, rel=0.01)
    assert finding["width_m"] == pytest.approx(102.8, rel=0.01)
    lon, lat = finding["point"]
    assert 114.11 < lon < 114.111
    assert 22.54 < lat < 22.55


def test_check_of_a_clean_layer_exits_0(squares: Path, tmp_path: Path) -> None:
    clean = json.loads(squares.read_text("utf-8"))
    del clean["features"][1]
    squares.write_text(json.dumps(clean), "utf-8")
    done = gis_service("check", squares, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "未发现问题" in done.stdout


def test_the_table_is_chinese_by_default_and_english_by_switch(
    squares: Path, tmp_path: Path
) -> None:
    chinese = gis_service("check", squares, cwd=tmp_path).stdout
    english = gis_service("--lang", "en", "check", squares, cwd=tmp_path).stdout
    assert "重叠" in chinese
    assert "overlap" in english
    assert "重叠" not in english
    assert "甲[bold]" in chinese or "[bold]" in chinese


def test_a_code_column_that_is_not_there_lists_the_columns_that_are(
    squares: Path, tmp_path: Path
) -> None:
    done = gis_service("check", squares, "--map", "code=nope", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "street" in done.stderr
    assert "nope" in done.stderr


@pytest.mark.parametrize("wrong", ["code", "=x", "code=", ""])
def test_a_mapping_without_both_sides_is_refused(wrong: str, squares: Path, tmp_path: Path) -> None:
    done = gis_service("check", squares, "--map", wrong, cwd=tmp_path)
    assert done.returncode == 2
    assert "--map code=V_ID" in done.stderr


def test_a_missing_file_is_exit_2_with_both_languages(tmp_path: Path) -> None:
    done = gis_service("check", "nothing.shp", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "nothing.shp" in done.stderr
    assert len(done.stderr.strip().splitlines()) >= 2


def test_an_unknown_output_suffix_is_refused_before_anything_is_written(
    squares: Path, tmp_path: Path
) -> None:
    done = gis_service("check", squares, "--output", "x.docx", cwd=tmp_path)
    assert done.returncode == 2
    assert ".gpkg" in done.stderr
    assert not (tmp_path / "x.docx").exists()


def test_findings_are_written_as_geojson_geopackage_excel_and_map(
    squares: Path, tmp_path: Path
) -> None:
    for suffix in ("geojson", "gpkg", "xlsx", "html"):
        done = gis_service("check", squares, "-o", f"found.{suffix}", cwd=tmp_path)
        assert done.returncode == 1, done.stderr
    assert len(json.loads((tmp_path / "found.geojson").read_text("utf-8"))["features"]) == 1
    assert pyogrio.read_info(tmp_path / "found.gpkg")["features"] == 1
    sheet = openpyxl.load_workbook(tmp_path / "found.xlsx").worksheets[0]
    assert sheet.max_row >= 2
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    page = (tmp_path / "found.html").read_text("utf-8")
    assert "https://cdn" not in page
    assert "重叠" in page


def test_thresholds_both_ways(squares: Path, tmp_path: Path) -> None:
    wide = gis_service("check", squares, "--sliver-width", 200, "--json", cwd=tmp_path)
    assert json.loads(wide.stdout)["findings"][0]["severity"] == "sliver"
    small = gis_service("check", squares, "--min-area", 1e6, "--json", cwd=tmp_path)
    assert small.returncode == 0


def test_a_policy_out_of_range_is_refused(squares: Path, tmp_path: Path) -> None:
    done = gis_service("check", squares, "--sliver-width", -1, cwd=tmp_path)
    assert done.returncode == 2
    assert "sliver_width_m" in done.stderr


def test_a_setting_that_is_no_number_names_its_variable(squares: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gis_service", "check", str(squares)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "GIS_SERVICE_PORT": "eight"},
    )
    assert done.returncode == 2
    assert "GIS_SERVICE_PORT" in done.stderr


def test_imports_fill_the_database_and_exports_read_it(tmp_path: Path) -> None:
    assert gis_service("sample", "demo", cwd=tmp_path).returncode == 0
    outline = ("--outline", "demo/boundaries/outline.geojson")
    for arguments in (
        ("boundaries", "demo/boundaries/communities.geojson", *outline),
        ("facilities", "demo/facilities/facilities.csv"),
        ("population", "demo/facilities/population.csv"),
    ):
        done = gis_service("import", *arguments, "--json", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["version"] >= 1
    report = json.loads(gis_service("coverage", "--json", cwd=tmp_path).stdout)
    assert 0.55 <= report["rate"] <= 0.65
    assert report["rate_with_planned"] >= 0.70
    assert report["range"][0] <= report["rate"] <= report["range"][1]
    assert {"code", "name", "street", "residents", "elders", "elder_share", "ageing"} <= set(
        report["communities"][0]
    )
    for layer in ("communities", "streets", "findings", "facilities", "coverage"):
        done = gis_service("export", layer, "-o", f"{layer}.geojson", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    communities = json.loads((tmp_path / "communities.geojson").read_text("utf-8"))
    assert len(communities["features"]) == 81
    wrong = gis_service("export", "nothing", "-o", "x.geojson", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "communities" in wrong.stderr


def test_coverage_from_files_equals_coverage_from_the_database(tmp_path: Path) -> None:
    assert gis_service("sample", "demo", cwd=tmp_path).returncode == 0
    files = gis_service(
        "coverage",
        *("--communities", "demo/boundaries/communities.geojson"),
        *("--facilities", "demo/facilities/facilities.csv"),
        *("--population", "demo/facilities/population.csv"),
        *("--policy", "demo/facilities/policy.toml"),
        "--json",
        cwd=tmp_path,
    )
    assert files.returncode == 0, files.stderr
    report = json.loads(files.stdout)
    assert report["policy"]["name"] == "sample"
    assert report["ageing"] == sum(bool(c["ageing"]) for c in report["communities"])
    assert report["rate"] == pytest.approx(report["covered"] / report["ageing"])


def test_half_the_files_of_coverage_are_refused(squares: Path, tmp_path: Path) -> None:
    done = gis_service("coverage", "--communities", squares, cwd=tmp_path)
    assert done.returncode == 2
    assert "--facilities" in done.stderr


def test_a_port_in_use_is_said_plainly(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = gis_service("serve", "--port", port, cwd=tmp_path)
    assert done.returncode == 2
    assert "--port" in done.stderr


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "options", "counts"),
    [
        ("seoul.geojson", (), {}),
        ("chicago77/Chicago77.shp", ("--crs", "EPSG:3435"), {"gap": 3}),
    ],
)
def test_real_files_give_what_is_known_of_them(
    name: str, options: tuple[str, ...], counts: dict[str, int], shared_data: Path, tmp_path: Path
) -> None:
    done = gis_service("check", shared_data / "faults" / name, *options, "--json", cwd=tmp_path)
    assert done.returncode == int(bool(counts)), done.stderr
    assert json.loads(done.stdout)["counts"] == counts


@pytest.mark.realdata
def test_a_shapefile_without_prj_stops_and_asks_for_crs(shared_data: Path, tmp_path: Path) -> None:
    done = gis_service("check", shared_data / "faults/chicago77/Chicago77.shp", cwd=tmp_path)
    assert done.returncode == 2
    assert "--crs" in done.stderr
