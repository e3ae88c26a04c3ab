"""Files that can't be read: each gets a message in both languages, none a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from gis_service.errors import UnreadableFileError
from gis_service.formats import read_boundaries, read_facilities

VRT = (
    "<OGRVRTDataSource><OGRVRTLayer name='passwd'><SrcDataSource>/etc/passwd</SrcDataSource>"
    "</OGRVRTLayer></OGRVRTDataSource>"
)

CASES = [
    ("plan.dwg", b"AC1032\x00\x00\x00", "Save it as DXF, or export it as SHP or GPKG", "DXF"),
    ("survey.geojson", VRT.encode(), "VRT", "VRT"),
    ("survey.geojson", b"<!-- a -->\n" + VRT.encode(), "VRT", "VRT"),
    ("survey.geojson", b'{"type":"FeatureCollection","x":"' + VRT.encode() + b'"}', "VRT", "VRT"),
    ("list.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"\.xls", "旧版 Office"),
    ("scan.pdf", b"%PDF-1.7", "a PDF", "PDF"),
    ("photo.png", b"\x89PNG\r\n\x1a\n", "an image", "图片"),
    ("photo.jpg", b"\xff\xd8\xff\xe0", "an image", "图片"),
    ("ortho.tif", b"II*\x00", "an image", "影像"),
    ("data.rar", b"Rar!\x1a\x07", "rar", "zip"),
    ("binary.dxf", b"AutoCAD Binary DXF\r\n\x1a\x00", "binary DXF", "二进制"),
    ("empty.shp", b"", "is empty", "空文件"),
    ("notes.txt", b"hello", "no format that can be read", "无法识别"),
    ("noise.shp", bytes(range(256)), "no format that can be read", "无法识别"),
    ("cut.zip", b"PK\x03\x04broken", "damaged or incomplete", "已损坏"),
    ("cut.gpkg", b"SQLite format 3\x00" + b"\x00" * 50, "damaged or incomplete", "已损坏"),
    ("cut.fgb", b"fgb\x03fgb\x00\x00\x00", "damaged|no layer", "已损坏|没有图层"),
    ("cut.geojson", b'{"type":"FeatureCollection","features":[{"type":"Fea', "damaged", "已损坏"),
    ("topo.json", b'{"type":"Topology","arcs":[],"objects":{"type":"Polygon"}}', "TopoJSON",
     "TopoJSON"),
    ("flow.geojson", b'{"type":"gdal_streamed_alg","command_line":"gdal vector read /etc/passwd",'
     b'"features":[]}', "pipeline", "GDAL"),
    ("cut.dxf", b"0\nSECTION\n2\nENT", "damaged|no features|no layer", "文件|要素|图层"),
    ("bad.kml", b"<?xml version='1.0'?><kml xmlns='http://www.opengis.net/kml/2.2'><Docu",
     "damaged|no layer", "文件|图层"),
    ("entity.kml", b"<?xml version='1.0'?><!DOCTYPE kml [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
     b"<kml>&a;</kml>", "entities", "实体"),
    ("link.kml", b"<kml><NetworkLink><Link><href>http://h/</href></Link></NetworkLink></kml>",
     "network links", "网络链接"),
    ("old.csv", b"name,code\na,1\n", "is a table", "表格"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "en", "zh"), CASES, ids=[f"{c[0]}" for c in CASES])
def test_an_unreadable_file_says_what_it_is_and_what_to_send(
    name: str, data: bytes, en: str, zh: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UnreadableFileError, match=en) as caught:
        read_boundaries(path)
    assert any(part in caught.value.zh for part in zh.split("|"))


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/a.geojson",
        "/vsicurl/https://example.org/a.geojson",
        "/vsizip/a.zip/a.shp",
        "PG:dbname=x",
        "GeoJSON:/etc/passwd",
        '{"type":"FeatureCollection","features":[]}',
        "missing.shp",
        "",
    ],
)
def test_addresses_and_connection_texts_are_only_missing_files(address: str) -> None:
    for read in (read_boundaries, read_facilities):
        with pytest.raises(UnreadableFileError):
            read(address)


def test_a_folder_that_is_no_geodatabase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="no File Geodatabase"):
        read_boundaries(tmp_path)


def test_an_sqlite_database_that_is_no_geopackage_is_refused(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "a.gpkg"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE x (a)")
    database.close()
    with pytest.raises(UnreadableFileError, match="no GeoPackage"):
        read_boundaries(path)
