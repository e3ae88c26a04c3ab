"""Coverage by presence: which ageing communities have a counted facility inside.

Definitions
-----------
ageing
    A community in which any ageing rule of the policy holds for its population.
covered
    A facility of a covering kind and state lies inside (Location.base); for the community that
    the register names where land is disputed.
rate
    Ageing and covered / ageing. ``needed`` is how many more must be covered to reach the target.
range
    Lowest and highest rate over all outcomes of the uncertain facilities (see `outcomes`). What a
    facility counts for now is always one of its outcomes, so the rate lies within the range.
"""

from __future__ import annotations

from collections import defaultdict
from math import ceil

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis_service.core.metrics.ageing import AgeingFigures, ageing_figures
from gis_service.core.metrics.location import Location, facility_points, locate
from gis_service.core.metrics.outcomes import covered_range, deciding
from gis_service.core.topology import Topology
from gis_service.model.coverage import (
    CommunityCoverage,
    CoverageReport,
    StreetCoverage,
    UncertainFacility,
)
from gis_service.model.policy import DEFAULT_POLICY, Policy
from gis_service.model.text import Text

Holders = dict[int, list[str]]


def presence(
    communities: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    population: pd.DataFrame,
    *,
    policy: Policy = DEFAULT_POLICY,
) -> CoverageReport:
    """Report which ageing communities are covered, how many are needed, and how sure that is.

    Parameters
    ----------
    communities
        Index: code; columns name, street; polygons in a metric CRS.
    facilities
        Index: id; columns `model.facilities.FACILITY_COLUMNS`; points in the same CRS.
    population
        Columns `model.population.POPULATION_COLUMNS`.
    policy
        When a community is ageing, what covers it, and the target.

    Returns
    -------
    CoverageReport
        Communities sorted by code, streets by name.

    Raises
    ------
    CrsError
        When a CRS is missing or in degrees, or the two differ.
    PolicyError, InputError
        When the age bands can't answer the policy's rules.
    """
    topology = Topology.of(communities)
    locations = locate(topology, facilities)
    people = ageing_figures(topology, population, policy=policy)
    ageing = set(np.flatnonzero(people.figures["ageing"]).tolist())
    counted = _chosen(facilities, policy, statuses=policy.covering_statuses)
    both = (*policy.covering_statuses, *policy.planned_statuses)
    with_planned = _chosen(facilities, policy, statuses=both)
    now = _holders(locations, counted)
    later = _holders(locations, with_planned)
    covered, planned = len(ageing & now.keys()), len(ageing & later.keys())
    open_ = [location for location, counts in zip(locations, counted, strict=True) if counts]
    unsure = [location for location in open_ if location.kind != "inside" and location.candidates]
    certain = {location.base for location in open_ if location.kind == "inside"} - {None}
    limits = covered_range(
        [location.outcomes for location in unsure],
        wanted=ageing,
        certain={row for row in certain if row is not None},
    )
    total = len(ageing)
    return CoverageReport(
        policy=policy,
        population=people.population,
        ageing=total,
        covered=covered,
        rate=covered / total if total else None,
        target=policy.target,
        needed=max(0, ceil(policy.target * total - 1e-9) - covered),
        covered_with_planned=planned,
        rate_with_planned=planned / total if total else None,
        range=(limits[0] / total, limits[1] / total) if total else None,
        communities=_communities(topology, people, now=now, later=later),
        streets=_streets(
            topology, people, now=now, later=later, beds=_beds(topology, facilities, locations)
        ),
        uncertain=_uncertain(topology, facilities, unsure, ageing=ageing, certain=certain),
        notes=(*people.notes, *_facility_notes(facilities, locations, with_planned)),
    )


def _chosen(
    facilities: gpd.GeoDataFrame, policy: Policy, *, statuses: tuple[str, ...]
) -> list[bool]:
    kinds = facilities["kind"].isin(policy.covering_kinds)
    return list((kinds & facilities["status"].isin(statuses)).tolist())


def _holders(locations: list[Location], counted: list[bool]) -> Holders:
    """Ids of the counted facilities by the community for which they count now."""
    holders: defaultdict[int, list[str]] = defaultdict(list)
    for location, counts in zip(locations, counted, strict=True):
        if counts and location.base is not None:
            holders[location.base].append(location.id)
    return dict(holders)


def _communities(
    topology: Topology, people: AgeingFigures, *, now: Holders, later: Holders
) -> tuple[CommunityCoverage, ...]:
    columns = people.figures.itertuples(index=False, name=None)
    figures = dict(enumerate(columns))
    result = []
    for row in topology.ordered(range(len(topology))):
        residents, elders, share, ageing, known = figures[row]
        result.append(
            CommunityCoverage(
                code=topology.codes[row],
                name=topology.names[row],
                street=topology.streets[row],
                residents=round(residents) if known else None,
                elders=round(elders) if known else None,
                elder_share=None if np.isnan(share) else float(share),
                ageing=bool(ageing) if known else None,
                covered=row in now,
                covered_with_planned=row in later,
                facilities=tuple(sorted(now.get(row, []))),
            )
        )
    return tuple(result)


def _streets(
    topology: Topology,
    people: AgeingFigures,
    *,
    now: Holders,
    later: Holders,
    beds: dict[str, float],
) -> tuple[StreetCoverage, ...]:
    table = people.figures.assign(
        street=topology.streets,
        covered=[row in now for row in range(len(topology))],
        planned=[row in later for row in range(len(topology))],
    )
    result = []
    for street, group in table.groupby("street", sort=True):
        ageing = int(group["ageing"].sum())
        covered = int((group["ageing"] & group["covered"]).sum())
        result.append(
            StreetCoverage(
                street=str(street),
                communities=len(group),
                ageing=ageing,
                covered=covered,
                rate=covered / ageing if ageing else None,
                covered_with_planned=int((group["ageing"] & group["planned"]).sum()),
                elders=round(group["elders"].sum()),
                beds=beds.get(str(street), 0.0),
            )
        )
    return tuple(result)


def _beds(
    topology: Topology, facilities: gpd.GeoDataFrame, locations: list[Location]
) -> dict[str, float]:
    """Beds of open facilities of any kind by street: where they lie, or where they count now."""
    beds: defaultdict[str, float] = defaultdict(float)
    open_ = (facilities["status"] == "open").tolist()
    for location, counts, number in zip(locations, open_, facilities["beds"], strict=True):
        streets = {topology.streets[row] for row in location.lies_in}
        if len(streets) != 1 and location.base is not None:
            streets = {topology.streets[location.base]}
        if counts and len(streets) == 1 and number == number and number is not None:
            beds[streets.pop()] += float(number)
    return dict(beds)


def _uncertain(
    topology: Topology,
    facilities: gpd.GeoDataFrame,
    unsure: list[Location],
    *,
    ageing: set[int],
    certain: set[int | None],
) -> tuple[UncertainFacility, ...]:
    decides = deciding(
        [location.outcomes for location in unsure],
        base=[location.base for location in unsure],
        wanted=ageing,
        certain=[row for row in certain if row is not None],
    )
    names = dict(zip(map(str, facilities.index), facilities["name"], strict=True))
    found = [
        UncertainFacility(
            id=location.id,
            name=str(names[location.id]),
            reason=location.kind,
            recorded=location.recorded
            if location.declared is None
            else topology.codes[location.declared],
            candidates=tuple(topology.codes[row] for row in topology.ordered(location.candidates)),
            decides=decisive,
        )
        for location, decisive in zip(unsure, decides, strict=True)
    ]
    return tuple(sorted(found, key=lambda facility: facility.id))


def _facility_notes(
    facilities: gpd.GeoDataFrame, locations: list[Location], counted: list[bool]
) -> list[Text]:
    """Say what could not be placed among the facilities that matter for the figures."""
    pointless = shapely.is_missing(facility_points(facilities)).tolist()
    rows = list(zip(locations, counted, pointless, strict=True))
    unplaced = sum(counts and missing for _, counts, missing in rows)
    unknown = sum(
        counts and location.declared is None and bool(location.recorded)
        for location, counts, _ in rows
    )
    notes = []
    if unplaced:
        notes.append(
            Text(
                f"{unplaced} 处设施没有可用的位置，按位于区外处理。",
                f"{unplaced} facilities have no usable place and count as lying outside.",
            )
        )
    if unknown:
        notes.append(
            Text(
                f"{unknown} 处设施登记的社区在社区图层里找不到，只按位置计算。",
                f"The communities recorded for {unknown} facilities are not in the layer; "
                "these count by where they lie.",
            )
        )
    return notes
