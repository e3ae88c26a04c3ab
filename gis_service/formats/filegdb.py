"""Esri File Geodatabase: a folder that ends in .gdb."""

from __future__ import annotations

from pathlib import Path

from gis_service.formats.gdal import read_layer
from gis_service.formats.source import Format, Head, RawLayer
from gis_service.model.text import Text


def matches(head: Head) -> bool:
    """Tell a folder that holds the geodatabase's catalogue table."""
    return (head.path / "a00000001.gdbtable").is_file()


def read(path: Path, layer: str | None = None) -> RawLayer:
    """Read it."""
    return read_layer(path, format="filegdb", layer=layer)


FORMAT = Format(Text("File Geodatabase", "File Geodatabase"), matches, read)
