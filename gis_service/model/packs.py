"""The agreement pack: everything that an agreement on a boundary says, and what a case adds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.model.lines import AgreedLine, FourSides, NamedLine
from gis_service.model.proposals import ProofCheck
from gis_service.model.text import Text

DISPUTE = Text("界线争议", "boundary dispute")
NOTHING = Text("", "")


@dataclass(frozen=True, kw_only=True)
class CaseFacts:
    """What the documents say of a case beside its geometry.

    Attributes
    ----------
    number
        Case number, for example ``LH-2026-0001``; "" for a file without a case.
    date
        Day that stands in every document and in its file dates, ISO 8601.
    kind
        What kind of case: overlap, gap.
    parties
        Codes of communities that agree, beside those that gain or lose land or border the line.
    document
        Number of the document that orders or records it; "" where there is none yet.
    version
        What the boundaries before are called: "version 12", a file name.
    policy
        Name of the policy.
    is_sample
        Whether the boundaries are demonstration data; then every page says so.
    is_draft
        Whether it still waits for approval.
    """

    number: str = ""
    date: str
    kind: Text = DISPUTE
    parties: tuple[str, ...] = ()
    document: str = ""
    version: Text = NOTHING
    policy: str = ""
    is_sample: bool = False
    is_draft: bool = True


@dataclass(frozen=True, kw_only=True)
class Party:
    """A community of the agreement before and after; areas in m² in the working CRS."""

    code: str
    name: str
    street: str
    before: BaseGeometry
    after: BaseGeometry
    gained_m2: float
    lost_m2: float
    sides_before: FourSides
    sides_after: FourSides

    @property
    def area_before_m2(self) -> float:
        """Area before."""
        return float(shapely.area(self.before))

    @property
    def area_after_m2(self) -> float:
        """Area after."""
        return float(shapely.area(self.after))


@dataclass(frozen=True, kw_only=True)
class Surrounding:
    """Another community near the land, as far as a map may show it."""

    code: str
    name: str
    geometry: BaseGeometry


@dataclass(frozen=True, kw_only=True, eq=False)
class AgreementPack:
    """All that the documents of one agreement say.

    Attributes
    ----------
    facts
        The case.
    resolution, params
        How it was decided, and the parameters in words for people.
    crs, crs_name
        Working CRS of all coordinates, for example ``EPSG:4547``, and its name.
    findings
        Keys of the findings that are resolved.
    land
        The land decided on.
    parties
        The communities that agree, by code.
    surroundings
        Others near the land.
    line
        The agreed line: points, parts, legs, runs.
    texts
        How it runs, a paragraph a part.
    names
        Name of every community that any document mentions, by code.
    named
        Roads and rivers near the land.
    filled_m2
        Unclaimed land that gets an owner.
    proof
        What was verified of the proposal.
    """

    facts: CaseFacts
    resolution: Text
    params: tuple[Text, ...]
    crs: str
    crs_name: str
    findings: tuple[str, ...]
    land: BaseGeometry
    parties: tuple[Party, ...]
    surroundings: tuple[Surrounding, ...]
    line: AgreedLine
    texts: tuple[Text, ...]
    names: Mapping[str, str]
    named: tuple[NamedLine, ...]
    filled_m2: float
    proof: tuple[ProofCheck, ...]

    @property
    def land_m2(self) -> float:
        """Area of the land decided on."""
        return float(shapely.area(self.land))
