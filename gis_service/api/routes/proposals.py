"""``/api/v1/cases/{number}/proposals``: preview, keep, compare and rebase proposals."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gis_service.api import parameters
from gis_service.api.access import actor_of
from gis_service.api.answers import JSON, encoded, tagged
from gis_service.api.bodies import json_of, text_in
from gis_service.api.operations import Operation, answer, in_path
from gis_service.api.routes.cases import (
    ADDED,
    CHANGED,
    ETAG,
    NUMBER,
    TEXT,
    body_of,
    matched_version,
    number_of,
    tag_of,
)
from gis_service.api.routes.ogc import services_of
from gis_service.errors import NotFoundError
from gis_service.services.cases import views
from gis_service.services.cases.opening import land_of_case

PARAMS = ("to", "lines", "owners", "until")


async def preview(request: Request) -> Response:
    """Compute what a resolution would do; nothing is written."""
    parameters.only(request)
    values = await json_of(request, "by", *PARAMS)
    return await run_in_threadpool(_previewed, request, values)


def _previewed(request: Request, values: dict[str, Any]) -> Response:
    services, actor, number = services_of(request), actor_of(request), number_of(request)
    given = _params(request, values)
    by = text_in(values, "by", needed=True)
    found = services.cases.proposals.preview(actor, number, by=by, params=given)
    return Response(encoded(views.preview_document(found)), media_type=JSON)


async def keep(request: Request) -> Response:
    """Compute a resolution and keep it beside the case's other proposals."""
    parameters.only(request)
    values = await json_of(request, "by", "note", *PARAMS)
    return await run_in_threadpool(_kept, request, values)


def _kept(request: Request, values: dict[str, Any]) -> Response:
    services, actor, number = services_of(request), actor_of(request), number_of(request)
    proposal = services.cases.proposals.keep(
        actor,
        number,
        by=text_in(values, "by", needed=True),
        params=_params(request, values),
        note=text_in(values, "note"),
        expected=matched_version(request) if "if-match" in request.headers else None,
    )
    case = services.cases.ledger.get(actor, number).case
    body = encoded(views.proposal_document(proposal, crs=case.crs))
    location = f"/api/v1/cases/{number}/proposals/{proposal.number}"
    return Response(body, 201, {"Location": location, "ETag": tag_of(case)}, JSON)


async def proposals(request: Request) -> Response:
    """Answer all proposals of a case."""
    parameters.only(request)
    kept = await run_in_threadpool(
        services_of(request).cases.proposals.of, actor_of(request), number_of(request)
    )
    return tagged(request, encoded({"proposals": [views.proposal_mapping(p) for p in kept]}))


async def proposal(request: Request) -> Response:
    """Answer one proposal with the communities before and after."""
    parameters.only(request)
    return await run_in_threadpool(_one, request)


def _one(request: Request) -> Response:
    services, actor, number = services_of(request), actor_of(request), number_of(request)
    kept = services.cases.proposals.get(actor, number, proposal_of(request))
    case = services.cases.ledger.get(actor, number).case
    return tagged(request, encoded(views.proposal_document(kept, crs=case.crs)))


async def comparison(request: Request) -> Response:
    """Answer how a stored proposal stands to the newest version."""
    parameters.only(request)
    compare = services_of(request).cases.proposals.compare
    found = await run_in_threadpool(
        compare, actor_of(request), number_of(request), proposal_of(request)
    )
    return tagged(request, encoded(found))


async def rebase(request: Request) -> Response:
    """Compute a stored proposal again on the newest version."""
    parameters.only(request)
    await json_of(request)
    return await run_in_threadpool(_rebased, request)


def _rebased(request: Request) -> Response:
    services, number = services_of(request), number_of(request)
    case, new = services.cases.proposals.rebase(
        actor_of(request), number, proposal=proposal_of(request), expected=matched_version(request)
    )
    body = encoded(views.proposal_document(new, crs=case.crs))
    location = f"/api/v1/cases/{number}/proposals/{new.number}"
    return Response(body, 201, {"Location": location, "ETag": tag_of(case)}, JSON)


def proposal_of(request: Request) -> int:
    """Give the proposal's number in the address; any other text is of no proposal."""
    text = str(request.path_params["proposal"])
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise NotFoundError(f"没有方案“{text}”。", f"There is no proposal {text!r}.", id=text)
    return int(text)


def _params(request: Request, values: dict[str, Any]) -> Any:
    case = services_of(request).cases.ledger.get(actor_of(request), number_of(request)).case
    given = {name: values[name] for name in PARAMS if name in values}
    return views.params_from(given, crs=case.crs, land=land_of_case(case))


_RESOLUTION: dict[str, Any] = {
    "by": {
        "type": "string",
        "description": "award, split, median, follow, joint, longest_border, fill; clean for the "
        "case of slivers",
    },
    "to": {"type": "string", "description": "Code of the community that gets the land"},
    "lines": {"type": "object", "description": "GeoJSON (Multi)LineString, lon/lat"},
    "owners": {
        "type": "array",
        "items": {"type": "array", "items": {}},
        "description": "[lon, lat, code] for pieces: a point in each and who gets it",
    },
    "until": {"type": "string", "format": "date"},
}
_PROPOSAL = in_path("proposal", "Number of the proposal / 方案号", {"type": "integer"})
_PREVIEW = {"$ref": "#/components/schemas/ProposalPreview"}
_STORED = {"$ref": "#/components/schemas/StoredProposal"}
_NOT_MODIFIED = {"304": {"description": "Not modified / 未变化"}}
_HERE = "/api/v1/cases/{number}/proposals"

OPERATIONS = (
    Operation(
        path="/api/v1/cases/{number}/previews",
        endpoint=preview,
        name="preview_case",
        summary="What a resolution would do; nothing is written / 预览方案，不写入",
        tag="Cases",
        method="POST",
        parameters=(NUMBER,),
        body=body_of(("by",), **_RESOLUTION),
        answers={"200": answer("Figures, proof, before and after", JSON, _PREVIEW)},
        problems=(400, 404, 409),
        action="read.cases",
    ),
    Operation(
        path=_HERE,
        endpoint=proposals,
        name="proposals",
        summary="Proposals of a case / 案件的方案",
        tag="Cases",
        parameters=(NUMBER,),
        answers={"200": answer("Proposals", JSON, {"type": "object"})} | _NOT_MODIFIED,
        problems=(400, 404),
        action="read.cases",
    ),
    Operation(
        path=_HERE,
        endpoint=keep,
        name="keep_proposal",
        summary="Keep a proposal / 保存方案",
        tag="Cases",
        method="POST",
        parameters=(NUMBER,),
        body=body_of(("by",), note=TEXT, **_RESOLUTION),
        answers={"201": answer("The proposal", JSON, _STORED) | {"headers": ETAG}},
        problems=ADDED,
        action="case.propose",
    ),
    Operation(
        path=f"{_HERE}/{{proposal}}",
        endpoint=proposal,
        name="proposal",
        summary="One proposal / 一个方案",
        tag="Cases",
        parameters=(NUMBER, _PROPOSAL),
        answers={"200": answer("The proposal", JSON, _STORED)} | _NOT_MODIFIED,
        problems=(400, 404),
        action="read.cases",
    ),
    Operation(
        path=f"{_HERE}/{{proposal}}/comparison",
        endpoint=comparison,
        name="compare_proposal",
        summary="A proposal beside the newest version / 方案与现状对照",
        tag="Cases",
        parameters=(NUMBER, _PROPOSAL),
        answers={"200": answer("Both states", JSON, {"type": "object"})} | _NOT_MODIFIED,
        problems=(400, 404),
        action="read.cases",
    ),
    Operation(
        path=f"{_HERE}/{{proposal}}/rebase",
        endpoint=rebase,
        name="rebase_proposal",
        summary="Compute a proposal again on the newest version / 按现状重算方案",
        tag="Cases",
        method="POST",
        parameters=(NUMBER, _PROPOSAL),
        answers={"201": answer("The new proposal", JSON, _STORED) | {"headers": ETAG}},
        problems=CHANGED,
        action="case.propose",
    ),
)
