"""Read a layer of community boundaries, or a district's outline."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis_service.core.crs import DEFAULT_WORKING_CRS
from gis_service.errors import UnreadableFileError
from gis_service.formats.fields import COMMUNITY_FIELDS, as_text, choose_columns
from gis_service.formats.loading import fingerprint, load
from gis_service.formats.placing import Placed, place
from gis_service.formats.source import RawLayer
from gis_service.model.progress import Progress, silent
from gis_service.model.survey import Survey, SurveyKind
from gis_service.model.text import Text

_OWN = ("code", "name", "street", "row", "geometry")


def read_boundaries(
    path: str | Path,
    *,
    crs: str | None = None,
    mapping: Mapping[str, str] | None = None,
    layer: str | None = None,
    working_crs: str | None = None,
    preferred_crs: str = DEFAULT_WORKING_CRS,
    outline: gpd.GeoDataFrame | None = None,
    progress: Progress = silent,
) -> gpd.GeoDataFrame:
    """Read what a surveyor sent: one row per community, every row of the file.

    Parameters
    ----------
    path
        A file of any format on the shelf, a zip with one dataset, or a .gdb folder.
    crs
        ``EPSG:N``, a PROJ or WKT text, either with ``/NE`` for north before east, ``GCJ02`` or
        ``BD09``; overrides what the file declares.
    mapping
        Field → column: ``{"code": "V_ID", "name": "VILLAGE", "street": "TOWN"}``.
    layer
        Which layer, where a file holds several.
    working_crs
        Metric CRS of the result, on a 1 mm grid; None takes ``preferred_crs`` where the layer
        lies in its area of use, else the layer's UTM zone.
    preferred_crs
        Metric CRS of the installation.
    outline
        The district, in its own CRS; used only to recognise coordinates of Chinese web maps.

    Returns
    -------
    GeoDataFrame
        Index ``code`` (text; row numbers where no column holds codes; may hold duplicates
        and ""), columns ``name``, ``street`` ("" if none), ``row`` (from 1), the file's other
        attributes, ``geometry`` (2D, working CRS). Rows with a null, empty or other geometry
        stay. ``attrs["survey"]`` is the `Survey`, ``attrs["has_codes"]`` whether codes were read.

    Raises
    ------
    UnreadableFileError, TooLargeError, ParameterError
        As `gis_service.formats.loading.load`.
    FieldMappingError
        When a mapped column does not exist.
    CrsError
        When no CRS is declared or given (the message names the one it would take), or when it
        contradicts the coordinates.
    """
    progress(0.0, Text("读取文件", "reading the file"))
    raw = load(path, layer=layer)
    columns = choose_columns(raw.fields, known=COMMUNITY_FIELDS, given=mapping)
    progress(0.5, Text("确定坐标系", "settling the coordinate system"))
    placed = place(
        geometries_of(raw, path),
        declared=raw.crs,
        given=crs,
        working_crs=working_crs,
        preferred_crs=preferred_crs,
        outline=outline,
    )
    values: dict[str, Any] = {
        "name": text_column(raw, columns.get("name")),
        "street": text_column(raw, columns.get("street")),
        "row": np.arange(1, raw.rows + 1),
    }
    values |= _others(raw, set(columns.values()))
    has_codes = "code" in columns
    codes = text_column(raw, columns["code"]) if has_codes else values["row"].astype(str)
    index = pd.Index(codes.astype(object), name="code", dtype=object)
    frame = gpd.GeoDataFrame(values, index=index, geometry=placed.geometry, crs=placed.working_crs)
    frame.attrs["survey"] = survey_of(path, raw, placed, kind="boundaries", mapping=columns)
    frame.attrs["has_codes"] = has_codes
    progress(1.0, Text("读取完成", "read"))
    return frame


def read_outline(
    path: str | Path,
    *,
    crs: str | None = None,
    working_crs: str | None = None,
    preferred_crs: str = DEFAULT_WORKING_CRS,
) -> gpd.GeoDataFrame:
    """Read a district's outline: its polygons, in the working CRS.

    Rows that hold no polygon are left out and stand in ``attrs["survey"].notes``.

    Raises
    ------
    UnreadableFileError
        When no row holds a polygon; else as `read_boundaries`.
    """
    raw = load(path)
    columns = choose_columns(raw.fields, known=COMMUNITY_FIELDS)
    placed = place(
        geometries_of(raw, path),
        declared=raw.crs,
        given=crs,
        working_crs=working_crs,
        preferred_crs=preferred_crs,
    )
    polygons = np.isin(shapely.get_type_id(placed.geometry), (3, 6))
    polygons &= ~shapely.is_empty(placed.geometry)
    if not polygons.any():
        raise UnreadableFileError(
            f"外边界文件 {Path(path).name} 里没有面。",
            f"The outline {Path(path).name} holds no polygon.",
        )
    names = text_column(raw, columns.get("name"))[polygons]
    geometry = placed.geometry[polygons]
    frame = gpd.GeoDataFrame({"name": names}, geometry=geometry, crs=placed.working_crs)
    frame.attrs["survey"] = survey_of(path, raw, placed, kind="outline", mapping=columns)
    return frame


def geometries_of(raw: RawLayer, path: str | Path) -> NDArray[np.object_]:
    """Give a layer's geometries, or refuse a layer that has none."""
    if raw.geometry is None:
        raise UnreadableFileError(
            f"{Path(path).name} 只有属性，没有图形。", f"{Path(path).name} holds no geometries."
        )
    return raw.geometry


def text_column(raw: RawLayer, column: str | None) -> NDArray[np.object_]:
    """Give a column as texts; "" in every row when there is none."""
    if column is None:
        return np.full(raw.rows, "", dtype=object)
    return as_text(raw.fields[column])


def survey_of(
    path: str | Path, raw: RawLayer, placed: Placed, *, kind: SurveyKind, mapping: dict[str, str]
) -> Survey:
    """Make the survey of a layer that was read and placed."""
    return Survey(
        path=str(path),
        kind=kind,
        sha256=fingerprint(path),
        format=raw.format,
        encoding=raw.encoding,
        features=raw.rows,
        crs_declared=raw.crs,
        crs=placed.source.text,
        crs_reason=placed.reason,
        working_crs=placed.working_crs.to_string(),
        mapping=mapping,
        notes=(*raw.notes, *placed.notes),
    )


def _others(raw: RawLayer, used: set[str]) -> dict[str, NDArray[Any]]:
    """Give the attributes that are no field, under names that do not clash with ours."""
    return {
        f"{name}_" if name in _OWN else name: values
        for name, values in raw.fields.items()
        if name not in used
    }
