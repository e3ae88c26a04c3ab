"""The conformance classes that are met."""

from __future__ import annotations

_CLASSES = {
    "ogcapi-common-1/1.0/conf": "core landing-page json html oas30",
    "ogcapi-common-2/1.0/conf": "collections",
    "ogcapi-features-1/1.0/conf": "core geojson html oas30",
    "ogcapi-features-2/1.0/conf": "crs",
    "ogcapi-features-3/1.0/conf": "queryables queryables-query-parameters filter features-filter",
    "ogcapi-features-5/1.0/conf": "schemas core-roles-features returnables-and-receivables "
    "queryables sortables",
    "ogcapi-features-8/1.0/conf": "sorting",
    "ogcapi-tiles-1/1.0/conf": "core tileset tilesets-list geodata-tilesets dataset-tilesets mvt "
    "oas30",
    "tms/2.0/conf": "tilematrixset json-tilematrixset",
    "cql2/1.0/conf": "cql2-text cql2-json basic-cql2 advanced-comparison-operators "
    "case-insensitive-comparison basic-spatial-functions basic-spatial-functions-plus "
    "spatial-functions temporal-functions",
}

CONFORMS_TO = tuple(
    f"http://www.opengis.net/spec/{parent}/{name}"
    for parent, names in _CLASSES.items()
    for name in names.split()
)
