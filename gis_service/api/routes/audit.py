"""``/api/v1/audit``: who did what when."""

from __future__ import annotations

from dataclasses import asdict
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gis_service.api import parameters
from gis_service.api.answers import JSON, base_url, encoded, tagged
from gis_service.api.operations import Operation, answer, query
from gis_service.api.routes.ogc import services_of
from gis_service.errors import ParameterError
from gis_service.model.audit import AuditFilter
from gis_service.services.audit import DEFAULT_LIMIT, MAX_LIMIT, known_instant

PATH = "/api/v1/audit"
FILTERS = ("user", "do", "subject", "since", "until")


async def audit(request: Request) -> Response:
    """Answer a page of entries, the newest first."""
    parameters.only(request, *FILTERS, "limit", "before")
    limit = parameters.limit_of(request, default=DEFAULT_LIMIT, maximum=MAX_LIMIT)
    wanted = filter_of(request)
    before = before_of(request)
    trail = services_of(request).audit
    entries, following = await run_in_threadpool(
        lambda: trail.page(wanted, limit=limit, before=before)
    )
    here = f"{base_url(request)}{PATH}"
    links = [{"href": str(request.url), "rel": "self", "type": JSON}]
    headers = {"Cache-Control": "no-store"}
    if following is not None:
        kept = {k: v for k, v in request.query_params.items() if k != "before"}
        address = f"{here}?{urlencode(kept | {'before': following})}"
        links.append({"href": address, "rel": "next", "type": JSON})
        headers["Link"] = f'<{address}>; rel="next"; type="{JSON}"'
    body = {
        "entries": [asdict(entry) for entry in entries],
        "numberReturned": len(entries),
        "links": links,
    }
    return tagged(request, encoded(body), headers=headers)


def filter_of(request: Request) -> AuditFilter:
    """Read the filters of a request; an empty one is none."""
    given = {name: request.query_params.get(name) or None for name in FILTERS}
    return AuditFilter(
        user=given["user"],
        action=given["do"],
        subject=given["subject"],
        since=known_instant(given["since"], parameter="since"),
        until=known_instant(given["until"], parameter="until"),
    )


def before_of(request: Request) -> int | None:
    """Read ``before``: the number of an entry."""
    text = request.query_params.get("before")
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ParameterError(
            f"before 的值“{text[:40]}”不可用；应为记录序号。",
            f"before is {text[:40]!r}; give the number of an entry.",
            parameter="before",
        )
    return int(text)


_TEXT = {"type": "string"}
_ENTRY = {
    "type": "object",
    "required": [
        "number", "at", "user", "action", "subject", "before", "after", "previous", "hash",
    ],
    "properties": {
        "number": {"type": "integer"},
        "at": {"type": "string", "format": "date-time"},
        "user": _TEXT,
        "action": _TEXT,
        "subject": _TEXT,
        "before": _TEXT,
        "after": _TEXT,
        "previous": _TEXT,
        "hash": _TEXT,
    },
}  # fmt: skip

OPERATIONS = (
    Operation(
        path=PATH,
        endpoint=audit,
        name="audit",
        summary="Audit trail, newest first / 审计记录",
        tag="Audit",
        parameters=(
            query("user", "Who / 操作者", _TEXT),
            query("do", "What was done / 操作", _TEXT),
            query("subject", "Beginning of the subject / 对象开头", _TEXT),
            query("since", "From this date or instant on (UTC) / 自", _TEXT),
            query("until", "Before this date or instant (UTC) / 至（不含）", _TEXT),
            query(
                "limit",
                "Most entries",
                {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
            ),
            query(
                "before",
                "Only entries with a lower number / 早于此序号",
                {"type": "integer", "minimum": 0, "maximum": 999_999_999},
            ),
        ),
        answers={
            "200": answer(
                "Entries",
                JSON,
                {
                    "type": "object",
                    "required": ["entries", "numberReturned", "links"],
                    "properties": {
                        "entries": {"type": "array", "items": _ENTRY},
                        "numberReturned": {"type": "integer"},
                        "links": {
                            "type": "array", "items": {"$ref": "#/components/schemas/Link"},
                        },
                    },
                },
            )
        }
        | {"304": {"description": "Not modified / 未变化"}},
        action="read.audit",
    ),
)  # fmt: skip
