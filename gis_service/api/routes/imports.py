"""``/api/v1/imports``: send boundaries, look at what they would change, put them into effect."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gis_service.api import parameters
from gis_service.api.access import actor_of
from gis_service.api.answers import GEOJSON, JSON, encoded, tagged
from gis_service.api.bodies import json_of, text_in
from gis_service.api.operations import Operation, answer, in_path, query
from gis_service.api.routes.ogc import services_of
from gis_service.api.uploads import received
from gis_service.api.writing import demand_match, etag_of
from gis_service.errors import ParameterError
from gis_service.model.drafts import Draft, ImportMode

MEGABYTE = 1_000_000
ACTION = "boundaries.import"


async def upload(request: Request) -> Response:
    """Receive a file, begin to read it, and answer the draft with its job."""
    parameters.only(request)
    services = services_of(request)
    most = services.settings.max_upload_mb * MEGABYTE
    async with received(request, max_bytes=most, also=("mode",)) as file:
        draft = await run_in_threadpool(
            lambda: services.imports.receive(
                file.path,
                file_name=file.file_name,
                actor=actor_of(request),
                crs=file.crs,
                mapping=file.mapping or None,
                layer=file.layer,
                mode=mode_of(file.others.get("mode")),
            )
        )
    return _answer(draft, status=202)


async def imports(request: Request) -> Response:
    """Answer the newest drafts."""
    parameters.only(request, "limit")
    limit = parameters.limit_of(request, default=20, maximum=1000)
    found = await run_in_threadpool(services_of(request).imports.latest, limit)
    rows = [draft_mapping(draft) for draft in found]
    for row in rows:
        del row["preview"]
    return tagged(request, encoded({"imports": rows}))


async def draft(request: Request) -> Response:
    """Answer a draft with its preview."""
    parameters.only(request)
    found = await _draft(request)
    return tagged(request, encoded(draft_mapping(found)), etag=etag_of_draft(found))


async def layer(request: Request) -> Response:
    """Answer a layer of a preview: communities, pieces or findings."""
    parameters.only(request)
    found, name = await _draft(request), str(request.path_params["layer"])
    body = await run_in_threadpool(services_of(request).imports.document, found, name)
    return tagged(request, body, media_type=GEOJSON)


async def read_again(request: Request) -> Response:
    """Read a draft's file again, in another mode or against the version that holds now."""
    parameters.only(request)
    body = await json_of(request, "mode", "crs", "layer", "mapping")
    found = await _matched(request)
    options: dict[str, Any] = {n: text_in(body, n) for n in ("crs", "layer") if n in body}
    if "mapping" in body:
        options["mapping"] = _mapping(body["mapping"])
    again = await run_in_threadpool(
        lambda: services_of(request).imports.read_again(
            found.id,
            actor=actor_of(request),
            mode=mode_of(text_in(body, "mode")),
            options=options,
        )
    )
    return _answer(again, status=202)


async def confirm(request: Request) -> Response:
    """Begin to put a draft into effect."""
    parameters.only(request)
    body = await json_of(request, "reason", "document")
    found = await _matched(request)
    confirmed = await run_in_threadpool(
        lambda: services_of(request).imports.confirm(
            found.id,
            actor=actor_of(request),
            reason=text_in(body, "reason"),
            document=text_in(body, "document"),
        )
    )
    return _answer(confirmed, status=202)


async def discard(request: Request) -> Response:
    """Give a draft up."""
    parameters.only(request)
    found = await _matched(request)
    services = services_of(request)
    gone = await run_in_threadpool(services.imports.discard, found.id, actor=actor_of(request))
    return _answer(gone, status=200)


def _mapping(value: Any) -> dict[str, str]:
    if isinstance(value, dict) and all(isinstance(column, str) for column in value.values()):
        return {str(field): str(column) for field, column in value.items()}
    raise ParameterError(
        f"mapping 的值“{str(value)[:100]}”不可用；应为 字段→列名，例如 {{'code': 'V_ID'}}。",
        f"mapping is {str(value)[:100]!r}; allowed: field → column, for example "
        "{'code': 'V_ID'}.",
        parameter="mapping",
    )


def mode_of(text: str | None) -> ImportMode | None:
    """Read a mode; empty means that the service suggests one."""
    if not text:
        return None
    if text == "whole":
        return "whole"
    if text == "partial":
        return "partial"
    raise ParameterError(
        f"mode 的值“{text}”不可用；允许：whole（整体）、partial（局部）。",
        f"mode is {text!r}; allowed: whole, partial.",
        parameter="mode",
    )


def etag_of_draft(draft: Draft) -> str:
    """Give the tag of a draft's state."""
    return etag_of("draft", draft.id, draft.state, draft.mode, draft.job, draft.version)


def draft_mapping(draft: Draft) -> dict[str, Any]:
    """Give a draft as plain JSON types."""
    here = f"/api/v1/imports/{draft.id}"
    links = [{"href": here, "rel": "self", "type": JSON}]
    if draft.job:
        links.append({"href": f"/api/v1/jobs/{draft.job}", "rel": "job", "type": JSON})
    if draft.state == "ready":
        links += [
            {"href": f"{here}/layers/{name}", "rel": name, "type": GEOJSON}
            for name in ("communities", "pieces", "findings")
        ]
    if draft.version is not None:
        href = f"/api/v1/versions/{draft.version}"
        links.append({"href": href, "rel": "version", "type": JSON})
    return {
        "id": draft.id,
        "created_at": draft.created_at,
        "user": draft.user,
        "state": draft.state,
        "file_name": draft.file_name,
        "sha256": draft.sha256,
        "mode": draft.mode or None,
        "options": draft.options,
        "job": draft.job or None,
        "version": draft.version,
        "preview": draft.preview or None,
        "links": links,
    }


async def _draft(request: Request) -> Draft:
    draft_id = str(request.path_params["draft_id"])
    return await run_in_threadpool(services_of(request).imports.get, draft_id)


async def _matched(request: Request) -> Draft:
    found = await _draft(request)
    demand_match(request, etag_of_draft(found))
    return found


def _answer(draft: Draft, *, status: int) -> Response:
    headers = {
        "Location": f"/api/v1/imports/{draft.id}",
        "ETag": etag_of_draft(draft),
        "Cache-Control": "no-cache",
    }
    return Response(encoded(draft_mapping(draft)), status, headers, JSON)


_ID = in_path("draft_id", "Draft / 草稿编号", {"type": "string"})
_LAYER = in_path(
    "layer",
    "communities, pieces or findings",
    {"type": "string", "enum": ["communities", "pieces", "findings"]},
)
_DRAFT = {"$ref": "#/components/schemas/Draft"}
_ANSWER = answer("The draft / 草稿", JSON, _DRAFT)
_TEXT = {"type": "string"}
_MODE = {"type": "string", "enum": ["whole", "partial"]}
_LIMIT = query(
    "limit", "Most drafts", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 20}
)
_UPLOAD = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "crs": _TEXT,
        "layer": _TEXT,
        "map": {"type": "array", "items": _TEXT},
        "mode": _MODE,
    },
}


def _body(**members: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": members, "additionalProperties": False}
    return {"required": True, "content": {JSON: {"schema": schema}}}


OPERATIONS = (
    Operation(
        path="/api/v1/imports",
        endpoint=upload,
        method="POST",
        name="upload_import",
        summary="Send boundaries for a preview / 上传边界以预览",
        tag="Imports",
        body={"required": True, "content": {"multipart/form-data": {"schema": _UPLOAD}}},
        answers={"202": _ANSWER},
        problems=(400, 403, 409, 413),
        action=ACTION,
    ),
    Operation(
        path="/api/v1/imports",
        endpoint=imports,
        name="imports",
        summary="Newest drafts / 最近的导入",
        tag="Imports",
        parameters=(_LIMIT,),
        answers={"200": answer("Drafts", JSON, {"type": "object"})},
        action=ACTION,
    ),
    Operation(
        path="/api/v1/imports/{draft_id}",
        endpoint=draft,
        name="import",
        summary="One draft with its preview / 一份导入及其预览",
        tag="Imports",
        parameters=(_ID,),
        answers={"200": _ANSWER},
        problems=(400, 404),
        action=ACTION,
    ),
    Operation(
        path="/api/v1/imports/{draft_id}/layers/{layer}",
        endpoint=layer,
        name="import_layer",
        summary="A layer of the preview / 预览图层",
        tag="Imports",
        parameters=(_ID, _LAYER),
        answers={
            "200": answer("Features", GEOJSON, {"$ref": "#/components/schemas/FeatureCollection"})
        },
        problems=(400, 404),
        action=ACTION,
    ),
    Operation(
        path="/api/v1/imports/{draft_id}/read",
        endpoint=read_again,
        method="POST",
        name="read_import",
        summary="Make the preview anew / 重新预览",
        tag="Imports",
        parameters=(_ID,),
        body=_body(mode=_MODE, crs=_TEXT, layer=_TEXT, mapping={"type": "object"}),
        answers={"202": _ANSWER},
        problems=(400, 404, 409, 412, 428),
        action=ACTION,
    ),
    Operation(
        path="/api/v1/imports/{draft_id}/confirm",
        endpoint=confirm,
        method="POST",
        name="confirm_import",
        summary="Put a draft into effect / 确认导入",
        tag="Imports",
        parameters=(_ID,),
        body=_body(reason=_TEXT, document=_TEXT),
        answers={"202": _ANSWER},
        problems=(400, 404, 409, 412, 428),
        action=ACTION,
    ),
    Operation(
        path="/api/v1/imports/{draft_id}",
        endpoint=discard,
        method="DELETE",
        name="discard_import",
        summary="Give a draft up / 放弃导入",
        tag="Imports",
        parameters=(_ID,),
        answers={"200": _ANSWER},
        problems=(400, 404, 409, 412, 428),
        action=ACTION,
    ),
)
