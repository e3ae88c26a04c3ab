"""Pages of other sites that may read the map services: ``/ogc`` and its description alone."""

from __future__ import annotations

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

EXPOSED = (
    "Content-Crs", "ETag", "Location", "Link", "OGC-NumberMatched", "OGC-NumberReturned",
)  # fmt: skip
OPEN = ("/ogc", "/openapi.json")


class ReadingFromElsewhere:
    """ASGI middleware: answers browsers that ask on behalf of another site's page.

    Nothing but reading is opened, and cookies are never taken along: another site's page sees what
    anybody sees, or what an API key that it holds opens.

    Parameters
    ----------
    origins
        ``https://maps.example.cn`` and so on, or ``*`` for all.
    """

    def __init__(self, app: ASGIApp, *, origins: tuple[str, ...]) -> None:
        self._app = app
        self._open = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=("GET", "HEAD", "OPTIONS"),
            allow_headers=("Authorization", "If-None-Match", "Accept-Language"),
            expose_headers=EXPOSED,
            max_age=3600,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        path = scope.get("path", "")
        opened = any(path == start or path.startswith(f"{start}/") for start in OPEN)
        chosen = self._open if scope["type"] == "http" and opened else self._app
        await chosen(scope, receive, send)
