"""How the parameters and answers of ``/ogc`` stand in ``/openapi.json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gis_service.api.answers import JSON
from gis_service.api.ogc.forms import FEATURE as FEATURE_FORMS
from gis_service.api.ogc.forms import FEATURES, HTML, PLAIN, Form
from gis_service.api.operations import AS_OF, DATETIME, in_path, query
from gis_service.services.features import DEFAULT_LIMIT, MAX_LIMIT
from gis_service.services.questions import WEB_MAP_NAMES

OBJECT = {"type": "object"}
TEXT = {"type": "string"}
COLLECTION = in_path("collection_id", "Collection / 集合", TEXT)
FEATURE = in_path("feature_id", "Feature id / 要素编号", TEXT)

NOT_MODIFIED = {"304": {"description": "Not modified / 未变化"}}
_URI = {"type": "string", "format": "uri"}


def form_parameter(forms: Mapping[str, Form]) -> dict[str, Any]:
    """Describe ``f``."""
    return query("f", "Encoding; before Accept / 输出格式", {"type": "string", "enum": [*forms]})


PLAIN_FORM = form_parameter(PLAIN)
BBOX = query(
    "bbox",
    "West, south, east, north in lon/lat WGS 84 (or 6 numbers with heights), or in bbox-crs and "
    "the order of its axes; only features whose geometry meets the box. West greater than east "
    "spans the antimeridian.",
    {
        "type": "array",
        "items": {"type": "number"},
        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
    },
    style="form",
    explode=False,
)
LIMIT = query(
    "limit",
    "Most features on a page; more is cut to the maximum.",
    {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    style="form",
    explode=False,
)
AFTER = query("after", "Token of a next link / 下一页标记", TEXT)
_LIST = {"type": "array", "items": TEXT}
CRS = query(
    "crs",
    "System of the answer, one of the collection's crs; or "
    + " or ".join(WEB_MAP_NAMES)
    + ": moved coordinates for Chinese web maps, approximate, for display alone / "
    "输出坐标系；gcj02、bd09 为网络地图偏移坐标，近似值，仅供显示",
    TEXT,
)
PROPERTIES = query("properties", "Properties to give", _LIST, style="form", explode=False)
SKIP = query("skipGeometry", "Leave the geometry out", {"type": "boolean", "default": False})
ITEMS_PARAMETERS = (
    BBOX,
    query("bbox-crs", "System of bbox / bbox 的坐标系", _URI),
    LIMIT,
    AFTER,
    CRS,
    query("filter", "CQL2 over the queryables / 过滤表达式", TEXT),
    query(
        "filter-lang",
        "Form of the filter",
        {"type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text"},
    ),
    query("filter-crs", "System of the geometries in the filter", _URI),
    query(
        "sortby",
        "Queryables, each with - for descending: street,-area_m2 / 排序",
        _LIST,
        style="form",
        explode=False,
    ),
    PROPERTIES,
    SKIP,
    query(
        "queryables",
        "Any queryable of the collection as a parameter: street=桂园街道 / 按属性值过滤",
        {"type": "object", "additionalProperties": TEXT},
        style="form",
        explode=True,
    ),
    AS_OF,
    DATETIME,
    form_parameter(FEATURES),
)
ITEM_PARAMETERS = (CRS, PROPERTIES, SKIP, AS_OF, DATETIME, form_parameter(FEATURE_FORMS))


def also_html(
    description: str, schema: Mapping[str, Any], media_type: str = JSON
) -> dict[str, Any]:
    """Describe an answer that is also a page."""
    content = {media_type: {"schema": dict(schema)}, HTML: {"schema": TEXT}}
    return {"200": {"description": description, "content": content}, **NOT_MODIFIED}


def answers_of_items(schema: str, forms: Mapping[str, Form]) -> dict[str, Any]:
    """Describe features in all their encodings."""
    content: dict[str, Any] = {}
    for form in forms.values():
        wanted: Mapping[str, Any] = {"type": "string", "format": "binary"}
        if form.name == "geojson":
            wanted = {"$ref": f"#/components/schemas/{schema}"}
        elif form.name in ("html", "csv", "jsonseq", "kml"):
            wanted = TEXT
        content[form.media_type] = {"schema": dict(wanted)}
    crs = {"description": "System of the coordinates", "schema": TEXT}
    return {
        "200": {"description": schema, "headers": {"Content-Crs": crs}, "content": content},
        **NOT_MODIFIED,
    }
