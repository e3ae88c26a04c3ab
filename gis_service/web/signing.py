"""The pages for signing in and out, for setting a password by a link, and for one's account."""

from __future__ import annotations

import secrets
from urllib.parse import parse_qs, quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gis_service.api.access import (
    SESSION,
    VISITOR,
    actor_of,
    cookie_name,
    set_cookie,
    visitor_of,
)
from gis_service.api.errors import headers_of, status_of
from gis_service.errors import GisServiceError, NotFoundError, ParameterError, TooLargeError
from gis_service.model.people import ROLES
from gis_service.services.people import LONGEST_KEY_DAYS
from gis_service.services.signing import SignedIn
from gis_service.web.rendering import language_of, page, services_of

MOST_FORM_BYTES = 64 * 1024
HOUR_S = 3600


async def form_of(request: Request) -> dict[str, str]:
    """Read a small form; a field that is repeated or a body that is too long is refused."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_FORM_BYTES:
            raise TooLargeError("表单过大。", "The form is too large.")
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=50)
    except ValueError as error:
        raise ParameterError("表单不可用。", "The form can't be read.") from error
    repeated = [name for name, values in fields.items() if len(values) > 1]
    if repeated:
        raise ParameterError(
            f"表单项 {repeated[0]} 出现了多次。", f"The field {repeated[0]!r} is repeated."
        )
    return {name: values[0] for name, values in fields.items()}


def safe_next(text: str | None) -> str:
    """Give where to go after signing in: an address of this service, else the overview.

    Examples
    --------
    >>> safe_next("/maps/disputes?lang=en"), safe_next("//evil.example"), safe_next("/\\\\evil")
    ('/maps/disputes?lang=en', '/', '/')
    """
    if not text or not text.startswith("/") or not text.isprintable() or "\\" in text:
        return "/"
    parts = urlsplit(text)
    inner = text.startswith("//") or parts.scheme or parts.netloc
    return "/" if inner or parts.path in ("/sign-in", "/sign-out") else text


def to_sign_in(request: Request) -> Response:
    """Lead to the page for signing in, and back afterwards: after a form, to the form's page."""
    asked = urlsplit(str(request.url))
    if request.method not in ("GET", "HEAD"):
        before = urlsplit(request.headers.get("referer", ""))
        asked = before if before.netloc == asked.netloc else urlsplit("/")
    here = f"{asked.path}?{asked.query}" if asked.query else asked.path
    return RedirectResponse(f"/sign-in?next={quote(safe_next(here), safe='')}", 303)


async def sign_in(request: Request) -> Response:
    """Ask for login name and password; with them, begin a session."""
    if request.method != "POST":
        goal = safe_next(request.query_params.get("next"))
        if actor_of(request).role != "anonymous":
            return RedirectResponse(goal, 303)
        return await sign_in_page(request, goal=goal)
    fields = await form_of(request)
    goal = safe_next(fields.get("next"))
    login = fields.get("login", "")
    try:
        signed_in = await run_in_threadpool(
            services_of(request).signing.sign_in,
            login,
            fields.get("password", ""),
            address=address_of(request),
        )
    except GisServiceError as error:
        return await sign_in_page(request, goal=goal, login=login[:64], error=error)
    return began(request, signed_in, goal=goal)


async def sign_out(request: Request) -> Response:
    """End the session."""
    session = getattr(request.state, "session", None)
    if session:
        await run_in_threadpool(services_of(request).signing.sign_out, session)
    response = RedirectResponse("/", 303)
    set_cookie(request, response, SESSION, "")
    return response


async def link(request: Request) -> Response:
    """Let the holder of a one-time link set a password; looking at it does not use it up."""
    secret = str(request.path_params["token"])
    signing = services_of(request).signing
    person = await run_in_threadpool(signing.holder, secret)
    if request.method != "POST":
        return await _link_page(request, person.login)
    fields = await form_of(request)
    try:
        if fields.get("password") != fields.get("again"):
            raise ParameterError(
                "两次输入的密码不同。请重新输入。", "The two passwords differ. Type them again."
            )
        signed_in = await run_in_threadpool(
            signing.set_password, secret, fields.get("password", "")
        )
    except NotFoundError:
        raise
    except GisServiceError as error:
        return await _link_page(request, person.login, error=error)
    return began(request, signed_in, goal="/")


async def account(request: Request) -> Response:
    """Show one's own account and keys; change the password, add or end a key."""
    if request.method != "POST":
        return await _account_page(request)
    fields = await form_of(request)
    services, actor = services_of(request), actor_of(request)
    try:
        match fields.get("do"):
            case "password":
                if fields.get("password") != fields.get("again"):
                    raise ParameterError(
                        "两次输入的密码不同。请重新输入。",
                        "The two passwords differ. Type them again.",
                    )
                signed_in = await run_in_threadpool(
                    lambda: services.signing.change_password(
                        actor,
                        old=fields.get("old", ""),
                        new=fields.get("password", ""),
                        address=address_of(request),
                    )
                )
                return began(request, signed_in, goal="/account?done=password")
            case "add-key":
                secret = await run_in_threadpool(
                    lambda: services.people.add_own_key(
                        fields.get("name", ""),
                        role=fields.get("role", ""),
                        days=whole_number(fields.get("days", ""), name="days"),
                        by=actor,
                    )
                )
                return await _account_page(request, secret=secret)
            case "revoke-key":
                name = fields.get("name", "")
                await run_in_threadpool(lambda: services.people.revoke_key(name, by=actor))
                return RedirectResponse("/account?done=key", 303)
    except GisServiceError as error:
        return await _account_page(request, error=error)
    return RedirectResponse("/account", 303)


def began(request: Request, signed_in: SignedIn, *, goal: str) -> Response:
    """Lead on with the cookie of a new session."""
    response = RedirectResponse(goal, 303)
    hours = services_of(request).settings.session_hours
    set_cookie(request, response, SESSION, signed_in.token, max_age_s=hours * HOUR_S)
    if cookie_name(request, VISITOR) in request.cookies:
        set_cookie(request, response, VISITOR, "")
    return response


def as_visitor(request: Request) -> None:
    """Give a browser without a session what its forms' tokens are made from."""
    if not visitor_of(request):
        request.state.new_visitor = secrets.token_urlsafe(32)


def address_of(request: Request) -> str:
    """Give from where the request comes."""
    return request.client.host if request.client else ""


def whole_number(text: str, *, name: str) -> int:
    """Read a whole number of a form, or refuse it."""
    if not (text.strip().isdecimal() and text.isascii() and len(text.strip()) < 10):
        raise ParameterError(
            f"{name} 的值“{text[:40]}”不可用；应为整数。",
            f"{name} has {text[:40]!r}; give a whole number.",
            parameter=name,
        )
    return int(text)


async def sign_in_page(
    request: Request, *, goal: str, login: str = "", error: GisServiceError | None = None
) -> Response:
    """Give the page for signing in, with what went wrong."""
    as_visitor(request)
    status = status_of(error) if error else 200
    response = await run_in_threadpool(
        lambda: page(
            request,
            "sign_in.html",
            status=status,
            goal=goal,
            login=login,
            oidc=bool(getattr(services_of(request).settings, "oidc_issuer", None)),
            message=error.message(language_of(request)) if error else "",
        )
    )
    response.headers.update(headers_of(error, status) if error and status == 429 else {})
    return response


async def _link_page(
    request: Request, login: str, *, error: GisServiceError | None = None
) -> Response:
    as_visitor(request)
    response = await run_in_threadpool(
        lambda: page(
            request,
            "link.html",
            status=status_of(error) if error else 200,
            login=login,
            message=error.message(language_of(request)) if error else "",
        )
    )
    response.headers["referrer-policy"] = "no-referrer"
    response.headers["cache-control"] = "no-store"
    return response


async def _account_page(
    request: Request, *, secret: str = "", error: GisServiceError | None = None
) -> Response:
    people, actor = services_of(request).people, actor_of(request)
    lang = language_of(request)
    person = await run_in_threadpool(people.get, actor.name)
    keys = await run_in_threadpool(lambda: people.keys(owner=actor.name))
    response = await run_in_threadpool(
        lambda: page(
            request,
            "account.html",
            status=status_of(error) if error else 200,
            person=person,
            keys=keys,
            roles={name: text.in_language(lang) for name, text in ROLES.items()},
            own_roles=dict.fromkeys((person.role, "viewer")),
            longest_days=LONGEST_KEY_DAYS,
            secret=secret,
            done=request.query_params.get("done", ""),
            message=error.message(lang) if error else "",
        )
    )
    if secret:
        response.headers["cache-control"] = "no-store"
    return response
