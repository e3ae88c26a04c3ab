"""Files that nobody here wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from gis_service.errors import CrsError, UnreadableFileError
from gis_service.formats import (
    read_boundaries,
    read_facilities,
    read_outline,
    read_population,
    write_layer,
)

pytestmark = pytest.mark.realdata


@pytest.mark.parametrize(
    ("name", "rows", "working_crs"),
    [
        ("faults/eindhoven.geojson", 116, "EPSG:32631"),
        ("faults/birmingham.geojson", 87, "EPSG:32616"),
        ("faults/seoul.geojson", 424, "EPSG:32652"),
        ("taipei/villages_age_2024-12.geojson", 456, "EPSG:32651"),
        ("luohu/outline.geojson", 1, "EPSG:4547"),
    ],
)
def test_layers_from_everywhere_are_read_whole(
    name: str, rows: int, working_crs: str, shared_data: Path
) -> None:
    layer = read_boundaries(shared_data / name)
    assert len(layer) == rows
    assert layer.crs.to_string() == working_crs
    assert layer.attrs["survey"].notes == ()
    assert layer.geometry.notna().all()


def test_chicago_without_prj_stops_and_proposes_nothing_silly(shared_data: Path) -> None:
    path = shared_data / "faults/chicago77/Chicago77.shp"
    with pytest.raises(CrsError, match="ask where the file comes from") as caught:
        read_boundaries(path)
    assert caught.value.details["suggestions"] == []
    layer = read_boundaries(path, crs="EPSG:3435")
    assert len(layer) == 77
    assert layer.crs.to_string() == "EPSG:32616"
    assert layer["name"].iloc[0] == "ROGERS PARK"
    assert layer.area.sum() / 1e6 == pytest.approx(598.5, abs=1.5)
    with pytest.raises(CrsError, match="contradicts"):
        read_boundaries(path, crs="EPSG:4547")


def test_the_outline_of_a_web_map_is_recognised(shared_data: Path) -> None:
    outline = read_outline(shared_data / "luohu/outline.geojson")
    assert outline.area.sum() / 1e6 == pytest.approx(79.0, abs=0.1)
    path = shared_data / "luohu/outline_gcj02.geojson"
    survey = read_boundaries(path, outline=outline).attrs["survey"]
    assert [note.kind for note in survey.notes] == ["probable_gcj02"]
    there = read_boundaries(path, outline=outline, crs="GCJ02")
    assert there.attrs["survey"].notes == ()
    apart = there.union_all().symmetric_difference(outline.union_all()).area
    assert apart / outline.area.sum() < 0.01
    same = read_boundaries(shared_data / "luohu/outline.geojson", outline=outline)
    assert same.attrs["survey"].notes == ()


def test_villages_of_taipei_carry_codes_and_ages(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "taipei/villages_age_2024-12.geojson"
    layer = read_boundaries(path, mapping={"code": "V_ID", "name": "VILLAGE"})
    assert layer.index[0] == "63000010-009"
    assert layer["street"].nunique() == 12
    people = read_population(path)
    assert set(people["code"]) == set(layer.index)
    assert len(people) == 456 * 21
    assert set(people["year"]) == {2024}
    columns = [c for c in layer.columns if c.endswith("_CNT") and "_M_" not in c and "_F_" not in c]
    assert people["count"].sum() == layer[columns].to_numpy().sum()
    write_layer(layer, tmp_path / "taipei.gpkg")
    assert read_boundaries(tmp_path / "taipei.gpkg").area.sum() == pytest.approx(layer.area.sum())


@pytest.mark.parametrize(
    ("name", "rows", "column", "total"),
    [
        ("care_stations_2025.csv", 505, None, None),
        ("elder_homes_2025.csv", 94, "beds", 471),
        ("day_care_2025.csv", 14, "places", 35),
    ],
)
def test_registers_of_taipei_are_read(
    name: str, rows: int, column: str | None, total: int | None, shared_data: Path
) -> None:
    frame = read_facilities(shared_data / "taipei" / name, default_kind="elder_station")
    assert len(frame) == rows
    assert frame.crs.to_string() == "EPSG:32651"
    assert frame.geometry.notna().all()
    assert (frame["name"] != "").all()
    if column is not None:
        assert total in frame[column].tolist()
    else:
        assert frame["community_name"].iloc[0] == "三玉里"


def test_a_list_of_committees_is_no_boundary_layer(shared_data: Path) -> None:
    with pytest.raises(UnreadableFileError, match="is a table"):
        read_boundaries(shared_data / "luohu/committees_2023.csv")
