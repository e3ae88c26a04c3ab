"""What hangs on the open cases: ageing, coverage and the target, case by case and all together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from gis_service.core.metrics import deciding as rule
from gis_service.core.metrics.lands import METHOD
from gis_service.core.metrics.location import Location, facility_points, locate
from gis_service.core.topology import GRID_M, Topology
from gis_service.model.cases import Case
from gis_service.model.casework import OPEN
from gis_service.services.cases.desk import Desk
from gis_service.services.cases.opening import land_of_case
from gis_service.services.cases.outcomes import people_of
from gis_service.services.snapshots import Snapshot

DECIDABLE = ("overlap", "gap")
"""Kinds of cases whose land goes to one of their parties."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Deciding:
    """The use case on what hangs on the open cases."""

    desk: Desk
    _held: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict, repr=False)

    def report(self) -> dict[str, Any]:
        """Say of each open case and ending what would be otherwise; plain JSON types.

        Returns
        -------
        dict
            ``now``; ``cases`` (number, parties, outcomes, changes_communities, changes_target,
            turns_target); ``combinations``, ``exact``, ``rate_range``, ``reached_in``.
        """
        snapshot = self.desk.snapshots.current()
        snapshot.boundary_version()
        with self.desk.database.reading() as unit:
            key = (snapshot.key, unit.cases.stamp())
            if key in self._held:
                return self._held[key]
            cases = [c for c in unit.cases.all(states=OPEN) if c.kind in DECIDABLE]
        found = deciding_report(snapshot, cases)
        self._held.clear()
        self._held[key] = found
        return found


def deciding_report(snapshot: Snapshot, cases: Sequence[Case]) -> dict[str, Any]:
    """Give the report for cases on a snapshot."""
    topology = Topology.of(snapshot.communities)
    people = people_of(topology, snapshot)
    codes = [str(code) for code in topology.codes]
    locations = _counted(topology, snapshot)
    bases = Counter(location.base for location, _ in locations if location.base is not None)
    stations = np.array([bases[row] for row in range(len(topology))], dtype=np.int64)
    places = _Places.of(topology, codes, locations)
    endings = [_endings(case, topology, places) for case in cases]
    kept = [at for at, found in enumerate(endings) if found]
    found = rule.deciding(
        [endings[at] for at in kept], people=people, stations=stations, policy=snapshot.policy
    )
    total = found.now.ageing
    return {
        "boundary_version": snapshot.boundary_version().number,
        "rule": "inside",
        "people_method": METHOD,
        "target": snapshot.policy.target,
        "now": {
            "ageing": total,
            "covered": found.now.covered,
            "rate": found.now.covered / total if total else None,
            "reached": found.now.reached,
        },
        "cases": [
            _case_mapping(cases[at], decision, codes)
            for at, decision in zip(kept, found.decisions, strict=True)
        ],
        "combinations": found.combinations,
        "exact": found.rates is not None,
        "rate_range": None if found.rates is None else list(found.rates),
        "reached_in": found.reached,
    }


def _counted(topology: Topology, snapshot: Snapshot) -> list[tuple[Location, shapely.Point]]:
    """Give the facilities that count, with where they are."""
    facilities, policy = snapshot.facilities, snapshot.policy
    counts = facilities["kind"].isin(policy.covering_kinds)
    counts &= facilities["status"].isin(policy.covering_statuses)
    chosen = facilities[counts]
    points = facility_points(chosen)
    return [
        (location, point)
        for location, point in zip(locate(topology, chosen), points, strict=True)
        if point is not None
    ]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Places:
    """Where communities and facilities are found: by code, and by place."""

    rows: dict[str, list[int]]
    bases: list[int | None]
    tree: shapely.STRtree

    @classmethod
    def of(
        cls,
        topology: Topology,
        codes: list[str],
        locations: list[tuple[Location, shapely.Point]],
    ) -> _Places:
        rows: dict[str, list[int]] = {}
        for row in range(len(topology)):
            rows.setdefault(codes[row], []).append(row)
        tree = shapely.STRtree([point for _, point in locations])
        return cls(rows=rows, bases=[location.base for location, _ in locations], tree=tree)


def _endings(case: Case, topology: Topology, places: _Places) -> list[rule.Ending]:
    land = land_of_case(case)
    rows = [row for code in case.parties for row in places.rows.get(code, [])]
    shares = {}
    for row in rows:
        own = topology.usable[row]
        common = 0.0 if own is None else shapely.intersection(land, own).area
        if common > GRID_M:
            shares[row] = common / own.area
    inside = np.sort(places.tree.query(land, predicate="intersects")).tolist()
    facilities = tuple(places.bases[at] for at in inside)
    return [
        rule.Ending(
            to=row,
            transfers=tuple((other, row, share) for other, share in shares.items() if other != row),
            facilities=facilities,
        )
        for row in rows
    ]


def _case_mapping(case: Case, decision: rule.Decision, codes: list[str]) -> dict[str, Any]:
    def named(rows: tuple[int, ...]) -> list[str]:
        return [codes[row] for row in rows]

    return {
        "number": case.number,
        "kind": case.kind,
        "state": case.state,
        "parties": list(case.parties),
        "area_m2": round(case.area_m2, 2),
        "changes_communities": decision.changes_communities,
        "changes_target": decision.changes_target,
        "turns_target": decision.turns_target,
        "outcomes": [
            {
                "to": codes[effect.to],
                "ageing_gained": named(effect.ageing_gained),
                "ageing_lost": named(effect.ageing_lost),
                "covered_gained": named(effect.covered_gained),
                "covered_lost": named(effect.covered_lost),
                "ageing": effect.ageing,
                "covered": effect.covered,
                "rate": effect.covered / effect.ageing if effect.ageing else None,
                "reached": effect.reached,
            }
            for effect in decision.effects
        ],
    }
