"""Read residents by age band: a wide or tidy table, or a boundary layer with such columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis_service.errors import FieldMappingError, ParameterError
from gis_service.formats.age_bands import AgeBand, band_of, check_bands, find_age_bands
from gis_service.formats.boundaries import text_column
from gis_service.formats.fields import COMMUNITY_FIELDS, Known, choose_columns
from gis_service.formats.geometries import group_note
from gis_service.formats.loading import fingerprint, load
from gis_service.formats.numbers import as_numbers
from gis_service.formats.source import RawLayer
from gis_service.model.population import OPEN_AGE, POPULATION_COLUMNS, POPULATION_KINDS
from gis_service.model.progress import Progress, silent
from gis_service.model.survey import RowNote, Survey
from gis_service.model.text import Text

POPULATION_FIELDS: Known = {
    **COMMUNITY_FIELDS,
    "year": ("year", "年份", "年度", "年", "统计年份", "INFO_TIME"),
}
TIDY_FIELDS: Known = {
    **POPULATION_FIELDS,
    "population": ("population", "人口口径", "口径"),
    "age_from": ("age_from", "年龄起", "起始年龄"),
    "age_to": ("age_to", "年龄止", "终止年龄"),
    "count": ("count", "人数", "人口数", "people"),
}
_ROC_YEAR = re.compile(r"^(\d{2,3})Y", re.I)


def read_population(
    path: str | Path,
    *,
    mapping: Mapping[str, str] | None = None,
    population: str | None = None,
    progress: Progress = silent,
) -> pd.DataFrame:
    """Read residents by age band as a tidy table.

    Parameters
    ----------
    path
        CSV, XLSX or any vector format, with a column per age band (``registered_60_64``,
        ``常住60-64岁``, ``85岁以上``, ``A65A69_CNT``) or with the tidy columns themselves.
    mapping
        Field → column for code, name, street and year; a band's name such as
        ``registered_60_64`` may be mapped to a column too.
    population
        ``registered`` or ``resident``: which people are counted where the columns do not say.

    Returns
    -------
    DataFrame
        Columns `POPULATION_COLUMNS`; ``year`` is 0 where the file names none; a cell without a
        count gives no row, and a note. ``attrs["survey"]`` is the `Survey` (without a CRS).

    Raises
    ------
    FieldMappingError
        When there are no codes (tables only) or no age bands, or when these overlap or leave
        ages out.
    RowError
        When a count is negative or no number; it names the rows.
    ParameterError
        When ``population`` is no kind of population.
    """
    _check_population(population)
    progress(0.0, Text("读取文件", "reading the file"))
    raw = load(path, tables=True)
    notes: list[RowNote] = []
    tidy = {"age_from", "age_to", "count"} <= set(
        choose_columns(raw.fields, known=TIDY_FIELDS) if not mapping else (*raw.fields, *mapping)
    )
    if tidy:
        table, columns = _from_tidy(raw, mapping, population, notes)
    else:
        table, columns = _from_wide(raw, mapping, population, notes)
    table = table[list(POPULATION_COLUMNS)].reset_index(drop=True)
    if (table["population"] == "unstated").any():
        notes.append(RowNote(row=0, kind="population_unstated", text=_UNSTATED))
    table.attrs["survey"] = Survey(
        path=str(path),
        kind="population",
        sha256=fingerprint(path),
        format=raw.format,
        encoding=raw.encoding,
        features=raw.rows,
        crs_declared=raw.crs,
        crs="",
        crs_reason=Text("人口表不用坐标", "a population table uses no coordinates"),
        working_crs="",
        mapping=columns,
        notes=(*raw.notes, *notes),
    )
    progress(1.0, Text("读取完成", "read"))
    return table


def _from_wide(
    raw: RawLayer, mapping: Mapping[str, str] | None, population: str | None, notes: list[RowNote]
) -> tuple[pd.DataFrame, dict[str, str]]:
    given = {f: c for f, c in (mapping or {}).items() if band_of(f) is None}
    named = {f: c for f, c in (mapping or {}).items() if band_of(f) is not None}
    columns = choose_columns(raw.fields, known=POPULATION_FIELDS, given=given)
    frame = _communities(raw, columns, notes)
    bands, by_sex = _bands(raw, named, population)
    if by_sex:
        text = Text(
            f"未采用分性别的 {len(by_sex)} 列。", f"{len(by_sex)} columns by sex were not used."
        )
        notes.append(RowNote(row=0, kind="columns_by_sex", text=text))
    check_bands(bands)
    parts = [
        frame.assign(
            population=band.population,
            age_from=band.age_from,
            age_to=band.age_to,
            count=as_numbers(raw.fields[band.column], column=band.column, minimum=0),
        )
        for band in bands
    ]
    table = pd.concat(parts, ignore_index=True)
    table = table.iloc[np.argsort(np.tile(np.arange(raw.rows), len(bands)), kind="stable")]
    chosen = columns | dict(named)
    return _counted(table, raw, notes), chosen


def _bands(
    raw: RawLayer, named: Mapping[str, str], population: str | None
) -> tuple[list[AgeBand], list[str]]:
    choose_columns(raw.fields, known=dict.fromkeys(named, ()), given=named)
    bands, by_sex = find_age_bands(raw.fields)
    mapped = [band_of(name) for name in named]
    if named:
        bands = [AgeBand(b.population, b.age_from, b.age_to, named[b.column]) for b in mapped if b]
    if not bands:
        listed = list(raw.fields)
        raise FieldMappingError(
            f"没有可识别的年龄段列（如 registered_60_64、常住60-64岁、85岁以上）。"
            f"文件的列：{'、'.join(listed)}。",
            "No column names an age band (such as registered_60_64 or resident_85_plus). "
            f"The file's columns: {', '.join(listed)}.",
            columns=listed,
        )
    if population is not None:
        bands = [
            AgeBand(population, b.age_from, b.age_to, b.column) if b.population == "unstated" else b
            for b in bands
        ]
    return bands, by_sex


def _from_tidy(
    raw: RawLayer, mapping: Mapping[str, str] | None, population: str | None, notes: list[RowNote]
) -> tuple[pd.DataFrame, dict[str, str]]:
    required = ("age_from", "age_to", "count")
    columns = choose_columns(raw.fields, known=TIDY_FIELDS, given=mapping, required=required)
    table = _communities(raw, columns, notes)
    for field in required:
        column = columns[field]
        table[field] = as_numbers(raw.fields[column], column=column, minimum=0)
    table["age_to"] = table["age_to"].fillna(OPEN_AGE)
    table[["age_from", "age_to"]] = table[["age_from", "age_to"]].fillna(0).astype(int)
    stated = pd.Series(text_column(raw, columns.get("population")), dtype=object)
    known: dict[str, str] = {text.zh: name for name, text in POPULATION_KINDS.items()}
    known[""] = population or "unstated"
    table["population"] = [known.get(value, value) for value in stated]
    for value in sorted(set(table["population"]) - {"unstated"}):
        _check_population(value)
    distinct = table[["population", "age_from", "age_to"]].drop_duplicates()
    check_bands([AgeBand(p, int(a), int(b), f"{a}–{b}") for p, a, b in distinct.to_numpy()])
    return _counted(table, raw, notes), columns


def _communities(raw: RawLayer, columns: dict[str, str], notes: list[RowNote]) -> pd.DataFrame:
    """Give row, code, name, street and year of each row of the file."""
    rows = np.arange(1, raw.rows + 1)
    if "code" in columns:
        codes = text_column(raw, columns["code"])
    elif raw.geometry is not None:
        codes = rows.astype(str).astype(object)
        text = Text(
            "没有代码列，以行号代替。", "no column holds codes; row numbers stand for them."
        )
        notes.append(RowNote(row=0, kind="no_codes", text=text))
    else:
        choose_columns(raw.fields, known=POPULATION_FIELDS, required=("code",))
        raise AssertionError("unreachable: a table without codes was refused")
    return pd.DataFrame(
        {
            "row": rows,
            "code": codes,
            "name": text_column(raw, columns.get("name")),
            "street": text_column(raw, columns.get("street")),
            "year": _years(raw, columns.get("year")),
        }
    )


def _years(raw: RawLayer, column: str | None) -> NDArray[Any]:
    if column is None:
        return np.zeros(raw.rows, dtype=int)
    texts = text_column(raw, column)
    republic = [_ROC_YEAR.match(text) for text in texts]
    plain = np.array(
        [str(int(m[1]) + 1911) if m else t[:4] for m, t in zip(republic, texts, strict=True)],
        dtype=object,
    )
    return np.nan_to_num(as_numbers(plain, column=column, minimum=0)).astype(int)


def _counted(table: pd.DataFrame, raw: RawLayer, notes: list[RowNote]) -> pd.DataFrame:
    """Leave out cells without a count, and say so."""
    blank = table["count"].isna()
    if blank.any():
        rows = np.isin(np.arange(1, raw.rows + 1), table.loc[blank, "row"].to_numpy())
        text = Text("有的年龄段没有人数。", "some age bands have no count.")
        notes += group_note(rows, "no_count", text)
    table = table[~blank]
    whole = bool((table["count"] % 1 == 0).all())
    return table.astype({"count": int}) if whole else table


def _check_population(population: str | None) -> None:
    if population is not None and population not in POPULATION_KINDS:
        raise ParameterError(
            f"没有人口口径“{population}”。可用：registered（户籍）、resident（常住）。",
            f"There is no population {population!r}. Use registered or resident.",
            allowed=list(POPULATION_KINDS),
        )


_UNSTATED = Text(
    "文件没有说明是户籍还是常住人口；可用 population 参数指定。",
    "The file does not say whether registered people or residents are counted; "
    "the parameter population can.",
)
