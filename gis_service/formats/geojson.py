"""GeoJSON (RFC 7946, and the older form with a ``crs`` member)."""

from __future__ import annotations

import re
from pathlib import Path

from gis_service.errors import UnreadableFileError
from gis_service.formats.encodings import decode_text
from gis_service.formats.gdal import read_layer
from gis_service.formats.source import Format, Head, RawLayer
from gis_service.model.text import Text

_TYPE = re.compile(
    rb'"type"\s*:\s*"(Feature|FeatureCollection|GeometryCollection|(Multi)?(Point|LineString|Polygon))"'
)
_NON_FINITE = re.compile(r"[\[,:]\s*(-?\d[\d.]*[eE]\+?\d{3,}|-?Infinity|NaN)\b")
_ALIEN = re.compile(r'"gdal_streamed_alg"|"Topology"|"arcs"\s*:')
_BOUNDARY = re.compile(r'"Feature"')


def matches(head: Head) -> bool:
    """Tell a JSON object that is of a GeoJSON type."""
    data = head.data.replace(b"\x00", b"")
    start = data.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return start.startswith(b"{") and bool(_TYPE.search(data) or b'"features"' in data)


def read(path: Path, layer: str | None = None) -> RawLayer:
    """Read it; without a ``crs`` member it declares WGS 84, as RFC 7946 says.

    Raises
    ------
    UnreadableFileError
        When it is not valid JSON, or holds a number too large to be one (the message names
        the feature).
    """
    data = path.read_bytes()
    text, encoding = decode_text(data)
    if _ALIEN.search(text):
        raise UnreadableFileError(
            "这是 TopoJSON 或 GDAL 处理流程文件，不是 GeoJSON。请导出为 GeoJSON。",
            "This is TopoJSON or a GDAL pipeline, not GeoJSON. Export it as GeoJSON.",
        )
    source: Path | bytes = path
    if encoding.codec != "UTF-8" or path.suffix.lower() not in (".geojson", ".json"):
        source = text.encode()
    try:
        return read_layer(source, format="geojson", layer=layer, encoding_text=str(encoding))
    except UnreadableFileError as error:
        number = _NON_FINITE.search(text)
        if number is None:
            raise
        row = len(_BOUNDARY.findall(text, 0, number.start()))
        raise UnreadableFileError(
            f"第 {row} 个要素含有不可用的数值 {number[1]}。坐标必须是有限的数，请改正后再试。",
            f"Feature {row} holds the number {number[1]}, which is not finite. Correct it.",
            row=row,
        ) from error


FORMAT = Format(Text("GeoJSON", "GeoJSON"), matches, read)
