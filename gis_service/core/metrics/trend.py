"""A metric year by year, and how it changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from gis_service.core.metrics.tables import Tables


def trend(by_year: Mapping[int, Tables], measure: Callable[[Tables], pd.DataFrame]) -> pd.DataFrame:
    """Compute a metric for the tables of each year.

    Returns
    -------
    DataFrame
        Columns ``year``, those of the metric, and ``change``: the value less that of the year
        before in the table (NaN for the first). Sorted by level as the metric gives it, place,
        part and year.
    """
    frames = [measure(tables).assign(year=year) for year, tables in sorted(by_year.items())]
    if not frames:
        return pd.DataFrame()
    table = pd.concat(frames, ignore_index=True)
    keys = ["level", "place", "part"]
    change = table.groupby(keys, sort=False)["value"].diff()
    columns = ["year", *(name for name in table.columns if name != "year")]
    table = table[columns].assign(change=change)
    first = {key: at for at, key in enumerate(dict.fromkeys(map(tuple, table[keys].to_numpy())))}
    order = [first[tuple(key)] for key in table[keys].to_numpy()]
    return (
        table.assign(_order=order)
        .sort_values(["_order", "year"], kind="stable")
        .drop(columns="_order")
        .reset_index(drop=True)
    )


def open_in(facilities: pd.DataFrame, year: int) -> pd.Series[Any]:
    """Say which facilities were open at the end of a year.

    Open are those whose ``opened`` (a year or an ISO date as text) is that year or earlier, or
    unknown while the state is ``open``, and whose ``closed`` (if there is such a column) is later
    or empty. A facility that is ``closed`` without a date was open in no year.

    Examples
    --------
    >>> register = pd.DataFrame({"opened": ["2019", "2024-05-01", ""],
    ...                          "status": ["open", "open", "planned"]})
    >>> open_in(register, 2020).tolist()
    [True, False, False]
    """
    opened = _years(facilities["opened"])
    status = facilities["status"]
    begun = (opened <= year) | (opened.isna() & (status == "open"))
    if "closed" in facilities:
        closed = _years(facilities["closed"])
        ended = closed <= year
        undated = (status == "closed") & closed.isna()
    else:
        ended = pd.Series(False, index=facilities.index)
        undated = status == "closed"
    coming = status.isin(["planned", "building"])
    return begun & ~ended & ~undated & ~coming


def _years(column: pd.Series[Any]) -> pd.Series[Any]:
    text = column.fillna("").astype(str).str.extract(r"^(\d{4})", expand=False)
    return pd.to_numeric(text, errors="coerce")
