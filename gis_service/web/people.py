"""The administrator's page of accounts, and the page of the audit trail."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gis_service.api.access import actor_of
from gis_service.api.errors import status_of
from gis_service.api.routes.audit import FILTERS, before_of, filter_of
from gis_service.errors import GisServiceError, ParameterError
from gis_service.model.audit import AuditFilter
from gis_service.model.people import ROLES
from gis_service.services.people import LINK_HOURS
from gis_service.web.rendering import language_of, page, services_of
from gis_service.web.signing import form_of

ON_A_PAGE = 50
NEW = {"login": "", "name": "", "role": "viewer", "street": ""}


async def people(request: Request) -> Response:
    """List everybody; add, change, disable or enable one, or make a link for a new password."""
    if request.method != "POST":
        return await run_in_threadpool(_people_page, request)
    fields = await form_of(request)
    try:
        login, secret = await run_in_threadpool(_change, request, fields)
    except GisServiceError as error:
        refused = error
        return await run_in_threadpool(lambda: _people_page(request, error=refused, fields=fields))
    if secret:
        return await run_in_threadpool(lambda: _people_page(request, login=login, secret=secret))
    return RedirectResponse(f"/people?{urlencode({'done': login})}", 303)


def audit(request: Request) -> Response:
    """Show the audit trail, filtered, the newest first."""
    trail = services_of(request).audit
    error: GisServiceError | None = None
    wanted, before = AuditFilter(), None
    try:
        wanted, before = filter_of(request), before_of(request)
    except ParameterError as refused:
        error = refused
    entries, following = trail.page(wanted, limit=ON_A_PAGE, before=before)
    given = {name: request.query_params.get(name, "") for name in FILTERS}
    kept = {name: value for name, value in given.items() if value}
    return page(
        request,
        "audit.html",
        status=status_of(error) if error else 200,
        message=error.message(language_of(request)) if error else "",
        entries=entries,
        given=given,
        older=f"/audit?{urlencode(kept | {'before': following})}" if following else "",
        newest=f"/audit?{urlencode(kept)}" if before is not None else "",
        head=trail.head(),
    )


def _change(request: Request, fields: dict[str, str]) -> tuple[str, str]:
    """Do what a form asks; give whose account it was, and the token of a new link or ""."""
    store, by = services_of(request).people, actor_of(request)
    login = fields.get("login", "")
    name, role, street = (fields.get(key, "") for key in ("name", "role", "street"))
    match fields.get("do"):
        case "add":
            person, secret = store.add(login, name=name, role=role, street=street, by=by)
            return person.login, secret
        case "change":
            return store.change(login, name=name, role=role, street=street, by=by).login, ""
        case "disable":
            return store.disable(login, by=by).login, ""
        case "enable":
            return store.enable(login, by=by).login, ""
        case "reset":
            return login, store.reset(login, by=by)
    raise ParameterError("不支持此操作。", "There is no such thing to do.", parameter="do")


def _people_page(
    request: Request,
    *,
    login: str = "",
    secret: str = "",
    error: GisServiceError | None = None,
    fields: dict[str, str] | None = None,
) -> Response:
    services, lang = services_of(request), language_of(request)
    base = services.settings.public_url or str(request.base_url).rstrip("/")
    edited = request.query_params.get("edit", "")
    everybody = services.people.all()
    response = page(
        request,
        "people.html",
        status=status_of(error) if error else 200,
        people=everybody,
        edited=next((person for person in everybody if person.login == edited), None),
        roles={role: text.in_language(lang) for role, text in ROLES.items() if role != "anonymous"},
        streets=_streets(request),
        link=f"{base}/link/{secret}" if secret else "",
        login=login,
        hours=LINK_HOURS,
        fields=NEW | (fields if fields and fields.get("do") == "add" else {}),
        done=request.query_params.get("done", ""),
        message=error.message(lang) if error else "",
    )
    if secret:
        response.headers["cache-control"] = "no-store"
    return response


def _streets(request: Request) -> list[str]:
    try:
        rows = services_of(request).overview.read().community_rows
    except GisServiceError:
        return []
    return sorted({str(row["street"]) for row in rows if row.get("street")})
