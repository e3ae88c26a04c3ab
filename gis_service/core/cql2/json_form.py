"""CQL2 JSON: ``{"op": "=", "args": [{"property": "street"}, "桂园街道"]}`` as an expression."""

from __future__ import annotations

from typing import Any

import orjson
import shapely
from shapely.errors import GEOSException

from gis_service.core.cql2.nodes import (
    COMPARISONS,
    MAX_DEPTH,
    SPATIAL,
    TEMPORAL,
    Expression,
    Operation,
    Property,
    Value,
    box,
    geometry,
    interval,
    limited,
    moment,
    number,
    text_length,
    too_deep,
    wrong,
)

_OPS = {*COMPARISONS, *SPATIAL, *TEMPORAL} | {
    "and", "or", "not", "like", "between", "in", "isNull", "casei",
}  # fmt: skip


def parse_json(text: str) -> Expression:
    """Read CQL2 JSON.

    Raises
    ------
    ParameterError
        That says what can't be read.

    Examples
    --------
    >>> parse_json('{"op":"isNull","args":[{"property":"beds"}]}').op
    'isNull'
    """
    text_length(text)
    try:
        read = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise wrong(f"不是 JSON：{error}。", f"it is no JSON: {error}.") from error
    return limited(_expression(read, 0))


def _expression(node: Any, depth: int) -> Expression:
    if depth > MAX_DEPTH:
        raise too_deep()
    if isinstance(node, bool):
        return Value("boolean", node)
    if isinstance(node, (int, float)):
        return number(node)
    if isinstance(node, str):
        return Value("string", node)
    if not isinstance(node, dict):
        raise _unreadable(node)
    if isinstance(node.get("property"), str) and len(node) == 1:
        return Property(node["property"])
    if "op" in node:
        return _operation(node, depth)
    return _literal(node)


def _operation(node: dict[str, Any], depth: int) -> Operation:
    op, args = node["op"], node.get("args")
    if not isinstance(op, str) or op not in _OPS:
        listed = ", ".join(sorted(_OPS))
        raise wrong(
            f"没有运算“{op}”；可用：{listed}。", f"there is no op {op!r}; available: {listed}."
        )
    if not isinstance(args, list) or not args or set(node) - {"op", "args"}:
        raise _unreadable(node)
    if op == "in" and len(args) == 2 and isinstance(args[1], list):
        args = [args[0], *args[1]]
    return Operation(op, tuple(_expression(arg, depth + 1) for arg in args))


def _literal(node: dict[str, Any]) -> Value:
    if len(node) == 1:
        [(name, value)] = node.items()
        if name in ("date", "timestamp") and isinstance(value, str):
            return Value("time", moment(value))
        if name == "interval" and _is_list(value, str, (2,)):
            return interval(*value)
        if name == "bbox" and _is_list(value, (int, float), (4, 6)):
            return box([float(part) for part in value])
    if "type" in node and ("coordinates" in node or "geometries" in node):
        try:
            return geometry(shapely.from_geojson(orjson.dumps(node)))
        except (GEOSException, ValueError, TypeError) as error:
            raise wrong(
                f"GeoJSON 几何读不懂：{error}。", f"a geometry can't be read: {error}."
            ) from error
    raise _unreadable(node)


def _is_list(value: Any, kind: type | tuple[type, ...], lengths: tuple[int, ...]) -> bool:
    return (
        isinstance(value, list)
        and len(value) in lengths
        and all(isinstance(part, kind) and not isinstance(part, bool) for part in value)
    )


def _unreadable(node: Any) -> Exception:
    shown = repr(node)[:80]
    return wrong(f"读不懂 {shown}。", f"{shown} can't be read.")
