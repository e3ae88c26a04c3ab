"""Who asks, and whether they may: stands before every endpoint of the API and of the pages."""

from __future__ import annotations

import functools
import hmac
import inspect
import re
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from gis_service.api.security import SAFE_METHODS
from gis_service.api.writing import once
from gis_service.errors import ForbiddenError, UnauthenticatedError
from gis_service.model.people import ANONYMOUS, Actor
from gis_service.services.access import PERMISSIONS, refusal, require

SESSION = "session"
VISITOR = "visitor"
CSRF_FIELD = "csrf_token"
CSRF_HEADER = "x-csrf-token"
PEEKED_BYTES = 8192

OPEN_MOUNTS = frozenset({"/static"})
"""Mounted applications that ask nobody who they are; a test refuses any other."""

_IN_FORM = re.compile(
    rb'(?:^|&)csrf_token=([0-9a-f]{64})(?=&|$)|name="csrf_token"\r\n\r\n([0-9a-f]{64})\r\n'
)

Endpoint = Callable[[Request], Awaitable[Response]]


def guarded(endpoint: Callable[[Request], Any], *, action: str, form: bool = False) -> Endpoint:
    """Wrap an endpoint: it runs only for who may do ``action``.

    Before it, ``request.state.actor`` is set (see `actor_of`), a request that a session's cookie
    brings must carry the session's CSRF token when its method is unsafe, and a POST with an
    ``Idempotency-Key`` is answered once.

    Parameters
    ----------
    endpoint
        Takes the request; a plain function runs in a thread.
    action
        A name of `gis_service.services.access.PERMISSIONS`.
    form
        Whether the endpoint is a page's form: then the token is asked of visitors too.
    """
    if action not in PERMISSIONS:
        raise ValueError(f"{action!r} is no action of services.access.PERMISSIONS")

    @functools.wraps(endpoint)
    async def answer(request: Request) -> Response:
        actor = await identify(request)
        allow(request, actor, action)
        request = await _with_token_checked(request, form=form)
        if request.method == "POST" and request.url.path.startswith("/api/"):
            return await once(request, actor, run)
        return await run(request)

    async def run(request: Request) -> Response:
        if inspect.iscoroutinefunction(endpoint):
            response: Response = await endpoint(request)
        else:
            response = await run_in_threadpool(endpoint, request)
        return response

    answer.__dict__["action"] = action
    return answer


def actor_of(request: Request) -> Actor:
    """Give who asks; nobody where no endpoint has been reached."""
    actor: Actor = getattr(request.state, "actor", ANONYMOUS)
    return actor


async def identify(request: Request) -> Actor:
    """Find who asks by API key or session cookie, and keep it in ``request.state``.

    Raises
    ------
    UnauthenticatedError
        When an API key is given that does not hold. A session that is over is nobody's.
    """
    known: Actor | None = getattr(request.state, "actor", None)
    if known is not None:
        return known
    signing = request.app.state.services.signing
    request.state.session = None
    actor = ANONYMOUS
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    cookie = request.cookies.get(cookie_name(request, SESSION))
    if scheme:
        if scheme.lower() != "bearer" or not secret.strip():
            raise UnauthenticatedError(
                "Authorization 头不可用；应为 Bearer 加 API 密钥。",
                "The Authorization header can't be used; send Bearer and an API key.",
                reason="key",
            )
        actor = await run_in_threadpool(signing.actor_of_key, secret.strip())
    elif cookie:
        actor = await run_in_threadpool(signing.actor_of_session, cookie)
        request.state.session = cookie if actor.role != "anonymous" else None
    request.state.actor = actor
    return actor


def allow(request: Request, actor: Actor, action: str) -> None:
    """Raise unless an actor may do something in this installation."""
    settings = request.app.state.services.settings
    if action == "read" and actor.role == "anonymous" and settings.anonymous == "none":
        raise refusal(actor, action)
    require(actor, action)


def cookie_name(request: Request, name: str) -> str:
    """Give a cookie's name; over https browsers take it from this host alone."""
    return f"__Host-{name}" if request.url.scheme == "https" else name


def set_cookie(
    request: Request, response: Response, name: str, value: str, *, max_age_s: int | None = None
) -> None:
    """Set a cookie that scripts can't read and other sites' requests don't carry; "" ends it."""
    response.set_cookie(
        cookie_name(request, name),
        value,
        max_age=max_age_s if value else 0,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def csrf_token(request: Request) -> str:
    """Give the token that this browser's unsafe requests must carry; "" for a plain visitor."""
    secret = getattr(request.state, "session", None) or visitor_of(request)
    return hmac.new(secret.encode(), b"csrf", sha256).hexdigest() if secret else ""


def visitor_of(request: Request) -> str:
    """Give the secret of a browser that has opened a form without a session; "" without one."""
    new = getattr(request.state, "new_visitor", "")
    return new or request.cookies.get(cookie_name(request, VISITOR), "")


async def _with_token_checked(request: Request, *, form: bool) -> Request:
    by_key = "authorization" in request.headers
    if request.method in SAFE_METHODS or by_key or not (form or request.state.session):
        return request
    given = request.headers.get(CSRF_HEADER, "")
    if not given:
        request, start = await _peeked(request)
        found = _IN_FORM.search(start)
        given = (found[1] or found[2]).decode() if found else ""
    wanted = csrf_token(request)
    if not wanted or not hmac.compare_digest(given.encode(), wanted.encode()):
        raise ForbiddenError(
            "页面已过期或请求不是来自本服务的页面，未写入任何内容。请重新打开页面后再提交。",
            "The page has expired or the request is not from a page of this service; nothing was "
            "written. Open the page again and send it once more.",
            reason="csrf",
        )
    return request


async def _peeked(request: Request) -> tuple[Request, bytes]:
    """Read the start of a body; give a request that reads it again."""
    held: list[Message] = []
    start = b""
    while len(start) < PEEKED_BYTES:
        message = await request.receive()
        held.append(message)
        start += message.get("body", b"")
        if not message.get("more_body", False):
            break
    waiting = iter(held)

    async def receive() -> Message:
        again = next(waiting, None)
        return again if again is not None else await request.receive()

    return Request(request.scope, receive), start[:PEEKED_BYTES]
