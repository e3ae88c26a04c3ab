"""``/ogc``: what the features of a collection are made of: schema, queryables, sortables."""

from __future__ import annotations

from typing import Any, Protocol
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from gis_service.api import parameters
from gis_service.api.answers import base_url, encoded, tagged
from gis_service.api.ogc.described import COLLECTION, OBJECT, also_html, form_parameter
from gis_service.api.ogc.forms import SCHEMA, SCHEMAS, form_of
from gis_service.api.ogc.links import itself
from gis_service.api.ogc.pages import language, page
from gis_service.api.operations import Endpoint, Operation
from gis_service.services.layers import LAYERS
from gis_service.services.schemas import queryables_schema, schema, sortables_schema


class Make(Protocol):
    """Makes a schema of a collection."""

    def __call__(self, collection: str, *, address: str, lang: str) -> dict[str, Any]: ...


def _endpoint(name: str, make: Make) -> Endpoint:
    async def answer(request: Request) -> Response:
        parameters.only(request, "f")
        form, lang = form_of(request, SCHEMAS), language(request)
        collection = request.path_params["collection_id"]
        LAYERS.find(collection)
        parent = f"{base_url(request)}/ogc/collections/{quote(collection, safe='')}"
        address = f"{parent}/{name}"
        made = make(collection, address=address, lang=lang)
        headers = {"Vary": "Accept, Accept-Language"}
        if form.name == "html":
            rows = [
                [{"text": n}, {"text": p.get("title", "")},
                 {"text": p.get("type") or p.get("format", "")}]
                for n, p in made["properties"].items()
            ]  # fmt: skip
            columns = {"zh": ["属性", "名称", "类型"], "en": ["Property", "Title", "Type"]}[lang]
            links = itself(address, SCHEMA)
            return page(request, made["title"], links=links, columns=columns, rows=rows)
        return tagged(request, encoded(made), media_type=SCHEMA, headers=headers)

    return answer


def _operation(name: str, make: Make, summary: str) -> Operation:
    return Operation(
        path=f"/ogc/collections/{{collection_id}}/{name}",
        endpoint=_endpoint(name, make),
        name=name,
        summary=summary,
        tag="OGC API Features",
        parameters=(COLLECTION, form_parameter(SCHEMAS)),
        answers=also_html("JSON schema", OBJECT, SCHEMA),
        problems=(400, 404),
    )


OPERATIONS = (
    _operation("schema", schema, "What features are made of / 要素的结构"),
    _operation("queryables", queryables_schema, "What can be filtered by / 可查询的属性"),
    _operation("sortables", sortables_schema, "What can be sorted by / 可排序的属性"),
)
