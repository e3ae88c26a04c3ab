"""From a path to a raw layer: sniff, unpack, read. The place where a child process will stand."""

from __future__ import annotations

import hashlib
from pathlib import Path

from gis_service.errors import UnreadableFileError
from gis_service.formats import (
    dxf,
    filegdb,
    flatgeobuf,
    geojson,
    geopackage,
    kml,
    shapefile,
    tables,
)
from gis_service.formats.sniffing import recognised
from gis_service.formats.source import Format, RawLayer
from gis_service.registry import Registry

FORMATS: Registry[Format] = Registry(
    "format",
    [
        ("shapefile", shapefile.FORMAT),
        ("geopackage", geopackage.FORMAT),
        ("geojson", geojson.FORMAT),
        ("flatgeobuf", flatgeobuf.FORMAT),
        ("kml", kml.FORMAT),
        ("dxf", dxf.FORMAT),
        ("filegdb", filegdb.FORMAT),
        ("xlsx", tables.XLSX),
        ("csv", tables.CSV),
    ],
)
"""Everything that can be read, in the order in which it is tried."""


def load(path: str | Path, *, layer: str | None = None, tables: bool = False) -> RawLayer:
    """Read one layer of a file as it is.

    Parameters
    ----------
    path
        A file, a zip with one dataset, or a .gdb folder; never an address.
    layer
        Which layer, where a file holds several.
    tables
        Whether CSV and XLSX are taken too.

    Raises
    ------
    UnreadableFileError, TooLargeError, ParameterError
        When the file can't be used, is too large, or holds several layers and none is named.
    """
    path = Path(path)
    with recognised(path, FORMATS, tables=tables) as (name, inside):
        raw = FORMATS[name].read(inside, layer=layer)
    if raw.rows == 0:
        raise UnreadableFileError(
            f"{path.name} 里没有任何要素（0 行）。", f"{path.name} holds no features (0 rows)."
        )
    return raw


def fingerprint(path: str | Path) -> str:
    """Give the SHA-256 of a file's bytes, or of the sorted members' bytes of a folder."""
    path = Path(path)
    members = sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
    digest = hashlib.sha256()
    for member in members:
        with member.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
