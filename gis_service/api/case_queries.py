"""The ledger's query parameters: which cases, in which order, which page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import isfinite
from typing import Any, TypeVar
from urllib.parse import urlencode

from starlette.requests import Request

from gis_service.api import parameters
from gis_service.api.operations import query
from gis_service.errors import ParameterError
from gis_service.model.casework import STATES
from gis_service.services.cases.ledger import SORTS, CaseFilter

Value = TypeVar("Value")

FILTERS = (
    "state", "kind", "street", "community", "assignee", "min_area", "max_area", "min_people",
    "max_people", "min_age", "max_age", "overdue", "open", "sort",
)  # fmt: skip
DEFAULT_LIMIT, MOST = 50, 1000


def filter_of(request: Request) -> CaseFilter:
    """Give which cases are asked for.

    Raises
    ------
    ParameterError
        For an unknown state, a number that is none, and so on.
    """
    values = request.query_params
    states = _listed(values.get("state"))
    for state in states:
        if state not in STATES:
            raise _wrong("state", state, ", ".join(STATES))
    wanted = CaseFilter(
        states=states,
        kinds=_listed(values.get("kind")),
        street=values.get("street") or None,
        community=values.get("community") or None,
        assignee=values.get("assignee") or None,
        min_area_m2=_number(request, "min_area", float),
        max_area_m2=_number(request, "max_area", float),
        min_people=_number(request, "min_people", float),
        max_people=_number(request, "max_people", float),
        min_age_days=_number(request, "min_age", int),
        max_age_days=_number(request, "max_age", int),
        overdue=_flag(request, "overdue"),
        is_open=_flag(request, "open"),
    )
    return replace(wanted, sort=values.get("sort") or "number")


def window_of(request: Request) -> tuple[int, int]:
    """Give ``limit`` and ``offset``."""
    limit = parameters.limit_of(request, default=DEFAULT_LIMIT, maximum=MOST)
    return limit, _number(request, "offset", int) or 0


def page_link(request: Request, base: str, *, limit: int, offset: int) -> str:
    """Give the address of another page of the same filter."""
    kept = [(k, v) for k, v in request.query_params.multi_items() if k not in ("limit", "offset")]
    asked = [*kept, ("limit", str(limit)), *([("offset", str(offset))] if offset else [])]
    return f"{base}?{urlencode(asked)}"


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(item for item in (text or "").split(",") if item)


def _number(request: Request, name: str, kind: Callable[[str], Value]) -> Value | None:
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        value = kind(text) if text.isascii() and "_" not in text else None
    except ValueError:
        value = None
    if value is None or not isfinite(float(value)) or not 0 <= float(value) < 1e12:  # type: ignore[arg-type]
        raise _wrong(name, text, "a number from 0")
    return value


def _flag(request: Request, name: str) -> bool | None:
    text = request.query_params.get(name)
    if not text:
        return None
    if text not in ("true", "false"):
        raise _wrong(name, text, "true, false")
    return text == "true"


def _wrong(name: str, value: str, allowed: str) -> ParameterError:
    return ParameterError(
        f"{name} 的值“{value[:100]}”不可用；允许：{allowed}。",
        f"{name} is {value[:100]!r}; allowed: {allowed}.",
        parameter=name,
    )


_NUMBER: dict[str, Any] = {"type": "number", "minimum": 0}
_WHOLE: dict[str, Any] = {"type": "integer", "minimum": 0}
_TEXT: dict[str, Any] = {"type": "string"}
FILTER_PARAMETERS = (
    query("state", f"States, by comma: {', '.join(STATES)} / 状态", _TEXT),
    query("kind", "Kinds, by comma: overlap, gap, outside, slivers / 类型", _TEXT),
    query("street", "Touches this street (name) / 街道", _TEXT),
    query("community", "Concerns this community (code) / 社区编码", _TEXT),
    query("assignee", "Worked on by; - for nobody / 经办人", _TEXT),
    query("min_area", "Area, m², at least / 面积下限", _NUMBER),
    query("max_area", "Area, m², at most / 面积上限", _NUMBER),
    query("min_people", "Residents (estimated), at least / 涉及人口下限", _NUMBER),
    query("max_people", "Residents (estimated), at most / 涉及人口上限", _NUMBER),
    query("min_age", "Days since it was opened, at least / 立案天数下限", _WHOLE),
    query("max_age", "Days since it was opened, at most / 立案天数上限", _WHOLE),
    query("overdue", "Only the overdue ones, or the others / 逾期", {"type": "boolean"}),
    query("open", "Only the open ones, or the closed / 未结案", {"type": "boolean"}),
    query("sort", f"By: {', '.join(SORTS)}; - before it for descending / 排序", _TEXT),
)
WINDOW_PARAMETERS = (
    query(
        "limit",
        "Most cases",
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT},
    ),
    query("offset", "How many to pass over / 跳过", _WHOLE | {"default": 0}),
)
