"""The pages of the history: versions, what differs between two, communities and lines."""

from __future__ import annotations

from typing import Any

import shapely
from starlette.requests import Request
from starlette.responses import Response

from gis_service.api import parameters
from gis_service.api.routes.versions import etag_of_newest
from gis_service.maps import change_tables, changes, figures, render_parts, words
from gis_service.maps.standalone import summary
from gis_service.services.instants import local
from gis_service.services.versions import Comparison
from gis_service.web.rendering import language_of, page, services_of
from gis_service.web.words import job_words

ON_A_PAGE = 100


def versions(request: Request) -> Response:
    """Show the versions, newest first."""
    service, lang = services_of(request).versions, language_of(request)
    before = parameters.number_of(request, "before")
    found = service.latest(ON_A_PAGE, before=before)
    newest = service.latest(1)
    return page(
        request,
        "versions.html",
        found=found,
        local=local,
        newest=newest[0].number if newest else 0,
        etag=etag_of_newest(newest),
        older=found[-1].number if found and found[-1].number > 1 else None,
        words=job_words(lang),
    )


def version(request: Request) -> Response:
    """Show one version: its facts, the file behind it, and the way back to it."""
    service, lang = services_of(request).versions, language_of(request)
    found = service.get(int(request.path_params["number"]))
    newest = service.latest(1)
    survey = service.survey(found.number)
    facts = _file_facts(dict(survey), lang) if survey.get("path") else []
    return page(
        request,
        "version.html",
        shown=found,
        local=local,
        facts=facts,
        rolled_back_to=survey.get("rolled_back_to"),
        newest=newest[0].number if newest else 0,
        etag=etag_of_newest(newest),
        words=job_words(lang),
    )


def compare(request: Request) -> Response:
    """Show what differs between two versions, on a map and in tables."""
    service, lang = services_of(request).versions, language_of(request)
    newest = service.latest(1)
    last = newest[0].number if newest else 1
    b = parameters.number_of(request, "b") or last
    a = parameters.number_of(request, "a") or max(1, b - 1)
    compared = service.compare(a, b)
    query = f"a={a}&b={b}"
    built = changes.build(
        lang,
        base=f"/api/v1/versions/compare/layers/{{}}?{query}",
        as_of=str(a),
        any_change=bool(compared.differences.communities),
    )
    return page(
        request,
        "compare.html",
        compared=compared,
        local=local,
        last=last,
        parts=render_parts(built),
        shown=[
            change_tables.changes(
                [change.to_mapping() for change in compared.differences.communities], lang
            ),
            change_tables.pieces(_pieces(compared), lang),
        ],
        tallies=[(words.changes(lang)[kind], count) for kind, count in compared.counts.items()],
    )


def community(request: Request) -> Response:
    """Show the versions in which one community came, changed or went."""
    services, lang = services_of(request), language_of(request)
    code = str(request.path_params["code"])
    events = services.versions.community(code)
    named = words.changes(lang)
    return page(
        request,
        "community.html",
        code=code,
        name=events[0].change.name_after or events[0].change.name_before,
        events=[
            {
                "version": event.version,
                "kinds": " · ".join(named[kind] for kind in event.change.kinds),
                "gained": figures.square_metres(event.change.gained_m2),
                "lost": figures.square_metres(event.change.lost_m2),
            }
            for event in events
        ],
        neighbours=_neighbours(request, code),
        local=local,
    )


def line(request: Request) -> Response:
    """Show the versions that moved the line between two communities."""
    one, other = (str(request.path_params[name]) for name in ("one", "other"))
    events = services_of(request).versions.line(one, other)
    rows = [
        {"version": event.version, "length": figures.number(event.length_m, 1)} for event in events
    ]
    return page(request, "line.html", one=one, other=other, events=rows, local=local)


def _pieces(compared: Comparison) -> list[dict[str, Any]]:
    pieces = compared.differences.pieces
    largest = pieces.sort_values("area_m2", ascending=False, kind="stable")
    return [dict(row) for row in largest[["from", "to", "area_m2"]].to_dict("records")]


def _file_facts(survey: dict[str, Any], lang: str) -> list[tuple[str, str]]:
    report = {"survey": {"area_m2": 0.0} | survey, "counts": {}}
    facts = summary(report, lang)
    return [facts[0], facts[1], *facts[4:], ("SHA-256", str(survey["sha256"]))]


def _neighbours(request: Request, code: str) -> list[tuple[str, str]]:
    """Give code and name of the communities that meet one in the newest version."""
    layer = services_of(request).snapshots.current().communities
    shapes = layer.geometry.to_numpy()
    own = shapes[layer.index == code]
    own = own[~shapely.is_missing(own)]
    if len(own) == 0:
        return []
    land = shapely.buffer(shapely.union_all(shapely.make_valid(own)), 0.01)
    shapely.prepare(land)
    met = shapely.intersects(land, shapes) & (layer.index != code)
    return sorted(
        {(str(c), str(n)) for c, n in zip(layer.index[met], layer["name"][met], strict=True) if c}
    )
