"""A route and its description together: what the API does, and what ``/openapi.json`` says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method of one address.

    Attributes
    ----------
    path, method, endpoint
        What is asked and who answers.
    summary
        What it does, in both languages.
    tag
        Heading in ``/docs``.
    parameters, body, answers
        OpenAPI parameter objects, request body, and responses by status.
    problems
        Statuses that are answered with problem details; those of signing in, of permissions and
        of ``Idempotency-Key`` are added by themselves.
    action
        What the caller must be allowed to do: a name of
        `gis_service.services.access.PERMISSIONS`. It is checked before the endpoint runs.
    """

    path: str
    endpoint: Endpoint
    name: str
    summary: str
    tag: str
    method: str = "GET"
    parameters: tuple[Mapping[str, Any], ...] = ()
    body: Mapping[str, Any] | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[int, ...] = (400,)
    action: str = "read"


def query(name: str, description: str, schema: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Describe a query parameter."""
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": dict(schema),
        **more,
    }


def in_path(name: str, description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a part of the address."""
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": dict(schema),
    }


def answer(description: str, media_type: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a response."""
    return {"description": description, "content": {media_type: {"schema": dict(schema)}}}


AS_OF = query(
    "as_of",
    "A past state: a version's number, a date (the end of that day, UTC+8) or an instant that has "
    "passed. The answer is the same bytes for ever. / 历史状态：版本号、日期或时刻",
    {"type": "string"},
)
DATETIME = query(
    "datetime",
    "OGC's name for as_of: an instant, or an interval, of which the end counts.",
    {"type": "string"},
)
LANG = query("lang", "Language of messages / 提示语言", {"type": "string", "enum": ["zh", "en"]})
