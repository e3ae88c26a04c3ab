"""``/docs`` and ``/openapi.json``: the API's description, which needs no other host."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gis_service.api import parameters
from gis_service.api.answers import encoded, tagged
from gis_service.api.operations import Operation, answer
from gis_service.api.routes.ogc import OPENAPI

PAGE = """<!doctype html>
<html lang="zh">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>gis-service · API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/vendor/swagger-ui/swagger-ui.css">
</head>
<body>
<p style="margin:1rem 1.25rem 0"><a href="/">← 总览 / Overview</a></p>
<main id="swagger-ui"></main>
<noscript><p><a href="/openapi.json">openapi.json</a></p></noscript>
<script src="/static/vendor/swagger-ui/swagger-ui-bundle.js"></script>
<script src="/static/docs.js"></script>
</body>
</html>
"""


async def docs(_request: Request) -> Response:
    """Answer the page."""
    return HTMLResponse(PAGE)


async def openapi(request: Request) -> Response:
    """Answer the document."""
    parameters.only(request)
    return tagged(request, encoded(request.app.state.openapi), media_type=OPENAPI)


OPERATIONS = (
    Operation(
        path="/docs",
        endpoint=docs,
        name="docs",
        summary="This description as a page / 接口说明页面",
        tag="Service",
        answers={"200": answer("A page", "text/html", {"type": "string"})},
        problems=(),
    ),
    Operation(
        path="/openapi.json",
        endpoint=openapi,
        name="openapi",
        summary="This description / 接口说明",
        tag="Service",
        answers={
            "200": answer("The document", OPENAPI, {"type": "object"}),
            "304": {"description": "Not modified / 未变化"},
        },
    ),
)
