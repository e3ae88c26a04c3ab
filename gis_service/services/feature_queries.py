"""What is asked of a collection: which features, in which order, system and form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import orjson
import shapely

from gis_service.core.cql2 import Expression, chosen
from gis_service.core.cql2.nodes import Operation, Value
from gis_service.core.output_crs import CRS84, OutputCrs, from_given
from gis_service.errors import ParameterError
from gis_service.services.encoded import Encoded, Positions
from gis_service.services.properties import PROPERTIES, queryables

DEFAULT_CRS = OutputCrs(CRS84, "OGC:CRS84")
SIDES = 64
"""Into how many pieces a long side of a shape in another system is cut before it is moved."""


@dataclass(frozen=True, kw_only=True)
class FeatureQuery:
    """A question to a collection.

    Attributes
    ----------
    bbox, bbox_crs
        Only features whose geometry meets the box, its numbers in the order of the system's axes.
    expression
        CQL2, its geometries in lon/lat (see `in_lonlat`).
    equals
        Properties that must have a value: text as in the address.
    sortby
        Names, each with whether it is descending. Missing values come last; equal ones stay in the
        order of the collection.
    crs
        System of the answer.
    properties, skip_geometry
        Which properties are given, None: all; whether the geometry is left out.
    written
        The parameters that stand in links, as given.
    """

    bbox: tuple[float, ...] | None = None
    bbox_crs: OutputCrs = DEFAULT_CRS
    expression: Expression | None = None
    equals: tuple[tuple[str, str], ...] = ()
    sortby: tuple[tuple[str, bool], ...] = ()
    crs: OutputCrs = DEFAULT_CRS
    properties: tuple[str, ...] | None = None
    skip_geometry: bool = False
    written: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        """Whether features are given as they were encoded."""
        return self.crs.is_default and self.properties is None and not self.skip_geometry


EVERYTHING = FeatureQuery()


def select(encoded: Encoded, query: FeatureQuery) -> Positions:
    """Give the positions of the features that a query chooses, in its order."""
    found = encoded.meeting(query.bbox, crs=query.bbox_crs)
    if query.expression is not None:
        found = found[chosen(query.expression, encoded.table)[found]]
    for name, text in query.equals:
        column = encoded.table.columns[name]
        wanted = _value(name, column.kind, text)
        same = np.asarray(column.values == wanted, dtype=bool) & ~column.missing
        found = found[same[found]]
    if not query.sortby:
        return found
    keys: list[Any] = [found]
    for name, descending in reversed(query.sortby):
        ranks = encoded.ranks(name)
        missing = encoded.table.columns[name].missing
        keys.append(np.where(missing, len(ranks), -ranks if descending else ranks)[found])
    return np.asarray(found[np.lexsort(keys)])


def render(encoded: Encoded, positions: Positions, query: FeatureQuery) -> list[bytes]:
    """Give features as bytes of GeoJSON, in the form that a query asks for."""
    if query.is_plain:
        return [encoded.features[i] for i in positions]
    shapes: Sequence[str | None] = ()
    if not query.skip_geometry and not query.crs.is_default:
        shapes = np.atleast_1d(shapely.to_geojson(encoded.given_in(query.crs, positions))).tolist()
    features = []
    for number, position in enumerate(positions):
        feature = orjson.loads(encoded.features[position])
        if query.properties is not None:
            held = feature["properties"]
            feature["properties"] = {n: held[n] for n in held if n in query.properties}
        if query.skip_geometry:
            feature["geometry"] = None
        elif shapes:
            text = shapes[number]
            feature["geometry"] = None if text is None else orjson.Fragment(text)
        features.append(orjson.dumps(feature))
    return features


def in_lonlat(expression: Expression, crs: OutputCrs) -> Expression:
    """Give an expression whose geometries stand in ``crs`` with geometries in lon/lat."""
    if crs.is_default:
        return expression
    if isinstance(expression, Value) and expression.kind == "geometry":
        shape = expression.value
        west, south, east, north = shape.bounds
        longest = max(east - west, north - south)
        if longest > 0:
            shape = shapely.segmentize(shape, longest / SIDES)
        moved = from_given(np.array([shape], dtype=object), crs, "OGC:CRS84")[0]
        if not np.isfinite(moved.bounds).all():
            raise ParameterError(
                f"filter 中的几何不在 {crs.uri} 的范围内；请核对坐标次序。",
                f"A geometry of the filter lies outside {crs.uri}; check the order of its axes.",
                parameter="filter",
            )
        return Value("geometry", moved)
    if isinstance(expression, Operation):
        return replace(expression, args=tuple(in_lonlat(arg, crs) for arg in expression.args))
    return expression


def check_names(collection: str, names: Sequence[str], *, parameter: str) -> None:
    """Refuse names that are no properties (``properties``) or no queryables (``sortby``)."""
    listed = PROPERTIES[collection] if parameter == "properties" else queryables(collection)
    known = [one.name for one in listed]
    for name in names:
        if name not in known:
            raise ParameterError(
                f"{parameter} 的值“{name}”不可用；允许：{'、'.join(known)}。",
                f"{parameter} has {name!r}; allowed: {', '.join(known)}.",
                parameter=parameter,
                allowed=known,
            )


def _value(name: str, kind: str, text: str) -> str | float | bool:
    if kind in ("string", "date"):
        return text
    if kind == "boolean":
        if text in ("true", "false"):
            return text == "true"
        raise _bad_value(name, text, "true、false", "true or false")
    try:
        if text.isascii() and "_" not in text and text.strip() == text:
            number = float(text)
            if np.isfinite(number):
                return number
    except ValueError:
        pass
    raise _bad_value(name, text, "数", "a number")


def _bad_value(name: str, text: str, zh: str, en: str) -> ParameterError:
    return ParameterError(
        f"{name} 的值“{text}”不可用；允许：{zh}。",
        f"{name} is {text!r}; allowed: {en}.",
        parameter=name,
    )
