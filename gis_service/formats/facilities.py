"""Read a register of facilities: a table with coordinates, or any vector format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis_service.core.crs import DEFAULT_WORKING_CRS, WGS84
from gis_service.errors import FieldMappingError, ParameterError
from gis_service.formats.boundaries import survey_of, text_column
from gis_service.formats.fields import COMMUNITY_FIELDS, Known, choose_columns
from gis_service.formats.geometries import group_note
from gis_service.formats.labels import KIND_LABELS, STATUS_LABELS, recognise_labels
from gis_service.formats.loading import load
from gis_service.formats.numbers import as_numbers
from gis_service.formats.placing import place
from gis_service.formats.source import RawLayer
from gis_service.model.facilities import FACILITY_COLUMNS, FACILITY_KINDS, FACILITY_STATUSES
from gis_service.model.progress import Progress, silent
from gis_service.model.survey import RowNote
from gis_service.model.text import Text

FACILITY_FIELDS: Known = {
    "id": ("id", "facility_id", "编号", "设施编号", "編號", "序号", "序號"),
    "name": (
        "name", "facility_name", "名称", "设施名称", "机构名称", "据点名称", "机关名称", "名稱",
        "設施名稱", "機構名稱", "據點名稱", "機關名稱",
    ),
    "kind": ("kind", "type", "类型", "设施类型", "类别", "設施類型", "類型", "類別"),
    "status": ("status", "state", "状态", "建设状态", "运营状态", "狀態"),
    "opened": ("opened", "opened_on", "开放日期", "启用日期", "开业日期", "开放时间", "開放日期"),
    "places": ("places", "日托位", "托位", "收托量", "收託量", "名额", "日托名额", "名額"),
    "beds": (
        "beds", "床位", "床位数", "养老床位", "核定床位", "床位數", "核定床數-核定總床位數",
        "核定總床位數",
    ),
    "meals_per_day": (
        "meals_per_day", "meals", "日供餐", "每日供餐", "日供餐数", "每日供餐数", "每日供餐份数",
        "供餐能力",
    ),
    "community": ("community_code", "社区代码", "社区编码", "社區代碼", "community"),
    "community_name": ("community_name", *(n for n in COMMUNITY_FIELDS["name"] if n not in (
        "name", "名称", "名稱", "community_name", "community"))),
    "street": (*COMMUNITY_FIELDS["street"], "區域別"),
    "lon": ("lon", "lng", "long", "longitude", "经度", "經度"),
    "lat": ("lat", "latitude", "纬度", "緯度"),
    "x": ("x", "x坐标", "x座標", "east", "easting", "东", "东坐标", "東"),
    "y": ("y", "y坐标", "y座標", "north", "northing", "北", "北坐标"),
}  # fmt: skip
"""Field of a facility → names under which it is recognised."""

_NUMBERS = ("places", "beds", "meals_per_day")


def read_facilities(
    path: str | Path,
    *,
    crs: str | None = None,
    mapping: Mapping[str, str] | None = None,
    default_kind: str | None = None,
    working_crs: str | None = None,
    preferred_crs: str = DEFAULT_WORKING_CRS,
    progress: Progress = silent,
) -> gpd.GeoDataFrame:
    """Read a register: one row per facility, every row of the file.

    Parameters
    ----------
    path
        CSV, XLSX or any vector format. In tables, columns ``lon`` and ``lat`` declare WGS 84;
        ``x`` and ``y`` need ``crs``.
    crs, working_crs
        As in `read_boundaries`.
    mapping
        Field → column; the fields are those of `FACILITY_FIELDS`.
    default_kind
        Kind of the rows that state none; None takes ``elder_station`` and a note says so.

    Returns
    -------
    GeoDataFrame
        Index ``id`` (text; row numbers where the file has none), columns `FACILITY_COLUMNS`;
        geometry is None without coordinates. ``attrs["survey"]`` is the `Survey`.

    Raises
    ------
    RowError
        When a kind, state, number or coordinate can't be used; it names the rows.
    ParameterError
        When ``default_kind`` is no kind.
    UnreadableFileError, FieldMappingError, CrsError
        As `read_boundaries`.
    """
    progress(0.0, Text("读取文件", "reading the file"))
    raw = load(path, tables=True)
    columns = _columns(raw, mapping)
    notes: list[RowNote] = []
    values: dict[str, Any] = {
        "name": text_column(raw, columns.get("name")),
        "kind": _kinds(raw, columns.get("kind"), default_kind, notes),
        "status": _statuses(raw, columns.get("status"), notes),
        "opened": text_column(raw, columns.get("opened")),
    }
    for field in _NUMBERS:
        values[field] = _numbers(raw, columns.get(field))
    for field in ("community", "community_name", "street"):
        values[field] = text_column(raw, columns.get(field))
    progress(0.5, Text("确定坐标系", "settling the coordinate system"))
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
    frame = frame[list(FACILITY_COLUMNS)]
    frame.attrs["survey"] = survey_of(path, raw, placed, kind="facilities", mapping=columns)
    progress(1.0, Text("读取完成", "read"))
    return frame


def _columns(raw: RawLayer, mapping: Mapping[str, str] | None) -> dict[str, str]:
    """Choose columns; one called just "community" holds names unless its values look like codes."""
    columns = choose_columns(raw.fields, known=FACILITY_FIELDS, given=mapping)
    chosen = columns.get("community", "")
    bare = chosen.casefold() == "community" and "community" not in (mapping or {})
    if bare and "community_name" not in columns:
        texts = [text for text in text_column(raw, chosen) if text]
        if not all(text.isascii() and any(c.isdigit() for c in text) for text in texts):
            columns["community_name"] = columns.pop("community")
    return columns


def _kinds(
    raw: RawLayer, column: str | None, default: str | None, notes: list[RowNote]
) -> NDArray[np.object_]:
    if default is not None and default not in FACILITY_KINDS:
        raise ParameterError(
            f"没有设施类型“{default}”。可用：{'、'.join(FACILITY_KINDS)}。",
            f"There is no kind {default!r}. Use one of: {', '.join(FACILITY_KINDS)}.",
            allowed=list(FACILITY_KINDS),
        )
    kinds = recognise_labels(
        text_column(raw, column),
        labels=KIND_LABELS,
        allowed=FACILITY_KINDS,
        what=Text("设施类型", "kind"),
    )
    taken = default or "elder_station"
    blank = kinds == ""
    if default is None or not blank.all():
        name = FACILITY_KINDS[taken]
        text = Text(f"未写类型，按“{name.zh}”读入。", f"no kind is stated; read as {name.en}.")
        notes += group_note(blank, "kind_assumed", text)
    return np.where(blank, taken, kinds)


def _statuses(raw: RawLayer, column: str | None, notes: list[RowNote]) -> NDArray[np.object_]:
    statuses = recognise_labels(
        text_column(raw, column),
        labels=STATUS_LABELS,
        allowed=FACILITY_STATUSES,
        what=Text("状态", "status"),
    )
    text = Text("未写状态，按“已开放”读入。", "no status is stated; read as open.")
    notes += group_note(statuses == "", "status_assumed", text)
    return np.where(statuses == "", "open", statuses)


def _numbers(raw: RawLayer, column: str | None) -> NDArray[np.float64]:
    if column is None:
        return np.full(raw.rows, np.nan)
    return as_numbers(raw.fields[column], column=column, minimum=0)


def _ids(raw: RawLayer, column: str | None, notes: list[RowNote]) -> NDArray[np.object_]:
    """Give ids that differ: row numbers where there are none, ``~2`` behind a repeated one."""
    ids = text_column(raw, column)
    blank = ids == ""
    text = Text("没有编号，以行号代替。", "no id; the row number stands for it.")
    notes += group_note(blank, "no_id", text)
    ids = np.where(blank, np.arange(1, raw.rows + 1).astype(str).astype(object), ids)
    series = pd.Series(ids, dtype=object)
    again = series.groupby(series).cumcount().to_numpy() + 1
    text = Text("编号重复，已在后面加“~2”等。", "the id is repeated; ~2 and so on was added.")
    notes += group_note(again > 1, "duplicate_id", text)
    return np.where(again > 1, ids + "~" + again.astype(str).astype(object), ids)


def _points(
    raw: RawLayer, columns: Mapping[str, str], notes: list[RowNote]
) -> tuple[NDArray[np.object_], str | None]:
    """Give points (None without coordinates) and the CRS that their columns declare."""
    if raw.geometry is not None:
        kinds = shapely.get_type_id(raw.geometry)
        areas = kinds > 0
        text = Text("不是点，取其内部一点。", "not a point; a point inside stands for it.")
        notes += group_note(areas, "not_a_point", text)
        inside = np.asarray(shapely.point_on_surface(raw.geometry), dtype=object)
        return np.where(areas, inside, raw.geometry), raw.crs
    for east, north, declared in (("lon", "lat", WGS84), ("x", "y", None)):
        if east in columns and north in columns:
            x = as_numbers(raw.fields[columns[east]], column=columns[east])
            y = as_numbers(raw.fields[columns[north]], column=columns[north])
            points = np.full(raw.rows, None, dtype=object)
            stated = ~(np.isnan(x) | np.isnan(y))
            points[stated] = shapely.points(x[stated], y[stated])
            return points, declared
    listed = list(raw.fields)
    raise FieldMappingError(
        f"找不到坐标列（lon/lat、经度/纬度 或 x/y）。文件的列：{'、'.join(listed)}。"
        "请用 --map lon=… --map lat=… 指定。",
        f"No columns hold coordinates (lon/lat or x/y). The file's columns: {', '.join(listed)}. "
        "Name them with --map lon=… --map lat=….",
        columns=listed,
    )
