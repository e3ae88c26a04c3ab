"""Answers as ready bytes, with ETags."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

JSON = "application/json"
GEOJSON = "application/geo+json"


def tagged(
    request: Request,
    body: bytes,
    *,
    media_type: str = JSON,
    etag: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Answer bytes with an ETag, or 304 when the client has them already."""
    tag = etag or f'"{sha256(body).hexdigest()[:24]}"'
    fields = {"ETag": tag, "Cache-Control": "no-cache"} | (headers or {})
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=fields)
    return Response(body, headers=fields, media_type=media_type)


def matches(header: str | None, tag: str) -> bool:
    """Tell whether an If-None-Match header names a tag.

    Examples
    --------
    >>> matches('"a", W/"b"', '"b"'), matches("*", '"x"'), matches(None, '"x"')
    (True, True, False)
    """
    if header is None:
        return False
    given = [item.strip().removeprefix("W/") for item in header.split(",")]
    return "*" in given or tag in given


def encoded(value: Any) -> bytes:
    """Encode plain JSON types."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)


def base_url(request: Request) -> str:
    """Give what stands before ``/ogc`` and ``/api`` in links."""
    return str(request.base_url).rstrip("/")
