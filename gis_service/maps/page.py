"""A map page: a folium map put together from layers, and its parts for a template."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from branca.element import Element
from folium import LayerControl

from gis_service.maps.elements import Call, DataLayer, FullScreen, ServiceMap
from gis_service.model.text import Text

if TYPE_CHECKING:
    from gis_service.services.overview import Overview

STYLES = (
    "vendor/leaflet/leaflet.css",
    "vendor/leaflet-fullscreen/Control.FullScreen.css",
    "map.css",
)
SCRIPTS = (
    "vendor/leaflet/leaflet.js",
    "vendor/leaflet-fullscreen/Control.FullScreen.js",
    "map.js",
)
"""Assets that a map page loads, in this order (see `gis_service.assets`)."""


@dataclass(frozen=True)
class MapParts:
    """A rendered map: an HTML body, and the script that runs after `SCRIPTS`."""

    body: str
    script: str
    styles: tuple[str, ...] = STYLES
    scripts: tuple[str, ...] = SCRIPTS


@dataclass(frozen=True, kw_only=True)
class MapPage:
    """One map of the shelf.

    Attributes
    ----------
    name
        Its name in addresses.
    title, description
        What it is called, and what it shows.
    tables
        Which tables stand beside it, the first one open.
    build
        The folium map for an overview, in a language.
    """

    name: str
    title: Text
    description: Text
    tables: tuple[str, ...]
    build: Callable[[Overview, str], ServiceMap]


def assemble(
    name: str,
    *,
    label: str,
    lang: str,
    layers: Iterable[DataLayer],
    legend: list[dict[str, Any]],
    search: str = "communities",
) -> ServiceMap:
    """Put a map together: the layers and every control.

    Parameters
    ----------
    name, label
        Part of the element's id; what a screen reader calls the map.
    layers
        From the lowest to the highest.
    legend
        Groups of `gis_service.maps.legends`.
    search
        Id of the layer in which communities are searched for.
    """
    built = ServiceMap(name, lang=lang, label=label)
    FullScreen(lang=lang).add_to(built)
    Call("search", {"layer": search}).add_to(built)
    for layer in layers:
        layer.add_to(built)
    control = LayerControl(collapsed=True)
    control._id = name
    control.add_to(built)
    Call("legend", {"groups": legend}).add_to(built)
    Call("coordinates").add_to(built)
    Call("finish").add_to(built)
    return built


def render_parts(built: ServiceMap) -> MapParts:
    """Render a folium map into parts that a page places, its script under the page's nonce."""
    figure: Any = built.get_root()
    figure.render()
    return MapParts(body=_rendered(figure.html), script=_rendered(figure.script))


def _rendered(element: Element) -> str:
    return "\n".join(child.render() for child in element._children.values())
