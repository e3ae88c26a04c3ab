"""Links of ``/ogc``, with the standards' own relations."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request

from gis_service.api import parameters
from gis_service.api.answers import GEOJSON, JSON, base_url
from gis_service.api.ogc.forms import FEATURES, HTML, SCHEMA

OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
REL = "http://www.opengis.net/def/rel/ogc/1.0/"


def link(href: str, rel: str, media_type: str, **more: Any) -> dict[str, Any]:
    """Give one link."""
    return {"href": href, "rel": rel, "type": media_type, **more}


def asked(href: str, **query: str | None) -> str:
    """Give an address with a query; what is None is left out.

    Examples
    --------
    >>> asked("/ogc", f="html", as_of=None)
    '/ogc?f=html'
    """
    given = {name: value for name, value in query.items() if value is not None}
    return f"{href}?{urlencode(given, safe=',')}" if given else href


def itself(href: str, media_type: str = JSON, **query: str | None) -> list[dict[str, Any]]:
    """Give the links of a resource to itself and to its page for people."""
    return [
        link(asked(href, **query), "self", media_type),
        link(asked(href, **query, f="html"), "alternate", HTML),
    ]


def of_collection(request: Request, name: str) -> list[dict[str, Any]]:
    """Give the links of a collection."""
    base = f"{base_url(request)}/ogc/collections/{quote(name, safe='')}"
    as_of = parameters.datetime_of(request)
    items = f"{base}/items"
    others = [form for form in FEATURES.values() if form.name not in ("geojson",)]
    return [
        *itself(base, as_of=as_of),
        link(asked(items, as_of=as_of), "items", GEOJSON),
        *(link(asked(items, as_of=as_of, f=form.name), "items", form.media_type)
          for form in others),
        link(f"{base}/queryables", f"{REL}queryables", SCHEMA),
        link(f"{base}/sortables", f"{REL}sortables", SCHEMA),
        link(f"{base}/schema", f"{REL}schema", SCHEMA),
        link(asked(f"{base}/tiles", as_of=as_of), f"{REL}tilesets-vector", JSON),
    ]  # fmt: skip


def of_root(request: Request) -> list[dict[str, Any]]:
    """Give the links of the landing page."""
    base = base_url(request)
    return [
        *itself(f"{base}/ogc"),
        link(f"{base}/openapi.json", "service-desc", OPENAPI),
        link(f"{base}/docs", "service-doc", HTML),
        link(f"{base}/ogc/conformance", "conformance", JSON),
        link(f"{base}/ogc/conformance", f"{REL}conformance", JSON),
        link(f"{base}/ogc/collections", "data", JSON),
        link(f"{base}/ogc/collections", f"{REL}data", JSON),
        link(f"{base}/ogc/tiles", f"{REL}tilesets-vector", JSON),
        link(f"{base}/ogc/tileMatrixSets", f"{REL}tiling-schemes", JSON),
    ]
