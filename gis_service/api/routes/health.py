"""``/healthz``: whether the service can answer."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gis_service.api import parameters
from gis_service.api.answers import JSON, encoded
from gis_service.api.operations import Operation, answer
from gis_service.api.routes.ogc import services_of


async def health(request: Request) -> Response:
    """Answer 200 when the database can be read; a storage problem (503) otherwise."""
    parameters.only(request)
    version = await run_in_threadpool(services_of(request).boundaries.current)
    body = {"status": "ok", "boundary_version": None if version is None else version.number}
    return Response(encoded(body), headers={"Cache-Control": "no-store"}, media_type=JSON)


OPERATIONS = (
    Operation(
        path="/healthz",
        endpoint=health,
        name="health",
        summary="Whether the service can answer / 健康检查",
        tag="Service",
        action="open",
        answers={"200": answer("It can", JSON, {"type": "object"})},
    ),
)
