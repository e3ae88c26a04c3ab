"""``/api/v1/coverage/…``: the rate by every definition, and the layers of the coverage map."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gis_service.api import parameters
from gis_service.api.access import actor_of
from gis_service.api.answers import GEOJSON, JSON, encoded, tagged
from gis_service.api.operations import Operation, answer, in_path
from gis_service.api.routes.documents import document_language
from gis_service.api.routes.ogc import services_of
from gis_service.documents import coverage_report, coverage_workbook
from gis_service.documents.document import PDF, XLSX
from gis_service.errors import NotFoundError
from gis_service.services.outlook_layers import (
    catchments_layer,
    communities_layer,
    unreached_layer,
)

FORMS = {"pdf": (coverage_report, PDF), "xlsx": (coverage_workbook, XLSX)}
LAYERS = {"communities": communities_layer, "catchments": catchments_layer}


async def sensitivity(request: Request) -> Response:
    """Answer the rate under every rule, threshold and definition of ageing."""
    parameters.only(request)
    outlook = await run_in_threadpool(services_of(request).outlooks.read)
    whole = outlook.to_mapping()
    names = ("versions", "method", "figures", "sensitivity", "policy", "notes")
    return tagged(request, encoded({name: whole[name] for name in names}))


async def outlook(request: Request) -> Response:
    """Answer every figure of the coverage page."""
    parameters.only(request)
    found = await run_in_threadpool(services_of(request).outlooks.read)
    return tagged(request, encoded(found.to_mapping()))


async def layer(request: Request) -> Response:
    """Answer a layer of the coverage map: communities or catchments."""
    parameters.only(request)
    name = str(request.path_params["layer"])
    if name not in LAYERS:
        raise NotFoundError(
            f"没有图层“{name}”；可用：{'、'.join(LAYERS)}。",
            f"There is no layer {name!r}; there are {', '.join(LAYERS)}.",
            id=name,
        )
    outlooks = services_of(request).outlooks
    body = await run_in_threadpool(lambda: LAYERS[name](outlooks.read()))
    return tagged(request, body, media_type=GEOJSON)


async def unreached(request: Request) -> Response:
    """Answer the blocks whose elders reach no station; each read is entered in the audit trail."""
    parameters.only(request)
    services = services_of(request)
    body = await run_in_threadpool(
        lambda: unreached_layer(
            services.outlooks.read(), actor=actor_of(request), database=services.database
        )
    )
    return Response(body, headers={"Cache-Control": "no-store"}, media_type=GEOJSON)


async def report(request: Request) -> Response:
    """Answer the coverage report as PDF or Excel, in the office's language unless asked."""
    parameters.only(request)
    form = str(request.path_params["form"])
    if form not in FORMS:
        raise NotFoundError(
            f"没有格式“{form}”；可用：{'、'.join(FORMS)}。",
            f"There is no form {form!r}; there are {', '.join(FORMS)}.",
            id=form,
        )
    make, media_type = FORMS[form]
    lang, outlooks = document_language(request), services_of(request).outlooks
    body = await run_in_threadpool(lambda: make(outlooks.read(), lang))
    headers = {"Content-Disposition": f'attachment; filename="coverage.{form}"'}
    return tagged(request, body, media_type=media_type, headers=headers)


_OBJECT = {"type": "object"}
_NOT_MODIFIED = {"304": {"description": "Not modified / 未变化"}}
_FEATURES = {"$ref": "#/components/schemas/FeatureCollection"}

OPERATIONS = (
    Operation(
        path="/api/v1/coverage/sensitivity",
        endpoint=sensitivity,
        name="coverage_sensitivity",
        summary="Rate by rule, threshold and definition of ageing / 覆盖率口径敏感性",
        tag="Coverage",
        answers={"200": answer("Rows; one is `chosen`", JSON, _OBJECT), **_NOT_MODIFIED},
        problems=(400, 404),
    ),
    Operation(
        path="/api/v1/coverage/outlook",
        endpoint=outlook,
        name="coverage_outlook",
        summary="Every figure of the coverage page / 覆盖页全部数字",
        tag="Coverage",
        answers={"200": answer("The figures", JSON, _OBJECT), **_NOT_MODIFIED},
        problems=(400, 404),
    ),
    Operation(
        path="/api/v1/coverage/layers/{layer}",
        endpoint=layer,
        name="coverage_layer",
        summary="Layer of the coverage map (catchments are approximate) / 覆盖图图层",
        tag="Coverage",
        parameters=(
            in_path("layer", "communities or catchments", {"type": "string", "enum": [*LAYERS]}),
        ),
        answers={"200": answer("The layer", GEOJSON, _FEATURES), **_NOT_MODIFIED},
        problems=(400, 404),
    ),
    Operation(
        path="/api/v1/coverage/unreached",
        endpoint=unreached,
        name="coverage_unreached",
        summary="Blocks without a station within the walk; reads are recorded / 未覆盖街区",
        tag="Coverage",
        answers={"200": answer("The blocks", GEOJSON, _FEATURES)},
        problems=(400, 404),
        action="read.blocks",
    ),
    Operation(
        path="/api/v1/coverage/report.{form}",
        endpoint=report,
        name="coverage_report",
        summary="Coverage report as PDF or Excel / 覆盖报告",
        tag="Documents",
        parameters=(in_path("form", "pdf or xlsx", {"type": "string", "enum": [*FORMS]}),),
        answers={
            "200": answer("The file", PDF, {"type": "string", "format": "binary"}),
            **_NOT_MODIFIED,
        },
        problems=(400, 404),
    ),
)
