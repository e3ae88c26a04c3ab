"""The one door to GDAL: read one layer of a file whose format is already known from its bytes.

Only plain paths of existing files and folders pass; no address, no ``/vsi…`` path and no
connection text ever does, and whatever GDAL might guess from a name was refused before.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from gis_service.errors import ParameterError, UnreadableFileError
from gis_service.formats.geometries import group_note
from gis_service.formats.source import RawLayer
from gis_service.model.survey import RowNote
from gis_service.model.text import Text

_FAULTS = (DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError, UnicodeError)
_CURVED_FORMATS = ("geopackage", "filegdb", "flatgeobuf")
_CURVES = [
    "CIRCULARSTRING",
    "COMPOUNDCURVE",
    "CURVE",
    "CURVEPOLYGON",
    "MULTICURVE",
    "MULTISURFACE",
    "SURFACE",
]


def read_layer(
    path: Path | bytes,
    *,
    format: str,
    layer: str | None = None,
    encoding: str | None = None,
    encoding_text: str = "UTF-8",
) -> RawLayer:
    """Read a layer with all its fields and geometries, curves as lines.

    Raises
    ------
    UnreadableFileError
        When GDAL can't read it, or when it holds no layer.
    ParameterError
        When ``layer`` is not in the file, or when it holds several and none is named.
    """
    source = path if isinstance(path, bytes) else _plain(path)
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            name = _layer_name(pyogrio.list_layers(source), layer)
            meta, _, wkb, columns = pyogrio.raw.read(
                source, layer=name, encoding=encoding, datetime_as_string=True
            )
            notes = _curve_notes(source, name) if format in _CURVED_FORMATS else []
    except _FAULTS as error:
        raise UnreadableFileError(
            f"文件已损坏或不完整，无法按 {format} 读取：{error}。请重新导出后再试。",
            f"The file is damaged or incomplete and can't be read as {format}: {error}. "
            "Export it again.",
            format=format,
        ) from error
    if any("Measured (M)" in str(warning.message) for warning in said):
        notes.append(RowNote(row=0, kind="measured", text=_MEASURED))
    return RawLayer(
        format=format,
        encoding=encoding_text,
        fields={str(n): np.asarray(c) for n, c in zip(meta["fields"], columns, strict=True)},
        geometry=None if wkb is None else _geometries(wkb),
        crs=meta["crs"],
        notes=tuple(notes),
        layer=name,
    )


def _curve_notes(source: str | bytes, layer: str) -> list[RowNote]:
    """Note the rows that hold curves; GDAL has made lines of them by the time they are read."""
    _, _, _, columns = pyogrio.raw.read(
        source,
        sql=f'SELECT OGR_GEOMETRY AS kind FROM "{layer.replace(chr(34), "")}"',  # noqa: S608
        sql_dialect="OGRSQL",
        read_geometry=False,
    )
    return group_note(np.isin(columns[0].astype(str), _CURVES), "curve", _CURVE)


_CURVE = Text(
    "含曲线（圆弧），已按折线近似读入。", "it holds curves; they were read as short straight lines."
)
_MEASURED = Text("含测量值（M），已去掉。", "Measures (M) were dropped.")


def _plain(path: Path) -> str:
    text = str(path.resolve())
    if text.startswith("/vsi") or not path.exists():
        raise UnreadableFileError(f"没有文件 {path}。", f"There is no file {path}.")
    return text


def _layer_name(layers: NDArray[Any], wanted: str | None) -> str:
    names = [str(name) for name, _ in layers]
    spatial = [str(name) for name, kind in layers if kind is not None]
    listing = "、".join(names), ", ".join(names)
    if not names:
        raise UnreadableFileError("文件里没有图层。", "The file holds no layer.")
    if wanted is not None:
        if wanted in names:
            return wanted
        raise ParameterError(
            f"文件里没有图层“{wanted}”。可选：{listing[0]}。",
            f"The file has no layer {wanted!r}. It has: {listing[1]}.",
            layers=names,
        )
    if len(names) == 1 or len(spatial) == 1:
        return (spatial or names)[0]
    raise ParameterError(
        f"文件有多个图层：{listing[0]}。请用 --layer 指定一个。",
        f"The file holds several layers: {listing[1]}. Name one with --layer.",
        layers=names,
    )


def _geometries(wkb: NDArray[np.object_]) -> NDArray[np.object_]:
    """Make geometries; what is no valid WKB (which GDAL never writes) becomes None."""
    with np.errstate(invalid="ignore"):  # NaN coordinates are reported later, row by row
        return np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), dtype=object)
