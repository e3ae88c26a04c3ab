"""What a resolution is, and what it is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shapely.geometry.base import BaseGeometry

from gis_service.core.resolutions.ground import Ground
from gis_service.model.findings import Finding
from gis_service.model.proposals import Proposal
from gis_service.model.text import Text


@dataclass(frozen=True, kw_only=True)
class ResolutionParams:
    """What staff decide; a resolution takes what it needs and refuses when that is missing.

    Attributes
    ----------
    to
        Code of the community that gets the land.
    lines
        Lines in the layer's CRS: the split, or the centre line of a road or river.
    owners
        Owner of each piece that the lines make: x, y of a point in it and a code. A piece that no
        point lies in goes to the claimant whose other land it borders longest.
    until
        Date (ISO 8601) until which the land stays claimed jointly.
    """

    to: str | None = None
    lines: BaseGeometry | None = None
    owners: tuple[tuple[float, float, str], ...] = ()
    until: str | None = None

    def to_mapping(self) -> dict[str, Any]:
        """Give what is set, as plain JSON types; lines as WKT."""
        values: dict[str, Any] = {
            "to": self.to,
            "lines": None if self.lines is None else self.lines.wkt,
            "owners": [list(owner) for owner in self.owners] or None,
            "until": self.until,
        }
        return {name: value for name, value in values.items() if value is not None}


Propose = Callable[[Ground, Finding, ResolutionParams], Proposal]


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """One way to decide: how it is called, what it needs, and what makes its proposal.

    ``needs`` names the fields of `ResolutionParams` without which it refuses.
    """

    name: str
    title: Text
    propose: Propose
    needs: tuple[str, ...] = ()
