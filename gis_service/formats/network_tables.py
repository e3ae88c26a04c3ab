"""A walking network as two tables: ``walk_nodes.csv`` and ``walk_edges.csv``, as the sample has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_service.errors import RowError, UnreadableFileError
from gis_service.formats.facilities import FACILITY_FIELDS
from gis_service.formats.fields import Known, as_text, choose_columns
from gis_service.formats.numbers import as_numbers
from gis_service.formats.source import RawLayer

NODES, EDGES = "walk_nodes", "walk_edges"

NODE_FIELDS: Known = {
    "id": ("id", "node", "node_id", "节点", "编号"),
    **{name: FACILITY_FIELDS[name] for name in ("lon", "lat", "x", "y")},
}
EDGE_FIELDS: Known = {
    "u": ("u", "from", "from_node", "source", "起点"),
    "v": ("v", "to", "to_node", "target", "终点"),
    "length_m": ("length_m", "length", "长度", "长度m"),
    "kind": ("kind", "highway", "fclass", "类型"),
    "oneway": ("oneway_foot", "oneway:foot", "步行单行"),
}
"""``oneway_foot`` is 1, yes or true where people may walk from u to v only."""

STAIRS = frozenset({"steps", "stairs", "台阶", "楼梯", "階梯"})
YES = frozenset({"1", "yes", "true", "是", "t"})


@dataclass(frozen=True, eq=False)
class Tables:
    """The network of two tables; coordinates in the CRS that ``declared`` names (None: unknown)."""

    nodes_xy: NDArray[np.float64]
    edges_uv: NDArray[np.int64]
    length_m: NDArray[np.float64]
    oneway: NDArray[np.bool_]
    stairs: NDArray[np.bool_]
    declared: str | None


def table_pair(path: Path) -> tuple[Path, Path] | None:
    """Give the tables of nodes and edges that a folder, or one of both files, stands for."""
    folder = path if path.is_dir() else path.parent
    if not path.is_dir() and path.stem not in (NODES, EDGES):
        return None
    for suffix in (".csv", ".xlsx"):
        pair = folder / f"{NODES}{suffix}", folder / f"{EDGES}{suffix}"
        if pair[0].is_file() and pair[1].is_file():
            return pair
    if path.is_dir():
        return None
    raise UnreadableFileError(
        f"步行网络需要同一目录下的 {NODES}.csv 和 {EDGES}.csv 两个文件。",
        f"A walking network of tables needs both {NODES}.csv and {EDGES}.csv in one folder.",
    )


def read_tables(nodes: RawLayer, edges: RawLayer) -> Tables:
    """Understand both tables.

    Raises
    ------
    FieldMappingError, RowError
        For missing columns, unusable numbers, ids given twice, and edges to unknown nodes.
    """
    columns = choose_columns(nodes.fields, known=NODE_FIELDS, required=("id",))
    geographic = "lon" in columns and "lat" in columns
    axes = ("lon", "lat") if geographic else ("x", "y")
    columns = choose_columns(nodes.fields, known=NODE_FIELDS, required=("id", *axes))
    xy = np.column_stack(
        [as_numbers(nodes.fields[columns[axis]], column=columns[axis]) for axis in axes]
    )
    ids = as_text(nodes.fields[columns["id"]])
    order = np.argsort(ids, kind="stable")
    twice = np.flatnonzero(ids[order][1:] == ids[order][:-1])
    if len(twice):
        raise _rows(
            order[twice + 1], "节点编号重复", "ids of nodes are given twice", nodes.fields, "id"
        )
    found = choose_columns(edges.fields, known=EDGE_FIELDS, required=("u", "v", "length_m"))
    uv = np.column_stack(
        [_numbered(as_text(edges.fields[found[end]]), ids, order, end) for end in ("u", "v")]
    )
    length = as_numbers(edges.fields[found["length_m"]], column=found["length_m"], minimum=0)
    return Tables(
        xy,
        uv,
        length,
        _flags(edges, found.get("oneway"), YES),
        _flags(edges, found.get("kind"), STAIRS),
        "EPSG:4326" if geographic else None,
    )


def _numbered(
    wanted: NDArray[np.object_], ids: NDArray[np.object_], order: NDArray[np.intp], end: str
) -> NDArray[np.int64]:
    at = np.minimum(np.searchsorted(ids[order], wanted), len(ids) - 1)
    row = order[at]
    unknown = np.flatnonzero(ids[row] != wanted)
    if len(unknown):
        raise _rows(unknown, "节点表里没有这些节点", "the table of nodes lacks", wanted, end)
    return row.astype(np.int64)


def _flags(raw: RawLayer, column: str | None, values: frozenset[str]) -> NDArray[np.bool_]:
    if column is None:
        return np.zeros(raw.rows, dtype=np.bool_)
    return np.array(
        [text.lower() in values for text in as_text(raw.fields[column])], dtype=np.bool_
    )


def _rows(rows: NDArray[Any], zh: str, en: str, values: object, column: str) -> RowError:
    listed = (np.asarray(rows)[:20] + 1).tolist()
    shown = ""
    if isinstance(values, np.ndarray):
        shown = "：" + ", ".join(str(value) for value in values[np.asarray(rows)[:5]])
    return RowError(
        f"列“{column}”第 {', '.join(map(str, listed))} 行：{zh}{shown}。",
        f"Column {column!r}, rows {', '.join(map(str, listed))}: {en}{shown.replace('：', ' ')}.",
        rows=listed,
        column=column,
    )
