"""``/api/v1/versions``: boundary versions, what differs between two, the way back, histories."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import shapely
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gis_service.api import parameters
from gis_service.api.access import actor_of
from gis_service.api.answers import GEOJSON, JSON, base_url, encoded, tagged
from gis_service.api.bodies import json_of, number_in, text_in
from gis_service.api.operations import Operation, answer, in_path, query
from gis_service.api.routes.jobs import job_mapping
from gis_service.api.routes.ogc import services_of
from gis_service.api.writing import demand_match, etag_of
from gis_service.errors import NotFoundError
from gis_service.model.versions import BoundaryVersion
from gis_service.services.geojson import encode, publish
from gis_service.services.previews import changes_geojson, pieces_geojson
from gis_service.services.versions import Comparison


async def versions(request: Request) -> Response:
    """Answer the versions, newest first."""
    parameters.only(request, "limit", "before")
    limit = parameters.limit_of(request, default=50, maximum=1000)
    before = parameters.number_of(request, "before")
    service = services_of(request).versions
    found = await run_in_threadpool(service.latest, limit, before=before)
    here = f"{base_url(request)}/api/v1/versions"
    links = [{"href": here, "rel": "self", "type": JSON}]
    if found and found[-1].number > 1:
        href = f"{here}?limit={limit}&before={found[-1].number}"
        links.append({"href": href, "rel": "next", "type": JSON})
    newest = await run_in_threadpool(service.latest, 1)
    body = encoded({"versions": [version_mapping(v) for v in found], "links": links})
    tag = etag_of_newest(newest) if before is None else None
    return tagged(request, body, etag=tag)


async def version(request: Request) -> Response:
    """Answer one version with the facts of the file behind it."""
    parameters.only(request)
    number = _number(request)
    service = services_of(request).versions
    found = await run_in_threadpool(service.get, number)
    survey = await run_in_threadpool(service.survey, number)
    return tagged(request, encoded(version_mapping(found) | {"survey": survey}))


async def compare(request: Request) -> Response:
    """Answer what became of each community from version ``a`` to version ``b``."""
    parameters.only(request, "a", "b")
    compared = await _compared(request)
    return tagged(request, encoded(comparison_mapping(compared)))


async def compare_layer(request: Request) -> Response:
    """Answer the differences as a map layer: communities or pieces."""
    parameters.only(request, "a", "b")
    compared, layer = await _compared(request), str(request.path_params["layer"])
    found = compared.differences
    if layer == "communities":
        body = await run_in_threadpool(
            changes_geojson, found.communities, compared.had, compared.has
        )
    elif layer == "pieces":
        body = await run_in_threadpool(pieces_geojson, found.pieces)
    else:
        raise NotFoundError(
            f"没有图层“{layer}”；可用：communities、pieces。",
            f"There is no layer {layer!r}; there are communities and pieces.",
            id=layer,
        )
    return tagged(request, body, media_type=GEOJSON)


async def roll_back(request: Request) -> Response:
    """Begin to make an earlier version the next one."""
    parameters.only(request)
    body = await json_of(request, "to", "reason", "document")
    service = services_of(request).versions
    demand_match(request, etag_of_newest(await run_in_threadpool(service.latest, 1)))
    job = await run_in_threadpool(
        lambda: service.roll_back(
            number_in(body, "to"),
            actor=actor_of(request),
            reason=text_in(body, "reason"),
            document=text_in(body, "document"),
        )
    )
    location = f"/api/v1/jobs/{job.id}"
    return Response(encoded(job_mapping(job)), 202, {"Location": location}, JSON)


async def community_history(request: Request) -> Response:
    """Answer the versions in which one community came, changed or went."""
    parameters.only(request)
    code = str(request.path_params["code"])
    events = await run_in_threadpool(services_of(request).versions.community, code)
    rows = [
        {"version": version_mapping(event.version), "change": event.change.to_mapping()}
        for event in events
    ]
    return tagged(request, encoded({"code": code, "history": rows}))


async def line_history(request: Request) -> Response:
    """Answer the versions that moved the line between two communities."""
    parameters.only(request)
    one, other = (str(request.path_params[name]) for name in ("one", "other"))
    events = await run_in_threadpool(services_of(request).versions.line, one, other)
    rows = [
        {
            "version": version_mapping(event.version),
            "length_m": round(event.length_m, 3),
            "geometry": _published(event.line, event.version.crs),
        }
        for event in events
    ]
    return tagged(request, encoded({"between": [one, other], "history": rows}))


def version_mapping(version: BoundaryVersion) -> dict[str, Any]:
    """Give a version as plain JSON types."""
    here = f"/api/v1/versions/{version.number}"
    items = f"/ogc/collections/communities/items?as_of={version.number}"
    return asdict(version) | {
        "links": [
            {"href": here, "rel": "self", "type": JSON},
            {"href": items, "rel": "items", "type": GEOJSON},
        ]
    }


def comparison_mapping(compared: Comparison) -> dict[str, Any]:
    """Give a comparison as plain JSON types, without geometries."""
    pieces = compared.differences.pieces
    query = f"a={compared.before.number}&b={compared.after.number}"
    return {
        "a": version_mapping(compared.before),
        "b": version_mapping(compared.after),
        "counts": compared.counts,
        "communities": [change.to_mapping() for change in compared.differences.communities],
        "pieces": [
            {"from": lost, "to": gained, "area_m2": round(float(area), 4)}
            for lost, gained, area in zip(
                pieces["from"], pieces["to"], pieces["area_m2"], strict=True
            )
        ],
        "links": [
            {
                "href": f"/api/v1/versions/compare/layers/{name}?{query}",
                "rel": name,
                "type": GEOJSON,
            }
            for name in ("communities", "pieces")
        ],
    }


def etag_of_newest(newest: list[BoundaryVersion]) -> str:
    """Give the tag of the history: it changes with each new version."""
    return etag_of("versions", newest[0].number if newest else 0)


def _published(line: shapely.Geometry, crs: str) -> Any:
    import orjson

    return orjson.loads(encode(publish([line], crs))[0])  # type: ignore[arg-type]


async def _compared(request: Request) -> Comparison:
    a, b = (parameters.number_of(request, name, needed=True) for name in ("a", "b"))
    service = services_of(request).versions
    return await run_in_threadpool(service.compare, a or 0, b or 0)


def _number(request: Request) -> int:
    text = str(request.path_params["number"])
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise NotFoundError(f"没有边界版本“{text}”。", f"There is no version {text!r}.", id=text)
    return int(text)


_NUMBER = in_path("number", "Version / 版本号", {"type": "integer", "minimum": 1})
_A = query("a", "Version before / 较早版本", {"type": "integer", "minimum": 1}, required=True)
_B = query("b", "Version after / 较晚版本", {"type": "integer", "minimum": 1}, required=True)
_CODE = in_path("code", "Community / 社区代码", {"type": "string"})
_OBJECT = {"type": "object"}
_NOT_MODIFIED = {"304": {"description": "Not modified / 未变化"}}
_LIMIT = query(
    "limit", "Most versions", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}
)
_BEFORE = query("before", "Only versions with a lower number", {"type": "integer", "minimum": 1})
_LAYER = in_path(
    "layer", "communities or pieces", {"type": "string", "enum": ["communities", "pieces"]}
)
_FEATURES = {"$ref": "#/components/schemas/FeatureCollection"}
_ROLLBACK = {
    "type": "object",
    "required": ["to", "reason"],
    "properties": {
        "to": {"type": "integer", "minimum": 1},
        "reason": {"type": "string"},
        "document": {"type": "string"},
    },
}

OPERATIONS = (
    Operation(
        path="/api/v1/versions",
        endpoint=versions,
        name="versions",
        summary="Boundary versions / 边界版本",
        tag="Versions",
        parameters=(_LIMIT, _BEFORE),
        answers={"200": answer("Versions", JSON, _OBJECT)} | _NOT_MODIFIED,
    ),
    Operation(
        path="/api/v1/versions/compare",
        endpoint=compare,
        name="compare_versions",
        summary="What differs between two versions / 比较两个版本",
        tag="Versions",
        parameters=(_A, _B),
        answers={"200": answer("Differences", JSON, _OBJECT)} | _NOT_MODIFIED,
        problems=(400, 404),
    ),
    Operation(
        path="/api/v1/versions/compare/layers/{layer}",
        endpoint=compare_layer,
        name="compare_layer",
        summary="The differences as a map layer / 差异图层",
        tag="Versions",
        parameters=(_LAYER, _A, _B),
        answers={"200": answer("Features", GEOJSON, _FEATURES)} | _NOT_MODIFIED,
        problems=(400, 404),
    ),
    Operation(
        path="/api/v1/versions/rollback",
        endpoint=roll_back,
        method="POST",
        name="roll_back",
        summary="Make an earlier version the next one / 恢复到较早版本",
        tag="Versions",
        body={"required": True, "content": {JSON: {"schema": _ROLLBACK}}},
        answers={"202": answer("The job", JSON, {"$ref": "#/components/schemas/Job"})},
        problems=(400, 404, 409, 412, 428),
        action="boundaries.rollback",
    ),
    Operation(
        path="/api/v1/versions/{number}",
        endpoint=version,
        name="version",
        summary="One version / 一个版本",
        tag="Versions",
        parameters=(_NUMBER,),
        answers={"200": answer("The version", JSON, _OBJECT)} | _NOT_MODIFIED,
        problems=(400, 404),
    ),
    Operation(
        path="/api/v1/communities/{code}/history",
        endpoint=community_history,
        name="community_history",
        summary="History of one community / 社区沿革",
        tag="Versions",
        parameters=(_CODE,),
        answers={"200": answer("Versions and changes", JSON, _OBJECT)} | _NOT_MODIFIED,
        problems=(400, 404),
    ),
    Operation(
        path="/api/v1/lines/{one}/{other}/history",
        endpoint=line_history,
        name="line_history",
        summary="History of the line between two communities / 共有界线沿革",
        tag="Versions",
        parameters=(
            in_path("one", "Community / 社区代码", {"type": "string"}),
            in_path("other", "Community / 社区代码", {"type": "string"}),
        ),
        answers={"200": answer("Versions and lines", JSON, _OBJECT)} | _NOT_MODIFIED,
        problems=(400, 404),
    ),
)
