"""Numbers in table cells: read, or refused with their rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis_service.errors import RowError
from gis_service.formats.fields import as_text


def as_numbers(
    values: NDArray[Any], *, column: str, minimum: float | None = None
) -> NDArray[np.float64]:
    """Give a column as floats; nothing is NaN, thousands may be separated by commas.

    Raises
    ------
    RowError
        For cells that are no number or below ``minimum``; the message names column and rows.

    Examples
    --------
    >>> as_numbers(np.array(["1,200", "", 3], dtype=object), column="beds").tolist()
    [1200.0, nan, 3.0]
    """
    if values.dtype.kind in "iuf":
        numbers = values.astype(float)
        unreadable = np.zeros(len(values), dtype=bool)
    else:
        texts = pd.Series(as_text(values), dtype=object).str.replace(",", "", regex=False)
        numbers = np.array(pd.to_numeric(texts.replace("", None), errors="coerce"), dtype=float)
        unreadable = np.isnan(numbers) & (texts != "").to_numpy()
    if minimum is not None:
        unreadable |= numbers < minimum
    if not unreadable.any():
        return numbers
    rows = (np.flatnonzero(unreadable) + 1).tolist()
    listed = ", ".join(map(str, rows[:20]))
    shown = ", ".join(str(v) for v in values[unreadable][:5])
    at_least = (
        ("", "") if minimum is None else (f"不小于 {minimum:g} 的", f" of at least {minimum:g}")
    )
    raise RowError(
        f"列“{column}”第 {listed} 行的值不可用：{shown}。应为{at_least[0]}数字。",
        f"Column {column!r}, rows {listed}: {shown} can't be used. "
        f"A number{at_least[1]} is expected.",
        rows=rows,
        column=column,
    )
