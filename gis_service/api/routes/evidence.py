"""``/api/v1/cases/{number}/evidence``: hand in and fetch the files of a case."""

from __future__ import annotations

from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from gis_service.api import parameters
from gis_service.api.access import actor_of
from gis_service.api.answers import JSON, encoded, tagged
from gis_service.api.attachments import attached
from gis_service.api.operations import Operation, answer, in_path
from gis_service.api.routes.cases import ADDED, NUMBER, TEXT, number_of
from gis_service.api.routes.ogc import services_of
from gis_service.errors import NotFoundError
from gis_service.services.cases import views


async def evidence(request: Request) -> Response:
    """Answer the facts of a case's files."""
    parameters.only(request)
    items = await run_in_threadpool(
        services_of(request).cases.evidence.of, actor_of(request), number_of(request)
    )
    return tagged(request, encoded({"evidence": [views.evidence_mapping(i) for i in items]}))


async def hand_in(request: Request) -> Response:
    """Receive a file and keep it."""
    parameters.only(request)
    desk = services_of(request).cases.evidence
    actor, number = actor_of(request), number_of(request)
    await run_in_threadpool(services_of(request).cases.ledger.get, actor, number)
    async with attached(request, max_bytes=desk.max_bytes) as file:
        item = await run_in_threadpool(
            desk.hand_in,
            actor,
            number,
            path=file.path,
            name=file.file_name,
            note=file.note,
        )
    location = f"/api/v1/cases/{number}/evidence/{item.id}"
    return Response(encoded(views.evidence_mapping(item)), 201, {"Location": location}, JSON)


async def fetch(request: Request) -> Response:
    """Answer one file: always as an attachment, never sniffed, never run."""
    parameters.only(request)
    item, path = await run_in_threadpool(
        services_of(request).cases.evidence.open,
        actor_of(request),
        number_of(request),
        _evidence_of(request),
    )
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(item.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-cache",
        "ETag": f'"{item.sha256}"',
    }
    return FileResponse(path, media_type=item.media_type, headers=headers)


def _evidence_of(request: Request) -> int:
    text = str(request.path_params["evidence"])
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise NotFoundError(f"没有证据“{text}”。", f"There is no evidence {text!r}.", id=text)
    return int(text)


_EVIDENCE = in_path("evidence", "Number of the file / 证据编号", {"type": "integer"})
_ITEM = {"$ref": "#/components/schemas/Evidence"}
_FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}, "note": TEXT},
            }
        }
    },
}
_HERE = "/api/v1/cases/{number}/evidence"

OPERATIONS = (
    Operation(
        path=_HERE,
        endpoint=evidence,
        name="evidence",
        summary="Files of a case / 证据清单",
        tag="Cases",
        parameters=(NUMBER,),
        answers={
            "200": answer("Files", JSON, {"type": "object"}),
            "304": {"description": "Not modified / 未变化"},
        },
        problems=(400, 404),
        action="read.cases",
    ),
    Operation(
        path=_HERE,
        endpoint=hand_in,
        name="hand_in_evidence",
        summary="Hand in a photo, PDF or office file / 提交证据",
        tag="Cases",
        method="POST",
        parameters=(NUMBER,),
        body=_FORM,
        answers={"201": answer("The file's facts", JSON, _ITEM)},
        problems=(*ADDED, 413),
        action="case.edit",
    ),
    Operation(
        path=f"{_HERE}/{{evidence}}",
        endpoint=fetch,
        name="fetch_evidence",
        summary="One file, as an attachment / 下载证据",
        tag="Cases",
        parameters=(NUMBER, _EVIDENCE),
        answers={
            "200": answer(
                "The bytes", "application/octet-stream", {"type": "string", "format": "binary"}
            )
        },
        problems=(400, 404),
        action="read.cases",
    ),
)
