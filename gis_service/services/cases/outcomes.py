"""What a proposal does to each community: land, people, ageing, stations, coverage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_service.core.metrics.lands import METHOD, People, transfers_between
from gis_service.core.metrics.presence import presence
from gis_service.core.topology import Topology
from gis_service.errors import InputError
from gis_service.model.coverage import CommunityCoverage, CoverageReport
from gis_service.model.policy import Policy
from gis_service.model.proposals import Proposal
from gis_service.services.snapshots import Snapshot

_SUMMED = (
    "gained_m2", "lost_m2", "awarded_m2",
    "gained_residents", "lost_residents", "gained_elders", "lost_elders",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class CommunityFigures:
    """One community in one state; None where it has no figures of people.

    Attributes
    ----------
    area_m2
        Land that it claims, in the working CRS.
    residents, elders, elder_share, ageing
        Of the policy's population; estimated where land changes hands (see `core.metrics.lands`).
    stations
        Ids of the open facilities that count for it.
    covered
        Whether it is covered by the policy's rule.
    """

    area_m2: float
    residents: float | None
    elders: float | None
    elder_share: float | None
    ageing: bool | None
    stations: tuple[str, ...]
    covered: bool


@dataclass(frozen=True, kw_only=True)
class CommunityOutcome:
    """One community before and after a proposal.

    ``gained_m2`` and ``lost_m2`` are land that it takes over or gives up. A claimant that is
    awarded land which it claimed already gains none, but the people and facilities on it;
    ``awarded_m2`` is how much of the decided land is its own afterwards.
    """

    code: str
    name: str
    street: str
    before: CommunityFigures
    after: CommunityFigures
    gained_m2: float
    lost_m2: float
    awarded_m2: float
    gained_residents: float | None
    lost_residents: float | None
    gained_elders: float | None
    lost_elders: float | None


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """The district's figures in one state."""

    ageing: int
    covered: int
    rate: float | None
    needed: int
    reached: bool


@dataclass(frozen=True, kw_only=True)
class OutcomeTable:
    """The figures of a proposal: each community that it concerns, and the district."""

    communities: tuple[CommunityOutcome, ...]
    before: Coverage
    after: Coverage
    method: str = METHOD

    def to_mapping(self) -> dict[str, Any]:
        """Give the table as plain JSON types, with its totals."""
        rows = [_rounded(asdict(row)) for row in self.communities]
        return {
            "communities": rows,
            "totals": {
                name: round(sum(row[name] or 0.0 for row in rows), 3)
                for name in _SUMMED
            },
            "district": {"before": asdict(self.before), "after": asdict(self.after)},
            "people_method": self.method,
        }  # fmt: skip


def outcome_table(
    snapshot: Snapshot, proposal: Proposal, *, after: gpd.GeoDataFrame, parties: tuple[str, ...]
) -> OutcomeTable:
    """Compute the figures of a proposal on a snapshot.

    Parameters
    ----------
    after
        The snapshot's layer with the proposal applied.
    parties
        Codes that stand in the table even when nothing of theirs changes.
    """
    policy = snapshot.policy
    old, new = Topology.of(snapshot.communities), Topology.of(after)
    changed = sorted(change.row for change in proposal.changes)
    transfers = transfers_between(old, new.usable, changed=changed)
    people = people_of(old, snapshot)
    people_after = people.moved(transfers)
    reports = (
        snapshot.report(),
        presence(after, snapshot.facilities, snapshot.population, policy=policy),
    )
    known = [str(code) for code in old.codes]
    rows = {*changed, *(row for _, row, _ in transfers)}
    rows |= {row for row, code in enumerate(known) if code in set(parties)}
    land = {change.row: (change.gained_m2, change.lost_m2) for change in proposal.changes}
    states = [
        _figures(topology, folk, policy, report)
        for topology, folk, report in (
            (old, people, reports[0]),
            (new, people_after, reports[1]),
        )
    ]
    moves = _people_moves(transfers, people, policy)
    return OutcomeTable(
        communities=tuple(
            CommunityOutcome(
                code=known[row],
                name=str(old.names[row]),
                street=str(old.streets[row]),
                before=states[0][row],
                after=states[1][row],
                gained_m2=land.get(row, (0.0, 0.0))[0],
                lost_m2=land.get(row, (0.0, 0.0))[1],
                awarded_m2=_common_m2(proposal.land, new.usable[row], moves=bool(changed)),
                **moves.get(row, _NOTHING if not np.isnan(people.residents[row]) else _UNKNOWN),
            )
            for row in sorted(rows, key=lambda at: (known[at], at))
        ),
        before=_coverage(reports[0], people.are_ageing(policy), old),
        after=_coverage(reports[1], people_after.are_ageing(policy), new),
    )


def people_of(topology: Topology, snapshot: Snapshot) -> People:
    """Count the people; where the table does not fit the policy's ages, nobody is known."""
    try:
        return People.of(topology, snapshot.population, policy=snapshot.policy)
    except InputError:
        ages = tuple(sorted({snapshot.policy.elder_age, *(r.age for r in snapshot.policy.ageing)}))
        unknown = np.full(len(topology), np.nan)
        return People(ages=ages, residents=unknown, older=np.tile(unknown, (len(ages), 1)))


_NOTHING: Mapping[str, float | None] = {
    "gained_residents": 0.0, "lost_residents": 0.0, "gained_elders": 0.0, "lost_elders": 0.0,
}  # fmt: skip
_UNKNOWN: Mapping[str, float | None] = dict.fromkeys(_NOTHING)


def _people_moves(
    transfers: list[tuple[int, int, float]], people: People, policy: Policy
) -> dict[int, dict[str, float | None]]:
    residents, elders = people.residents, people.elders(policy)
    moves: dict[int, dict[str, float | None]] = {}
    for source, target, share in transfers:
        for row, word in ((source, "lost"), (target, "gained")):
            mine = moves.setdefault(row, dict(_NOTHING))
            for name, values in (("residents", residents), ("elders", elders)):
                moving = share * float(values[source])
                known = mine[f"{word}_{name}"]
                mine[f"{word}_{name}"] = (
                    None if known is None or np.isnan(moving) else known + moving
                )
    return moves


def _figures(
    topology: Topology, people: People, policy: Policy, report: CoverageReport
) -> dict[int, CommunityFigures]:
    areas = shapely.area(topology.usable)
    elders, ageing = people.elders(policy), people.are_ageing(policy)
    ordered = list(topology.ordered(range(len(topology))))
    by_row: dict[int, CommunityCoverage] = dict(zip(ordered, report.communities, strict=True))
    return {
        row: CommunityFigures(
            area_m2=float(areas[row]),
            residents=_known(people.residents[row]),
            elders=_known(elders[row]),
            elder_share=_share(elders[row], people.residents[row]),
            ageing=None if np.isnan(people.residents[row]) else bool(ageing[row]),
            stations=by_row[row].facilities,
            covered=by_row[row].covered,
        )
        for row in ordered
    }


def _coverage(report: CoverageReport, ageing: NDArray[np.bool_], topology: Topology) -> Coverage:
    ordered = topology.ordered(range(len(topology)))
    flags = zip(ordered, report.communities, strict=True)
    covered = sum(bool(ageing[row]) and community.covered for row, community in flags)
    return coverage_of(int(ageing.sum()), covered, target=report.target)


def coverage_of(ageing: int, covered: int, *, target: float) -> Coverage:
    """Give the district's figures from two counts.

    Examples
    --------
    >>> coverage_of(10, 6, target=0.7).needed, coverage_of(0, 0, target=0.7).reached
    (1, True)
    """
    needed = max(0, ceil(target * ageing - 1e-9) - covered)
    return Coverage(
        ageing=ageing,
        covered=covered,
        rate=covered / ageing if ageing else None,
        needed=needed,
        reached=needed == 0,
    )


def _common_m2(land: BaseGeometry | None, own: BaseGeometry | None, *, moves: bool) -> float:
    if not moves or land is None or own is None:
        return 0.0
    return float(shapely.area(shapely.intersection(land, own)))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _share(elders: float, residents: float) -> float | None:
    return float(elders / residents) if residents > 0 and not np.isnan(elders) else None


def _rounded(values: Any) -> Any:
    """Give areas to 0.001 m² and people to 0.1, as they are shown; shares to 6 decimals."""
    if isinstance(values, dict):
        return {name: _rounded(value) for name, value in values.items()}
    if isinstance(values, tuple):
        return [_rounded(value) for value in values]
    return round(values, 6) if isinstance(values, float) else values
