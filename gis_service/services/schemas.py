"""JSON schemas of the collections: what is returned, what can be asked for, what sorts."""

from __future__ import annotations

from typing import Any

from gis_service.services.layers import LAYERS
from gis_service.services.properties import PROPERTIES, queryables

DIALECT = "https://json-schema.org/draft/2020-12/schema"
GEOMETRIES = {
    "communities": "geometry-polygon-or-multipolygon",
    "streets": "geometry-polygon-or-multipolygon",
    "findings": "geometry-any",
    "facilities": "geometry-point",
    "coverage": "geometry-polygon-or-multipolygon",
}
IDS = {
    "communities": "code", "streets": "name", "findings": "key", "facilities": "id",
    "coverage": "code",
}  # fmt: skip
"""The property that holds the feature's id (which gets ``~2`` where a code stands twice)."""


def schema(collection: str, *, address: str, lang: str) -> dict[str, Any]:
    """Give the schema of a collection's features (Part 5)."""
    return _document(
        collection, [one.name for one in PROPERTIES[collection]], address=address, lang=lang
    )


def queryables_schema(collection: str, *, address: str, lang: str) -> dict[str, Any]:
    """Give the schema of what stands in filters (Part 3)."""
    names = [one.name for one in queryables(collection)]
    return _document(collection, names, address=address, lang=lang) | {
        "additionalProperties": False
    }


def sortables_schema(collection: str, *, address: str, lang: str) -> dict[str, Any]:
    """Give the schema of what one can sort by (Part 8)."""
    made = queryables_schema(collection, address=address, lang=lang)
    made["properties"] = {n: p for n, p in made["properties"].items() if n != "geometry"}
    return made


def _document(collection: str, names: list[str], *, address: str, lang: str) -> dict[str, Any]:
    layer = LAYERS.find(collection)
    properties: dict[str, Any] = {
        one.name: one.schema(lang=lang) for one in PROPERTIES[collection] if one.name in names
    }
    identifier = IDS[collection]
    if identifier in properties:
        properties[identifier] = {"x-ogc-role": "id", **properties[identifier]}
    title = {"zh": "几何", "en": "Geometry"}[lang]
    properties["geometry"] = {
        "title": title,
        "x-ogc-role": "primary-geometry",
        "format": GEOMETRIES[collection],
    }
    return {
        "$schema": DIALECT,
        "$id": address,
        "type": "object",
        "title": layer.title.in_language(lang),
        "description": layer.description.in_language(lang),
        "properties": properties,
    }
