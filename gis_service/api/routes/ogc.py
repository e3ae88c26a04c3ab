"""``/ogc``: OGC API Features, as ready bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gis_service.api import parameters
from gis_service.api.answers import GEOJSON, JSON, base_url, encoded, tagged
from gis_service.api.errors import default_language, language_of
from gis_service.api.operations import AS_OF, DATETIME, Operation, answer, in_path, query
from gis_service.services import Services
from gis_service.services.features import DEFAULT_LIMIT, MAX_LIMIT, Collection

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
CONFORMS_TO = tuple(
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}"
    for name in ("core", "geojson", "oas30")
)

Answer = TypeVar("Answer")


def services_of(request: Request) -> Services:
    """Give the use cases."""
    services: Services = request.app.state.services
    return services


async def _read(request: Request, read: Callable[[], Answer], *, as_of: str | None) -> Answer:
    """Read at once where everything is loaded; in a thread where it must be loaded first."""
    if as_of is None and services_of(request).features.ready():
        return read()
    return await run_in_threadpool(read)


async def landing(request: Request) -> Response:
    """Answer the landing page."""
    parameters.only(request)
    base = base_url(request)
    links = [
        _link(f"{base}/ogc", "self", JSON),
        _link(f"{base}/openapi.json", "service-desc", OPENAPI),
        _link(f"{base}/docs", "service-doc", "text/html"),
        _link(f"{base}/ogc/conformance", "conformance", JSON),
        _link(f"{base}/ogc/collections", "data", JSON),
    ]
    title = {"zh": "社区边界与设施覆盖", "en": "Community boundaries and facility coverage"}
    text = {
        "title": title[_language(request)],
        "description": "OGC API Features",
        "links": links,
    }
    return tagged(request, encoded(text))


async def conformance(request: Request) -> Response:
    """Answer which standards are met."""
    parameters.only(request)
    return tagged(request, encoded({"conformsTo": CONFORMS_TO}))


async def collections(request: Request) -> Response:
    """Answer all collections."""
    parameters.only(request, "as_of", "datetime")
    base, as_of = base_url(request), parameters.datetime_of(request)
    features = services_of(request).features
    found = await _read(request, lambda: features.collections(as_of=as_of), as_of=as_of)
    body = {
        "links": [_link(f"{base}/ogc/collections{_then(as_of)}", "self", JSON)],
        "collections": [_described(request, collection) for collection in found],
    }
    return tagged(request, encoded(body), headers={"Vary": "Accept-Language"})


async def collection(request: Request) -> Response:
    """Answer one collection."""
    parameters.only(request, "as_of", "datetime")
    name, as_of = request.path_params["collection_id"], parameters.datetime_of(request)
    features = services_of(request).features
    found = await _read(request, lambda: features.collection(name, as_of=as_of), as_of=as_of)
    body = encoded(_described(request, found))
    return tagged(request, body, headers={"Vary": "Accept-Language"})


async def items(request: Request) -> Response:
    """Answer a page of features."""
    parameters.only(request, "bbox", "limit", "after", "as_of", "datetime")
    name = request.path_params["collection_id"]
    bbox = parameters.bbox_of(request)
    limit = parameters.limit_of(request, default=DEFAULT_LIMIT, maximum=MAX_LIMIT)
    after = request.query_params.get("after")
    base, as_of = base_url(request), parameters.datetime_of(request)
    page = await _read(
        request,
        lambda: services_of(request).features.page(
            name, bbox=bbox, limit=limit, after=after, as_of=as_of, base_url=base
        ),
        as_of=as_of,
    )
    headers = {"Link": f'<{page.next}>; rel="next"; type="{GEOJSON}"'} if page.next else None
    return tagged(request, page.body, media_type=GEOJSON, etag=page.etag, headers=headers)


async def item(request: Request) -> Response:
    """Answer one feature."""
    parameters.only(request, "as_of", "datetime")
    name, feature = request.path_params["collection_id"], request.path_params["feature_id"]
    base, as_of = base_url(request), parameters.datetime_of(request)
    features = services_of(request).features
    body = await _read(
        request,
        lambda: features.feature(name, feature, as_of=as_of, base_url=base),
        as_of=as_of,
    )
    return tagged(request, body, media_type=GEOJSON)


def _language(request: Request) -> str:
    return language_of(request, default=default_language(request))


def _described(request: Request, found: Collection) -> dict[str, Any]:
    language = _language(request)
    base = f"{base_url(request)}/ogc/collections/{quote(found.id, safe='')}"
    then = _then(parameters.datetime_of(request))
    described: dict[str, Any] = {
        "id": found.id,
        "title": found.title.in_language(language),
        "description": found.description.in_language(language),
        "itemType": "feature",
        "crs": [CRS84],
        "links": [
            _link(f"{base}{then}", "self", JSON),
            _link(f"{base}/items{then}", "items", GEOJSON),
        ],
    }
    if found.extent is not None:
        described["extent"] = {"spatial": {"bbox": [list(found.extent)], "crs": CRS84}}
    return described


def _then(as_of: str | None) -> str:
    return "" if as_of is None else f"?{urlencode({'as_of': as_of})}"


def _link(href: str, rel: str, media_type: str) -> dict[str, str]:
    return {"href": href, "rel": rel, "type": media_type}


_COLLECTION = in_path("collection_id", "Collection / 集合", {"type": "string"})
_FEATURE = in_path("feature_id", "Feature id / 要素编号", {"type": "string"})
_BBOX = query(
    "bbox",
    "West, south, east, north in lon/lat WGS 84 (or 6 numbers with heights); only features whose "
    "geometry meets the box. West greater than east spans the antimeridian.",
    {
        "type": "array",
        "items": {"type": "number"},
        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
    },
    style="form",
    explode=False,
)
_LIMIT = query(
    "limit",
    "Most features on a page; more is cut to the maximum.",
    {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    style="form",
    explode=False,
)
_AFTER = query("after", "Token of a next link / 下一页标记", {"type": "string"})
_OBJECT = {"type": "object"}
_THEN = (AS_OF, DATETIME)
_NOT_MODIFIED = {"304": {"description": "Not modified / 未变化"}}

OPERATIONS = (
    Operation(
        path="/ogc",
        endpoint=landing,
        name="landing",
        summary="Landing page / 入口",
        tag="OGC API Features",
        answers={"200": answer("Links", JSON, _OBJECT)} | _NOT_MODIFIED,
    ),
    Operation(
        path="/ogc/conformance",
        endpoint=conformance,
        name="conformance",
        summary="Standards that are met / 符合的标准",
        tag="OGC API Features",
        answers={"200": answer("Conformance classes", JSON, _OBJECT)} | _NOT_MODIFIED,
    ),
    Operation(
        path="/ogc/collections",
        endpoint=collections,
        name="collections",
        summary="All collections / 全部集合",
        tag="OGC API Features",
        parameters=_THEN,
        answers={"200": answer("Collections", JSON, _OBJECT)} | _NOT_MODIFIED,
        problems=(400, 404),
    ),
    Operation(
        path="/ogc/collections/{collection_id}",
        endpoint=collection,
        name="collection",
        summary="One collection / 一个集合",
        tag="OGC API Features",
        parameters=(_COLLECTION, *_THEN),
        answers={"200": answer("Collection", JSON, _OBJECT)} | _NOT_MODIFIED,
        problems=(400, 404),
    ),
    Operation(
        path="/ogc/collections/{collection_id}/items",
        endpoint=items,
        name="items",
        summary="Features of a collection / 集合的要素",
        tag="OGC API Features",
        parameters=(_COLLECTION, _BBOX, _LIMIT, _AFTER, *_THEN),
        answers={
            "200": answer("Features", GEOJSON, {"$ref": "#/components/schemas/FeatureCollection"})
        }
        | _NOT_MODIFIED,
        problems=(400, 404),
    ),
    Operation(
        path="/ogc/collections/{collection_id}/items/{feature_id}",
        endpoint=item,
        name="item",
        summary="One feature / 一个要素",
        tag="OGC API Features",
        parameters=(_COLLECTION, _FEATURE, *_THEN),
        answers={"200": answer("Feature", GEOJSON, {"$ref": "#/components/schemas/Feature"})}
        | _NOT_MODIFIED,
        problems=(400, 404),
    ),
)
