"""The pages of imports: send a file, look at its preview, put it into effect or give it up."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gis_service.api.routes.imports import etag_of_draft
from gis_service.errors import NotFoundError
from gis_service.maps import change_tables, changes, figures, render_parts, words
from gis_service.maps.standalone import notes, summary
from gis_service.model.drafts import DRAFT_STATES, Draft
from gis_service.model.findings import SEVERITIES
from gis_service.model.jobs import Job
from gis_service.texts import translator
from gis_service.web.rendering import language_of, page, services_of
from gis_service.web.words import job_words, upload_words


def imports(request: Request) -> Response:
    """Lead from the list's address to the page that holds it."""
    del request
    return RedirectResponse("/imports/new", 303)


def new_import(request: Request) -> Response:
    """Show the drop zone and the newest drafts."""
    services, lang = services_of(request), language_of(request)
    return page(
        request,
        "import_new.html",
        max_mb=services.settings.max_upload_mb,
        drafts=services.imports.latest(limit=8),
        states={name: text.in_language(lang) for name, text in DRAFT_STATES.items()},
        words=upload_words(lang),
    )


def draft(request: Request) -> Response:
    """Show one draft: how far it is, or its preview."""
    services, lang = services_of(request), language_of(request)
    found = services.imports.get(str(request.path_params["draft_id"]))
    shared: dict[str, Any] = {
        "draft": found,
        "state": DRAFT_STATES[found.state].in_language(lang),
        "etag": etag_of_draft(found),
        "words": job_words(lang),
        "job": _job(request, found),
    }
    if found.state == "ready":
        return page(request, "import_preview.html", **shared, **_preview(found, lang))
    return page(request, "import_state.html", **shared, suggestions=_suggestions(shared["job"]))


def _job(request: Request, draft: Draft) -> Job | None:
    try:
        return services_of(request).jobs.get(draft.job) if draft.job else None
    except NotFoundError:
        return None


def _suggestions(job: Any) -> list[str]:
    problem = getattr(job, "problem", None) or {}
    return [str(text) for text in problem.get("details", {}).get("suggestions", [])]


def _preview(draft: Draft, lang: str) -> dict[str, Any]:
    preview = draft.preview
    built = changes.build(
        lang,
        base=f"/api/v1/imports/{draft.id}/layers/{{}}",
        has_before=preview["base"] is not None,
        any_change=bool(preview["changed"]) or preview["base"] is None,
        findings=True,
    )
    reach = preview["reach"]
    report = preview | {"survey": preview["survey"] | {"area_m2": preview["area_m2"]}}
    return {
        "parts": render_parts(built),
        "shown": [change_tables.changes(preview["listed"], lang)],
        "facts": [*summary(report, lang), *_more(preview, lang)],
        "notes": notes(preview, lang),
        "mapping": preview["survey"]["mapping"],
        "reason": reach["reason"]["en" if lang == "en" else "zh"],
        "choices": reach["choices"],
        "missing": reach["missing"],
        "tallies": _tallies(preview, lang),
    }


def _more(preview: dict[str, Any], lang: str) -> list[tuple[str, str]]:
    _ = translator(lang)
    severities = preview["severities"]
    found = " · ".join(
        f"{text.in_language(lang)} {severities.get(name, 0)}" for name, text in SEVERITIES.items()
    )
    before = preview["findings_before"]
    now = sum(severities.values())
    compared = f"{found}" if before is None else f"{before} → {now} ({found})"
    return [
        (_("Findings before → after"), compared),
        (_("Repaired or noted rows"), str(len(preview["survey"]["notes"]))),
    ]


def _tallies(preview: dict[str, Any], lang: str) -> list[tuple[str, str]]:
    _ = translator(lang)
    named = words.changes(lang)
    tallies = [(named[kind], figures.number(count)) for kind, count in preview["changes"].items()]
    tallies.append((_("Gained m²"), figures.square_metres(preview["gained_m2"])))
    tallies.append((_("Lost m²"), figures.square_metres(preview["lost_m2"])))
    return tallies
