"""KML and KMZ: always WGS 84."""

from __future__ import annotations

import re
from pathlib import Path

from gis_service.errors import UnreadableFileError
from gis_service.formats.gdal import read_layer
from gis_service.formats.source import Format, Head, RawLayer
from gis_service.model.text import Text

_ROOT = re.compile(rb"<(\w+:)?kml[\s>]")


def matches(head: Head) -> bool:
    """Tell an XML document whose root is ``kml``."""
    return bool(_ROOT.search(head.data)) and head.data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


def read(path: Path, layer: str | None = None) -> RawLayer:
    """Read it; documents with their own entities or with links to others are refused."""
    data = path.read_bytes()
    if b"<!ENTITY" in data or b"<!DOCTYPE" in data or b"<NetworkLink" in data:
        raise UnreadableFileError(
            f"{path.name} 含有实体定义或网络链接，不予打开。请导出为不含链接的 KML。",
            f"{path.name} has entities or network links and is not opened. Export it without.",
        )
    return read_layer(path, format="kml", layer=layer)


FORMAT = Format(Text("KML", "KML"), matches, read)
