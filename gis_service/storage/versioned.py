"""Versioned rows: what changed is closed and inserted anew, what did not change stays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely
from sqlalchemy import Connection, Select, Table, func, insert, or_, select, update

from gis_service.errors import StorageError

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS

Row = dict[str, Any]


def digest_of(row: Row, *, without: Sequence[str] = ()) -> str:
    """Give the SHA-256 of a row's content; ``without`` names what does not count as a change."""
    content = {
        name: value.hex() if isinstance(value, bytes) else value
        for name, value in row.items()
        if name not in without
    }
    return sha256(orjson.dumps(content, option=_OPTIONS)).hexdigest()


def digest_of_all(digests: Iterable[str]) -> str:
    """Give the SHA-256 of a state: of its rows' digests in their sorted order."""
    return sha256("\n".join(sorted(digests)).encode()).hexdigest()


def next_number(connection: Connection, versions: Table) -> int:
    """Give the number of the version that is being made."""
    return int(connection.scalar(select(func.coalesce(func.max(versions.c.number), 0))) or 0) + 1


def replace(
    connection: Connection,
    table: Table,
    rows: Sequence[Row],
    *,
    number: int,
    told: Callable[[float], None] = lambda _share: None,
) -> str:
    """Make ``rows`` what holds from version ``number`` on; give the digest of that state.

    A row that holds already (same digest) keeps its ``valid_from``. Rows may repeat. ``told`` is
    called with the share of the new rows that are written.
    """
    holding: dict[str, list[int]] = defaultdict(list)
    held = select(table.c.id, table.c.digest).where(table.c.valid_to.is_(None))
    for row_id, digest in connection.execute(held.order_by(table.c.id.desc())):
        holding[digest].append(row_id)
    new = []
    for row in rows:
        if holding[row["digest"]]:
            holding[row["digest"]].pop()
        else:
            new.append(row | {"valid_from": number, "valid_to": None})
    closed = sorted(row_id for ids in holding.values() for row_id in ids)
    for start in range(0, len(closed), 500):
        chosen = table.c.id.in_(closed[start : start + 500])
        connection.execute(update(table).where(chosen).values(valid_to=number))
    for start in range(0, len(new), 500):
        connection.execute(insert(table), new[start : start + 500])
        told(start / len(new))
    return digest_of_all(row["digest"] for row in rows)


def holding_at(table: Table, number: int) -> Select[Any]:
    """Give the query for the rows that hold in a version."""
    return select(table).where(
        table.c.valid_from <= number, or_(table.c.valid_to.is_(None), table.c.valid_to > number)
    )


def wkb(geometries: gpd.GeoSeries) -> list[bytes | None]:
    """Give a column as WKB; None stays None."""
    return list(shapely.to_wkb(geometries.to_numpy(), include_srid=False))


def frame(rows: Sequence[Any], *, index: str, column: str, crs: str, names: Sequence[str]) -> Any:
    """Build a GeoDataFrame from rows: ``column`` becomes the index, called ``index``."""
    shapes = np.array([row.geometry for row in rows], dtype=object)
    columns = {name: [getattr(row, name) for row in rows] for name in names}
    labels = pd.Index([getattr(row, column) for row in rows], dtype="str", name=index)
    return gpd.GeoDataFrame(
        columns,
        index=labels,
        geometry=gpd.GeoSeries(_from_wkb(shapes), index=labels, crs=crs),
    )


def _from_wkb(encoded: Any) -> Any:
    """Read WKB in portions: one long call would keep other threads from their turn."""
    shapes = np.full(len(encoded), None, dtype=object)
    for start in range(0, len(encoded), 500):
        shapes[start : start + 500] = shapely.from_wkb(encoded[start : start + 500])
    return shapes


def json_cell(value: Any) -> Any:
    """Give an attribute of a file as a JSON type; what has none becomes text, NaN None."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, (list, tuple, dict, np.ndarray)):
        return orjson.loads(orjson.dumps(value, default=str, option=_OPTIONS))
    return None if pd.isna(value) else str(value)


def one_crs(layer: gpd.GeoDataFrame) -> str:
    """Give the CRS of a frame as text; our readers always set one."""
    if layer.crs is None:
        raise StorageError(
            "图层没有坐标系，不能保存。请用本服务的读取功能读入。",
            "The layer has no coordinate system and can't be kept. Read it with a reader of ours.",
        )
    return str(layer.crs.to_string())
