"""Plans of new stations: what is wanted, on which files, and what came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from gis_service.core.siting import Limits
from gis_service.model.policy import Policy
from gis_service.model.siting import Siting
from gis_service.model.text import Text

OBJECTIVES: dict[str, Text] = {
    "policy": Text(
        "先覆盖最多老龄化社区，再惠及最多长者",
        "most ageing communities, then most elders",
    ),
    "elders": Text("惠及最多长者", "most elders within reach"),
    "lscp": Text("用最少的站点达到目标", "fewest stations for the target"),
}


@dataclass(frozen=True, kw_only=True)
class PlanFiles:
    """Files of a plan; what is None comes from the database's newest state.

    ``land``: polygons inside which street nodes are the candidates, where there is no file of
    candidates; it needs a network.
    """

    communities: Path | None = None
    facilities: Path | None = None
    population: Path | None = None
    policy: Path | None = None
    blocks: Path | None = None
    candidates: Path | None = None
    land: Path | None = None
    network: Path | None = None


@dataclass(frozen=True, kw_only=True)
class PlanWishes:
    """What is wanted.

    Attributes
    ----------
    kind
        Kind of the new facilities; existing and committed ones of this kind are fixed.
    objective
        One of `OBJECTIVES`.
    new
        Number of new sites; not used by ``lscp``.
    minutes
        Longest walk; None: the policy's.
    limits
        Sites forced in or out, budget, caps by street.
    time_limit_s
        Seconds after which the best plan so far is given with its bound.
    """

    kind: str = "elder_station"
    objective: str = "policy"
    new: int = 3
    minutes: float | None = None
    limits: Limits = field(default_factory=Limits)
    time_limit_s: float = 60.0


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What holds before or after a plan."""

    ageing: int
    covered: int
    rate: float | None
    elders: int
    elders_in_reach: int
    reach_share: float | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """A plan with its proof and what it changes.

    Attributes
    ----------
    siting
        The choice.
    sites
        One a new site: id, name, community, street, x, y, cost.
    before, after
        Figures with the existing and committed sites, and with the plan.
    method
        ``network`` or ``straight_line``.
    """

    wishes: PlanWishes
    policy: Policy
    siting: Siting
    sites: tuple[Mapping[str, Any], ...]
    before: Figures
    after: Figures
    method: str
    crs: str
    fixed: int
    candidates: int
    notes: tuple[Text, ...]

    def to_mapping(self) -> dict[str, Any]:
        """Give the plan as plain JSON types."""
        return {
            "objective": self.wishes.objective,
            "kind": self.wishes.kind,
            "new": self.wishes.new,
            "walk_length_m": self.policy.walk_length_m,
            "rule": self.policy.rule,
            "method": self.method,
            "crs": self.crs,
            "fixed_sites": self.fixed,
            "candidates": self.candidates,
            "sites": [dict(site) for site in self.sites],
            "before": asdict(self.before),
            "after": asdict(self.after),
            "proof": self.siting.to_mapping(),
            "policy": self.policy.to_mapping(),
            "notes": [{"zh": note.zh, "en": note.en} for note in self.notes],
        }
