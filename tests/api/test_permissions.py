"""Every route × every role: one table, and each cell is really asked.

**A new route** needs one line in `TABLE`: method, path as it is registered, action, and an address
to ask (with the parts of the path filled in, so that it leads to nothing where that matters). The
action is looked up in `EXPECTED`, which says, role by role, who gets past the door; a new action
needs one line there. What stands in the table is compared with what the application has: a route
that is not listed, that is listed with another action, or that nobody guards, fails.

"Past the door" means neither 401 nor 403 (nor the way to the page for signing in): the endpoint
itself may then say 404 or 400, because the addresses and the empty bodies asked here lead to
nothing. What depends on the thing (street staff and their own street's cases) is tested beside
the thing.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from starlette.routing import Mount, Route

from gis_service import web
from gis_service.api.access import OPEN_MOUNTS
from gis_service.api.app import create_app
from gis_service.services.access import PERMISSIONS

ROLES = ("anonymous", "viewer", "street", "bureau", "approver", "administrator")

EXPECTED = {
    # action:             anonymous viewer street bureau approver administrator
    "open":                "yes       yes    yes    yes    yes      yes",
    "read":                "yes       yes    yes    yes    yes      yes",
    "account":             "no        yes    yes    yes    yes      yes",
    "read.cases":          "no        yes    yes    yes    yes      yes",
    "jobs.read":           "no        yes    yes    yes    yes      yes",
    "read.blocks":         "no        no     yes    yes    no       yes",
    "read.audit":          "no        no     no     no     yes      yes",
    "survey.upload":       "no        no     yes    yes    no       yes",
    "boundaries.import":   "no        no     no     yes    no       yes",
    "boundaries.rollback": "no        no     no     yes    no       yes",
    "register.edit":       "no        no     no     yes    no       yes",
    "policy.edit":         "no        no     no     yes    no       yes",
    "case.edit":           "no        no     yes    yes    no       yes",
    "case.negotiate":      "no        no     yes    yes    no       yes",
    "case.propose":        "no        no     yes    yes    no       yes",
    "case.review":         "no        no     no     yes    no       yes",
    "case.approve":        "no        no     no     no     yes      yes",
    "case.apply":          "no        no     no     yes    yes      yes",
    "case.file":           "no        no     no     yes    no       yes",
    "plan.edit":           "no        no     no     yes    no       yes",
    "users.manage":        "no        no     no     no     no       yes",
}  # fmt: skip


class Row(NamedTuple):
    """A route: how it is registered, what it needs, and an address that asks it."""

    method: str
    path: str
    action: str
    address: str = ""


TABLE = (
    # the interface: /ogc and /api
    Row("GET", "/ogc", "read"),
    Row("GET", "/ogc/conformance", "read"),
    Row("GET", "/ogc/collections", "read"),
    Row("GET", "/ogc/collections/{collection_id}", "read", "/ogc/collections/communities"),
    Row("GET", "/ogc/collections/{collection_id}/items", "read",
        "/ogc/collections/communities/items"),
    Row("GET", "/ogc/collections/{collection_id}/items/{feature_id:path}", "read",
        "/ogc/collections/communities/items/A"),
    Row("GET", "/ogc/tileMatrixSets", "read"),
    Row("GET", "/ogc/tileMatrixSets/{tms}", "read", "/ogc/tileMatrixSets/WebMercatorQuad"),
    Row("GET", "/ogc/tiles", "read"),
    Row("GET", "/ogc/tiles/{tms}", "read", "/ogc/tiles/WebMercatorQuad"),
    Row("GET", "/ogc/tiles/{tms}/{zoom}/{row}/{column}", "read",
        "/ogc/tiles/WebMercatorQuad/0/0/0"),
    Row("GET", "/ogc/collections/{collection_id}/tiles", "read",
        "/ogc/collections/communities/tiles"),
    Row("GET", "/ogc/collections/{collection_id}/tiles/{tms}", "read",
        "/ogc/collections/communities/tiles/WebMercatorQuad"),
    Row("GET", "/ogc/collections/{collection_id}/tiles/{tms}/{zoom}/{row}/{column}", "read",
        "/ogc/collections/communities/tiles/WebMercatorQuad/0/0/0"),
    Row("GET", "/ogc/collections/{collection_id}/schema", "read",
        "/ogc/collections/communities/schema"),
    Row("GET", "/ogc/collections/{collection_id}/queryables", "read",
        "/ogc/collections/communities/queryables"),
    Row("GET", "/ogc/collections/{collection_id}/sortables", "read",
        "/ogc/collections/communities/sortables"),
    Row("POST", "/api/v1/surveys", "survey.upload"),
    Row("GET", "/api/v1/surveys", "read"),
    Row("GET", "/api/v1/surveys/{survey_id}", "read", "/api/v1/surveys/1"),
    Row("GET", "/api/v1/surveys/{survey_id}/findings", "read", "/api/v1/surveys/1/findings"),
    Row("GET", "/api/v1/surveys/{survey_id}/communities", "read",
        "/api/v1/surveys/1/communities"),
    Row("GET", "/api/v1/cases/{number}/documents", "read.cases", "/api/v1/cases/none/documents"),
    Row("GET", "/api/v1/cases/{number}/documents.zip", "read.cases",
        "/api/v1/cases/none/documents.zip"),
    Row("GET", "/api/v1/cases/{number}/documents/{name}", "read.cases",
        "/api/v1/cases/none/documents/map"),
    Row("GET", "/api/v1/communities/{code}/fact-sheet.pdf", "read.cases",
        "/api/v1/communities/none/fact-sheet.pdf"),
    Row("POST", "/api/v1/imports", "boundaries.import"),
    Row("GET", "/api/v1/imports", "boundaries.import"),
    Row("GET", "/api/v1/imports/{draft_id}", "boundaries.import", "/api/v1/imports/none"),
    Row("DELETE", "/api/v1/imports/{draft_id}", "boundaries.import", "/api/v1/imports/none"),
    Row("GET", "/api/v1/imports/{draft_id}/layers/{layer}", "boundaries.import",
        "/api/v1/imports/none/layers/pieces"),
    Row("POST", "/api/v1/imports/{draft_id}/read", "boundaries.import",
        "/api/v1/imports/none/read"),
    Row("POST", "/api/v1/imports/{draft_id}/confirm", "boundaries.import",
        "/api/v1/imports/none/confirm"),
    Row("GET", "/api/v1/jobs", "jobs.read"),
    Row("GET", "/api/v1/jobs/{job_id}", "jobs.read", "/api/v1/jobs/none"),
    Row("GET", "/api/v1/jobs/{job_id}/events", "jobs.read", "/api/v1/jobs/none/events"),
    Row("POST", "/api/v1/jobs/{job_id}/cancel", "jobs.read", "/api/v1/jobs/none/cancel"),
    Row("GET", "/api/v1/versions", "read"),
    Row("GET", "/api/v1/versions/compare", "read"),
    Row("GET", "/api/v1/versions/compare/layers/{layer}", "read",
        "/api/v1/versions/compare/layers/pieces"),
    Row("POST", "/api/v1/versions/rollback", "boundaries.rollback"),
    Row("GET", "/api/v1/versions/{number}", "read", "/api/v1/versions/1"),
    Row("GET", "/api/v1/communities/{code}/history", "read", "/api/v1/communities/A/history"),
    Row("GET", "/api/v1/lines/{one}/{other}/history", "read", "/api/v1/lines/A/B/history"),
    Row("GET", "/api/v1/coverage", "read"),
    Row("GET", "/api/v1/coverage/sensitivity", "read"),
    Row("GET", "/api/v1/coverage/outlook", "read"),
    Row("GET", "/api/v1/coverage/layers/{layer}", "read", "/api/v1/coverage/layers/communities"),
    Row("GET", "/api/v1/coverage/report.{form}", "read", "/api/v1/coverage/report.xlsx"),
    Row("GET", "/api/v1/coverage/unreached", "read.blocks"),
    Row("POST", "/api/v1/plans", "plan.edit"),
    Row("POST", "/api/v1/plans/score", "plan.edit"),
    Row("GET", "/api/v1/scenarios", "jobs.read"),
    Row("POST", "/api/v1/scenarios", "plan.edit"),
    Row("POST", "/api/v1/scenarios/{number}/facilities", "register.edit",
        "/api/v1/scenarios/9999/facilities"),
    Row("GET", "/api/v1/scenarios/compare", "jobs.read"),
    Row("GET", "/api/v1/scenarios/{number}", "jobs.read", "/api/v1/scenarios/9999"),
    Row("GET", "/api/v1/audit", "read.audit"),
    Row("GET", "/healthz", "open"),
    Row("GET", "/docs", "read"),
    Row("GET", "/openapi.json", "read"),
    # cases
    Row("GET", "/api/v1/cases", "read.cases"),
    Row("GET", "/api/v1/cases.geojson", "read.cases"),
    Row("GET", "/api/v1/cases.xlsx", "read.cases"),
    Row("POST", "/api/v1/cases/slivers", "case.edit"),
    Row("GET", "/api/v1/cases/{number}", "read.cases", "/api/v1/cases/LH-2026-9999"),
    Row("PATCH", "/api/v1/cases/{number}", "case.edit", "/api/v1/cases/LH-2026-9999"),
    Row("GET", "/api/v1/cases/{number}/place", "read.cases", "/api/v1/cases/LH-2026-9999/place"),
    Row("POST", "/api/v1/cases/{number}/comments", "case.edit",
        "/api/v1/cases/LH-2026-9999/comments"),
    Row("POST", "/api/v1/cases/{number}/merge", "case.edit", "/api/v1/cases/LH-2026-9999/merge"),
    Row("POST", "/api/v1/cases/{number}/split", "case.edit", "/api/v1/cases/LH-2026-9999/split"),
    Row("POST", "/api/v1/cases/{number}/negotiate", "case.negotiate",
        "/api/v1/cases/LH-2026-9999/negotiate"),
    Row("POST", "/api/v1/cases/{number}/propose", "case.propose",
        "/api/v1/cases/LH-2026-9999/propose"),
    Row("POST", "/api/v1/cases/{number}/review", "case.review",
        "/api/v1/cases/LH-2026-9999/review"),
    Row("POST", "/api/v1/cases/{number}/approve", "case.approve",
        "/api/v1/cases/LH-2026-9999/approve"),
    Row("POST", "/api/v1/cases/{number}/apply", "case.apply", "/api/v1/cases/LH-2026-9999/apply"),
    Row("POST", "/api/v1/cases/{number}/file", "case.file", "/api/v1/cases/LH-2026-9999/file"),
    Row("POST", "/api/v1/cases/{number}/return", "case.apply", "/api/v1/cases/LH-2026-9999/return"),
    Row("POST", "/api/v1/cases/{number}/withdraw", "case.edit",
        "/api/v1/cases/LH-2026-9999/withdraw"),
    Row("POST", "/api/v1/cases/{number}/reopen", "case.edit", "/api/v1/cases/LH-2026-9999/reopen"),
    Row("POST", "/api/v1/cases/{number}/previews", "read.cases",
        "/api/v1/cases/LH-2026-9999/previews"),
    Row("GET", "/api/v1/cases/{number}/proposals", "read.cases",
        "/api/v1/cases/LH-2026-9999/proposals"),
    Row("POST", "/api/v1/cases/{number}/proposals", "case.propose",
        "/api/v1/cases/LH-2026-9999/proposals"),
    Row("GET", "/api/v1/cases/{number}/proposals/{proposal}", "read.cases",
        "/api/v1/cases/LH-2026-9999/proposals/1"),
    Row("GET", "/api/v1/cases/{number}/proposals/{proposal}/comparison", "read.cases",
        "/api/v1/cases/LH-2026-9999/proposals/1/comparison"),
    Row("POST", "/api/v1/cases/{number}/proposals/{proposal}/rebase", "case.propose",
        "/api/v1/cases/LH-2026-9999/proposals/1/rebase"),
    Row("GET", "/api/v1/cases/{number}/evidence", "read.cases",
        "/api/v1/cases/LH-2026-9999/evidence"),
    Row("POST", "/api/v1/cases/{number}/evidence", "case.edit",
        "/api/v1/cases/LH-2026-9999/evidence"),
    Row("GET", "/api/v1/cases/{number}/evidence/{evidence}", "read.cases",
        "/api/v1/cases/LH-2026-9999/evidence/1"),
    Row("GET", "/api/v1/coverage/deciding-cases", "read.cases"),
    # the pages
    Row("GET", "/", "read"),
    Row("GET", "/coverage", "read"),
    Row("GET", "/plan", "jobs.read"),
    Row("GET", "/policy", "read"),
    Row("POST", "/policy", "policy.edit"),
    Row("GET", "/maps/{name}", "read", "/maps/disputes"),
    Row("GET", "/surveys", "read"),
    Row("GET", "/surveys/new", "read"),
    Row("GET", "/surveys/{survey_id:int}", "read", "/surveys/1"),
    Row("GET", "/imports", "boundaries.import"),
    Row("GET", "/imports/new", "boundaries.import"),
    Row("GET", "/imports/{draft_id}", "boundaries.import", "/imports/none"),
    Row("GET", "/versions", "read"),
    Row("GET", "/versions/compare", "read"),
    Row("GET", "/versions/{number:int}", "read", "/versions/1"),
    Row("GET", "/communities/{code}", "read", "/communities/A"),
    Row("GET", "/lines/{one}/{other}", "read", "/lines/A/B"),
    Row("GET", "/cases", "read.cases"),
    Row("GET", "/cases/{number}", "read.cases", "/cases/none"),
    Row("GET", "/cases/{number}/lines", "read.cases", "/cases/none/lines"),
    Row("POST", "/cases/{number}/lines", "case.propose", "/cases/none/lines"),
    Row("GET", "/sign-in", "open"),
    Row("POST", "/sign-in", "open"),
    Row("GET", "/sign-in/oidc", "open"),
    Row("GET", "/sign-in/oidc/callback", "open"),
    Row("POST", "/sign-out", "open"),
    Row("GET", "/link/{token}", "open", "/link/none"),
    Row("POST", "/link/{token}", "open", "/link/none"),
    Row("GET", "/account", "account"),
    Row("POST", "/account", "account"),
    Row("GET", "/people", "users.manage"),
    Row("POST", "/people", "users.manage"),
    Row("GET", "/audit", "read.audit"),
)  # fmt: skip

ENDING = {("POST", "/sign-out"), ("POST", "/sign-in")}
"""Asked without a session's cookie: they would end the session that the other cells need."""


@pytest.fixture(scope="module")
def application(services: Any, client: Any) -> Any:
    """The whole application, pages too, as `Client` asks it."""
    app = create_app(services)
    web.mount(app, services)
    return type(client)(app)


def _routes(app: Any) -> dict[tuple[str, str], Any]:
    found = {}
    for route in app.routes:
        if isinstance(route, Mount):
            assert route.path in OPEN_MOUNTS, f"nobody guards the mount {route.path}"
            continue
        assert isinstance(route, Route), f"an unknown kind of route: {route}"
        for method in sorted((route.methods or set()) - {"HEAD"}):
            found[method, route.path] = route
    return found


def test_every_route_is_in_the_table_with_its_action(application: Any) -> None:
    guarded = {
        key: getattr(route.endpoint, "action", "UNGUARDED")
        for key, route in _routes(application.app).items()
    }
    listed = {(row.method, row.path): row.action for row in TABLE}
    assert len(listed) == len(TABLE), "a route is listed twice"
    assert guarded == listed


def test_the_table_of_permissions_is_the_expected_one() -> None:
    allowed = {
        action: {role for role, cell in zip(ROLES, cells.split(), strict=True) if cell == "yes"}
        for action, cells in EXPECTED.items()
    }
    assert allowed == {action: set(roles) for action, roles in PERMISSIONS.items()}


def _ask(application: Any, sign_in: Any, row: Row, role: str, *, accept: str) -> Any:
    asking = application
    if role != "anonymous" and (row.method, row.path) not in ENDING:
        asking = sign_in(application, role)
    return asking.request(row.method, row.address or row.path, headers={"accept": accept})


def _cells() -> list[Any]:
    return [
        pytest.param(row, role, cell == "yes", id=f"{row.method} {row.path} {role}")
        for row in TABLE
        for role, cell in zip(ROLES, EXPECTED[row.action].split(), strict=True)
    ]


@pytest.mark.parametrize(("row", "role", "allowed"), _cells())
def test_a_role_gets_where_the_table_says(
    application: Any, sign_in: Any, row: Row, role: str, allowed: bool
) -> None:
    answer = _ask(application, sign_in, row, role, accept="application/json")
    refused = answer.status_code in (401, 403) and answer.json().get("details", {}).get(
        "reason"
    ) not in ("csrf",)
    assert answer.status_code < 500, answer.text
    assert refused == (not allowed), answer.text
    if not allowed:
        assert answer.status_code == (401 if role == "anonymous" else 403)
        assert ("www-authenticate" in answer.headers) == (answer.status_code == 401)


@pytest.mark.parametrize("row", [r for r in TABLE if not r.path.startswith(("/api/", "/ogc"))],
                         ids=lambda row: f"{row.method} {row.path}")  # fmt: skip
def test_a_page_that_needs_signing_in_leads_a_browser_there(
    application: Any, sign_in: Any, row: Row
) -> None:
    answer = _ask(application, sign_in, row, "anonymous", accept="text/html")
    to_sign_in = answer.headers.get("location", "").startswith("/sign-in?next=")
    assert to_sign_in == (EXPECTED[row.action].split()[0] == "no")


def test_an_unknown_key_opens_nothing_not_even_what_is_open_to_all(application: Any) -> None:
    for value in ("Bearer gsk_nobody", "Basic YWRtaW46YWRtaW4=", "Bearer"):
        for row in TABLE:
            answer = application.request(
                row.method, row.address or row.path, headers={"authorization": value}
            )
            assert answer.status_code == 401, row
            assert "invalid_token" in answer.headers["www-authenticate"]


def test_a_session_without_its_csrf_token_writes_nothing(application: Any, sign_in: Any) -> None:
    who = sign_in(application, "administrator").who
    for row in (r for r in TABLE if r.method != "GET"):
        answer = application.request(
            row.method, row.address or row.path, headers={"cookie": who.headers["cookie"]}
        )
        assert answer.status_code == 403, row
        assert answer.json()["details"] == {"reason": "csrf"}


def test_an_installation_may_ask_everybody_to_sign_in(
    services: Any, client: Any, sign_in: Any
) -> None:
    from dataclasses import replace

    closed = replace(services, settings=services.settings.model_copy(update={"anonymous": "none"}))
    app = create_app(closed)
    web.mount(app, closed)
    asking = type(client)(app)
    for row in TABLE:
        if row.action == "read":
            address = row.address or row.path
            assert asking.request(row.method, address).status_code == 401, row
            signed_in = sign_in(asking, "viewer").request(row.method, address)
            assert signed_in.status_code not in (401, 403), row
    assert asking.get("/healthz").status_code == 200
    assert asking.get("/sign-in").status_code == 200
    assert asking.get("/static/app.css").status_code == 200
