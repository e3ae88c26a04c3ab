"""JSON bodies: read whole, no larger than a change needs, with known members only."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request

from gis_service.errors import ParameterError, TooLargeError

MOST_BYTES = 2_000_000
"""A line of 20,000 vertices as GeoJSON takes less."""


async def json_of(request: Request, *allowed: str) -> dict[str, Any]:
    """Give the members of a JSON object; an empty body is an object without any.

    Raises
    ------
    ParameterError
        When the body is no JSON object, or has a member that is not ``allowed``.
    TooLargeError
        When it is larger than `MOST_BYTES`.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise TooLargeError(
                f"请求体超过 {MOST_BYTES // 1_000_000} MB。请简化所画的线。",
                f"The body is larger than {MOST_BYTES // 1_000_000} MB. Simplify the line drawn.",
                max_bytes=MOST_BYTES,
            )
    try:
        values = orjson.loads(body) if body.strip() else {}
    except orjson.JSONDecodeError as error:
        raise _no_object(str(error)) from error
    if not isinstance(values, dict):
        raise _no_object(type(values).__name__)
    unknown = sorted(set(values) - set(allowed))
    if unknown:
        listed = ", ".join(allowed) or "—"
        raise ParameterError(
            f"请求体中不支持“{unknown[0]}”；允许：{listed}。",
            f"The body has an unknown member {unknown[0]!r}; allowed: {listed}.",
            parameter=unknown[0],
            allowed=list(allowed),
        )
    return values


def text_in(values: dict[str, Any], name: str, *, needed: bool = False) -> str:
    """Give a text member; "" when it is missing and not needed."""
    value = values.get(name)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or (needed and not value.strip()):
        raise _wrong(name, value, ("文字", "text"))
    return value


def number_in(values: dict[str, Any], name: str) -> int:
    """Give a whole number from 1."""
    value = values.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value < 2**31:
        raise _wrong(name, value, ("从 1 起的整数", "a whole number from 1"))
    return value


def texts_in(values: dict[str, Any], name: str) -> list[str]:
    """Give a list of texts."""
    value = values.get(name)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _wrong(name, value, ("文字列表", "a list of texts"))
    return value


def numbers_in(values: dict[str, Any], name: str) -> list[int]:
    """Give a list of whole numbers from 1."""
    value = values.get(name)
    if not isinstance(value, list):
        raise _wrong(name, value, ("整数列表", "a list of whole numbers"))
    return [number_in({name: item}, name) for item in value]


def _wrong(name: str, value: Any, allowed: tuple[str, str]) -> ParameterError:
    shown = str(value)[:100]
    return ParameterError(
        f"{name} 的值“{shown}”不可用；应为{allowed[0]}。",
        f"{name} is {shown!r}; allowed: {allowed[1]}.",
        parameter=name,
    )


def _no_object(what: str) -> ParameterError:
    return ParameterError(
        f"请求体不是 JSON 对象（{what}）。",
        f"The body is no JSON object ({what}).",
        parameter="body",
    )
