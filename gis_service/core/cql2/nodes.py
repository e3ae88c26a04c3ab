"""What an expression is made of, the limits to it, and the error that names what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Literal

import shapely

from gis_service.errors import ParameterError

MAX_CHARACTERS = 20_000
MAX_DEPTH = 32
MAX_NODES = 1_000
MAX_VERTICES = 10_000
DAY_MS = 86_400_000

COMPARISONS = ("=", "<>", "<", ">", "<=", ">=")
SPATIAL = tuple(
    f"s_{name}"
    for name in (
        "intersects", "equals", "disjoint", "touches", "within", "overlaps", "crosses", "contains",
    )
)  # fmt: skip
TEMPORAL = tuple(
    f"t_{name}"
    for name in (
        "after", "before", "contains", "disjoint", "during", "equals", "finishedby", "finishes",
        "intersects", "meets", "metby", "overlappedby", "overlaps", "startedby", "starts",
    )
)  # fmt: skip

Kind = Literal["string", "number", "boolean", "time", "geometry"]

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Property:
    """A column by its name."""

    name: str


@dataclass(frozen=True)
class Value:
    """A literal. Times are pairs of milliseconds since 1970 (both ends belong to them)."""

    kind: Kind
    value: Any


@dataclass(frozen=True)
class Operation:
    """An operator or function, named as in CQL2 JSON, and what it is applied to."""

    op: str
    args: tuple[Expression, ...]


Expression = Property | Value | Operation


def wrong(zh: str, en: str, **details: object) -> ParameterError:
    """Give the error for an expression that can't be used; ``filter`` is named as the parameter."""
    return ParameterError(
        f"filter 不可用：{zh}", f"The filter can't be used: {en}", parameter="filter", **details
    )


def number(value: float) -> Value:
    """Give a number as a literal."""
    if not isfinite(value):
        raise wrong("数值超出范围。", "a number is out of range.")
    return Value("number", float(value))


def geometry(shape: shapely.Geometry | None) -> Value:
    """Give a geometry as a literal; 2D, valid, of limited size."""
    if shape is None or shape.is_empty:
        raise wrong("几何为空。", "a geometry is empty.")
    shape = shapely.force_2d(shape)
    vertices = shapely.get_num_coordinates(shape)
    if vertices > MAX_VERTICES:
        raise wrong(
            f"几何有 {vertices} 个顶点；最多 {MAX_VERTICES}。",
            f"a geometry has {vertices} vertices; allowed: {MAX_VERTICES}.",
        )
    if not shapely.is_valid(shape) or not all(map(isfinite, shape.bounds)):
        reason = shapely.is_valid_reason(shape)
        raise wrong(f"几何无效（{reason}）。", f"a geometry is invalid ({reason}).")
    return Value("geometry", shape)


def box(numbers: list[float]) -> Value:
    """Give BBOX(west, south, east, north), or with heights, as a geometry."""
    if len(numbers) not in (4, 6) or not all(map(isfinite, numbers)):
        raise wrong("BBOX 应有 4 或 6 个数。", "BBOX takes 4 or 6 numbers.")
    west, south, east, north = (
        numbers if len(numbers) == 4 else (numbers[0], numbers[1], numbers[3], numbers[4])
    )
    if south > north:
        raise wrong("BBOX 的南大于北。", "the south of BBOX is above its north.")
    if west == east and south == north:
        return geometry(shapely.Point(west, south))
    if west == east or south == north:
        return geometry(shapely.LineString([(west, south), (east, north)]))
    if west < east:
        return geometry(shapely.box(west, south, east, north))
    if max(abs(west), abs(east)) >= 180.0:
        raise wrong("BBOX 的西大于东。", "the west of BBOX is above its east.")
    return geometry(
        shapely.union(
            shapely.box(west, south, 180.0, north), shapely.box(-180.0, south, east, north)
        )
    )


def moment(text: str) -> tuple[int, int]:
    """Give first and last millisecond (since 1970) of a day or of an instant of RFC 3339.

    Examples
    --------
    >>> moment("1970-01-02"), moment("1970-01-01T00:00:01Z")
    ((86400000, 172799999), (1000, 1000))
    """
    try:
        if _DAY.fullmatch(text):
            start = _milliseconds(datetime.fromisoformat(text).replace(tzinfo=UTC))
            return start, start + DAY_MS - 1
        if _INSTANT.fullmatch(text):
            at = _milliseconds(datetime.fromisoformat(text.upper()))
            return at, at
    except (ValueError, OverflowError):
        pass
    raise wrong(
        f"时间“{text}”不可用；应为 2026-03-01 或 2026-03-01T09:00:00Z。",
        f"the time {text!r} is none; allowed: 2026-03-01 or 2026-03-01T09:00:00Z.",
    )


def interval(start: str, end: str) -> Value:
    """Give INTERVAL(start, end) as a literal; ``..`` is an open side."""
    first = -(2**62) if start == ".." else moment(start)[0]
    last = 2**62 if end == ".." else moment(end)[1]
    if first > last:
        raise wrong(
            f"时段的起点 {start} 晚于终点 {end}。",
            f"the interval starts at {start}, after its end {end}.",
        )
    return Value("time", (first, last))


def limited(expression: Expression) -> Expression:
    """Give an expression back, unless it is larger or deeper than is allowed."""
    count, waiting = 0, [(expression, 1)]
    while waiting:
        node, depth = waiting.pop()
        count += 1
        if depth > MAX_DEPTH or count > MAX_NODES:
            raise too_deep()
        if isinstance(node, Operation):
            waiting += [(arg, depth + 1) for arg in node.args]
    return expression


def too_deep() -> ParameterError:
    """Give the error for an expression that is too large."""
    return wrong(
        f"表达式过大；最多 {MAX_DEPTH} 层、{MAX_NODES} 项。",
        f"it is too large; allowed: {MAX_DEPTH} levels and {MAX_NODES} parts.",
    )


def text_length(text: str) -> None:
    """Refuse a text that is too long to be read."""
    if len(text) > MAX_CHARACTERS:
        raise wrong(
            f"表达式有 {len(text)} 个字符；最多 {MAX_CHARACTERS}。",
            f"it has {len(text)} characters; allowed: {MAX_CHARACTERS}.",
        )


def properties_of(expression: Expression) -> Mapping[str, None]:
    """Give the names of the columns that an expression reads."""
    names: dict[str, None] = {}
    waiting: list[Expression] = [expression]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Property):
            names[node.name] = None
        elif isinstance(node, Operation):
            waiting += node.args
    return names


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)
