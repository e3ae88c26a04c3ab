"""GeoPackage: an SQLite file with known tables."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from gis_service.errors import UnreadableFileError
from gis_service.formats.gdal import read_layer
from gis_service.formats.source import Format, Head, RawLayer
from gis_service.model.text import Text

_SQLITE = b"SQLite format 3\x00"


def matches(head: Head) -> bool:
    """Tell an SQLite file; whether it is a GeoPackage is seen when it is read."""
    return head.data.startswith(_SQLITE)


def read(path: Path, layer: str | None = None) -> RawLayer:
    """Read it.

    Raises
    ------
    UnreadableFileError
        When it is another SQLite database, is damaged, or has virtual tables that could reach
        other files.
    """
    _check_tables(path)
    return read_layer(path, format="geopackage", layer=layer)


def _check_tables(path: Path) -> None:
    try:
        with closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        ) as db:
            db.text_factory = lambda raw: raw.decode("utf-8", "replace")
            rows = db.execute("SELECT name, coalesce(sql, '') FROM sqlite_master").fetchall()
    except (sqlite3.Error, UnicodeError) as error:  # its message may quote damaged bytes
        raise UnreadableFileError(
            f"{path.name} 已损坏或不完整：{error}。请重新导出。",
            f"{path.name} is damaged or incomplete: {error}. Export it again.",
        ) from error
    if "gpkg_contents" not in {name for name, _ in rows}:
        raise UnreadableFileError(
            f"{path.name} 是 SQLite 数据库，但不是 GeoPackage。请导出为 GeoPackage。",
            f"{path.name} is an SQLite database but no GeoPackage. Export it as GeoPackage.",
        )
    virtual = [n for n, sql in rows if "virtual" in sql.lower() and "rtree" not in sql.lower()]
    if virtual:
        raise UnreadableFileError(
            f"{path.name} 含有虚拟表 {virtual[0]}，可能指向别的文件，不予打开。",
            f"{path.name} has the virtual table {virtual[0]}, which may reach other files.",
        )


FORMAT = Format(Text("GeoPackage", "GeoPackage"), matches, read)
