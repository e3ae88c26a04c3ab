"""The pages: each reads the use cases once and fills a template."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gis_service.api.parameters import as_of_of
from gis_service.errors import NotFoundError
from gis_service.maps import MAPS, MapPage, render_parts, tables
from gis_service.maps.standalone import notes, summary, survey_parts
from gis_service.services.overview import Overview
from gis_service.web.cards import cards, street_bars
from gis_service.web.cases import case_links
from gis_service.web.deciding import deciding
from gis_service.web.rendering import language_of, page, services_of
from gis_service.web.words import upload_words

WITH_DECIDING = ("overview", "coverage")
"""Maps below which stands what hangs on the open cases."""

Rows = Iterable[Mapping[str, Any]]

TABLES: dict[str, tuple[Callable[[Rows, str], tables.Table], Callable[[Overview], Rows]]] = {
    "findings": (tables.findings, lambda overview: overview.finding_rows),
    "communities": (tables.communities, lambda overview: overview.community_rows),
    "facilities": (tables.facilities, lambda overview: overview.facility_rows),
    "coverage": (tables.coverage, lambda overview: coverage_rows(overview)),
}
"""Table beside a map → how it is built, and from which rows of the overview."""


def coverage_rows(overview: Overview) -> Rows:
    """Give the communities of the coverage report with their class."""
    rows = []
    for figure in overview.coverage.communities:
        ageing = "unknown" if figure.ageing is None else "not_ageing"
        uncovered = "planned" if figure.covered_with_planned else "uncovered"
        covered = "covered" if figure.covered else uncovered
        rows.append(
            {
                "code": figure.code,
                "name": figure.name,
                "street": figure.street,
                "residents": figure.residents,
                "elders": figure.elders,
                "elder_share": figure.elder_share,
                "class": covered if figure.ageing else ageing,
            }
        )
    return rows


def dashboard(request: Request) -> Response:
    """Show the district at a glance; before the first import, what to do."""
    lang = language_of(request)
    try:
        overview = services_of(request).overview.read(as_of=as_of_of(request))
    except NotFoundError as error:
        return page(request, "empty.html", message=error.message(lang))
    return _with_map(
        request,
        MAPS["overview"],
        overview,
        template="dashboard.html",
        cards=cards(overview, lang),
        bars=street_bars(overview, lang),
    )


def map_page(request: Request) -> Response:
    """Show one map large, with its tables."""
    chosen = MAPS.find(str(request.path_params["name"]))
    overview = services_of(request).overview.read(as_of=as_of_of(request))
    return _with_map(request, chosen, overview, template="map.html")


def new_survey(request: Request) -> Response:
    """Show the upload form and the newest surveys."""
    services = services_of(request)
    return page(
        request,
        "upload.html",
        max_mb=services.settings.max_upload_mb,
        surveys=services.surveys.latest(limit=8),
        words=upload_words(language_of(request)),
    )


def survey(request: Request) -> Response:
    """Show one survey's facts, map and findings."""
    lang = language_of(request)
    stored = services_of(request).surveys.get(int(request.path_params["survey_id"]))
    return page(
        request,
        "survey.html",
        survey=stored,
        facts=summary(stored.report, lang),
        notes=notes(stored.report, lang),
        parts=survey_parts(stored.communities_geojson, stored.findings_geojson, lang),
        shown=[tables.findings(stored.report["findings"], lang)],
    )


def surveys(request: Request) -> Response:
    """Lead from the list's address to the page that holds it."""
    del request
    return RedirectResponse("/surveys/new", 303)


def _with_map(
    request: Request, chosen: MapPage, overview: Overview, *, template: str, **values: Any
) -> HTMLResponse:
    lang = language_of(request)
    return page(
        request,
        template,
        map=chosen,
        title=chosen.title.in_language(lang),
        description=chosen.description.in_language(lang),
        overview=overview,
        parts=render_parts(chosen.build(overview, lang)),
        case_links=case_links(request),
        deciding=deciding(request) if chosen.name in WITH_DECIDING else None,
        shown=[TABLES[name][0](TABLES[name][1](overview), lang) for name in chosen.tables],
        **values,
    )
