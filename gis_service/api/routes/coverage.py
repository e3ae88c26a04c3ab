"""``/api/v1/coverage``: how far coverage of ageing communities is from the target."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gis_service.api import parameters
from gis_service.api.answers import JSON, encoded, tagged
from gis_service.api.operations import AS_OF, Operation, answer
from gis_service.api.routes.deciding import deciding_for
from gis_service.api.routes.ogc import services_of


async def coverage(request: Request) -> Response:
    """Answer the coverage report."""
    parameters.only(request, "as_of")
    as_of = parameters.as_of_of(request)
    report = await run_in_threadpool(services_of(request).coverage.report, as_of=as_of)
    values = report.to_mapping() | {"deciding_cases": await deciding_for(request, as_of=as_of)}
    return tagged(request, encoded(values))


OPERATIONS = (
    Operation(
        path="/api/v1/coverage",
        endpoint=coverage,
        name="coverage",
        summary="Coverage report / 覆盖率报告",
        tag="Coverage",
        parameters=(AS_OF,),
        answers={
            "200": answer("The report", JSON, {"$ref": "#/components/schemas/CoverageReport"}),
            "304": {"description": "Not modified / 未变化"},
        },
        problems=(400, 404),
    ),
)
