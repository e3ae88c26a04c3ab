"""The pages of casework: the ledger of cases, and one case with all that is decided on it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gis_service.api.access import actor_of
from gis_service.api.answers import encoded
from gis_service.api.attachments import attached
from gis_service.api.case_queries import FILTERS, filter_of, window_of
from gis_service.api.errors import status_of
from gis_service.api.routes.cases import tag_of
from gis_service.documents import DOCUMENTS
from gis_service.errors import GisServiceError, NotFoundError, ParameterError
from gis_service.maps import render_parts
from gis_service.maps.cases import CLAIMS, LAND, case_map, ledger_map
from gis_service.model.cases import SLIVERS, Case
from gis_service.services.access import may
from gis_service.services.cases import views
from gis_service.services.cases.ledger import CaseFilter
from gis_service.services.cases.lines import lines_in, nearby
from gis_service.services.snapshots import Snapshot
from gis_service.web import case_views, case_words
from gis_service.web.rendering import language_of, page, services_of

ON_A_PAGE = 50
EARLY = ("found", "negotiating")
"""States in which cases are merged and split."""


def ledger(request: Request) -> Response:
    """Show the cases that fit the filter in the address, beside their map."""
    services, lang, actor = services_of(request), language_of(request), actor_of(request)
    wanted, limit, offset, message, status = CaseFilter(), ON_A_PAGE, 0, "", 200
    try:
        wanted = filter_of(request)
        limit, offset = window_of(request)
        found = services.cases.ledger.page(actor, wanted, limit=limit, offset=offset)
    except ParameterError as error:
        message, status = error.message(lang), status_of(error)
        wanted, limit, offset = CaseFilter(), ON_A_PAGE, 0
        found = services.cases.ledger.page(actor, wanted, limit=limit, offset=offset)
    snapshot = services.cases.desk.snapshots.current()
    kept = {} if message else kept_query(request)
    query = urlencode(kept)
    return page(
        request,
        "cases.html",
        status=status,
        message=message,
        given={name: request.query_params.get(name, "") for name in FILTERS},
        rows=[case_views.line(views.case_line(row, snapshot), lang) for row in found.rows],
        columns=case_views.columns(kept, wanted.sort, lang),
        totals=case_views.totals(views.totals_mapping(found.totals), lang),
        choices=case_views.choices(snapshot, _assignees(request), lang),
        query=query,
        suffix=f"?{query}" if query else "",
        pages=case_views.pages(kept, limit, offset, found.totals.cases),
        shown_from=offset + 1,
        may_clean=may(actor, "case.edit"),
        words=case_words.ledger_words(lang),
        parts=render_parts(ledger_map(query, lang)),
    )


def case(request: Request) -> Response:
    """Show one case: facts, map, what may be done, proposals, documents, evidence, timeline."""
    services, lang, actor = services_of(request), language_of(request), actor_of(request)
    file = services.cases.ledger.file(actor, str(request.path_params["number"]))
    snapshot = services.cases.desk.snapshots.current()
    row, policy = file.row.case, snapshot.policy.cases
    moves = services.cases.moving.possible(actor, row, policy)
    document = views.case_document(file, snapshot, moves=moves)
    kept = kept_query(request)
    parties = [(party["code"], party["name"]) for party in document["parties"]]
    editable = may(actor, "case.edit", streets=row.streets)
    newest = snapshot.boundary_version().number
    proposals = [case_views.proposal(p, newest, lang) for p in document["proposals"]]
    deciding = row.is_open and may(actor, "case.propose", streets=row.streets)
    return page(
        request,
        "case.html",
        case=document,
        facts=case_views.facts(document, lang),
        steps=case_views.steps(document, policy, lang),
        badges=case_views.badges(document, lang),
        events=case_views.events(document["events"], lang),
        moves=case_views.moves(document, lang),
        evidence=case_views.evidence(document["evidence"], lang),
        documents=[(d.name, d.title.in_language(lang)) for d in DOCUMENTS.values()],
        proposals=proposals,
        compared=case_views.compared(proposals),
        place=_place(request),
        suffix=f"?{urlencode(kept)}" if kept else "",
        editable=editable,
        mergeable=_mergeable(request, row) if editable else [],
        deciding=deciding,
        ways=case_words.ways(row.kind, lang) if deciding else [],
        land={"type": "FeatureCollection", "features": case_views.land_features(document)},
        land_id=LAND,
        data=_data(request, document, snapshot, deciding=deciding),
        max_mb=services.cases.evidence.max_bytes // 1_000_000,
        parts=render_parts(case_map(
            document["bbox"], [] if row.kind == SLIVERS else parties, kind=row.kind, lang=lang
        )),
    )  # fmt: skip


def kept_query(request: Request) -> dict[str, str]:
    """Give the filter in the address, without what is empty, as pages hand it on."""
    values = request.query_params
    return {name: values[name] for name in FILTERS if values.get(name)}


def stored_lines(request: Request) -> Response:
    """Answer the installation's named roads and rivers near the land of a case, as GeoJSON."""
    services = services_of(request)
    found = services.cases.ledger.get(actor_of(request), str(request.path_params["number"])).case
    named = services.documents.named(found.crs)
    return Response(encoded(nearby(named, found)), media_type="application/geo+json")


async def file_lines(request: Request) -> Response:
    """Answer the lines of a sent file near the land of a case; nothing of it is kept."""
    services, actor = services_of(request), actor_of(request)
    number = str(request.path_params["number"])
    found = (await run_in_threadpool(services.cases.ledger.get, actor, number)).case
    async with attached(request, max_bytes=services.cases.evidence.max_bytes) as sent:
        path = sent.path.rename(sent.path.with_name(sent.file_name))
        read = services.surveys.formats.read_boundaries
        lines = await run_in_threadpool(lambda: lines_in(path, read=read, case=found))
    return Response(encoded(nearby(lines, found)), media_type="application/geo+json")


def case_links(request: Request) -> dict[str, str]:
    """Give which case decides each finding, for maps: key → number; none for who may not know."""
    actor = actor_of(request)
    if not may(actor, "read.cases"):
        return {}
    with suppress(GisServiceError):
        rows = services_of(request).cases.ledger.page(actor, limit=None).rows
        return {part.key: row.case.number for row in rows for part in row.case.parts
                if row.case.is_open}  # fmt: skip
    return {}


def _place(request: Request) -> Any:
    services, actor = services_of(request), actor_of(request)
    number = str(request.path_params["number"])
    with suppress(NotFoundError, ParameterError):
        return services.cases.ledger.place(actor, number, filter_of(request))
    with suppress(NotFoundError):
        return services.cases.ledger.place(actor, number)
    return None


def _mergeable(request: Request, case: Case) -> list[str]:
    """Give the cases that could be merged into this one: alike, and not under review."""
    if case.state not in EARLY:
        return []
    wanted = CaseFilter(kinds=(case.kind,), states=EARLY)
    found = services_of(request).cases.ledger.page(actor_of(request), wanted, limit=None).rows
    return [
        row.case.number
        for row in found
        if row.case.parties == case.parties and row.case.number != case.number
    ]


def _assignees(request: Request) -> list[str]:
    rows = services_of(request).cases.ledger.page(actor_of(request), limit=None).rows
    return sorted({row.case.assignee for row in rows if row.case.assignee})


def _data(
    request: Request, document: dict[str, Any], snapshot: Snapshot, *, deciding: bool
) -> dict[str, Any]:
    """Give what the scripts of a case's page need to know."""
    services, lang = services_of(request), language_of(request)
    found = services.cases.ledger.get(actor_of(request), document["number"]).case
    return {
        "number": document["number"],
        "kind": document["kind"],
        "state": document["state"],
        "etag": tag_of(found),
        "user": actor_of(request).name,
        "version": snapshot.boundary_version().number,
        "moves": document["moves"],
        "deciding": deciding,
        "parties": document["parties"],
        "colours": dict(zip((p["code"] for p in document["parties"]), CLAIMS, strict=False)),
        "proposals": document["proposals"],
        "bbox": document["bbox"],
        "lang": lang,
        "words": case_words.case_words(lang),
    }
