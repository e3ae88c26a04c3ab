"""From arrays that somebody gave to streets: everything that can be wrong with them is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gis_service.core.networks.graph import (
    NO_WAY,
    UM,
    Bools,
    Floats,
    Ints,
    Streets,
    lines_of,
    without_twins,
)
from gis_service.core.networks.limits import checked_distance, checked_factor
from gis_service.errors import InputError
from gis_service.model.text import Text

_NAMES = {
    "points": "点",
    "origins": "出发点",
    "facilities": "设施",
    "nodes_xy": "节点",
    "length_m": "长度",
    "oneway": "单行标记",
    "stairs": "台阶标记",
    "shapes": "线形",
}
_LONGEST_M = 1e7


def checked_points(points: ArrayLike, *, what: str) -> Floats:
    """Give coordinates as a float array (n, 2), or raise an `InputError` naming the rows."""
    try:
        xy = np.ascontiguousarray(points, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise _wrong_shape(what, str(error)) from error
    if xy.size == 0:
        return np.zeros((0, 2))
    if xy.ndim != 2 or xy.shape[1] != 2:
        raise _wrong_shape(what, f"shape {xy.shape}")
    bad = np.flatnonzero(~(np.abs(xy) <= _LONGEST_M * 10).all(axis=1))
    if len(bad):
        raise InputError(
            f"{_NAMES.get(what, what)}第 {_few(bad)} 行的坐标不是有限的米制坐标。"
            "请检查空值和坐标系（从 0 起数）。",
            f"{what}: the coordinates of rows {_few(bad)} (from 0) are no finite metric "
            "coordinates. Check for empty cells and for the CRS.",
            rows=bad[:20].tolist(),
        )
    return xy


def streets_from(
    nodes_xy: ArrayLike,
    edges_uv: ArrayLike,
    length_m: ArrayLike,
    *,
    oneway: ArrayLike | None,
    stairs: ArrayLike | None,
    shapes: Sequence[Any] | NDArray[np.object_] | None,
    stairs_factor: float,
    snap_limit_m: float,
) -> tuple[Streets, tuple[Text, ...]]:
    """Check the arrays of `WalkNetwork.from_edges` and make streets of them, twins as one."""
    checked_distance(snap_limit_m, "snap_limit_m", zh="离路上限")
    factor = checked_factor(stairs_factor, "stairs_factor", zh="台阶系数")
    nodes = checked_points(nodes_xy, what="nodes_xy")
    ends = _checked_ends(edges_uv, nodes=len(nodes))
    length = _checked_lengths(length_m, edges=len(ends))
    one = _checked_flags(oneway, "oneway", edges=len(ends))
    steps = _checked_flags(stairs, "stairs", edges=len(ends))
    lines = None if shapes is None else _checked_shapes(shapes, nodes, ends)
    cost = np.rint(length * np.where(steps, factor, 1.0) * UM).astype(np.int64)
    line_xy, starts = lines_of(nodes, ends, lines)
    given = Streets(
        nodes, ends, cost, np.where(one, NO_WAY, cost), line_xy, starts,
        np.arange(len(ends), dtype=np.int64), steps,
    )  # fmt: skip
    streets = without_twins(given)
    if not len(streets.ends):
        raise _no_edges()
    return streets, _remarks(given, streets, length)


def _remarks(given: Streets, streets: Streets, length: Floats) -> tuple[Text, ...]:
    notes = []
    merged = len(given.ends) - len(streets.ends)
    if merged:
        notes.append(
            Text(
                f"{merged} 条重复或长度为零的自环边已合并或略去。",
                f"{merged} edges that repeat another's line, or begin and end at one point, were "
                "merged or left out.",
            )
        )
    straight = np.hypot(*(given.nodes_xy[given.ends[:, 1]] - given.nodes_xy[given.ends[:, 0]]).T)
    short = int((length < 0.98 * straight - 0.5).sum())
    if short:
        notes.append(
            Text(
                f"{short} 条边的长度小于两端的直线距离，请核对长度的单位和坐标系。",
                f"{short} edges are shorter than the straight line between their ends: check the "
                "lengths' unit and the CRS.",
            )
        )
    return tuple(notes)


def _checked_ends(edges_uv: ArrayLike, *, nodes: int) -> Ints:
    given = np.asarray(edges_uv)
    if given.size == 0:
        raise _no_edges()
    if given.ndim != 2 or given.shape[1] != 2:
        raise _wrong_shape("edges_uv", f"shape {given.shape}")
    try:
        ends = np.ascontiguousarray(given).astype(np.int64)
        exact = bool((ends == given).all())
    except (TypeError, ValueError, OverflowError) as error:
        raise _wrong_shape("edges_uv", str(error)) from error
    bad = np.flatnonzero(((ends < 0) | (ends >= nodes)).any(axis=1))
    if not exact or len(bad):
        rows = _few(bad) if len(bad) else "?"
        raise InputError(
            f"第 {rows} 条边（从 0 起数）指向不存在的节点；节点号须为 0 到 {nodes - 1} 的整数。",
            f"Edges {rows} (from 0) name nodes that don't exist; nodes are whole numbers from 0 "
            f"to {nodes - 1}.",
            rows=bad[:20].tolist(),
        )
    return ends


def _checked_lengths(length_m: ArrayLike, *, edges: int) -> Floats:
    try:
        length = np.asarray(length_m, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise _wrong_shape("length_m", str(error)) from error
    if length.shape != (edges,):
        raise _wrong_count("length_m", length.shape, edges)
    bad = np.flatnonzero(~((length >= 0.0) & (length <= _LONGEST_M)))
    if len(bad):
        raise InputError(
            f"第 {_few(bad)} 条边（从 0 起数）的长度不可用：{length[bad[0]]}；"
            f"须为 0 到 {_LONGEST_M:.0f} 米。",
            f"Edges {_few(bad)} (from 0) have unusable lengths, such as {length[bad[0]]}; "
            f"0 to {_LONGEST_M:.0f} metres are allowed.",
            rows=bad[:20].tolist(),
        )
    return length


def _checked_flags(flags: ArrayLike | None, name: str, *, edges: int) -> Bools:
    if flags is None:
        return np.zeros(edges, dtype=np.bool_)
    given = np.asarray(flags)
    if given.shape != (edges,):
        raise _wrong_count(name, given.shape, edges)
    if given.dtype != np.bool_ and not np.isin(given, (0, 1)).all():
        raise InputError(
            f"{_NAMES[name]} {name} 只能是真或假（1 或 0）。",
            f"{name} may hold true and false (1 and 0) only.",
        )
    return given.astype(np.bool_)


def _checked_shapes(shapes: Any, nodes: Floats, ends: Ints) -> NDArray[np.object_]:
    lines = np.empty(len(shapes), dtype=object)
    lines[:] = list(shapes)
    if len(lines) != len(ends):
        raise _wrong_count("shapes", lines.shape, len(ends))
    bad = shapely.get_type_id(lines) != 1
    if not bad.any():
        first = shapely.get_coordinates(shapely.get_point(lines, 0))
        last = shapely.get_coordinates(shapely.get_point(lines, -1))
        if len(first) == len(last) == len(lines):
            bad = (first != nodes[ends[:, 0]]).any(axis=1) | (last != nodes[ends[:, 1]]).any(axis=1)
        else:
            bad = shapely.is_empty(lines)
    bad |= ~np.isfinite(shapely.length(lines))
    if bad.any():
        rows = np.flatnonzero(bad)
        raise InputError(
            f"第 {_few(rows)} 条边（从 0 起数）的线形须为从节点 u 到节点 v 的折线。",
            f"The shapes of edges {_few(rows)} (from 0) must be lines from node u to node v.",
            rows=rows[:20].tolist(),
        )
    return lines


def _few(rows: NDArray[np.int64]) -> str:
    listed = ", ".join(str(row) for row in rows[:10])
    return listed + (f" … ({len(rows)})" if len(rows) > 10 else "")


def _no_edges() -> InputError:
    return InputError(
        "步行网络里没有任何道路。请检查文件和筛选条件。",
        "The walking network has no streets at all. Check the file and what was selected of it.",
    )


def _wrong_shape(what: str, got: str) -> InputError:
    return InputError(
        f"{_NAMES.get(what, what)} {what} 应为 n 行 2 列的数组（收到：{got}）。",
        f"{what} must be an array of n rows and 2 columns (got: {got}).",
    )


def _wrong_count(what: str, got: tuple[int, ...], edges: int) -> InputError:
    return InputError(
        f"{_NAMES.get(what, what)} {what} 的个数 {got} 与边数 {edges} 不一致。",
        f"{what} has the shape {got}, but there are {edges} edges.",
    )
