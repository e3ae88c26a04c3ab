"""Esri Shapefile: .shp with .shx, .dbf and, with luck, .prj and .cpg."""

from __future__ import annotations

import codecs
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_service.errors import UnreadableFileError
from gis_service.formats.encodings import Encoding, recognise_encoding
from gis_service.formats.gdal import read_layer
from gis_service.formats.source import Format, Head, RawLayer
from gis_service.model.survey import RowNote
from gis_service.model.text import Text

_MAGIC = b"\x00\x00\x27\x0a"
_TEXT_LIMIT = 200_000
_CODEC_OF_CPG = {
    "936": "GBK",
    "CP936": "GBK",
    "GB2312": "GBK",
    "54936": "GB18030",
    "950": "Big5",
    "CP950": "Big5",
    "65001": "UTF-8",
    "UTF8": "UTF-8",
    "ISO88591": "CP1252",
    "ISO-8859-1": "CP1252",
    "LATIN1": "CP1252",
    "ANSI 936": "GBK",
    "ANSI 1252": "CP1252",
    "1252": "CP1252",
}


def matches(head: Head) -> bool:
    """Tell the magic number of a .shp."""
    return head.data.startswith(_MAGIC)


def read(path: Path, layer: str | None = None) -> RawLayer:
    """Read it; attributes are read in the encoding of the .cpg, else in the one recognised.

    Raises
    ------
    UnreadableFileError
        When the .shx is missing or the .shp is shorter than it says.
    """
    _check_length(path)
    sibling(path, ".shx", required=True)
    table = sibling(path, ".dbf")
    encoding = _encoding(path, table)
    # As Latin-1 every byte comes through, so that a text cut within a character can be read too.
    raw = read_layer(
        path, format="shapefile", layer=layer, encoding="ISO-8859-1", encoding_text=str(encoding)
    )
    fields = {
        _decoded(name, encoding.codec): _decoded_column(values, encoding.codec)
        for name, values in raw.fields.items()
    }
    raw = replace(raw, fields=fields)
    if table is not None:
        return raw
    note = RowNote(
        row=0,
        kind="no_attributes",
        text=Text(
            "没有 .dbf 文件：只有图形，没有属性。", "There is no .dbf: shapes without fields."
        ),
    )
    return replace(raw, notes=(*raw.notes, note))


def sibling(path: Path, suffix: str, *, required: bool = False) -> Path | None:
    """Find the file beside ``path`` with another suffix, in any case."""
    for other in (path.with_suffix(suffix), path.with_suffix(suffix.upper())):
        if other.is_file():
            return other
    if required:
        raise UnreadableFileError(
            f"缺少 {path.stem}{suffix}。请把 .shp、.shx、.dbf、.prj 一起发送（可打包为 zip）。",
            f"{path.stem}{suffix} is missing. Send .shp, .shx, .dbf and .prj together (as a zip).",
        )
    return None


def _decoded(text: str, codec: str) -> str:
    """Decode a text that was read as Latin-1; a character cut off at its end is left out."""
    if text.isascii():
        return text
    return codecs.getincrementaldecoder(codec)("replace").decode(text.encode("latin-1"))


def _decoded_column(values: NDArray[Any], codec: str) -> NDArray[Any]:
    if values.dtype != object:
        return values
    decoded = np.empty(len(values), dtype=object)
    decoded[:] = [_decoded(v, codec) if isinstance(v, str) else v for v in values]
    return decoded


def _check_length(path: Path) -> None:
    with path.open("rb") as file:
        header = file.read(100)
    words = struct.unpack(">i", header[24:28])[0] if len(header) == 100 else 0
    size = path.stat().st_size
    if words < 50 or size < words * 2:
        raise UnreadableFileError(
            f"{path.name} 不完整：应有 {words * 2} 字节，实有 {size} 字节。请重新导出或重新发送。",
            f"{path.name} is incomplete: it should have {words * 2} bytes and has {size}. "
            "Export or send it again.",
        )


def _encoding(path: Path, table: Path | None) -> Encoding:
    page = sibling(path, ".cpg") or sibling(path, ".cst")
    if page is not None:
        said = page.read_text("ascii", "replace").strip()
        codec = _CODEC_OF_CPG.get(said.upper().replace("_", "-"), said)
        try:
            "".encode(codec)
        except LookupError:
            pass
        else:
            return Encoding(codec, "declared by the .cpg")
    if table is None:
        return Encoding("UTF-8", "no attributes")
    return recognise_encoding(_texts(table))


def _texts(table: Path) -> list[bytes]:
    """Give the field names and the text values of a dBASE table as raw bytes."""
    data = table.read_bytes()
    if len(data) < 32:
        return []
    count, start, width = struct.unpack("<IHH", data[4:12])
    descriptors = [data[at : at + 32] for at in range(32, start - 31, 32)]
    names = [d[:11].split(b"\x00")[0] for d in descriptors if d[:1] != b"\r"]
    count = min(count, max(len(data) - start, 0) // width if width else 0)
    if count == 0:
        return names
    records = np.frombuffer(data, dtype=f"V{width}", count=count, offset=start)
    rows = records.view("u1").reshape(count, width)
    values: list[bytes] = []
    offset = 1
    for descriptor in descriptors:
        length = descriptor[16]
        if descriptor[11:12] == b"C" and length:
            column = np.ascontiguousarray(rows[:_TEXT_LIMIT, offset : offset + length])
            texts = column.view(f"S{length}").ravel()
            values.extend(bytes(text).rstrip(b" \x00") for text in np.unique(texts))
        offset += length
    return names + values


FORMAT = Format(Text("Shapefile", "Shapefile"), matches, read)
