"""From a request to a page: language, what every page shows, templates with escaping on."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal
from urllib.parse import urlencode

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from gis_service import __version__
from gis_service.api.access import VISITOR, actor_of, csrf_token, set_cookie
from gis_service.api.parameters import as_of_of
from gis_service.errors import GisServiceError
from gis_service.maps import figures
from gis_service.model.people import Actor
from gis_service.services import Services
from gis_service.services.access import may
from gis_service.services.instants import local
from gis_service.services.snapshots import Snapshot
from gis_service.texts import LANGUAGES, NAMES, translator

COOKIE = "lang"
YEAR_S = 365 * 24 * 3600

NAVIGATION = (
    ("/", "dashboard"),
    ("/maps/disputes", "disputes"),
    ("/cases", "cases"),
    ("/coverage", "coverage"),
    ("/versions", "versions"),
    ("/surveys/new", "upload"),
    ("/imports/new", "import"),
    ("/docs", "docs"),
    ("/people", "people"),
    ("/audit", "audit"),
)

NEEDED = {
    "cases": "read.cases",
    "people": "users.manage",
    "audit": "read.audit",
    "import": "boundaries.import",
}
"""Entry of the navigation → action without which it is not shown."""


def services_of(request: Request) -> Services:
    """Give the use cases of the application that answers."""
    services: Services = request.app.state.services
    return services


def language_of(request: Request) -> str:
    """Give ``zh`` or ``en``: by ``?lang=``, else the cookie, else the installation's language."""
    for asked in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if asked in LANGUAGES:
            return asked
    return str(services_of(request).settings.language)


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a template into an answer that is never cached, and keep an asked-for language."""
    lang = language_of(request)
    context = _shared(request, lang) | values
    response = HTMLResponse(
        _environment(lang).get_template(template).render(context),
        status,
        {"Content-Language": "en" if lang == "en" else "zh-CN", "Cache-Control": "no-cache"},
    )
    if request.query_params.get("lang") in LANGUAGES:
        response.set_cookie(COOKIE, lang, max_age=YEAR_S, samesite="lax", httponly=True)
    new_visitor = getattr(request.state, "new_visitor", "")
    if new_visitor:
        set_cookie(request, response, VISITOR, new_visitor)
    return response


def state_of(services: Services, as_of: str | None) -> Snapshot | None:
    """Give the state that a page shows; None where there is none."""
    try:
        return services.snapshots.at(as_of)
    except GisServiceError:
        return None


def _past(request: Request) -> str | None:
    """Give ``as_of`` of a page that takes it."""
    if request.url.path == "/" or request.url.path.startswith("/maps/"):
        return as_of_of(request)
    return None


def _shared(request: Request, lang: str) -> dict[str, Any]:
    other: Literal["zh", "en"] = "zh" if lang == "en" else "en"
    actor = actor_of(request)
    as_of = _past(request)
    state = state_of(services_of(request), as_of)
    query = [(k, v) for k, v in request.query_params.multi_items() if k != "lang"]
    return {
        "lang": lang,
        "nonce": getattr(request.state, "csp_nonce", ""),
        "here": request.url.path,
        "other_language": other,
        "other_name": NAMES[other],
        "switch": f"{request.url.path}?{urlencode([*query, ('lang', other)])}",
        "is_sample": state is not None and state.is_sample,
        "as_of": as_of,
        "boundary_version": None if state is None else state.version,
        "local": local,
        "version": __version__,
        "navigation": [
            (href, _then(href, as_of), name) for href, name in NAVIGATION if _shown(name, actor)
        ],
        "actor": actor,
        "csrf_token": csrf_token(request),
        "may": lambda action: may(actor, action),
    }


def _then(href: str, as_of: str | None) -> str:
    takes = href == "/" or href.startswith("/maps/")
    return f"{href}?{urlencode({'as_of': as_of})}" if as_of is not None and takes else href


def _shown(name: str, actor: Actor) -> bool:
    return may(actor, NEEDED.get(name, "open"))


@cache
def _environment(lang: str) -> Environment:
    made = Environment(
        loader=ChoiceLoader(
            [
                PackageLoader("gis_service.web", "templates"),
                PackageLoader("gis_service.maps", "templates"),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["_"] = translator(lang)
    made.filters["number"] = figures.number
    made.filters["percent"] = figures.percent
    made.filters["area"] = lambda value: figures.area(value, lang)
    return made
