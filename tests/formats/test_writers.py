"""What is written: whole, as its standard wants it, and never a formula."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path

import geopandas as gpd
import openpyxl
import pyogrio
import pytest
import shapely
from shapely.geometry import Point

from gis_service.errors import ParameterError
from gis_service.formats import WRITERS, read_boundaries, write_findings, write_layer
from gis_service.model.findings import FINDING_COLUMNS
from gis_service.model.survey import Survey
from gis_service.model.text import Text

EVIL = ['=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "plain", "\x00\x07bell"]


@pytest.fixture
def findings() -> gpd.GeoDataFrame:
    box = shapely.box(513_400, 2_494_700, 513_500, 2_494_800)
    rows = [
        ("overlap:A+B:1", "overlap", "dispute", ("A", "B"), 10_000.0, 99.0, box.centroid,
         "重叠", "=overlap", box),
        ("code:C:1", "code", "error", ("C",), 0.0, float("nan"), None, "代码", "code", None),
    ]  # fmt: skip
    return gpd.GeoDataFrame(rows, columns=list(FINDING_COLUMNS), geometry="geometry", crs=4547)


@pytest.fixture
def survey() -> Survey:
    return Survey(
        path="a.shp",
        kind="boundaries",
        sha256="0" * 64,
        format="shapefile",
        encoding="GBK",
        features=2,
        crs_declared=None,
        crs="EPSG:4547",
        crs_reason=Text("由用户给定", "given"),
        working_crs="EPSG:4547",
    )


def test_geojson_is_as_rfc_7946_wants_it(
    findings: gpd.GeoDataFrame, survey: Survey, tmp_path: Path
) -> None:
    path = tmp_path / "f.geojson"
    write_findings(findings, path, survey=survey)
    document = json.loads(path.read_text("utf-8"))
    assert "crs" not in document
    assert document["type"] == "FeatureCollection"
    assert document["survey"]["crs_reason"] == {"zh": "由用户给定", "en": "given"}
    first, second = document["features"]
    ring = first["geometry"]["coordinates"][0]
    assert shapely.LinearRing(ring).is_ccw
    assert all(114.12 < x < 114.14 and 22.5 < y < 22.6 for x, y in ring)
    assert all(len(repr(v).split(".")[1]) <= 7 for point in ring for v in point)
    assert first["properties"]["communities"] == ["A", "B"]
    assert first["properties"]["point"] == pytest.approx([114.1308, 22.5504], abs=1e-4)
    assert second["geometry"] is None
    assert second["properties"]["width_m"] is None
    assert second["properties"]["point"] is None


def test_geopackage_keeps_crs_and_rows(findings: gpd.GeoDataFrame, tmp_path: Path) -> None:
    write_findings(findings, tmp_path / "f.gpkg")
    back = pyogrio.read_dataframe(tmp_path / "f.gpkg")
    assert back.crs.to_string() == "EPSG:4547"
    assert back["communities"].tolist() == ["A、B", "C"]
    assert back.geometry.isna().tolist() == [False, True]
    assert back.area.iloc[0] == 10_000


def test_flatgeobuf_takes_rows_without_a_geometry(
    findings: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    write_findings(findings, tmp_path / "f.fgb")
    assert pyogrio.read_dataframe(tmp_path / "f.fgb")["key"].tolist() == findings["key"].tolist()


def test_excel_cells_are_text_never_formulas(
    findings: gpd.GeoDataFrame, survey: Survey, tmp_path: Path
) -> None:
    write_findings(findings, tmp_path / "f.xlsx", survey=survey)
    book = openpyxl.load_workbook(tmp_path / "f.xlsx")
    assert book.sheetnames == ["data", "survey"]
    header, first, second = book["data"].iter_rows()
    cells = dict(zip([c.value for c in header], first, strict=True))
    assert (cells["text_en"].value, cells["text_en"].data_type) == ("=overlap", "s")
    assert cells["area_m2"].value == 10_000
    assert cells["lon"].value == pytest.approx(114.1309, abs=1e-3)
    assert [c.value for c in second][-2:] == [None, None]


def evil_layer() -> gpd.GeoDataFrame:
    points = [Point(513_400 + i, 2_494_700) for i in range(len(EVIL))]
    return gpd.GeoDataFrame({"name": EVIL, "=head": -1.5}, geometry=points, crs=4547)


def test_csv_texts_that_look_like_formulas_get_an_apostrophe(tmp_path: Path) -> None:
    write_layer(evil_layer(), tmp_path / "a.csv")
    data = (tmp_path / "a.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(data.decode("utf-8-sig").splitlines()))
    assert rows[0] == ["name", "'=head", "lon", "lat"]
    for row in rows[1:]:
        assert not row[0].startswith(("=", "+", "-", "@", "\t"))
        assert row[1] == "-1.5"
    assert [row[0] for row in rows[1:3]] == ["'" + EVIL[0], "'+1+1"]


def test_excel_takes_any_text(tmp_path: Path) -> None:
    write_layer(evil_layer(), tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["data"]
    assert {cell.data_type for cell in sheet["A"]} == {"s"}
    assert sheet["A"][1].value == EVIL[0]


def test_dates_and_any_index_are_written(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"surveyed": [datetime(2026, 1, 2, 3, 4)], "tags": [["a", "b"]]},
        index=["C1"],
        geometry=[Point(114.1, 22.5)],
        crs=4326,
    )
    frame.index.name = "code"
    before = frame.copy()
    for suffix in WRITERS:
        write_layer(frame, tmp_path / f"a{suffix}")
    properties = json.loads((tmp_path / "a.geojson").read_text())["features"][0]["properties"]
    assert properties == {"code": "C1", "surveyed": "2026-01-02T03:04:00", "tags": ["a", "b"]}
    back = pyogrio.read_dataframe(tmp_path / "a.gpkg")
    assert back["surveyed"].tolist() == [datetime(2026, 1, 2, 3, 4)]
    assert back["tags"].tolist() == ["a、b"]
    assert frame.equals(before)


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".fgb"])
def test_what_was_written_is_read_again(suffix: str, tmp_path: Path) -> None:
    first = shapely.box(513_400, 2_494_700, 513_500, 2_494_800)
    second = shapely.box(513_500, 2_494_700, 513_600, 2_494_800)
    boxes = [first, shapely.MultiPolygon([second])]
    frame = gpd.GeoDataFrame({"code": ["a", "b"], "name": "名"}, geometry=boxes, crs=4547)
    write_layer(frame, tmp_path / f"a{suffix}")
    layer = read_boundaries(tmp_path / f"a{suffix}")
    assert sorted(layer.index) == ["a", "b"]
    assert layer.area.tolist() == pytest.approx([10_000, 10_000], rel=1e-3)


@pytest.mark.parametrize("name", ["a.pdf", "a", "a.shp", "a.geojson.bak"])
def test_another_suffix_is_refused_with_those_that_are_allowed(
    name: str, findings: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    with pytest.raises(ParameterError, match=r"\.geojson, \.gpkg, \.xlsx, \.csv, \.fgb"):
        write_findings(findings, tmp_path / name)


def test_a_missing_folder_is_named_and_nothing_is_left(
    findings: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    with pytest.raises(ParameterError, match="Check that the folder exists"):
        write_findings(findings, tmp_path / "missing" / "a.gpkg")
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_replaced_whole(findings: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    for _ in range(2):
        write_findings(findings, path)
    assert len(pyogrio.read_dataframe(path)) == 2
    assert [p.name for p in tmp_path.iterdir()] == ["a.gpkg"]


def test_an_empty_frame_is_written_in_every_format(
    findings: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    for suffix in WRITERS:
        write_findings(findings.iloc[:0], tmp_path / f"a{suffix}")
    assert json.loads((tmp_path / "a.geojson").read_text())["features"] == []


def test_findings_with_their_points_are_written_to_geopackage_and_flatgeobuf(tmp_path):
    from gis_service.core.checks import findings_frame, run_checks

    boxes = gpd.GeoDataFrame(
        {"name": ["甲", "乙"]},
        index=["A", "B"],
        geometry=shapely.box([513_000, 513_090], 2_494_000, [513_100, 513_200], 2_494_100),
        crs="EPSG:4547",
    )
    findings = findings_frame(run_checks(boxes), boxes.crs)
    for suffix in ("gpkg", "fgb"):
        path = tmp_path / f"found.{suffix}"
        write_findings(findings, path)
        found = gpd.read_file(path)
        assert found["check"].tolist() == ["overlap"]
        assert found["communities"].tolist() == ["A、B"]
        assert found.geometry.iloc[0].area == pytest.approx(1000)
        assert 114 < found["point_lon"].iloc[0] < 115
        assert 22 < found["point_lat"].iloc[0] < 23
