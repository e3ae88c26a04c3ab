"""The columns over which expressions are evaluated, all of one length."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.core.cql2.nodes import DAY_MS

ColumnKind = Literal["string", "number", "integer", "boolean", "date"]

_YEAR = re.compile(r"\d{4}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, eq=False)
class Column:
    """Values of one property and which of them are missing.

    Texts and dates (a year, month or day, ISO 8601) are objects, numbers float64, booleans bool.
    """

    kind: ColumnKind
    values: NDArray[Any]
    missing: NDArray[np.bool_]

    @classmethod
    def of(cls, values: Sequence[Any], kind: ColumnKind) -> Column:
        """Make a column of JSON values; None is missing.

        Examples
        --------
        >>> column = Column.of([1, None], "number")
        >>> column.values.tolist(), column.missing.tolist()
        ([1.0, 0.0], [False, True])
        """
        missing = np.fromiter((v is None for v in values), dtype=bool, count=len(values))
        if kind in ("string", "date"):
            held = np.empty(len(values), dtype=object)
            held[:] = ["" if value is None else str(value) for value in values]
            if kind == "date":
                missing |= held == ""
            return cls(kind, held, missing)
        plain = [0 if value is None else value for value in values]
        return cls(kind, np.array(plain, dtype=bool if kind == "boolean" else float), missing)

    @cached_property
    def spans(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """First and last millisecond of each date; 0 where it can't be read."""
        pairs = np.array([_span(str(text)) for text in self.values], dtype=np.int64).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]

    def ranks(self) -> NDArray[np.int64]:
        """Give the rank of each value, equal values alike, missing ones last."""
        ranks = np.unique(self.values, return_inverse=True)[1].astype(np.int64).reshape(-1)
        return np.where(self.missing, len(ranks), ranks)


@dataclass(frozen=True, eq=False)
class Table:
    """Columns by name, and the geometries in lon/lat with the tree over them."""

    columns: Mapping[str, Column]
    shapes: NDArray[np.object_]
    tree: shapely.STRtree

    def __len__(self) -> int:
        return len(self.shapes)


def _span(text: str) -> tuple[int, int]:
    try:
        if _YEAR.fullmatch(text):
            start, end = np.datetime64(text, "Y"), np.datetime64(text, "Y") + 1
        elif _MONTH.fullmatch(text):
            start, end = np.datetime64(text, "M"), np.datetime64(text, "M") + 1
        else:
            start = np.datetime64(text[:10] if _DAY.match(text) else "x", "D")
            end = start + 1
    except ValueError:
        return 0, 0
    days = [int(side.astype("datetime64[D]").astype(np.int64)) for side in (start, end)]
    return days[0] * DAY_MS, days[1] * DAY_MS - 1
