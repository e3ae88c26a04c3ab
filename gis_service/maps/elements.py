"""The folium elements of our maps: no outside asset, no data in HTML, words given by us.

folium's own GeoJsonTooltip and GeoJsonPopup put properties into innerHTML unescaped; here data
goes through map.js, which uses textContent alone.
"""

from __future__ import annotations

from typing import Any

import orjson
from branca.element import MacroElement
from folium import Map
from folium.map import Layer
from folium.plugins import Fullscreen
from folium.template import Template

from gis_service.maps import words
from gis_service.texts import translator

_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def script_json(value: object) -> str:
    r"""Encode a value so that it can stand inside ``<script>``, whatever text it holds.

    Examples
    --------
    >>> script_json({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    return safe_json(orjson.dumps(value).decode())


def safe_json(encoded: str) -> str:
    """Escape what could end a script in JSON that is already encoded."""
    for character, escape in _UNSAFE.items():
        encoded = encoded.replace(character, escape)
    return encoded


class ServiceMap(Map):
    """A folium map without tiles and without folium's outside scripts and styles."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - as folium declares it
    default_css: list[tuple[str, str]] = []  # noqa: RUF012 - as folium declares it
    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <div class="gis-map" id={{ this.get_name()|tojson }}></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        const {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
            zoomControl: false, attributionControl: false, zoomSnap: 0.25, maxZoom: 20,
        });
        GisService.start({{ this.get_name() }}, {{ this.start }});
        L.control.zoom({{ this.zoom }}).addTo({{ this.get_name() }});
        L.control.scale({imperial: false, position: "bottomright"}).addTo({{ this.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, name: str, *, lang: str, label: str) -> None:
        super().__init__(tiles=None)
        _ = translator(lang)
        self._id = name
        self.lang = lang
        self.start = script_json({"texts": words.script(lang), "lang": lang, "label": label})
        self.zoom = script_json({"zoomInTitle": _("Zoom in"), "zoomOutTitle": _("Zoom out")})


class DataLayer(Layer):
    """One layer: where its features come from and how they look, as map.js reads it.

    Parameters
    ----------
    name
        What the layer control calls it; a text of ours, never of the data.
    spec
        ``id``, ``kind`` (table), ``source`` (``url`` or ``element``), ``style``, ``by``,
        ``classes``, ``palette``, ``mark``, ``marks``, ``only``, ``title``, ``fields``, ``fit``.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        const {{ this.get_name() }} =
            GisService.layer({{ this._parent.get_name() }}, {{ this.spec }});
        {% endmacro %}
        """
    )

    def __init__(self, name: str, spec: dict[str, Any], *, show: bool = True) -> None:
        super().__init__(name=name, overlay=True, control=True, show=show)
        self._name = "DataLayer"
        self._id = str(spec["id"])
        self.spec = script_json(spec)


class Call(MacroElement):
    """One call of map.js with the map and a value."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        GisService.{{ this.verb }}({{ this._parent.get_name() }}, {{ this.value }});
        {% endmacro %}
        """
    )

    def __init__(self, verb: str, value: object = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Call"
        self._id = verb
        self.verb = verb
        self.value = script_json(value)


class FullScreen(Fullscreen):
    """folium's full-screen button, loaded from our own server, with our words."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - as folium declares it
    default_css: list[tuple[str, str]] = []  # noqa: RUF012 - as folium declares it

    def __init__(self, *, lang: str) -> None:
        _ = translator(lang)
        super().__init__(  # type: ignore[no-untyped-call]
            title=_("Full screen"), title_cancel=_("Leave full screen")
        )
        self._id = "button"
