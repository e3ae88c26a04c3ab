"""In which form is an answer wanted? ``f=`` first, else ``Accept``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from gis_service.api.answers import GEOJSON, JSON
from gis_service.errors import ParameterError

HTML = "text/html"
SCHEMA = "application/schema+json"


@dataclass(frozen=True)
class Form:
    """One encoding: its name in ``f=``, its media type, the suffix that the writer knows."""

    name: str
    media_type: str
    suffix: str = ""


PLAIN: Mapping[str, Form] = {"json": Form("json", JSON), "html": Form("html", HTML)}
"""Of all resources but features and schemas."""

SCHEMAS: Mapping[str, Form] = {"json": Form("json", SCHEMA), "html": Form("html", HTML)}

FEATURES: Mapping[str, Form] = {
    form.name: form
    for form in (
        Form("geojson", GEOJSON),
        Form("html", HTML),
        Form("jsonseq", "application/geo+json-seq"),
        Form("csv", "text/csv", ".csv"),
        Form("fgb", "application/flatgeobuf", ".fgb"),
        Form("gpkg", "application/geopackage+sqlite3", ".gpkg"),
        Form("kml", "application/vnd.google-earth.kml+xml", ".kml"),
        Form("shp", "application/x-shapefile+zip", ".zip"),
    )
}
"""Of items."""

FEATURE: Mapping[str, Form] = {name: FEATURES[name] for name in ("geojson", "html")}
"""Of one feature."""


def form_of(request: Request, forms: Mapping[str, Form]) -> Form:
    """Give the form that a request wants; the first of ``forms`` when it does not say.

    Raises
    ------
    ParameterError
        For an ``f`` that is not among them. What ``Accept`` names and we have not is passed over.
    """
    first = next(iter(forms.values()))
    asked = request.query_params.get("f")
    if asked is not None:
        name = first.name if asked == "json" else asked
        if name not in forms:
            listed = [*forms]
            raise ParameterError(
                f"f 的值“{asked}”不可用；允许：{'、'.join(listed)}。",
                f"f is {asked!r}; allowed: {', '.join(listed)}.",
                parameter="f",
                allowed=listed,
            )
        return forms[name]
    accept = request.headers.get("accept", "*/*")
    return first if accept == "*/*" else _accepted(accept, forms, first)


def _accepted(accept: str, forms: Mapping[str, Form], first: Form) -> Form:
    best, found = 0.0, first
    for item in accept.split(","):
        media_type, _, weight = item.strip().partition(";q=")
        wanted = media_type.partition(";")[0].strip().lower()
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if quality <= best:
            continue
        for form in forms.values():
            if wanted == form.media_type or (wanted == JSON and form is first):
                best, found = quality, form
    return found
