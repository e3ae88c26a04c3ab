"""What stands around every answer: security headers, refusal of other sites, fault ids."""

from __future__ import annotations

import secrets

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gis_service.api.errors import fault_problem, problem
from gis_service.model.text import Text

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
OTHER_SITES = frozenset({"cross-site", "same-site"})

POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'self'; object-src 'none'"
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "SAMEORIGIN",
    "cross-origin-opener-policy": "same-origin",
}


_ENCODED = tuple((name.encode(), value.encode()) for name, value in HEADERS.items())


class Shield:
    """ASGI middleware, outermost.

    Gives ``request.state.csp_nonce`` to pages, sets the headers on every answer, refuses unsafe
    methods that a browser sends from another site, and turns an unexpected fault into an id: the
    log has the fault under that id, the client sees the id alone.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["csp_nonce"] = nonce
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                given = {name for name, _ in message["headers"]}
                policy = POLICY.replace("{nonce}", nonce).encode()
                added = ((b"content-security-policy", policy), *_ENCODED)
                message["headers"] = [
                    *message["headers"],
                    *(pair for pair in added if pair[0] not in given),
                ]
            await send(message)

        request = Request(scope)
        if refused := _refusal(request):
            await problem(request, 403, refused, code="forbidden")(scope, receive, guarded)
            return
        try:
            await self._app(scope, receive, guarded)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 -- the last line: nothing may reach the client
            fault_id = secrets.token_hex(6)
            structlog.get_logger("gis_service").error(
                "fault", id=fault_id, method=request.method, path=request.url.path, exc_info=error
            )
            if not started:
                await fault_problem(request, fault_id)(scope, receive, guarded)


def _refusal(request: Request) -> Text | None:
    if request.method in SAFE_METHODS:
        return None
    if request.headers.get("sec-fetch-site", "").lower() not in OTHER_SITES:
        return None
    return Text(
        "拒绝来自其他网站的写入请求。请从本服务的页面操作。",
        "A writing request from another site is refused. Use this service's own pages.",
    )
