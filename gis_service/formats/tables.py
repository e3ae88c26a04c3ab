"""CSV and XLSX: tables without geometries of their own."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from gis_service.errors import ParameterError, RowError, UnreadableFileError
from gis_service.formats.archives import check_archive
from gis_service.formats.encodings import decode_text
from gis_service.formats.source import Format, Head, RawLayer
from gis_service.model.text import Text

_WORKBOOK = "xl/workbook.xml"
_CELL_LIMIT = 10_000_000
# What openpyxl and the parsers under it raise for a workbook that is not whole (a ParseError is a
# SyntaxError); they promise no error of their own.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    SyntaxError,
    NotImplementedError,
    EOFError,
    OSError,
)


def matches_csv(head: Head) -> bool:
    """Tell a text whose first line has several cells."""
    if head.path.is_dir() or not head.data or head.data.lstrip()[:1] in (b"<", b"{"):
        return False
    text, _ = decode_text(head.data)
    lines = [line for line in text.splitlines() if line.strip()]
    return bool(lines) and "\x00" not in text and any(d in lines[0] for d in ",;\t")


def read_csv(path: Path, layer: str | None = None) -> RawLayer:
    """Read a table of texts; comma, semicolon or tab between cells.

    Raises
    ------
    ParameterError
        When a layer is named: a CSV has none.
    RowError
        When rows have more cells than the first line.
    """
    if layer is not None:
        raise ParameterError(
            f"CSV 没有图层，不能指定“{layer}”。", f"A CSV has no layers; {layer!r} can't be named."
        )
    text, encoding = decode_text(path.read_bytes())
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    try:
        rows: list[list[Any]] = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise UnreadableFileError(
            f"{path.name} 不是有效的 CSV：{error}。", f"{path.name} is not a valid CSV: {error}."
        ) from error
    return _table(rows, format="csv", encoding=str(encoding))


def matches_xlsx(head: Head) -> bool:
    """Tell a zip that holds a workbook."""
    if not head.data.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(head.path) as archive:
            return _WORKBOOK in archive.namelist()
    except zipfile.BadZipFile:
        return False


def read_xlsx(path: Path, layer: str | None = None) -> RawLayer:
    """Read a sheet's values (of formulas, the values that were stored with them).

    Raises
    ------
    ParameterError
        When several sheets hold something and ``layer`` names none of them.
    """
    import openpyxl  # here, so that nobody waits for it who reads no workbook
    from openpyxl.utils.exceptions import InvalidFileException

    check_archive(path)
    try:
        # The file is opened here: openpyxl refuses names that do not end in .xlsx.
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            sheets = {sheet.title: _cells(sheet) for sheet in book.worksheets}
            book.close()
    except (*_DAMAGE, InvalidFileException) as error:
        raise UnreadableFileError(
            f"{path.name} 已损坏，无法读取：{error}。请重新另存为 .xlsx。",
            f"{path.name} is damaged and can't be read: {error}. Save it as .xlsx again.",
        ) from error
    names = [name for name, rows in sheets.items() if rows]
    if (layer is not None and layer not in sheets) or (layer is None and len(names) > 1):
        raise ParameterError(
            f"请用 --layer 指定工作表，可选：{'、'.join(names)}。",
            f"Name the sheet with --layer; there are: {', '.join(names)}.",
            layers=names,
        )
    name = layer if layer is not None else (names or [""])[0]
    return _table(sheets.get(name, []), format="xlsx", encoding="UTF-8 (XML)", layer=name)


def _cells(sheet: Any) -> list[list[Any]]:
    rows: list[list[Any]] = []
    cells = 0
    for row in sheet.iter_rows(values_only=True):
        cells += len(row)
        if cells > _CELL_LIMIT:
            raise ValueError(f"more than {_CELL_LIMIT} cells")
        if any(value not in (None, "") for value in row):
            rows.append(list(row))
    return rows


def _table(rows: list[list[Any]], *, format: str, encoding: str, layer: str = "") -> RawLayer:
    rows = [row for row in rows if any(str(v).strip() for v in row if v is not None)]
    if not rows:
        return RawLayer(format, encoding, {}, None, None, layer=layer)
    header = ["" if cell is None else str(cell).strip().lstrip("\ufeff") for cell in rows[0]]
    while header and not header[-1]:
        header.pop()
    names = _distinct(header)
    width = len(names)
    extra = [
        number for number, row in enumerate(rows[1:], 1)
        if any(v not in (None, "") for v in row[width:])
    ]  # fmt: skip
    if extra:
        listed = ", ".join(map(str, extra[:20]))
        raise RowError(
            f"第 {listed} 行的单元格比表头多（表头 {width} 列）。请检查逗号和引号。",
            f"Rows {listed} have more cells than the header ({width}). Check commas and quotes.",
            rows=extra,
        )
    body = [[*row[:width], *[None] * (width - len(row))] for row in rows[1:]]
    cells = np.empty((len(body), width), dtype=object)
    if body:
        cells[:] = body
    cells[cells == ""] = None
    fields = {name: cells[:, column] for column, name in enumerate(names)}
    return RawLayer(format, encoding, fields, None, None, layer=layer)


def _distinct(header: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    names = []
    for column, name in zip(count(1), header, strict=False):
        name = name or f"column_{column}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return names


CSV = Format(Text("CSV 表格", "CSV"), matches_csv, read_csv, table=True)
XLSX = Format(Text("Excel 表格（xlsx）", "Excel (xlsx)"), matches_xlsx, read_xlsx, table=True)
