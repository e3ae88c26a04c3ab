"""Write findings and layers: GeoJSON, GeoPackage, FlatGeobuf, KML, Shapefile, Excel and CSV.

A file is written beside its place and moved there when it is whole. Texts never become formulas:
Excel cells are typed as text, CSV cells that begin like a formula get an apostrophe.
"""

from __future__ import annotations

import csv
import re
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataSourceError

from gis_service.core.crs import WGS84
from gis_service.errors import ParameterError
from gis_service.formats.rfc7946 import DECIMALS, attributes, cells, encode_geojson, to_wgs84
from gis_service.model.survey import Survey
from gis_service.registry import Registry

_JOINER = "、"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CELL_CHARACTERS = 32_767

Writer = Callable[[gpd.GeoDataFrame, Path, Survey | None], None]


def write_findings(
    findings: gpd.GeoDataFrame, path: str | Path, *, survey: Survey | None = None
) -> None:
    """Write a frame of findings in the format that the suffix names.

    GeoJSON and Excel carry the survey's facts too (member, sheet ``survey``).

    Raises
    ------
    ParameterError
        For another suffix, or when the folder is missing or can't be written to.
    """
    _write(findings, Path(path), survey)


def write_layer(frame: gpd.GeoDataFrame, path: str | Path) -> None:
    """Write any layer in the format that the suffix names; raises as `write_findings` does.

    GeoPackage and FlatGeobuf keep the frame's CRS, GeoJSON is WGS 84. Excel and CSV hold the
    attributes with ``lon`` and ``lat`` (WGS 84) of the point, or of a point inside.
    """
    _write(frame, Path(path), None)


def _write(frame: gpd.GeoDataFrame, path: Path, survey: Survey | None) -> None:
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        listed = ", ".join(WRITERS)
        raise ParameterError(
            f"不能写“{path.suffix or path.name}”格式。可用后缀：{listed}。",
            f"Can't write {path.suffix or path.name!r}. Use one of the suffixes {listed}.",
            allowed=list(WRITERS),
        )
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".writing-") as folder:
            draft = Path(folder) / f"layer{path.suffix.lower()}"
            writer(frame, draft, survey)
            draft.replace(path)
    except (OSError, DataSourceError) as error:
        raise ParameterError(
            f"无法写入 {path}：{error}。请检查文件夹是否存在、能否写入。",
            f"Can't write {path}: {error}. Check that the folder exists and can be written to.",
        ) from error


def _geojson(frame: gpd.GeoDataFrame, path: Path, survey: Survey | None) -> None:
    members = {"survey": _facts(survey)} if survey else None
    path.write_bytes(encode_geojson(frame, members=members))


def _geopackage(frame: gpd.GeoDataFrame, path: Path, _: Survey | None) -> None:
    _vector(frame, path, driver="GPKG", layer="layer")


def _flatgeobuf(frame: gpd.GeoDataFrame, path: Path, _: Survey | None) -> None:
    index = "YES" if not (frame.geometry.isna() | frame.geometry.is_empty).any() else "NO"
    _vector(frame, path, driver="FlatGeobuf", SPATIAL_INDEX=index)


def _kml(frame: gpd.GeoDataFrame, path: Path, _: Survey | None) -> None:
    _vector(frame.to_crs(WGS84), path, driver="LIBKML")


def _shapefiles(frame: gpd.GeoDataFrame, path: Path, _: Survey | None) -> None:
    """Write a shapefile for each kind of geometry (it holds one alone) into one archive."""
    kinds = shapely.get_dimensions(frame.geometry.to_numpy())
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        for kind, name in enumerate(("points", "lines", "polygons")):
            part = frame[kinds == kind]
            if len(part) or (not len(frame) and name == "polygons"):
                file = Path(folder) / f"{name}.shp"
                _vector(part, file, driver="ESRI Shapefile", ENCODING="UTF-8")
                file.with_suffix(".cpg").write_text("UTF-8", "ascii")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(Path(folder).iterdir()):
                archive.write(file, file.name)


def _vector(frame: gpd.GeoDataFrame, path: Path, **options: Any) -> None:
    columns: dict[str, Any] = {}
    for name, values in attributes(frame).items():
        if values.dtype == "geometry":  # one geometry a row: a second one becomes numbers
            lonlat = gpd.GeoSeries(values).to_crs(WGS84)
            columns |= {f"{name}_lon": lonlat.x.to_numpy(), f"{name}_lat": lonlat.y.to_numpy()}
        elif values.dtype == object:
            columns[name] = [_joined(value) for value in cells(values, frame.crs)]
        else:
            columns[name] = values.array
    geometry = np.asarray(frame.geometry.array, dtype=object)
    kinds = {kind for kind in shapely.get_type_id(geometry).tolist() if kind >= 0}
    if kinds == {3, 6}:
        options |= {"promote_to_multi": True}
    elif len(kinds) != 1:
        options |= {"geometry_type": "Unknown"}
    table = gpd.GeoDataFrame(columns, geometry=geometry, crs=frame.crs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.write_dataframe(table, path, **options)


def _table(frame: gpd.GeoDataFrame) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """Give header and rows of a frame for a table; its place is lon and lat (WGS 84)."""
    crs = frame.crs
    columns = {name: cells(values, crs) for name, values in attributes(frame).items()}
    places = columns.pop("point", None)
    if places is None:
        inside = shapely.point_on_surface(to_wgs84(frame))
        lonlat = np.column_stack((shapely.get_x(inside), shapely.get_y(inside)))
    else:
        lonlat = np.array([place or (np.nan, np.nan) for place in places]).reshape(-1, 2)
    for axis, name in enumerate(("lon", "lat")):
        rounded = np.round(lonlat[:, axis], DECIMALS)
        columns.setdefault(name, cells(pd.Series(rounded), crs))
    joined = [[_joined(value) for value in column] for column in columns.values()]
    return list(columns), zip(*joined, strict=True)


def _joined(value: object) -> Any:
    """Give a list as one text; a mapping as what Python writes."""
    if isinstance(value, list):
        return _JOINER.join("" if item is None else str(item) for item in value)
    return str(value) if isinstance(value, dict) else value


def _csv(frame: gpd.GeoDataFrame, path: Path, _: Survey | None) -> None:
    header, rows = _table(frame)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([_safe(cell) for cell in header])
        writer.writerows([[_safe(cell) for cell in row] for row in rows])


def _safe(cell: object) -> object:
    """Put an apostrophe before a text that a spreadsheet would take for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _excel(frame: gpd.GeoDataFrame, path: Path, survey: Survey | None) -> None:
    import openpyxl  # here, so that nobody waits for it who writes no workbook

    book = openpyxl.Workbook(write_only=True)
    header, rows = _table(frame)
    sheet = book.create_sheet("data")
    sheet.freeze_panes = "A2"
    for row in ([*header], *rows):
        sheet.append([_text_cell(sheet, cell) for cell in row])
    if survey is not None:
        facts = book.create_sheet("survey")
        for name, value in _facts(survey).items():
            facts.append([_text_cell(facts, name), _text_cell(facts, _joined(value))])
    book.save(path)


def _text_cell(sheet: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=_UNPRINTABLE.sub("", value)[:_CELL_CHARACTERS])
    cell.data_type = "s"
    return cell


def _facts(survey: Survey) -> dict[str, Any]:
    facts = asdict(survey)
    facts["crs_reason"] = survey.crs_reason._asdict()
    facts["notes"] = [
        {"row": n.row, "kind": n.kind, "text": n.text._asdict()} for n in survey.notes
    ]
    return facts


WRITERS: Registry[Writer] = Registry(
    "writer",
    [
        (".geojson", _geojson),
        (".gpkg", _geopackage),
        (".xlsx", _excel),
        (".csv", _csv),
        (".fgb", _flatgeobuf),
        (".kml", _kml),
        (".zip", _shapefiles),
    ],
)
"""Suffix → what writes it."""
