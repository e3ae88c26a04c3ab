"""Put the pages on the application: routes, static files, errors as pages."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from gis_service.api.access import identify
from gis_service.api.errors import on_gis_service_error, on_http_error, status_of
from gis_service.errors import GisServiceError, UnauthenticatedError
from gis_service.services import Services
from gis_service.texts import translator
from gis_service.web import (
    cases,
    imports,
    oidc,
    outlook,
    pages,
    people,
    planning,
    policy,
    signing,
    versions,
)
from gis_service.web.files import Assets
from gis_service.web.rendering import language_of, page
from gis_service.web.routing import Page, add_page

MACHINES = ("/api/", "/ogc", "/openapi.json", "/healthz", "/static/")
"""Addresses whose errors stay problem details whoever asks."""

ROUTES = (
    Page("/", pages.dashboard),
    Page("/maps/{name}", pages.map_page),
    Page("/coverage", outlook.coverage),
    Page("/plan", planning.plan, action="jobs.read"),
    Page("/policy", policy.policy),
    Page("/policy", policy.save, ("POST",), "policy.edit"),
    Page("/surveys", pages.surveys),
    Page("/surveys/new", pages.new_survey),
    Page("/surveys/{survey_id:int}", pages.survey),
    Page("/imports", imports.imports, action="boundaries.import"),
    Page("/imports/new", imports.new_import, action="boundaries.import"),
    Page("/imports/{draft_id}", imports.draft, action="boundaries.import"),
    Page("/versions", versions.versions),
    Page("/versions/compare", versions.compare),
    Page("/versions/{number:int}", versions.version),
    Page("/communities/{code}", versions.community),
    Page("/lines/{one}/{other}", versions.line),
    Page("/cases", cases.ledger, action="read.cases"),
    Page("/cases/{number}", cases.case, action="read.cases"),
    Page("/cases/{number}/lines", cases.stored_lines, action="read.cases"),
    Page("/cases/{number}/lines", cases.file_lines, ("POST",), "case.propose"),
    Page("/sign-in", signing.sign_in, ("GET", "POST"), "open"),
    Page("/sign-in/oidc", oidc.start, action="open"),
    Page("/sign-in/oidc/callback", oidc.callback, action="open"),
    Page("/sign-out", signing.sign_out, ("POST",), "open"),
    Page("/link/{token}", signing.link, ("GET", "POST"), "open"),
    Page("/account", signing.account, ("GET", "POST"), "account"),
    Page("/people", people.people, ("GET", "POST"), "users.manage"),
    Page("/audit", people.audit, action="read.audit"),
)


def mount(app: FastAPI, services: Services) -> None:
    """Add the pages and ``/static`` to the application of `gis_service.api`.

    Errors at an address for people, asked for by a browser, become pages; every other answer of
    the application stays as it is.
    """
    app.state.services = services
    for entry in ROUTES:
        add_page(app, entry)
    app.mount("/static", Assets(), name="static")
    app.add_exception_handler(GisServiceError, _on_gis_service_error)
    app.add_exception_handler(HTTPException, _on_http_error)


async def _on_gis_service_error(request: Request, error: Exception) -> Response:
    if not _wants_page(request) or not isinstance(error, GisServiceError):
        return await on_gis_service_error(request, error)
    if isinstance(error, UnauthenticatedError) and error.details.get("reason") != "key":
        return signing.to_sign_in(request)
    return _error_page(request, status_of(error), error.message(language_of(request)))


async def _on_http_error(request: Request, error: Exception) -> Response:
    if not _wants_page(request) or not isinstance(error, HTTPException):
        return await on_http_error(request, error)
    with suppress(GisServiceError):
        await identify(request)
    _ = translator(language_of(request))
    known = {404: _("There is no page at this address.")}
    return _error_page(request, error.status_code, known.get(error.status_code, str(error.detail)))


def _wants_page(request: Request) -> bool:
    asks: Any = request.headers.get("accept", "")
    return "text/html" in asks and not request.url.path.startswith(MACHINES)


def _error_page(request: Request, status: int, message: str) -> Response:
    return page(request, "error.html", status=status, number=status, message=message)
