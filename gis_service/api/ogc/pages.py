"""Resources of ``/ogc`` as pages for people: the map beside the table, links as links."""

from __future__ import annotations

from functools import cache
from typing import Any

import jinja2
import orjson
from starlette.requests import Request
from starlette.responses import Response

from gis_service.api.answers import tagged
from gis_service.api.errors import default_language, language_of
from gis_service.api.ogc.forms import HTML

TEMPLATE = """<!DOCTYPE html>
<html lang="{{ 'en' if lang == 'en' else 'zh-CN' }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<link rel="icon" href="/static/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/page.css">
<link rel="stylesheet" href="/static/app.css">
{% if data %}<link rel="stylesheet" href="/static/vendor/leaflet/leaflet.css">{% endif %}
<link rel="stylesheet" href="/static/ogc.css">
</head>
<body>
<header class="bar"><a class="brand" href="/">{{ words.home }}</a>
<nav aria-label="OGC API"><a href="/ogc?f=html">OGC API</a>
<a href="/ogc/collections?f=html">{{ words.collections }}</a>
<a href="/ogc/conformance?f=html">{{ words.conformance }}</a>
<a href="/docs">{{ words.docs }}</a></nav></header>
<main class="page" id="main">
<h1>{{ title }}</h1>
{% if description %}<p>{{ description }}</p>{% endif %}
{% if facts %}<dl class="ogc-facts">{% for name, value in facts %}
<dt>{{ name }}</dt><dd>{{ value }}</dd>{% endfor %}</dl>{% endif %}
<div class="{{ 'ogc-beside' if data else '' }}">
{% if data %}<div id="ogc-map" role="img" aria-label="{{ words.map }}"></div>
<script type="application/json" id="ogc-data">{{ data | safe }}</script>{% endif %}
{% if columns %}<div class="ogc-table" tabindex="0"><table>
<thead><tr>{% for name in columns %}<th scope="col">{{ name }}</th>{% endfor %}</tr></thead>
<tbody>{% for row in rows %}
<tr>
{% for cell in row %}
<td>{% if cell.href %}<a href="{{ cell.href }}">{{ cell.text }}</a>
{%- else %}{{ cell.text }}{% endif %}</td>
{% endfor %}
</tr>
{% endfor %}</tbody>
</table></div>{% endif %}
</div>
<h2>{{ words.links }}</h2>
<ul>{% for link in links %}{% if not link.templated %}<li>
<a rel="{{ link.rel }}" href="{{ link.href }}">{{ link.rel.rsplit('/', 1)[-1] }}</a>
<small>{{ link.type }}</small></li>{% endif %}{% endfor %}</ul>
</main>
{% if data %}<script src="/static/vendor/leaflet/leaflet.js"></script>
<script src="/static/ogc-map.js"></script>{% endif %}
</body>
</html>
"""

WORDS = {
    "zh": {
        "home": "社区边界与设施覆盖", "collections": "集合", "conformance": "符合的标准",
        "docs": "接口说明", "links": "链接", "map": "地图",
    },
    "en": {
        "home": "Community boundaries and facility coverage", "collections": "Collections",
        "conformance": "Conformance", "docs": "API", "links": "Links", "map": "Map",
    },
}  # fmt: skip


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, trim_blocks=True)
    return environment.from_string(TEMPLATE)


def language(request: Request) -> str:
    """Give the language of an answer."""
    return language_of(request, default=default_language(request))


def page(
    request: Request,
    title: str,
    *,
    links: list[dict[str, Any]],
    description: str = "",
    facts: list[tuple[str, Any]] | None = None,
    columns: list[str] | None = None,
    rows: list[list[dict[str, Any]]] | None = None,
    features: bytes = b"",
    headers: dict[str, str] | None = None,
) -> Response:
    """Answer a page: texts are escaped, and what the map shows is read by script as data."""
    lang = language(request)
    text = _template().render(
        lang=lang,
        words=WORDS[lang],
        title=title,
        description=description,
        facts=facts or [],
        columns=columns or [],
        rows=rows or [],
        links=links,
        data=features.replace(b"<", b"\\u003c").decode(),
    )
    fields = {"Vary": "Accept, Accept-Language"} | (headers or {})
    return tagged(request, text.encode(), media_type=f"{HTML}; charset=utf-8", headers=fields)


def feature_table(document: dict[str, Any], *, base: str) -> tuple[list[str], list[Any]]:
    """Give the columns and rows of features, the first column leading to each."""
    features = document.get("features", [document])
    names = [*features[0]["properties"]] if features else []
    rows = [
        [
            {"text": feature["id"], "href": f"{base}/{quoted(feature['id'])}?f=html"},
            *({"text": shown(feature["properties"].get(name))} for name in names),
        ]
        for feature in features
    ]
    return ["id", *names], rows


def quoted(text: str) -> str:
    """Give a text as one part of an address."""
    from urllib.parse import quote

    return quote(text, safe="")


def shown(value: Any) -> str:
    """Give a cell as text.

    Examples
    --------
    >>> shown(None), shown(["A", "B"]), shown(1.5)
    ('', 'A、B', '1.5')
    """
    if value is None:
        return ""
    if isinstance(value, list):
        return "、".join(map(str, value))
    return str(value)


def plain(body: bytes) -> Any:
    """Read JSON that was made here."""
    return orjson.loads(body)
