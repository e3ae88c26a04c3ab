"""Registers of facilities: tables and layers, columns and labels in both scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely

from gis_service.errors import CrsError, FieldMappingError, ParameterError, RowError
from gis_service.formats import read_facilities
from gis_service.model.facilities import FACILITY_COLUMNS

PLAIN = (
    "id,name,kind,status,opened,places,beds,meals_per_day,community,community_name,street,lon,lat\n"
    "S1,一号站,elder_station,open,2023-05-01,20,,60,440303001001,东门社区,东门街道,114.12,22.54\n"
    "N1,乐园,养老机构,在建,,,\"1,200\",,,人民桥社区,,114.13,22.55\n"
)  # fmt: skip


def csv(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "facilities.csv"
    path.write_bytes(text.encode(encoding))
    return path


def kinds_of_notes(frame: gpd.GeoDataFrame) -> list[tuple[int, str]]:
    return [(note.row, note.kind) for note in frame.attrs["survey"].notes]


def test_a_plain_register_is_read_whole(tmp_path: Path) -> None:
    frame = read_facilities(csv(tmp_path, PLAIN))
    assert list(frame.columns) == list(FACILITY_COLUMNS)
    assert frame.index.tolist() == ["S1", "N1"]
    assert frame["kind"].tolist() == ["elder_station", "nursing_home"]
    assert frame["status"].tolist() == ["open", "building"]
    assert frame["beds"].tolist()[1] == 1200.0
    assert np.isnan(frame["beds"].iloc[0])
    assert frame["community"].tolist() == ["440303001001", ""]
    assert frame["community_name"].tolist() == ["东门社区", "人民桥社区"]
    assert frame.crs.to_string() == "EPSG:4547"
    assert frame.geometry.iloc[0].distance(shapely.Point(512_337, 2_493_676)) < 200
    survey = frame.attrs["survey"]
    assert (survey.kind, survey.format, survey.crs_declared) == ("facilities", "csv", "EPSG:4326")
    assert survey.notes == ()


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gb18030", "GBK"), ("utf-16", "UTF-16")],
)
def test_csv_encodings_are_recognised(tmp_path: Path, encoding: str, named: str) -> None:
    frame = read_facilities(csv(tmp_path, PLAIN, encoding))
    assert frame["name"].tolist() == ["一号站", "乐园"]
    assert frame.attrs["survey"].encoding.startswith(named)


def test_big5_and_traditional_headings_are_recognised(tmp_path: Path) -> None:
    text = (
        "編號,機構名稱,區域別,里別,核定床數-核定總床位數,lon,lat\n"
        "7,臺北市老人中心,士林區,三玉里,33,121.53,25.1\n"
    )
    frame = read_facilities(csv(tmp_path, text, "big5"), default_kind="nursing_home")
    assert frame.attrs["survey"].encoding.startswith("Big5")
    row = frame.loc["7"]
    assert (row["name"], row["street"], row["community_name"], row["beds"]) == (
        "臺北市老人中心", "士林區", "三玉里", 33.0,
    )  # fmt: skip
    assert kinds_of_notes(frame) == [(0, "status_assumed")]


def sheet(tmp_path: Path, rows: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "facilities.xlsx")
    return tmp_path / "facilities.xlsx"


def test_a_workbook_is_read(tmp_path: Path) -> None:
    path = sheet(
        tmp_path,
        [["编号", "名称", "类型", "状态", "经度", "纬度"],
         [101, "一号站", "社区长者服务站", "规划中", 114.12, 22.54],
         [None, None, None, None, None, None],
         ["x2", "二号站", "elder station", "Open", 114.13, 22.55]],
    )  # fmt: skip
    frame = read_facilities(path)
    assert frame.index.tolist() == ["101", "x2"]
    assert frame["kind"].tolist() == ["elder_station", "elder_station"]
    assert frame["status"].tolist() == ["planned", "open"]
    assert frame.attrs["survey"].format == "xlsx"


def test_what_is_not_stated_is_assumed_aloud(tmp_path: Path) -> None:
    frame = read_facilities(csv(tmp_path, "name,lon,lat\na,114.1,22.5\nb,114.2,22.6\n"))
    assert frame.index.tolist() == ["1", "2"]
    assert set(frame["kind"]) == {"elder_station"}
    assert set(frame["status"]) == {"open"}
    noted = kinds_of_notes(frame)
    assert set(noted) == {(0, "kind_assumed"), (0, "status_assumed"), (0, "no_id")}
    given = read_facilities(tmp_path / "facilities.csv", default_kind="day_care")
    assert set(given["kind"]) == {"day_care"}
    assert (0, "kind_assumed") not in kinds_of_notes(given)


def test_rows_without_coordinates_stay_and_are_noted(tmp_path: Path) -> None:
    frame = read_facilities(csv(tmp_path, PLAIN + "S2,二号站,meal_point,closed,,,,,,,,,\n"))
    assert frame.geometry.isna().tolist() == [False, False, True]
    assert kinds_of_notes(frame) == [(3, "null_geometry")]


def test_repeated_ids_are_told_apart_and_noted(tmp_path: Path) -> None:
    frame = read_facilities(csv(tmp_path, PLAIN + PLAIN.splitlines()[1] + "\n"))
    assert frame.index.tolist() == ["S1", "N1", "S1~2"]
    assert kinds_of_notes(frame) == [(3, "duplicate_id")]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("养老机构", "宇航站", r"Rows 2 have an unknown kind: 宇航站\. Allowed: elder_station"),
        ("在建", "飞行", "Rows 2 have an unknown status: 飞行"),
        ("1,200", "many", "'beds', rows 2: many"),
        ("1,200", "-3", "'beds', rows 2: -3"),
        ("114.13", "east", "'lon', rows 2: east"),
        ("22.55", "22.55,9", "Rows 2 have more cells"),
    ],
)
def test_a_cell_that_cannot_be_used_names_its_row(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(RowError, match=message) as caught:
        read_facilities(csv(tmp_path, PLAIN.replace(old, new)))
    assert caught.value.details["rows"] == [2]


def test_metres_need_a_crs_and_the_error_names_it(tmp_path: Path) -> None:
    path = csv(tmp_path, "id,kind,status,x,y\na,day_care,open,513400,2494700\n")
    with pytest.raises(CrsError, match="--crs EPSG:4547 "):
        read_facilities(path)
    assert read_facilities(path, crs="EPSG:4547").geometry.iloc[0].x == 513_400
    swapped = csv(tmp_path, "id,kind,status,x,y\na,day_care,open,2494700,513400\n")
    with pytest.raises(CrsError, match="--crs EPSG:4547/NE "):
        read_facilities(swapped)
    assert read_facilities(swapped, crs="EPSG:4547/NE").geometry.iloc[0].x == 513_400


def test_coordinates_of_a_web_map_are_moved_when_the_user_says_so(tmp_path: Path) -> None:
    path = csv(tmp_path, PLAIN)
    moved = read_facilities(path, crs="GCJ02").distance(read_facilities(path))
    assert moved.between(400, 800).all()


def test_a_table_without_coordinates_lists_its_columns(tmp_path: Path) -> None:
    with pytest.raises(FieldMappingError, match="columns: id, name"):
        read_facilities(csv(tmp_path, "id,name\n1,a\n"))


def test_columns_can_be_mapped(tmp_path: Path) -> None:
    path = csv(tmp_path, "who,e,n\nA,114.1,22.5\n")
    frame = read_facilities(path, mapping={"name": "who", "lon": "e", "lat": "n"})
    assert frame["name"].tolist() == ["A"]


def test_an_unknown_default_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="elder_station"):
        read_facilities(csv(tmp_path, PLAIN), default_kind="cinema")


@pytest.mark.parametrize(
    ("value", "column"), [("440303001001", "community"), ("东门社区", "community_name")]
)
def test_a_column_called_community_holds_codes_or_names_by_what_is_in_it(
    tmp_path: Path, value: str, column: str
) -> None:
    text = f"id,kind,status,community,lon,lat\n1,day_care,open,{value},114.1,22.5\n"
    assert read_facilities(csv(tmp_path, text))[column].tolist() == [value]


def test_a_vector_layer_is_read_and_areas_become_points(tmp_path: Path) -> None:
    box = shapely.box(513_400, 2_494_700, 513_500, 2_494_800)
    frame = gpd.GeoDataFrame(
        {"id": ["a", "b"], "kind": "day_care", "status": "open"},
        geometry=[box.centroid, box],
        crs=4547,
    )
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(frame, path, geometry_type="Unknown")
    read = read_facilities(path)
    assert set(read.geom_type) == {"Point"}
    assert box.contains(read.geometry.iloc[1])
    assert kinds_of_notes(read) == [(2, "not_a_point")]
