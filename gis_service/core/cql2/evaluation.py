"""Evaluate an expression over columns, with SQL's three values: true, false, unknown."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.core.cql2.nodes import (
    COMPARISONS,
    SPATIAL,
    TEMPORAL,
    Expression,
    Operation,
    Property,
    Value,
    wrong,
)
from gis_service.core.cql2.tables import Table
from gis_service.core.cql2.temporal import related
from gis_service.errors import ParameterError

Bools = NDArray[np.bool_]

GEOMETRY = "geometry"
_KIND_OF = {"integer": "number", "date": "date"}
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt,
    ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip
_MIRRORED = {"s_within": "s_contains", "s_contains": "s_within"}


@dataclass(frozen=True, eq=False)
class Truth:
    """Which rows are true, and of which nothing is known."""

    true: Bools
    unknown: Bools

    @property
    def false(self) -> Bools:
        """Rows that are known to be false."""
        return ~(self.true | self.unknown)


@dataclass(frozen=True, eq=False)
class _Operand:
    kind: str
    values: Any
    missing: Bools
    spans: tuple[Any, Any] | None = None


def chosen(expression: Expression, table: Table) -> Bools:
    """Tell which rows an expression chooses: those for which it is true.

    Raises
    ------
    ParameterError
        For a name that is no column, and for operands that don't go together.

    Examples
    --------
    >>> from gis_service.core.cql2 import Column, parse_text
    >>> shapes = np.array([shapely.Point(0, 0), shapely.Point(5, 5)])
    >>> beds = {"beds": Column.of([10, None], "number")}
    >>> table = Table(beds, shapes, shapely.STRtree(shapes))
    >>> chosen(parse_text("beds > 5 OR S_INTERSECTS(geometry, BBOX(4,4,6,6))"), table).tolist()
    [True, True]
    """
    return _truth(expression, table).true


def _truth(node: Expression, table: Table) -> Truth:
    nothing = np.zeros(len(table), dtype=bool)
    if isinstance(node, Value):
        if node.kind != "boolean":
            raise _no_condition(node)
        return Truth(np.full(len(table), node.value), nothing)
    if isinstance(node, Property):
        held = _operand(node, table)
        if held.kind != "boolean":
            raise _no_condition(node)
        return Truth(held.values & ~held.missing, held.missing)
    if node.op in ("and", "or"):
        return _joined(node, table)
    _count(node)
    if node.op == "not":
        inner = _truth(node.args[0], table)
        return Truth(inner.false, inner.unknown)
    if node.op in SPATIAL:
        return _spatial(node, table)
    if node.op in TEMPORAL:
        return _temporal(node, table)
    if node.op == "isNull":
        return Truth(_missing(node.args[0], table), nothing)
    return _predicate(node, table)


def _joined(node: Operation, table: Table) -> Truth:
    parts = [_truth(arg, table) for arg in node.args]
    true, false = (
        (np.logical_and.reduce if node.op == "and" else np.logical_or.reduce)(
            [part.true for part in parts]
        ),
        (np.logical_or.reduce if node.op == "and" else np.logical_and.reduce)(
            [part.false for part in parts]
        ),
    )
    return Truth(true, ~(true | false))


def _predicate(node: Operation, table: Table) -> Truth:
    first, *others = [_operand(arg, table) for arg in node.args]
    if node.op in COMPARISONS:
        return _compared(first, others[0], node.op)
    if node.op == "between":
        low, high = _compared(first, others[0], ">="), _compared(first, others[1], "<=")
        false = low.false | high.false
        return Truth(low.true & high.true, ~(low.true & high.true) & ~false)
    if node.op == "in":
        found = [_compared(first, other, "=") for other in others]
        true = np.logical_or.reduce([one.true for one in found])
        return Truth(true, ~true & np.logical_or.reduce([one.unknown for one in found]))
    if node.op == "like":
        return _like(first, others[0], table)
    raise _no_condition(node)


def _compared(one: _Operand, other: _Operand, op: str) -> Truth:
    kinds = {one.kind, other.kind}
    if "time" in kinds:
        if not kinds <= {"date", "time"}:
            raise _mixed(one, other)
        left, right = _spans(one)[0], _spans(other)[0]
    elif kinds in ({"string"}, {"number"}, {"boolean"}, {"date"}, {"date", "string"}):
        left, right = one.values, other.values
    else:
        raise _mixed(one, other)
    unknown = one.missing | other.missing
    true = np.broadcast_to(np.asarray(_COMPARE[op](left, right), dtype=bool), unknown.shape)
    return Truth(true & ~unknown, unknown)


def _like(text: _Operand, pattern: _Operand, table: Table) -> Truth:
    if text.kind not in ("string", "date") or not isinstance(pattern.values, str):
        raise wrong("LIKE 应为文本与文本模式。", "LIKE takes a text and a pattern in quotes.")
    matches = _matcher(pattern.values)
    values = np.broadcast_to(np.asarray(text.values, dtype=object), (len(table),))
    found = np.fromiter(map(matches, values), bool, len(table))
    return Truth(found & ~text.missing, text.missing)


def _matcher(pattern: str) -> Callable[[str], bool]:
    """Give what tells whether a text fits a LIKE pattern, in a time that grows with both alone.

    Examples
    --------
    >>> fits = _matcher("a%b_")
    >>> fits("abba"), fits("ab"), fits("aXbY")
    (True, False, True)
    """
    pieces: list[list[str]] = [[]]
    for part in re.findall(r"\\.|.|\\", pattern, re.DOTALL):
        if part == "%":
            pieces.append([])
        else:
            pieces[-1].append("." if part == "_" else re.escape(part[-1]))
    first, *others = [re.compile("".join(piece), re.DOTALL) for piece in pieces]
    length = len(pieces[-1])

    def fits(text: str) -> bool:
        if not others:
            return first.fullmatch(text) is not None
        found = first.match(text)
        for middle in others[:-1]:
            found = found and middle.search(text, found.end())
        start = len(text) - length
        return bool(
            found and start >= found.end() and others[-1].fullmatch(text, start) is not None
        )

    return fits


def _missing(node: Expression, table: Table) -> Bools:
    if isinstance(node, Property) and node.name == GEOMETRY:
        return np.asarray(shapely.is_missing(table.shapes))
    return _operand(node, table).missing


def _operand(node: Expression, table: Table) -> _Operand:
    nothing = np.zeros(len(table), dtype=bool)
    if isinstance(node, Value):
        if node.kind == "geometry":
            raise wrong("几何只能用于 S_ 函数。", "a geometry stands only in the S_ functions.")
        return _Operand(node.kind, node.value, nothing)
    if isinstance(node, Property):
        column = table.columns.get(node.name)
        if column is None:
            raise _no_column(node.name, table)
        spans = column.spans if column.kind == "date" else None
        return _Operand(
            _KIND_OF.get(column.kind, column.kind), column.values, column.missing, spans
        )
    if node.op == "casei" and len(node.args) == 1:
        inner = _operand(node.args[0], table)
        if inner.kind not in ("string", "date"):
            raise wrong("CASEI 应为文本。", "CASEI takes a text.")
        if isinstance(inner.values, str):
            return _Operand("string", inner.values.casefold(), inner.missing)
        folded = np.array([value.casefold() for value in inner.values], dtype=object)
        return _Operand("string", folded, inner.missing)
    raise wrong(f"“{node.op}”不是一个值。", f"{node.op!r} gives no value to compare.")


def _spatial(node: Operation, table: Table) -> Truth:
    one, other = node.args
    op = node.op
    if isinstance(one, Value):
        one, other, op = other, one, _MIRRORED.get(op, op)
    is_shape = isinstance(other, Value) and other.kind == "geometry"
    if not isinstance(one, Property) or not isinstance(other, Value) or not is_shape:
        raise wrong(
            f"{node.op.upper()} 应为 geometry 与一个几何（WKT、GeoJSON 或 BBOX）。",
            f"{node.op.upper()} takes geometry and a shape (WKT, GeoJSON or BBOX).",
        )
    if one.name != GEOMETRY:
        raise _no_column(one.name, table, spatial=True)
    missing = np.asarray(shapely.is_missing(table.shapes))
    near = table.tree.query(other.value)
    found = np.zeros(len(table), dtype=bool)
    shapes = table.shapes[near].copy()
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken])
    name = "intersects" if op == "s_disjoint" else op.removeprefix("s_")
    found[near] = getattr(shapely, name)(shapes, other.value)
    return Truth(~found & ~missing if op == "s_disjoint" else found, missing)


def _temporal(node: Operation, table: Table) -> Truth:
    one, other = (_operand(arg, table) for arg in node.args)
    for side in (one, other):
        if side.kind not in ("date", "time"):
            raise wrong(
                f"{node.op.upper()} 应为日期属性、DATE、TIMESTAMP 或 INTERVAL。",
                f"{node.op.upper()} takes a property that is a date, DATE, TIMESTAMP or INTERVAL.",
            )
    unknown = one.missing | other.missing
    true = np.broadcast_to(related(node.op, _spans(one), _spans(other)), unknown.shape)
    return Truth(true & ~unknown, unknown)


def _spans(side: _Operand) -> tuple[Any, Any]:
    return side.values if side.spans is None else side.spans


def _count(node: Operation) -> None:
    wanted = {"not": (1,), "isNull": (1,), "between": (3,), "in": range(2, 1001), "casei": (1,)}
    if len(node.args) not in wanted.get(node.op, (2,)):
        raise wrong(
            f"{node.op} 的参数个数 {len(node.args)} 不可用。",
            f"{node.op} can't take {len(node.args)} arguments.",
        )


def _no_column(name: str, table: Table, *, spatial: bool = False) -> ParameterError:
    known = [GEOMETRY] if spatial else sorted(table.columns)
    listed = ", ".join(known)
    return wrong(
        f"没有可查询的属性“{name}”；可用：{listed}。",
        f"there is no queryable {name!r} here; available: {listed}.",
        allowed=known,
    )


def _no_condition(node: Expression) -> ParameterError:
    shown = getattr(node, "name", None) or getattr(node, "op", None) or getattr(node, "value", "")
    return wrong(f"“{shown}”不是条件。", f"{shown!r} is no condition.")


def _mixed(one: _Operand, other: _Operand) -> ParameterError:
    return wrong(
        f"不能比较 {one.kind} 与 {other.kind}。", f"{one.kind} can't be compared with {other.kind}."
    )
