"""FlatGeobuf."""

from __future__ import annotations

from pathlib import Path

from gis_service.formats.gdal import read_layer
from gis_service.formats.source import Format, Head, RawLayer
from gis_service.model.text import Text


def matches(head: Head) -> bool:
    """Tell the magic number of version 3."""
    return head.data.startswith(b"fgb\x03fgb")


def read(path: Path, layer: str | None = None) -> RawLayer:
    """Read it."""
    return read_layer(path, format="flatgeobuf", layer=layer)


FORMAT = Format(Text("FlatGeobuf", "FlatGeobuf"), matches, read)
