"""Read places of planning: residential blocks with their people, and candidate sites with costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from gis_service.core.crs import DEFAULT_WORKING_CRS
from gis_service.formats.boundaries import survey_of, text_column
from gis_service.formats.facilities import FACILITY_FIELDS, _ids, _numbers, _points
from gis_service.formats.fields import Known, choose_columns
from gis_service.formats.loading import load
from gis_service.formats.placing import place
from gis_service.model.progress import Progress, silent
from gis_service.model.survey import RowNote
from gis_service.model.text import Text

PLACE_FIELDS: Known = {
    "id": (*FACILITY_FIELDS["id"], "block_id", "candidate_id", "街区编号", "备选点编号"),
    "name": FACILITY_FIELDS["name"],
    "community": ("community_code", "社区代码", "社区编码", "社區代碼"),
    "street": FACILITY_FIELDS["street"],
    "elders": ("elders", "长者", "长者数", "老年人口", "60岁及以上"),
    "residents": ("residents", "people", "population", "人口", "常住人口", "居民数"),
    "cost": ("cost", "费用", "造价", "成本"),
    **{name: FACILITY_FIELDS[name] for name in ("lon", "lat", "x", "y")},
}
"""Field of a place → names under which it is recognised."""

PLACE_COLUMNS = ("name", "community", "street", "elders", "residents", "cost", "geometry")
NUMBERS = ("elders", "residents", "cost")


def read_places(
    path: str | Path,
    *,
    crs: str | None = None,
    mapping: Mapping[str, str] | None = None,
    working_crs: str | None = None,
    preferred_crs: str = DEFAULT_WORKING_CRS,
    progress: Progress = silent,
) -> gpd.GeoDataFrame:
    """Read blocks or candidate sites: a table with coordinates, or any vector format.

    Returns
    -------
    GeoDataFrame
        Index ``id`` (text), columns `PLACE_COLUMNS`: texts "" and numbers NaN where the file says
        nothing; geometry points (of an area a point inside).

    Raises
    ------
    RowError, UnreadableFileError, FieldMappingError, CrsError
        As `read_facilities`.
    """
    progress(0.0, Text("读取文件", "reading the file"))
    raw = load(Path(path), tables=True)
    columns = choose_columns(raw.fields, known=PLACE_FIELDS, given=mapping)
    notes: list[RowNote] = []
    values: dict[str, Any] = {
        name: text_column(raw, columns.get(name)) for name in ("name", "community", "street")
    }
    for name in NUMBERS:
        values[name] = _numbers(raw, columns.get(name))
    geometry, declared = _points(raw, columns, notes)
    placed = place(
        geometry,
        declared=declared,
        given=crs,
        working_crs=working_crs,
        preferred_crs=preferred_crs,
        wanted="point",
    )
    index = pd.Index(_ids(raw, columns.get("id"), notes), name="id", dtype=object)
    frame = gpd.GeoDataFrame(values, index=index, geometry=placed.geometry, crs=placed.working_crs)
    raw = replace(raw, crs=declared, notes=(*raw.notes, *notes))
    frame = frame[list(PLACE_COLUMNS)]
    frame.attrs["survey"] = survey_of(path, raw, placed, kind="facilities", mapping=columns)
    progress(1.0, Text("读取完成", "read"))
    return frame
