"""The coverage report: which ageing communities have a station, and how sure that is."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from gis_service.model.policy import Policy
from gis_service.model.text import Text


@dataclass(frozen=True, kw_only=True)
class CommunityCoverage:
    """One community's figures.

    Attributes
    ----------
    residents
        People of the population that the report used; None when the community has no figures.
    elders, elder_share
        People of the policy's elder age or more, and their share (0 to 1).
    ageing
        Whether any ageing rule holds; None when the community has no figures.
    covered
        Whether a counted open facility counts for it.
    covered_with_planned
        The same with the facilities that are planned or being built.
    facilities
        Ids of the counted open facilities.
    """

    code: str
    name: str
    street: str
    residents: int | None
    elders: int | None
    elder_share: float | None
    ageing: bool | None
    covered: bool
    covered_with_planned: bool
    facilities: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class StreetCoverage:
    """One street's figures; ``rate`` is None when it has no ageing community."""

    street: str
    communities: int
    ageing: int
    covered: int
    rate: float | None
    covered_with_planned: int
    elders: int
    beds: float


@dataclass(frozen=True, kw_only=True)
class UncertainFacility:
    """A counted facility whose community is not certain, with the communities it may count for.

    ``reason`` is ``disputed_land`` (in an overlap), ``on_the_line`` (on a shared line, inside
    none), ``recorded_elsewhere`` or ``outside``. ``recorded`` is the code that the register names,
    or its words where the layer has no such community. ``decides``: this one alone can change the
    number of covered communities, all others counting as they count now.
    """

    id: str
    name: str
    reason: str
    recorded: str
    candidates: tuple[str, ...]
    decides: bool


@dataclass(frozen=True, kw_only=True)
class CoverageReport:
    """How many ageing communities have a counted facility inside, and what that leaves to do.

    Attributes
    ----------
    population
        The population that was used: ``registered``, ``resident`` or ``unstated``.
    ageing, covered, rate
        Denominator, numerator and their ratio (None without any ageing community).
    target, needed
        Wanted ratio, and how many more ageing communities must be covered to reach it.
    covered_with_planned, rate_with_planned
        The same with the facilities that are planned or being built.
    range
        Lowest and highest ratio, over every outcome for the uncertain facilities.
    uncertain
        The facilities that make the range.
    notes
        What a reader must know: fall-backs, rows without figures, and so on.
    """

    policy: Policy
    population: str
    ageing: int
    covered: int
    rate: float | None
    target: float
    needed: int
    covered_with_planned: int
    rate_with_planned: float | None
    range: tuple[float, float] | None
    communities: tuple[CommunityCoverage, ...]
    streets: tuple[StreetCoverage, ...]
    uncertain: tuple[UncertainFacility, ...] = ()
    notes: tuple[Text, ...] = field(default=())

    def to_mapping(self) -> dict[str, Any]:
        """Give the report as plain JSON types (``policy`` whole, ratios from 0 to 1)."""
        values = asdict(self)
        values["policy"] = self.policy.to_mapping()
        values["range"] = list(self.range) if self.range else None
        values["notes"] = [{"zh": note.zh, "en": note.en} for note in self.notes]
        for name in ("communities", "streets", "uncertain"):
            values[name] = [_plain(item) for item in values[name]]
        return values


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}
