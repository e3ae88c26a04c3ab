"""Read what is asked of a collection, strictly: the parameters' texts → a `FeatureQuery`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from gis_service.core.cql2 import Expression, parse_json, parse_text
from gis_service.core.output_crs import WEB_MAPS, OutputCrs, find_crs
from gis_service.errors import ParameterError
from gis_service.services.feature_queries import (
    DEFAULT_CRS,
    FeatureQuery,
    check_names,
    in_lonlat,
)
from gis_service.services.properties import queryables

LANGUAGES = {"cql2-text": parse_text, "cql2-json": parse_json}
WEB_MAP_NAMES = tuple(WEB_MAPS)
ASKED = (
    "filter", "filter-lang", "filter-crs", "crs", "bbox-crs", "sortby", "properties",
    "skipGeometry",
)  # fmt: skip
"""The parameters of a page of features that are read here, beside its queryables."""

OF_ONE = ("crs", "properties", "skipGeometry")
"""Those of one feature."""


@cache
def parameters_of(collection: str) -> tuple[str, ...]:
    """Give the names of all parameters that a collection's items take from here."""
    return (*ASKED, *(one.name for one in queryables(collection)))


def read_query(
    collection: str,
    given: Mapping[str, str],
    *,
    storage: str,
    bbox: tuple[float, ...] | None = None,
) -> FeatureQuery:
    """Read the parameters of a page of features.

    Parameters
    ----------
    collection
        Its name; must be known.
    given
        Parameters as in the address; those that are not read here are passed over.
    storage
        The data's own system.
    bbox
        Four or six numbers, if any.

    Raises
    ------
    ParameterError
        That names the parameter, its value and what is allowed.
    """
    names = parameters_of(collection)
    written = {name: given[name] for name in names if name in given}
    if not written:
        return FeatureQuery(bbox=bbox)

    def system(parameter: str, *, web_maps: bool = False) -> OutputCrs:
        text = given.get(parameter)
        if text is None:
            return DEFAULT_CRS
        return find_crs(text, storage=storage, parameter=parameter, web_maps=web_maps)

    expression = _expression(given)
    filter_crs, bbox_crs = system("filter-crs"), system("bbox-crs")
    equals = tuple((n, given[n]) for n in names[len(ASKED) :] if n in given)
    sortby = tuple(_direction(part) for part in _list(given, "sortby") or ())
    chosen = _list(given, "properties")
    check_names(collection, [name for name, _ in sortby], parameter="sortby")
    check_names(collection, chosen or (), parameter="properties")
    return FeatureQuery(
        bbox=bbox,
        bbox_crs=bbox_crs,
        expression=None if expression is None else in_lonlat(expression, filter_crs),
        equals=equals,
        sortby=sortby,
        crs=system("crs", web_maps=True),
        properties=chosen,
        skip_geometry=_flag(given, "skipGeometry"),
        written=written,
    )


def _expression(given: Mapping[str, str]) -> Expression | None:
    language = given.get("filter-lang", "cql2-text")
    if language not in LANGUAGES:
        listed = list(LANGUAGES)
        raise ParameterError(
            f"filter-lang 的值“{language}”不可用；允许：{'、'.join(listed)}。",
            f"filter-lang is {language!r}; allowed: {', '.join(listed)}.",
            parameter="filter-lang",
            allowed=listed,
        )
    text = given.get("filter")
    return None if text is None else LANGUAGES[language](text)


def _list(given: Mapping[str, str], name: str) -> tuple[str, ...] | None:
    """Give a list as its parts; None where the parameter is missing."""
    text = given.get(name)
    return None if text is None else tuple(part.strip() for part in text.split(","))


def _direction(part: str) -> tuple[str, bool]:
    """Give a name and whether it is descending; ``+`` reaches us as a blank, which is gone.

    Examples
    --------
    >>> _direction("-area_m2"), _direction("+name"), _direction("name")
    (('area_m2', True), ('name', False), ('name', False))
    """
    return part.removeprefix("-").removeprefix("+"), part.startswith("-")


def _flag(given: Mapping[str, str], name: str) -> bool:
    text = given.get(name, "false")
    if text not in ("true", "false"):
        raise ParameterError(
            f"{name} 的值“{text}”不可用；允许：true、false。",
            f"{name} is {text!r}; allowed: true, false.",
            parameter=name,
        )
    return text == "true"
