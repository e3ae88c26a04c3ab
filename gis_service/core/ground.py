"""The ground of planning: who lives where, what stands where, and who reaches what, by ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd

from gis_service.core.demand import spread
from gis_service.core.metrics.ageing import ageing_figures
from gis_service.core.metrics.location import facility_points, locate
from gis_service.core.metrics.tables import Tables
from gis_service.core.topology import Topology
from gis_service.model.policy import Policy
from gis_service.model.text import Text


class Walk(Protocol):
    """A walking network, or straight lines with a detour."""

    @property
    def method(self) -> str:
        """``network`` or ``straight_line``."""

    def cost_table(
        self, origins_xy: Any, facilities_xy: Any, *, cutoff_s: float, speed_m_s: float = ...
    ) -> pd.DataFrame: ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """Tables of planning.

    Attributes
    ----------
    communities
        Index: code; columns name, street, elders, residents, from_<age>, ageing.
    demand, community_of, origins_xy
        Elders of each demand point, its community, its coordinates (n, 2).
    sites
        Index: id; columns name, community, street, kind, status, places, beds, cost, x, y,
        is_candidate: facilities with a place, then candidates.
    notes
        What a reader must know: where people were placed, what had no place.
    """

    communities: pd.DataFrame
    demand: pd.Series[Any]
    community_of: pd.Series[Any]
    origins_xy: Any
    sites: pd.DataFrame
    notes: tuple[Text, ...]

    @classmethod
    def of(
        cls,
        communities: gpd.GeoDataFrame,
        facilities: gpd.GeoDataFrame,
        population: pd.DataFrame,
        *,
        policy: Policy,
        blocks: gpd.GeoDataFrame | None = None,
        candidates: gpd.GeoDataFrame | None = None,
    ) -> Ground:
        """Put the layers together; all in one metric CRS.

        Elders of the population table are spread over ``blocks`` (in proportion to their elders,
        else to their residents) or over the communities' area, so that they add up exactly.
        """
        topology = Topology.of(communities)
        people = ageing_figures(topology, population, policy=policy)
        codes = pd.Index(_keys(topology), dtype=object)
        table = people.figures.set_index(codes)[["residents", "elders", "ageing"]]
        table = table.assign(name=topology.names, street=topology.streets)
        placed = spread(
            table["elders"],
            communities.set_axis(codes),
            blocks=_located_where_codes_repeat(blocks, topology),
            weights=_weight_column(blocks),
        )
        points = placed.points
        points = points[points["people"] > 0]
        sites = _sites(topology, facilities, is_candidate=False)
        if candidates is not None:
            sites = pd.concat([sites, _sites(topology, candidates, is_candidate=True)])
        sites = sites[~sites.index.duplicated()]
        return cls(
            communities=table,
            demand=points["people"].astype(np.int64).rename("elders"),
            community_of=points["community"],
            origins_xy=points.geometry.get_coordinates().to_numpy(),
            sites=sites,
            notes=(*people.notes, *placed.notes),
        )

    def cost(self, walk: Walk, *, cutoff_s: float, speed_m_s: float) -> pd.DataFrame:
        """Times from every demand point to every site, by ids."""
        table = walk.cost_table(
            self.origins_xy,
            self.sites[["x", "y"]].to_numpy(dtype=np.float64),
            cutoff_s=cutoff_s,
            speed_m_s=speed_m_s,
        )
        return pd.DataFrame(
            {
                "origin": self.demand.index.to_numpy()[table["origin"].to_numpy()],
                "facility": self.sites.index.to_numpy()[table["facility"].to_numpy()],
                "seconds": table["seconds"].to_numpy(),
            }
        )

    def tables(
        self, cost: pd.DataFrame, counted: pd.Index[Any], *, speed_m_s: float, reach_s: float
    ) -> Tables:
        """Give the tables of the metrics with some of the sites counting."""
        return Tables(
            communities=self.communities,
            demand=self.demand,
            community_of=self.community_of,
            facilities=self.sites.loc[counted, ["community", "places", "beds"]],
            cost=cost,
            speed_m_s=speed_m_s,
            reach_s=reach_s,
        )


def _keys(topology: Topology) -> list[str]:
    """Codes of the communities; ``~2`` and so on behind a repeated one."""
    codes = pd.Series(topology.codes, dtype=object)
    again = (codes.groupby(codes).cumcount() + 1).tolist()
    return [f"{code}~{at}" if at > 1 else str(code) for code, at in zip(codes, again, strict=True)]


def _located_where_codes_repeat(
    blocks: gpd.GeoDataFrame | None, topology: Topology
) -> gpd.GeoDataFrame | None:
    """Forget the community of blocks whose code several communities bear."""
    if blocks is None or "community" not in blocks:
        return blocks
    codes = pd.Series(topology.codes, dtype=object)
    repeated = blocks["community"].isin(codes[codes.duplicated()])
    return blocks.assign(community=blocks["community"].where(~repeated, ""))


def _weight_column(blocks: gpd.GeoDataFrame | None) -> str | None:
    if blocks is None:
        return None
    for name in ("elders", "residents"):
        if name in blocks and blocks[name].notna().any() and float(blocks[name].sum()) > 0:
            return name
    return None


def _sites(topology: Topology, layer: gpd.GeoDataFrame, *, is_candidate: bool) -> pd.DataFrame:
    locations = locate(topology, layer)
    keys = _keys(topology)
    codes = [None if at.base is None else keys[at.base] for at in locations]
    streets = ["" if at.base is None else topology.streets[at.base] for at in locations]
    points = facility_points(layer)
    places = gpd.GeoSeries(points, index=layer.index)
    usable = ~(places.isna() | places.is_empty).to_numpy()

    def column(name: str, missing: Any) -> Any:
        return layer[name].to_numpy() if name in layer else missing

    frame = pd.DataFrame(
        {
            "name": column("name", ""),
            "community": codes,
            "street": streets,
            "kind": column("kind", ""),
            "status": column("status", "candidate"),
            "places": column("places", np.nan),
            "beds": column("beds", np.nan),
            "cost": column("cost", np.nan),
            "is_candidate": is_candidate,
        },
        index=layer.index.astype(str),
    )
    x = np.full(len(frame), np.nan)
    y = x.copy()
    x[usable], y[usable] = places[usable].x, places[usable].y
    frame = frame.assign(x=x, y=y)
    return pd.DataFrame(frame.loc[usable])
