"""``/api/v1/cases``: the ledger of boundary cases, and one case with everything around it."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gis_service.api import parameters
from gis_service.api.access import actor_of
from gis_service.api.answers import GEOJSON, JSON, base_url, encoded, tagged
from gis_service.api.bodies import json_of, numbers_in, text_in, texts_in
from gis_service.api.case_queries import (
    FILTER_PARAMETERS,
    FILTERS,
    WINDOW_PARAMETERS,
    filter_of,
    page_link,
    window_of,
)
from gis_service.api.errors import default_language, language_of
from gis_service.api.operations import Operation, answer, in_path
from gis_service.api.routes.ogc import services_of
from gis_service.api.writing import demand_match, etag_of
from gis_service.model.cases import Case
from gis_service.services.cases import views

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def cases(request: Request) -> Response:
    """Answer a page of the ledger."""
    parameters.only(request, *FILTERS, "limit", "offset")
    body, following = await run_in_threadpool(_page, request)
    headers = None if following is None else {"Link": f'<{following}>; rel="next"; type="{JSON}"'}
    return tagged(request, body, headers=headers)


def _page(request: Request) -> tuple[bytes, str | None]:
    services = services_of(request)
    limit, offset = window_of(request)
    page = services.cases.ledger.page(
        actor_of(request), filter_of(request), limit=limit, offset=offset
    )
    snapshot = services.cases.desk.snapshots.current()
    here, matched = f"{base_url(request)}/api/v1/cases", page.totals.cases
    link = partial(page_link, request, here, limit=limit)
    links = [{"href": link(offset=offset), "rel": "self", "type": JSON}]
    following = link(offset=offset + limit) if offset + limit < matched else None
    if following is not None:
        links.append({"href": following, "rel": "next", "type": JSON})
    if offset:
        links.append({"href": link(offset=max(0, offset - limit)), "rel": "prev", "type": JSON})
    rows = [
        views.case_line(row, snapshot)
        | {"links": [{"href": f"{here}/{row.case.number}", "rel": "item", "type": JSON}]}
        for row in page.rows
    ]
    values = {
        "cases": rows,
        "totals": views.totals_mapping(page.totals),
        "numberMatched": matched,
        "numberReturned": len(rows),
        "links": links,
    }
    return encoded(values), following


async def cases_geojson(request: Request) -> Response:
    """Answer the land of all cases that fit, for the map beside the ledger."""
    parameters.only(request, *FILTERS)
    ledger = services_of(request).cases.ledger
    page = await run_in_threadpool(ledger.page, actor_of(request), filter_of(request), limit=None)
    body = await run_in_threadpool(views.cases_geojson, page.rows, numberMatched=page.totals.cases)
    return tagged(request, body, media_type=GEOJSON)


async def cases_xlsx(request: Request) -> Response:
    """Answer the cases that fit as an Excel file."""
    parameters.only(request, *FILTERS)
    body = await run_in_threadpool(_workbook, request)
    headers = {"Content-Disposition": 'attachment; filename="cases.xlsx"'}
    return tagged(request, body, media_type=XLSX, headers=headers)


def _workbook(request: Request) -> bytes:
    from gis_service.documents.ledger import ledger_workbook

    services = services_of(request)
    page = services.cases.ledger.page(actor_of(request), filter_of(request), limit=None)
    language = language_of(request, default=default_language(request))
    return ledger_workbook(page, services.cases.desk.snapshots.current(), lang=language)


async def case(request: Request) -> Response:
    """Answer one case with its land, timeline, proposals and evidence."""
    parameters.only(request)
    return await run_in_threadpool(case_answer, request)


async def place(request: Request) -> Response:
    """Answer where a case stands among those that fit, and its neighbours' numbers."""
    parameters.only(request, *FILTERS)
    ledger = services_of(request).cases.ledger
    found = await run_in_threadpool(
        ledger.place, actor_of(request), number_of(request), filter_of(request)
    )
    return tagged(
        request,
        encoded(
            {
                "position": found.position,
                "matched": found.matched,
                "previous": found.previous,
                "next": found.next,
            }
        ),
    )


async def edit(request: Request) -> Response:
    """Change who works on a case and until when."""
    parameters.only(request)
    values = await json_of(request, "assignee", "due")
    return await run_in_threadpool(_edited, request, values)


def _edited(request: Request, values: dict[str, Any]) -> Response:
    actor, number = actor_of(request), number_of(request)
    editing = services_of(request).cases.editing
    expected = matched_version(request)
    if "assignee" in values:
        name = text_in(values, "assignee")
        expected = editing.assign(actor, number, assignee=name, expected=expected).version
    if "due" in values:
        editing.set_due(actor, number, due=text_in(values, "due") or None, expected=expected)
    return case_answer(request)


async def comment(request: Request) -> Response:
    """Write a comment into a case's timeline."""
    parameters.only(request)
    values = await json_of(request, "text")
    text = text_in(values, "text", needed=True)
    editing = services_of(request).cases.editing
    await run_in_threadpool(editing.comment, actor_of(request), number_of(request), text=text)
    return await run_in_threadpool(case_answer, request, 201)


async def merge(request: Request) -> Response:
    """Let a case take over the land of others."""
    parameters.only(request)
    others = texts_in(await json_of(request, "others"), "others")
    return await run_in_threadpool(_merged, request, others)


def _merged(request: Request, others: list[str]) -> Response:
    expected = matched_version(request)
    editing = services_of(request).cases.editing
    editing.merge(actor_of(request), number_of(request), others=others, expected=expected)
    return case_answer(request)


async def split(request: Request) -> Response:
    """Give some of a case's parts a case of their own."""
    parameters.only(request)
    parts = numbers_in(await json_of(request, "parts"), "parts")
    return await run_in_threadpool(_split, request, parts)


def _split(request: Request, parts: list[int]) -> Response:
    expected = matched_version(request)
    editing = services_of(request).cases.editing
    actor, number = actor_of(request), number_of(request)
    _, new = editing.split(actor, number, parts=parts, expected=expected)
    return case_answer(request, 201, number=new.number)


async def slivers(request: Request) -> Response:
    """Open the one case that cleans all slivers."""
    parameters.only(request)
    await json_of(request)
    editing = services_of(request).cases.editing
    opened = await run_in_threadpool(editing.open_slivers, actor_of(request))
    return await run_in_threadpool(case_answer, request, 201, number=opened.number)


def number_of(request: Request) -> str:
    """Give the case's number in the address."""
    return str(request.path_params["number"])


def tag_of(case: Case) -> str:
    """Give the tag of a case's present state."""
    return etag_of("case", case.number, case.version)


def matched_version(request: Request) -> int:
    """Give the version for which a change was made, or refuse it (412, 428)."""
    found = services_of(request).cases.ledger.get(actor_of(request), number_of(request))
    demand_match(request, tag_of(found.case))
    return found.case.version


def case_answer(request: Request, status: int = 200, *, number: str | None = None) -> Response:
    """Answer a case as it is now, with its tag."""
    services, actor = services_of(request), actor_of(request)
    wanted = number or number_of(request)
    file = services.cases.ledger.file(actor, wanted)
    snapshot = services.cases.desk.snapshots.current()
    authors = [kept.author for kept in file.proposals if kept.state == "chosen"]
    moves = services.cases.moving.possible(
        actor, file.row.case, snapshot.policy.cases, authors=authors
    )
    here = f"{base_url(request)}/api/v1/cases/{wanted}"
    body = encoded(
        views.case_document(file, snapshot, moves=moves)
        | {
            "links": [
                {"href": here, "rel": "self", "type": JSON},
                {"href": f"{here}/proposals", "rel": "proposals", "type": JSON},
                {"href": f"{here}/evidence", "rel": "evidence", "type": JSON},
            ]
        }
    )
    # The tag is for If-Match; the figures change with the register too, so nothing is kept.
    headers = {"ETag": tag_of(file.row.case), "Cache-Control": "no-store"}
    if status == 201:
        headers["Location"] = f"/api/v1/cases/{wanted}"
    return Response(body, status, headers, JSON)


NUMBER = in_path("number", "Number of the case / 案件编号", {"type": "string"})
CASE = {"$ref": "#/components/schemas/Case"}
CHANGED = (400, 404, 409, 412, 428)
ADDED = (400, 404, 409, 412)
ETAG = {"ETag": {"description": "For If-Match / 用于 If-Match", "schema": {"type": "string"}}}
_PLAIN = {"type": "object"}
_NOT_MODIFIED = {"304": {"description": "Not modified / 未变化"}}


def body_of(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    """Describe a JSON body."""
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        schema["required"] = list(required)
    return {"required": bool(required), "content": {JSON: {"schema": schema}}}


TEXT = {"type": "string", "maxLength": 4000}
CASE_ANSWER = {"200": answer("The case as it is now / 案件现状", JSON, CASE) | {"headers": ETAG}}
CASE_MADE = {"201": answer("The case / 案件", JSON, CASE) | {"headers": ETAG}}

OPERATIONS = (
    Operation(
        path="/api/v1/cases",
        endpoint=cases,
        name="cases",
        summary="Ledger of boundary cases / 案件台账",
        tag="Cases",
        parameters=(*FILTER_PARAMETERS, *WINDOW_PARAMETERS),
        answers={"200": answer("A page with totals over all that fit", JSON, _PLAIN)}
        | _NOT_MODIFIED,
        action="read.cases",
    ),
    Operation(
        path="/api/v1/cases.geojson",
        endpoint=cases_geojson,
        name="cases_geojson",
        summary="Land of the cases / 案件地块",
        tag="Cases",
        parameters=FILTER_PARAMETERS,
        answers={"200": answer("Land", GEOJSON, {"$ref": "#/components/schemas/FeatureCollection"})}
        | _NOT_MODIFIED,
        action="read.cases",
    ),
    Operation(
        path="/api/v1/cases.xlsx",
        endpoint=cases_xlsx,
        name="cases_xlsx",
        summary="Ledger as Excel / 台账导出",
        tag="Cases",
        parameters=FILTER_PARAMETERS,
        answers={"200": answer("A workbook", XLSX, {"type": "string", "format": "binary"})}
        | _NOT_MODIFIED,
        action="read.cases",
    ),
    Operation(
        path="/api/v1/cases/slivers",
        endpoint=slivers,
        name="open_slivers",
        summary="Open the case that cleans all slivers / 细缝清理立案",
        tag="Cases",
        method="POST",
        answers=CASE_MADE,
        problems=(400, 404, 409),
        action="case.edit",
    ),
    Operation(
        path="/api/v1/cases/{number}",
        endpoint=case,
        name="case",
        summary="One case / 一个案件",
        tag="Cases",
        parameters=(NUMBER,),
        answers=CASE_ANSWER,
        problems=(400, 404),
        action="read.cases",
    ),
    Operation(
        path="/api/v1/cases/{number}",
        endpoint=edit,
        name="edit_case",
        summary="Set assignee and due date / 设置经办人和期限",
        tag="Cases",
        method="PATCH",
        parameters=(NUMBER,),
        body=body_of(assignee=TEXT, due={"type": "string", "format": "date", "nullable": True}),
        answers=CASE_ANSWER,
        problems=CHANGED,
        action="case.edit",
    ),
    Operation(
        path="/api/v1/cases/{number}/place",
        endpoint=place,
        name="case_place",
        summary="Place among the cases that fit / 筛选中的位置",
        tag="Cases",
        parameters=(NUMBER, *FILTER_PARAMETERS),
        answers={"200": answer("Position and neighbours", JSON, _PLAIN)} | _NOT_MODIFIED,
        problems=(400, 404),
        action="read.cases",
    ),
    Operation(
        path="/api/v1/cases/{number}/comments",
        endpoint=comment,
        name="comment_case",
        summary="Comment / 填写意见",
        tag="Cases",
        method="POST",
        parameters=(NUMBER,),
        body=body_of(("text",), text=TEXT),
        answers=CASE_MADE,
        problems=ADDED,
        action="case.edit",
    ),
    Operation(
        path="/api/v1/cases/{number}/merge",
        endpoint=merge,
        name="merge_cases",
        summary="Take over the land of other cases / 并案",
        tag="Cases",
        method="POST",
        parameters=(NUMBER,),
        body=body_of(("others",), others={"type": "array", "items": {"type": "string"}}),
        answers=CASE_ANSWER,
        problems=CHANGED,
        action="case.edit",
    ),
    Operation(
        path="/api/v1/cases/{number}/split",
        endpoint=split,
        name="split_case",
        summary="Give parts a case of their own / 分案",
        tag="Cases",
        method="POST",
        parameters=(NUMBER,),
        body=body_of(
            ("parts",), parts={"type": "array", "items": {"type": "integer", "minimum": 1}}
        ),
        answers=CASE_MADE,
        problems=CHANGED,
        action="case.edit",
    ),
)
