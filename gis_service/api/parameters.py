"""Query parameters, parsed strictly: what is unknown, repeated or impossible is refused."""

from __future__ import annotations

import re
from math import isfinite

from starlette.requests import Request

from gis_service.errors import NotFoundError, ParameterError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def only(request: Request, *allowed: str) -> None:
    """Refuse parameters that the address does not take, and repeated ones.

    ``lang`` is taken everywhere.
    """
    names = [name for name, _ in request.query_params.multi_items()]
    known = sorted({*allowed, "lang"})
    for name in names:
        if name not in known:
            raise ParameterError(
                f"不支持参数“{name}”；允许：{'、'.join(known)}。",
                f"Unknown parameter {name!r}; allowed: {', '.join(known)}.",
                parameter=name,
                allowed=known,
            )
        if names.count(name) > 1:
            raise ParameterError(
                f"参数“{name}”出现了多次；只允许一次。",
                f"The parameter {name!r} is given more than once; give it once.",
                parameter=name,
            )
    asked = request.query_params.get("lang")
    if asked not in (None, "zh", "en"):
        raise ParameterError(
            f"lang 的值“{asked}”不可用；允许：zh、en。",
            f"lang is {asked!r}; allowed: zh, en.",
            parameter="lang",
        )


def refused(name: str, value: str, allowed: list[str]) -> ParameterError:
    """Give the error for a value that is not taken here."""
    listed = ", ".join(allowed)
    return ParameterError(
        f"{name} 的值“{value}”在此不可用；允许：{listed}。",
        f"{name} is {value!r}, which can't be used here; allowed: {listed}.",
        parameter=name,
        allowed=allowed,
    )


def limit_of(request: Request, *, default: int, maximum: int) -> int:
    """Give ``limit``: a whole number from 1; above the maximum it is cut to the maximum."""
    text = request.query_params.get("limit")
    if text is None:
        return default
    digits = text.lstrip("0")
    if not (text.isascii() and text.isdigit() and digits):
        raise ParameterError(
            f"limit 的值“{text}”不可用；应为 1 至 {maximum} 的整数。",
            f"limit is {text!r}; allowed: a whole number from 1 to {maximum}.",
            parameter="limit",
        )
    return maximum if len(digits) > 9 else min(int(digits), maximum)


def bbox_of(request: Request) -> tuple[float, ...] | None:
    """Give ``bbox``: 4 or 6 finite numbers, as written; their order is judged by the service."""
    text = request.query_params.get("bbox")
    if text is None:
        return None
    parts = text.split(",")
    try:
        numbers = tuple(float(part) for part in parts if _is_number(part))
    except ValueError:
        numbers = ()
    if len(parts) not in (4, 6) or len(numbers) != len(parts) or not all(map(isfinite, numbers)):
        raise ParameterError(
            f"bbox 的值“{text}”不可用；应为以逗号分隔的 4 或 6 个有限数：西,南,东,北。",
            f"bbox is {text!r}; allowed: 4 or 6 finite numbers separated by commas: "
            "west,south,east,north.",
            parameter="bbox",
        )
    return numbers


def number_of(request: Request, name: str, *, needed: bool = False) -> int | None:
    """Give a parameter that is a whole number from 1; None where it is missing."""
    text = request.query_params.get(name)
    if text is None and not needed:
        return None
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text)):
        raise ParameterError(
            f"{name} 的值“{text or ''}”不可用；应为从 1 起的整数。",
            f"{name} is {text or ''!r}; allowed: a whole number from 1.",
            parameter=name,
        )
    return int(text)


def as_of_of(request: Request) -> str | None:
    """Give ``as_of``; judged by the service."""
    return request.query_params.get("as_of") or None


def datetime_of(request: Request) -> str | None:
    """Give ``as_of``, or OGC's ``datetime`` as one: an instant, or the end of an interval.

    An interval with an open end (``..`` or nothing) reaches to the present, so it is None.
    """
    as_of, asked = as_of_of(request), request.query_params.get("datetime")
    if asked is None:
        return as_of
    start, sign, end = asked.partition("/")
    sides = (start, end) if sign else (start.replace("..", "") or "-",)
    if as_of is not None or not all(map(_is_day, sides)) or (sign and not _is_end(start, end)):
        raise ParameterError(
            f"datetime 的值“{asked}”不可用；应为时刻或“起/止”区间（一端可为 ..），"
            "且不与 as_of 同时使用。",
            f"datetime is {asked!r}; allowed: an instant or an interval start/end with .. for an "
            "open side, and not together with as_of.",
            parameter="datetime",
        )
    chosen = end if sign else start
    return None if chosen in ("", "..") else chosen


def _is_day(text: str) -> bool:
    """Tell whether a side is a day or an instant, or (of an interval) open."""
    return text in ("", "..") or _DAY.match(text) is not None


def _is_end(start: str, end: str) -> bool:
    """Tell whether two sides make an interval: not both open, and in order where both are days."""
    is_open = {"", ".."}
    return not (start in is_open and end in is_open) and (
        start in is_open or end in is_open or start <= end
    )


def survey_id_of(request: Request) -> int:
    """Give the survey's number in the address; any other text is of no survey."""
    text = str(request.path_params["survey_id"])
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise NotFoundError(
            f"没有编号为“{text}”的测绘文件。", f"There is no survey {text!r}.", id=text
        )
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and "_" not in text and text.strip() == text
