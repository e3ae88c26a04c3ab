"""Read the list of what is allowed: a layer, or a table without geometries."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis_service.core.crs import DEFAULT_WORKING_CRS
from gis_service.formats.boundaries import text_column
from gis_service.formats.fields import Known, choose_columns
from gis_service.formats.loading import load
from gis_service.formats.placing import place

ALLOWED_FIELDS: Known = {
    "check": ("check", "kind", "检查", "问题类型", "类型"),
    "communities": ("communities", "community", "codes", "code", "社区编码", "社区", "编码"),
    "reason": ("reason", "理由", "原因", "说明", "备注", "name", "名称"),
    "until": ("until", "期限", "截止日期", "截止", "有效期至", "有效期"),
}
"""Column of the list → names under which it is recognised, the clearest first."""


def read_allowed(
    path: str | Path,
    *,
    crs: str | None = None,
    working_crs: str | None = None,
    preferred_crs: str = DEFAULT_WORKING_CRS,
) -> gpd.GeoDataFrame:
    """Read what `gis_service.core.checks.allowing.allow` takes: one entry a row.

    Parameters
    ----------
    path
        Any format that `read_boundaries` takes, or a CSV or XLSX table.
    crs, working_crs, preferred_crs
        As `read_boundaries`; a file without any geometry needs no CRS.

    Returns
    -------
    GeoDataFrame
        `core.checks.allowing.ALLOWED_COLUMNS`, all but the geometry as texts ("" for none), in the
        working CRS. In the file, checks may bear their Chinese names (空白, 重叠) too.

    Raises
    ------
    UnreadableFileError, CrsError
        As `read_boundaries`.
    """
    from gis_service.core.checks import CHECKS  # compiled code: only here is it worth the wait

    raw = load(path, tables=True)
    columns = choose_columns(raw.fields, known=ALLOWED_FIELDS)
    values = {name: text_column(raw, columns.get(name)) for name in ALLOWED_FIELDS}
    named = {check.title.zh: name for name, check in CHECKS.items()}
    values["check"] = np.array([named.get(text, text) for text in values["check"]], dtype=object)
    frame = pd.DataFrame(values, dtype=object)
    if raw.geometry is None or shapely.is_missing(raw.geometry).all():
        nowhere = np.full(raw.rows, None, dtype=object)
        return gpd.GeoDataFrame(frame, geometry=nowhere, crs=working_crs or preferred_crs)
    placed = place(
        raw.geometry,
        declared=raw.crs,
        given=crs,
        working_crs=working_crs,
        preferred_crs=preferred_crs,
        wanted="any",
    )
    return gpd.GeoDataFrame(frame, geometry=placed.geometry, crs=placed.working_crs)
