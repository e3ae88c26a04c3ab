"""``/api/v1/coverage/deciding-cases``: which open cases decide about ageing, coverage, target."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gis_service.api import parameters
from gis_service.api.access import actor_of
from gis_service.api.answers import JSON, encoded, tagged
from gis_service.api.operations import Operation, answer
from gis_service.api.routes.ogc import services_of
from gis_service.services.access import may


async def deciding(request: Request) -> Response:
    """Answer what hangs on the open cases."""
    parameters.only(request)
    found = await run_in_threadpool(services_of(request).cases.deciding.report)
    return tagged(request, encoded(found))


async def deciding_for(request: Request, *, as_of: object) -> dict[str, Any] | None:
    """Give what the coverage report says of the cases.

    None for who may not read cases, and for a state of the past: cases have no versions, and what
    was said of a day must stay as it was.
    """
    if as_of is not None or not may(actor_of(request), "read.cases"):
        return None
    return await run_in_threadpool(services_of(request).cases.deciding.report)


OPERATIONS = (
    Operation(
        path="/api/v1/coverage/deciding-cases",
        endpoint=deciding,
        name="deciding_cases",
        summary="Open cases that decide about ageing, coverage and the target / 关键案件",
        tag="Coverage",
        answers={
            "200": answer("By case and outcome", JSON, {"type": "object"}),
            "304": {"description": "Not modified / 未变化"},
        },
        problems=(400, 404),
        action="read.cases",
    ),
)
