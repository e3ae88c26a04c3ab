"""Zip archives: one dataset inside, nothing unsafe, nothing huge."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from gis_service.errors import TooLargeError, UnreadableFileError
from gis_service.formats import archives, read_boundaries


@pytest.fixture
def parts(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "parts"
    folder.mkdir()
    box = shapely.box(513_400, 2_494_700, 513_500, 2_494_800)
    frame = gpd.GeoDataFrame({"名称": ["东门社区"]}, geometry=[box], crs=4547)
    pyogrio.write_dataframe(frame, folder / "a.shp", encoding="GBK")
    (folder / "a.cpg").unlink(missing_ok=True)
    return sorted(folder.iterdir())


def zipped(path: Path, members: dict[str, Path]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in members.items():
            archive.write(part, name)
    return path


def test_a_zipped_shapefile_in_a_folder_is_read(parts: list[Path], tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {f"测绘/{p.name}": p for p in parts})
    layer = read_boundaries(path)
    assert layer["name"].tolist() == ["东门社区"]
    assert layer.attrs["survey"].path == str(path)


def test_entry_names_in_gbk_work(parts: list[Path], tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    stand_in = "ZZZZZZZZ"
    zipped(path, {f"{stand_in}{p.suffix}": p for p in parts})
    path.write_bytes(path.read_bytes().replace(stand_in.encode(), "社区边界".encode("gbk")))
    with zipfile.ZipFile(path) as archive:
        assert all(not info.flag_bits & 0x800 for info in archive.infolist())
    assert read_boundaries(path)["name"].tolist() == ["东门社区"]
    more = tmp_path / "b.zip"
    zipped(more, {f"{stand_in}{p.suffix}": p for p in parts} | {"b.shp": parts[-1]})
    more.write_bytes(more.read_bytes().replace(stand_in.encode(), "社区边界".encode("gbk")))
    with pytest.raises(UnreadableFileError, match=r"社区边界\.shp"):
        read_boundaries(more)


def test_a_zipped_geodatabase_is_read(tmp_path: Path) -> None:
    box = shapely.box(513_400, 2_494_700, 513_500, 2_494_800)
    frame = gpd.GeoDataFrame({"name": ["东门社区"]}, geometry=[box], crs=4547)
    folder = tmp_path / "a.gdb"
    pyogrio.write_dataframe(frame, folder, driver="OpenFileGDB")
    path = zipped(tmp_path / "a.zip", {f"a.gdb/{p.name}": p for p in folder.iterdir()})
    layer = read_boundaries(path)
    assert layer["name"].tolist() == ["东门社区"]
    assert layer.attrs["survey"].format == "filegdb"


def test_two_datasets_are_listed(parts: list[Path], tmp_path: Path) -> None:
    members = {p.name: p for p in parts} | {p.name.replace("a.", "b."): p for p in parts}
    with pytest.raises(UnreadableFileError, match=r"a\.shp, b\.shp"):
        read_boundaries(zipped(tmp_path / "a.zip", members))


def test_an_archive_without_a_dataset_lists_what_there_is(
    parts: list[Path], tmp_path: Path
) -> None:
    path = zipped(tmp_path / "a.zip", {"readme.docx": parts[0]})
    with pytest.raises(UnreadableFileError, match=r"no dataset: readme\.docx"):
        read_boundaries(path)


@pytest.mark.parametrize(
    "name", ["/etc/cron.d/a.shp", "../a.shp", "x/../../a.shp", "C:/a.shp", "..\\a.shp"]
)
def test_a_name_that_leaves_the_folder_refuses_the_archive(
    name: str, parts: list[Path], tmp_path: Path
) -> None:
    path = zipped(tmp_path / "a.zip", {p.name: p for p in parts})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zipfile.ZipInfo(name), b"x")
    with pytest.raises(UnreadableFileError, match="unsafe"):
        read_boundaries(path)
    assert not (tmp_path.parent / "a.shp").exists()


def test_a_link_refuses_the_archive(parts: list[Path], tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {p.name: p for p in parts})
    link = zipfile.ZipInfo("a.cpg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(UnreadableFileError, match="unsafe"):
        read_boundaries(path)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{number}.shp", bytes(40_000_000))
    assert path.stat().st_size < 200_000
    with pytest.raises(TooLargeError, match="120000000 bytes"):
        read_boundaries(path)


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(archives.MAX_ENTRIES + 1):
            archive.writestr(f"{number}.txt", b"")
    with pytest.raises(TooLargeError, match="entries"):
        read_boundaries(path)


def test_a_cut_off_archive_is_refused(parts: list[Path], tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {p.name: p for p in parts})
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(UnreadableFileError, match="damaged"):
        read_boundaries(path)


def test_a_damaged_member_is_refused(parts: list[Path], tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {p.name: p for p in parts})
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("a.shp").header_offset + 40
    data[start : start + 20] = bytes(20)
    path.write_bytes(bytes(data))
    with pytest.raises(UnreadableFileError, match="damaged"):
        read_boundaries(path)


def test_a_forbidden_file_inside_is_refused(tmp_path: Path) -> None:
    inner = tmp_path / "x"
    inner.write_text("<OGRVRTDataSource></OGRVRTDataSource>")
    with pytest.raises(UnreadableFileError, match="VRT"):
        read_boundaries(zipped(tmp_path / "a.zip", {"a.geojson": inner}))
