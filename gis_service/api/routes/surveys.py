"""``/api/v1/surveys``: upload a file of communities and read what the checks saw."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gis_service.api import parameters
from gis_service.api.access import actor_of
from gis_service.api.answers import GEOJSON, JSON, base_url, encoded, tagged
from gis_service.api.operations import Operation, answer, in_path, query
from gis_service.api.routes.ogc import services_of
from gis_service.api.uploads import received
from gis_service.model.versions import StoredSurvey

MEGABYTE = 1_000_000


async def upload(request: Request) -> Response:
    """Receive a file, check it, keep the report, and answer it."""
    parameters.only(request)
    services = services_of(request)
    async with received(request, max_bytes=services.settings.max_upload_mb * MEGABYTE) as file:
        stored = await run_in_threadpool(
            services.surveys.receive,
            file.path,
            file_name=file.file_name,
            user=actor_of(request).name,
            crs=file.crs,
            mapping=file.mapping or None,
            layer=file.layer,
        )
    location = f"/api/v1/surveys/{stored.id}"
    body = encoded(_whole(request, stored))
    return Response(body, 201, {"Location": location}, JSON)


async def surveys(request: Request) -> Response:
    """Answer the newest surveys."""
    parameters.only(request, "limit", "before", "user")
    limit = parameters.limit_of(request, default=20, maximum=1000)
    before, user = parameters.number_of(request, "before"), request.query_params.get("user")
    latest = services_of(request).surveys.latest
    found = await run_in_threadpool(latest, limit, before=before, user=user)
    rows = []
    for stored in found:
        row = _whole(request, stored)
        del row["findings"]
        rows.append(row)
    here = f"{base_url(request)}/api/v1/surveys"
    links = [{"href": here, "rel": "self", "type": JSON}]
    if len(found) == limit and found[-1].id > 1:
        onward = {"limit": limit, "before": found[-1].id} | ({"user": user} if user else {})
        links.append({"href": f"{here}?{urlencode(onward)}", "rel": "next", "type": JSON})
    return tagged(request, encoded({"surveys": rows, "links": links}))


async def survey(request: Request) -> Response:
    """Answer one survey's report."""
    return tagged(request, encoded(_whole(request, await _stored(request))))


async def survey_findings(request: Request) -> Response:
    """Answer one survey's findings as GeoJSON."""
    stored = await _stored(request)
    return tagged(request, stored.findings_geojson, media_type=GEOJSON)


async def survey_communities(request: Request) -> Response:
    """Answer one survey's communities as GeoJSON."""
    stored = await _stored(request)
    return tagged(request, stored.communities_geojson, media_type=GEOJSON)


async def _stored(request: Request) -> StoredSurvey:
    parameters.only(request)
    number = parameters.survey_id_of(request)
    return await run_in_threadpool(services_of(request).surveys.get, number)


def _whole(request: Request, stored: StoredSurvey) -> dict[str, Any]:
    here = f"{base_url(request)}/api/v1/surveys/{stored.id}"
    links = [
        {"href": here, "rel": "self", "type": JSON},
        {"href": f"{here}/findings", "rel": "findings", "type": GEOJSON},
        {"href": f"{here}/communities", "rel": "communities", "type": GEOJSON},
    ]
    facts = {"id": stored.id, "created_at": stored.created_at, "user": stored.user}
    return facts | stored.report | {"links": links}


_ID = in_path("survey_id", "Number of the survey / 编号", {"type": "integer", "minimum": 1})
_SURVEY = {"$ref": "#/components/schemas/Survey"}
_FEATURES = {"$ref": "#/components/schemas/FeatureCollection"}
_NOT_MODIFIED = {"304": {"description": "Not modified / 未变化"}}
_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "crs": {"type": "string", "description": "EPSG:4547, EPSG:4547/NE, GCJ02 …"},
                    "layer": {"type": "string"},
                    "map": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "field=column, for example code=V_ID",
                    },
                },
            }
        }
    },
}

OPERATIONS = (
    Operation(
        path="/api/v1/surveys",
        endpoint=upload,
        method="POST",
        name="upload_survey",
        summary="Upload a file and read its findings / 上传测绘文件并查看问题",
        tag="Surveys",
        body=_BODY,
        action="survey.upload",
        answers={
            "201": answer("The report / 检查结果", JSON, _SURVEY)
            | {"headers": {"Location": {"schema": {"type": "string"}}}}
        },
        problems=(400, 403, 413),
    ),
    Operation(
        path="/api/v1/surveys",
        endpoint=surveys,
        name="surveys",
        summary="Newest surveys / 最近的测绘文件",
        tag="Surveys",
        parameters=(
            query(
                "limit",
                "Most surveys",
                {"type": "integer", "minimum": 1, "maximum": 1000, "default": 20},
            ),
            query("before", "Only surveys with a lower number", {"type": "integer", "minimum": 1}),
            query("user", "Only those that this person sent", {"type": "string"}),
        ),
        answers={"200": answer("Surveys", JSON, {"type": "object"})} | _NOT_MODIFIED,
    ),
    Operation(
        path="/api/v1/surveys/{survey_id}",
        endpoint=survey,
        name="survey",
        summary="One survey's report / 一份检查结果",
        tag="Surveys",
        parameters=(_ID,),
        answers={"200": answer("The report", JSON, _SURVEY)} | _NOT_MODIFIED,
        problems=(400, 404),
    ),
    Operation(
        path="/api/v1/surveys/{survey_id}/findings",
        endpoint=survey_findings,
        name="survey_findings",
        summary="One survey's findings / 问题图层",
        tag="Surveys",
        parameters=(_ID,),
        answers={"200": answer("Findings", GEOJSON, _FEATURES)} | _NOT_MODIFIED,
        problems=(400, 404),
    ),
    Operation(
        path="/api/v1/surveys/{survey_id}/communities",
        endpoint=survey_communities,
        name="survey_communities",
        summary="One survey's communities / 社区图层",
        tag="Surveys",
        parameters=(_ID,),
        answers={"200": answer("Communities", GEOJSON, _FEATURES)} | _NOT_MODIFIED,
        problems=(400, 404),
    ),
)
