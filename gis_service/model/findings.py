"""Findings: what a check saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shapely.geometry.base import BaseGeometry

from gis_service.model.text import Text

Severity = Literal["dispute", "sliver", "error", "note"]

SEVERITIES: dict[Severity, Text] = {
    "dispute": Text("争议", "dispute"),
    "sliver": Text("细缝", "sliver"),
    "error": Text("错误", "error"),
    "note": Text("提示", "note"),
}

FINDING_COLUMNS = (
    "key",
    "check",
    "severity",
    "communities",
    "area_m2",
    "width_m",
    "point",
    "text_zh",
    "text_en",
    "geometry",
)
"""Columns of a frame of findings, in their order.

``communities`` is a tuple of codes, ``point`` a shapely point inside the geometry (None where
there is no place), both in the CRS of the layer; ``width_m`` is NaN where a width has no meaning.
"""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a check saw at one place.

    Attributes
    ----------
    key
        Check, sorted community codes and part number, for example ``overlap:A+B:1``.
        The same for any order of the rows.
    check
        Name of the check on the shelf, for example ``overlap``.
    severity
        ``dispute`` (people must decide), ``sliver`` (thinner than the policy's width: a drawing
        error), ``error`` (the survey must be corrected), ``note`` (worth knowing).
    communities
        Sorted codes of the communities concerned: claimants, neighbours of a gap, owner of a ring.
    geometry
        Where, in the working CRS; None when a row has no usable geometry.
    point
        x, y of a point inside the geometry, in the working CRS.
    area_m2
        Planar area in the working CRS; 0 where the fault has no area.
    width_m
        Diameter of the largest inscribed circle; None where a width has no meaning.
    text
        What is wrong and what to do with it.
    """

    key: str
    check: str
    severity: Severity
    communities: tuple[str, ...]
    geometry: BaseGeometry | None
    point: tuple[float, float] | None
    area_m2: float
    width_m: float | None
    text: Text
