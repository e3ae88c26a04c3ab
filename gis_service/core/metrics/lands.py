"""People and facilities on pieces of land, and who takes them along when the land changes hands.

Estimate (areal interpolation, Goodchild & Lam 1980): the people of a community are taken as spread
evenly over the land that it claims, so a piece of it holds ``people × piece / claimed land`` of
them. Each person is registered with one community; on land that several claim, their estimates
add up. Nobody is registered on land that no community claims, so there the figure is unknown.

Known limit: a hill or a park has no people; figures of residential blocks would tell, and are
used as soon as they are stored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis_service.core.metrics.ageing import ageing_figures
from gis_service.core.metrics.location import facility_points
from gis_service.core.topology import GRID_M, Objects, Topology
from gis_service.model.policy import Policy

METHOD = "areal"
"""How people on a piece of land are estimated."""

Floats = NDArray[np.float64]
Transfer = tuple[int, int, float]
"""Row that loses people, row that gains them, and which share of the first's people (0 to 1)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class People:
    """People of each community, by row of the layer; NaN where there are no figures.

    Attributes
    ----------
    ages
        The policy's ages, ascending.
    residents
        One number a row.
    older
        Ages × rows: people of that age or more.
    """

    ages: tuple[int, ...]
    residents: Floats
    older: Floats

    @classmethod
    def of(cls, topology: Topology, population: pd.DataFrame, *, policy: Policy) -> People:
        """Count them; raises `PolicyError` and `InputError` as `ageing_figures` does."""
        ages = tuple(sorted({policy.elder_age, *(rule.age for rule in policy.ageing)}))
        residents, older = np.full(len(topology), np.nan), []
        for age in ages:
            chosen = replace(policy, elder_age=age)
            figures = ageing_figures(topology, population, policy=chosen).figures
            residents = figures["residents"].to_numpy(dtype=float)
            older.append(figures["elders"].to_numpy(dtype=float))
        return cls(ages=ages, residents=residents, older=np.array(older))

    def elders(self, policy: Policy) -> Floats:
        """People of the policy's elder age or more, by row."""
        return np.asarray(self.older[self.ages.index(policy.elder_age)])

    def moved(self, transfers: list[Transfer]) -> People:
        """Give the people after transfers, each a share of what there was before them all."""
        before = np.vstack([self.residents, self.older])
        after, known = before.copy(), np.nan_to_num(before)
        for source, target, share in transfers:
            after[:, source] -= share * known[:, source]
            after[:, target] += share * known[:, source]
        return replace(self, residents=after[0], older=after[1:])

    def are_ageing(self, policy: Policy) -> NDArray[np.bool_]:
        """Tell of each row whether any ageing rule holds; False without figures."""
        ageing = np.zeros(self.residents.shape, dtype=bool)
        for rule in policy.ageing:
            older = self.older[self.ages.index(rule.age)]
            ageing |= (self.residents > 0) & (older >= rule.share * self.residents - 1e-9)
        return ageing


@dataclass(frozen=True, kw_only=True)
class LandFigures:
    """What lies on one piece of land; None where the people are unknown."""

    residents: float | None
    elders: float | None
    facilities: tuple[str, ...]


def figures_of_lands(
    lands: Objects,
    *,
    topology: Topology,
    people: People,
    facilities: gpd.GeoDataFrame,
    policy: Policy,
) -> list[LandFigures]:
    """Estimate the people on each piece of land and list the facilities there.

    Parameters
    ----------
    lands
        Polygons in the topology's CRS.
    topology, people
        The layer of communities and its people.
    facilities
        Index id; points in the same CRS.
    """
    land, row = topology.tree.query(lands, predicate="intersects")
    common = shapely.area(shapely.intersection(lands[land], topology.usable[row]))
    own = shapely.area(topology.usable[row])
    share = np.divide(common, own, out=np.zeros(len(own)), where=own > 0)
    claimed = common > GRID_M
    counts = np.bincount(land[claimed], minlength=len(lands))
    sums = [
        np.bincount(land[claimed], weights=(share * values[row])[claimed], minlength=len(lands))
        for values in (people.residents, people.elders(policy))
    ]
    inside = _facilities_on(lands, facilities)
    return [
        LandFigures(
            residents=None if not n or np.isnan(residents) else float(residents),
            elders=None if not n or np.isnan(elders) else float(elders),
            facilities=inside[at],
        )
        for at, (n, residents, elders) in enumerate(zip(counts, *sums, strict=True))
    ]


def transfers_between(before: Topology, after: Objects, *, changed: list[int]) -> list[Transfer]:
    """Say which share of each changed community's people goes to which other one.

    Parameters
    ----------
    before
        The layer as it is.
    after
        The usable geometries of all its rows afterwards.
    changed
        Rows whose geometry changes. Land that a row gives up goes, with its people, to the rows
        that hold it afterwards.
    """
    tree = shapely.STRtree(after)
    result: list[Transfer] = []
    for row in changed:
        own = before.usable[row]
        if own is None or after[row] is None:
            continue
        lost = shapely.difference(own, after[row])
        if lost.area <= GRID_M:
            continue
        for other in np.sort(tree.query(lost, predicate="intersects")).tolist():
            share = shapely.intersection(lost, after[other]).area / own.area
            if other != row and share * own.area > GRID_M:
                result.append((row, other, share))
    return result


def _facilities_on(lands: Objects, facilities: gpd.GeoDataFrame) -> list[tuple[str, ...]]:
    points = facility_points(facilities)
    tree = shapely.STRtree(points)
    land, point = tree.query(lands, predicate="intersects")
    inside: list[list[str]] = [[] for _ in lands]
    for at, which in zip(land.tolist(), point.tolist(), strict=True):
        inside[at].append(str(facilities.index[which]))
    return [tuple(sorted(ids)) for ids in inside]
