"""The HTTP application: routes, error shape, security headers."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.exceptions import HTTPException

from gis_service import __version__
from gis_service.api.access import guarded
from gis_service.api.cors import ReadingFromElsewhere
from gis_service.api.errors import on_gis_service_error, on_http_error
from gis_service.api.openapi import document
from gis_service.api.routes import OPERATIONS
from gis_service.api.security import Shield
from gis_service.errors import GisServiceError
from gis_service.services import Services


def create_app(services: Services) -> FastAPI:
    """Make the application; pages are mounted on it by `gis_service.web`.

    The handlers take a request and give ready bytes, so they are plain Starlette routes; FastAPI's
    own documents and validation are switched off, and ``/openapi.json`` is made from the
    operations, which carry their description.
    """
    app = FastAPI(
        title="gis-service", version=__version__, openapi_url=None, docs_url=None, redoc_url=None
    )
    app.state.services = services
    origins = tuple(services.settings.cors_origins.split())
    if origins:
        app.add_middleware(ReadingFromElsewhere, origins=origins)
    app.add_middleware(Shield)
    app.add_exception_handler(GisServiceError, on_gis_service_error)
    app.add_exception_handler(HTTPException, on_http_error)
    for operation in OPERATIONS:
        app.router.add_route(
            operation.path.replace("{feature_id}", "{feature_id:path}"),  # an id may hold "/"
            guarded(operation.endpoint, action=operation.action),
            methods=[operation.method],
            name=f"api:{operation.name}",
            include_in_schema=False,
        )
    app.state.openapi = document(OPERATIONS, version=__version__)
    return app
