"""``/ogc``: OGC API Features, as ready bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gis_service.api import parameters
from gis_service.api.answers import GEOJSON, base_url, encoded, matches, tagged
from gis_service.api.ogc.classes import CONFORMS_TO
from gis_service.api.ogc.described import (
    COLLECTION,
    FEATURE,
    ITEM_PARAMETERS,
    ITEMS_PARAMETERS,
    OBJECT,
    PLAIN_FORM,
    also_html,
    answers_of_items,
)
from gis_service.api.ogc.forms import FEATURE as FEATURE_FORMS
from gis_service.api.ogc.forms import FEATURES as FEATURES_FORMS
from gis_service.api.ogc.forms import PLAIN, Form, form_of
from gis_service.api.ogc.links import OPENAPI, asked, itself, of_collection, of_root
from gis_service.api.ogc.pages import feature_table, language, page, plain
from gis_service.api.operations import AS_OF, DATETIME, Operation
from gis_service.services import Services
from gis_service.services.feature_queries import EVERYTHING, FeatureQuery
from gis_service.services.features import DEFAULT_LIMIT, MAX_LIMIT, Collection
from gis_service.services.pages import FeaturePage
from gis_service.services.questions import OF_ONE, parameters_of

__all__ = ["OPENAPI", "OPERATIONS"]

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
VARY = {"Vary": "Accept, Accept-Language"}
ON_A_PAGE = 100
TITLE = {"zh": "社区边界与设施覆盖", "en": "Community boundaries and facility coverage"}
ABOUT = {
    "zh": "符合 OGC API 的要素与矢量瓦片：社区、街道、检查问题、设施与覆盖。",
    "en": "Features and vector tiles by OGC API: communities, streets, findings, facilities and "
    "coverage.",
}

Answer = TypeVar("Answer")


def services_of(request: Request) -> Services:
    """Give the use cases."""
    services: Services = request.app.state.services
    return services


async def read(request: Request, work: Callable[[], Answer], *, as_of: str | None) -> Answer:
    """Read at once where everything is loaded; in a thread where it must be loaded first."""
    if as_of is None and services_of(request).features.ready():
        return work()
    return await run_in_threadpool(work)


async def landing(request: Request) -> Response:
    """Answer the landing page."""
    parameters.only(request, "f")
    form, lang, links = form_of(request, PLAIN), language(request), of_root(request)
    if form.name == "html":
        return page(request, TITLE[lang], description=ABOUT[lang], links=links)
    body = {"title": TITLE[lang], "description": ABOUT[lang], "links": links}
    return tagged(request, encoded(body), headers=VARY)


async def conformance(request: Request) -> Response:
    """Answer which standards are met."""
    parameters.only(request, "f")
    if form_of(request, PLAIN).name == "html":
        rows = [[{"text": name}] for name in CONFORMS_TO]
        links = itself(f"{base_url(request)}/ogc/conformance")
        return page(request, "Conformance", links=links, columns=["conformsTo"], rows=rows)
    return tagged(request, encoded({"conformsTo": CONFORMS_TO}), headers=VARY)


async def collections(request: Request) -> Response:
    """Answer all collections."""
    parameters.only(request, "as_of", "datetime", "f")
    as_of, form = parameters.datetime_of(request), form_of(request, PLAIN)
    features = services_of(request).features
    found = await read(request, lambda: features.collections(as_of=as_of), as_of=as_of)
    links = itself(f"{base_url(request)}/ogc/collections", as_of=as_of)
    if form.name == "html":
        lang = language(request)
        rows = [
            [
                {"text": one.title.in_language(lang),
                 "href": asked(f"/ogc/collections/{one.id}", as_of=as_of, f="html")},
                {"text": one.description.in_language(lang)},
                {"text": str(one.features)},
            ]
            for one in found
        ]  # fmt: skip
        columns = {"zh": ["集合", "说明", "要素数"], "en": ["Collection", "What", "Features"]}
        return page(request, TITLE[lang], links=links, columns=columns[lang], rows=rows)
    listed = [described(request, one) for one in found]
    return tagged(request, encoded({"links": links, "collections": listed}), headers=VARY)


async def collection(request: Request) -> Response:
    """Answer one collection."""
    parameters.only(request, "as_of", "datetime", "f")
    name, as_of = request.path_params["collection_id"], parameters.datetime_of(request)
    form = form_of(request, PLAIN)
    features = services_of(request).features
    found = await read(request, lambda: features.collection(name, as_of=as_of), as_of=as_of)
    body = described(request, found)
    if form.name == "html":
        facts = [("crs", " ".join(found.crs)), ("storageCrs", found.storage_crs)]
        return page(
            request,
            body["title"],
            description=body["description"],
            links=body["links"],
            facts=[*facts, ("extent", str(found.extent or "")), ("features", found.features)],
        )
    return tagged(request, encoded(body), headers=VARY)


async def items(request: Request) -> Response:
    """Answer a page of features."""
    name = request.path_params["collection_id"]
    features = services_of(request).features
    features.check(name)
    given = request.query_params
    if given:
        parameters.only(
            request, "bbox", "limit", "after", "as_of", "datetime", "f", *parameters_of(name)
        )
    form = form_of(request, FEATURES_FORMS)
    bbox, as_of = parameters.bbox_of(request), parameters.datetime_of(request)
    default = ON_A_PAGE if form.name == "html" else MAX_LIMIT if form.suffix else DEFAULT_LIMIT
    limit = parameters.limit_of(request, default=default, maximum=MAX_LIMIT)
    query = await read(
        request, lambda: features.ask(name, given, bbox=bbox, as_of=as_of), as_of=as_of
    )
    if form.suffix:
        return await _file(request, form, query=query, limit=limit, as_of=as_of)
    shown = replace(query, crs=EVERYTHING.crs) if form.name == "html" else query
    header = request.headers.get("if-none-match")

    def known(tag: str) -> bool:
        return form.name == "geojson" and header != "*" and matches(header, tag)

    found = await read(
        request,
        lambda: features.page(
            name,
            query=shown,
            limit=limit,
            after=given.get("after"),
            as_of=as_of,
            base_url=base_url(request),
            known=known if header else None,
        ),
        as_of=as_of,
    )
    if form.name == "html":
        return _items_page(request, found)
    headers = {"Content-Crs": f"<{query.crs.uri}>", "Vary": "Accept"}
    if found.next:
        headers["Link"] = f'<{found.next}>; rel="next"; type="{GEOJSON}"'
    if form.name == "jsonseq":
        return tagged(request, found.sequence(), media_type=form.media_type, headers=headers)
    return tagged(request, found.body, media_type=GEOJSON, etag=found.etag, headers=headers)


async def item(request: Request) -> Response:
    """Answer one feature."""
    parameters.only(request, "as_of", "datetime", "f", *OF_ONE)
    name, feature = request.path_params["collection_id"], request.path_params["feature_id"]
    form = form_of(request, FEATURE_FORMS)
    base, as_of = base_url(request), parameters.datetime_of(request)
    features = services_of(request).features
    features.check(name)

    def work() -> tuple[bytes, FeatureQuery]:
        query = features.ask(name, request.query_params, as_of=as_of)
        return features.feature(name, feature, as_of=as_of, base_url=base, query=query), query

    body, query = await read(request, work, as_of=as_of)
    headers = {"Content-Crs": f"<{query.crs.uri}>", "Vary": "Accept"}
    if form.name == "html":
        document = plain(body)
        facts = [(n, "" if v is None else v) for n, v in document["properties"].items()]
        return page(
            request, feature, links=document["links"], facts=facts, features=body, headers=headers
        )
    return tagged(request, body, media_type=GEOJSON, headers=headers)


def described(request: Request, found: Collection) -> dict[str, Any]:
    """Give what is told of a collection."""
    lang = language(request)
    body: dict[str, Any] = {
        "id": found.id,
        "title": found.title.in_language(lang),
        "description": found.description.in_language(lang),
        "itemType": "feature",
        "crs": list(found.crs),
        "storageCrs": found.storage_crs,
        "links": of_collection(request, found.id),
    }
    if found.extent is not None:
        body["extent"] = {"spatial": {"bbox": [list(found.extent)], "crs": CRS84}}
    return body


def _items_page(request: Request, found: FeaturePage) -> Response:
    name = request.path_params["collection_id"]
    base = f"/ogc/collections/{quote(name, safe='')}/items"
    document = plain(found.body)
    columns, rows = feature_table(document, base=base)
    links = [
        {**link, "href": f"{link['href']}&f=html"} if link["rel"] == "next" else link
        for link in document["links"]
    ]
    total = f"{found.number_returned} / {found.number_matched}"
    return page(
        request, name, links=links, description=total, columns=columns, rows=rows,
        features=found.body,
    )  # fmt: skip


async def _file(
    request: Request, form: Form, *, query: FeatureQuery, limit: int, as_of: str | None
) -> Response:
    name = request.path_params["collection_id"]
    if "after" in request.query_params:
        raise parameters.refused("after", request.query_params["after"], ["f=geojson"])
    exports = services_of(request).exports
    made = await run_in_threadpool(
        lambda: exports.file(name, suffix=form.suffix, query=query, limit=limit, as_of=as_of)
    )
    headers = {
        "Content-Crs": f"<{query.crs.uri}>",
        "Content-Disposition": f'attachment; filename="{name}{form.suffix}"',
        "OGC-NumberMatched": str(made.number_matched),
        "OGC-NumberReturned": str(made.number_returned),
        "Vary": "Accept",
    }
    return tagged(request, made.body, media_type=form.media_type, headers=headers)


OPERATIONS = (
    Operation(
        path="/ogc",
        endpoint=landing,
        name="landing",
        summary="Landing page / 入口",
        tag="OGC API Features",
        parameters=(PLAIN_FORM,),
        answers=also_html("Links", OBJECT),
    ),
    Operation(
        path="/ogc/conformance",
        endpoint=conformance,
        name="conformance",
        summary="Standards that are met / 符合的标准",
        tag="OGC API Features",
        parameters=(PLAIN_FORM,),
        answers=also_html("Conformance classes", OBJECT),
    ),
    Operation(
        path="/ogc/collections",
        endpoint=collections,
        name="collections",
        summary="All collections / 全部集合",
        tag="OGC API Features",
        parameters=(AS_OF, DATETIME, PLAIN_FORM),
        answers=also_html("Collections", OBJECT),
        problems=(400, 404),
    ),
    Operation(
        path="/ogc/collections/{collection_id}",
        endpoint=collection,
        name="collection",
        summary="One collection / 一个集合",
        tag="OGC API Features",
        parameters=(COLLECTION, AS_OF, DATETIME, PLAIN_FORM),
        answers=also_html("Collection", OBJECT),
        problems=(400, 404),
    ),
    Operation(
        path="/ogc/collections/{collection_id}/items",
        endpoint=items,
        name="items",
        summary="Features of a collection / 集合的要素",
        tag="OGC API Features",
        parameters=(COLLECTION, *ITEMS_PARAMETERS),
        answers=answers_of_items("FeatureCollection", FEATURES_FORMS),
        problems=(400, 404),
    ),
    Operation(
        path="/ogc/collections/{collection_id}/items/{feature_id}",
        endpoint=item,
        name="item",
        summary="One feature / 一个要素",
        tag="OGC API Features",
        parameters=(COLLECTION, FEATURE, *ITEM_PARAMETERS),
        answers=answers_of_items("Feature", FEATURE_FORMS),
        problems=(400, 404),
    ),
)
