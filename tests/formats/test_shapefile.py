"""Shapefiles as they arrive: GBK without .cpg, parts missing, cut off."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from gis_service.errors import CrsError, UnreadableFileError
from gis_service.formats import read_boundaries

NAMES = ["黄贝岭社区", "文锦社区", "A区"]


def write(path: Path, encoding: str, *, names: list[str] | None = None) -> Path:
    listed = names or NAMES
    boxes = [shapely.box(513_400 + 100 * i, 2_494_700, 513_500 + 100 * i, 2_494_800)
             for i in range(len(listed))]  # fmt: skip
    frame = gpd.GeoDataFrame(
        {"社区名" if encoding == "GBK" else "名称": listed, "街道": "黄贝街道"},
        geometry=boxes,
        crs=4547,
    )
    pyogrio.write_dataframe(frame, path, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    return path


def test_gbk_without_cpg_is_recognised_in_names_and_values(tmp_path: Path) -> None:
    layer = read_boundaries(write(tmp_path / "a.shp", "GBK"))
    assert layer["name"].tolist() == NAMES
    assert set(layer["street"]) == {"黄贝街道"}
    survey = layer.attrs["survey"]
    assert survey.encoding.startswith("GBK (recognised: ")
    assert survey.mapping == {"name": "社区名", "street": "街道"}
    assert "黄贝岭".encode("gbk") in (tmp_path / "a.dbf").read_bytes()


def test_utf8_without_cpg_is_recognised(tmp_path: Path) -> None:
    layer = read_boundaries(write(tmp_path / "a.shp", "UTF-8"))
    assert layer["name"].tolist() == NAMES
    assert layer.attrs["survey"].encoding.startswith("UTF-8 (recognised")


def test_a_value_cut_within_a_character_is_read_up_to_there(tmp_path: Path) -> None:
    path = write(tmp_path / "a.shp", "UTF-8", names=["0123456789", "A区"])
    table = path.with_suffix(".dbf")
    whole = "人民桥社区".encode()
    table.write_bytes(table.read_bytes().replace(b"0123456789", whole[:10]))
    assert read_boundaries(path)["name"].tolist() == ["人民桥", "A区"]


def test_big5_without_cpg_is_recognised(tmp_path: Path) -> None:
    names = ["介壽里", "精忠里", "東光里", "龍田里"]
    path = tmp_path / "a.shp"
    boxes = [shapely.box(121.5 + i / 100, 25, 121.51 + i / 100, 25.01) for i in range(4)]
    frame = gpd.GeoDataFrame({"name": names, "TOWN": "松山區"}, geometry=boxes, crs=4326)
    pyogrio.write_dataframe(frame, path, encoding="BIG5")
    path.with_suffix(".cpg").unlink(missing_ok=True)
    layer = read_boundaries(path)
    assert layer["name"].tolist() == names
    assert layer.attrs["survey"].encoding.startswith("Big5")


def test_a_cpg_is_believed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.shp", "GBK")
    path.with_suffix(".cpg").write_text("936")
    layer = read_boundaries(path)
    assert layer["name"].tolist() == NAMES
    assert layer.attrs["survey"].encoding == "GBK (declared by the .cpg)"


def test_without_prj_it_stops_and_names_the_crs_it_would_take(tmp_path: Path) -> None:
    path = write(tmp_path / "a.shp", "GBK")
    path.with_suffix(".prj").unlink()
    with pytest.raises(CrsError, match="--crs EPSG:4547 ") as caught:
        read_boundaries(path)
    assert caught.value.details["suggestions"] == ["EPSG:4547"]
    survey = read_boundaries(path, crs="EPSG:4547").attrs["survey"]
    assert (survey.crs_declared, survey.crs) == (None, "EPSG:4547")


def test_a_local_crs_in_the_prj_counts_as_undeclared(tmp_path: Path) -> None:
    path = write(tmp_path / "a.shp", "GBK")
    path.with_suffix(".prj").write_text('LOCAL_CS["Bureau grid",UNIT["Meter",1.0]]')
    with pytest.raises(CrsError, match="--crs EPSG:4547 "):
        read_boundaries(path)
    survey = read_boundaries(path, crs="EPSG:4547").attrs["survey"]
    assert "crs_unreadable" in [note.kind for note in survey.notes]


def test_without_dbf_only_the_shapes_are_read_and_a_note_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "a.shp", "GBK")
    path.with_suffix(".dbf").unlink()
    layer = read_boundaries(path)
    assert layer["name"].tolist() == ["", "", ""]
    assert [note.kind for note in layer.attrs["survey"].notes] == ["no_attributes"]


def test_without_shx_the_missing_part_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.shp", "GBK")
    path.with_suffix(".shx").unlink()
    with pytest.raises(UnreadableFileError, match=r"a\.shx is missing"):
        read_boundaries(path)


@pytest.mark.parametrize("size", [4, 60, 120, 300])
def test_a_cut_off_shp_is_refused(tmp_path: Path, size: int) -> None:
    path = write(tmp_path / "a.shp", "GBK")
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(UnreadableFileError, match="incomplete"):
        read_boundaries(path)


@pytest.mark.parametrize("suffix", [".dbf", ".shx", ".prj"])
def test_a_companion_file_asks_for_the_shp(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path / "a.shp", "GBK").with_suffix(suffix)
    with pytest.raises(UnreadableFileError, match=r"give the \.shp"):
        read_boundaries(path)


def test_upper_case_suffixes_are_found(tmp_path: Path) -> None:
    path = write(tmp_path / "a.shp", "GBK")
    for part in list(tmp_path.iterdir()):
        part.rename(part.with_suffix(part.suffix.upper()))
    layer = read_boundaries(path.with_suffix(".SHP"))
    assert layer["name"].tolist() == NAMES
