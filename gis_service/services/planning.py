"""Where the next stations go: plans on files or on the database's newest state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import geopandas as gpd
import pandas as pd

from gis_service.core.ground import Ground
from gis_service.core.metrics.rules import CoverageRule, covered, within_reach
from gis_service.core.siting import SITINGS, Communities, Limits
from gis_service.core.siting.candidates import street_candidates
from gis_service.core.siting.target import fewest_for_target
from gis_service.errors import InputError, ParameterError
from gis_service.model.facilities import FACILITY_KINDS
from gis_service.model.policy import Policy
from gis_service.model.progress import Progress, silent
from gis_service.model.siting import Siting
from gis_service.model.text import Text
from gis_service.services.planning_layers import PlanningLayers
from gis_service.services.plans import OBJECTIVES, Figures, Plan, PlanFiles, PlanWishes
from gis_service.services.ports import Formats
from gis_service.services.snapshots import Snapshots
from gis_service.services.surveys import Surveys, part
from gis_service.services.walking import Walking

if TYPE_CHECKING:
    from gis_service.core.network import WalkNetwork
    from gis_service.core.networks.straight import StraightLine

__all__ = ["OBJECTIVES", "Figures", "Limits", "Plan", "PlanFiles", "PlanWishes", "Planning"]

READING = Text("正在读取数据", "reading the data")
WALKING = Text("正在计算步行时间", "computing walking times")


class ReadPlaces(Protocol):
    """Reads blocks and candidates; see `gis_service.formats.places.read_places`."""

    def __call__(
        self,
        path: Path,
        *,
        crs: str | None = ...,
        mapping: Mapping[str, str] | None = ...,
        working_crs: str | None = ...,
    ) -> gpd.GeoDataFrame: ...


@dataclass(frozen=True, kw_only=True)
class Planning:
    """The use cases on plans."""

    formats: Formats
    surveys: Surveys
    snapshots: Snapshots
    walking: Walking
    read_places: ReadPlaces
    layers: PlanningLayers

    def plan(self, wishes: PlanWishes, files: PlanFiles, *, progress: Progress = silent) -> Plan:
        """Choose the sites.

        Where the communities come from the database, so do blocks, candidates and network that
        are not given as files. Without blocks, elders are spread over the communities' area;
        without candidates, street nodes inside the given land are, else the demand points; without
        a network, walking is estimated by straight lines. Each is said in the notes.

        Raises
        ------
        InputError
            When a file can't be used, or the wishes can't be met.
        NotFoundError
            When files are missing and nothing has been imported.
        """
        check_wishes(wishes)
        progress(0.0, READING)
        layer, register, people, policy = self._layers(files)
        policy = with_minutes(policy, wishes)
        crs = layer.crs.to_string()
        held = self.layers.current(crs) if files.communities is None else None
        blocks = self._places(files.blocks, crs)
        candidates = self._places(files.candidates, crs)
        walk = self.walking.network(
            files.network, detour=policy.detour, crs=crs, progress=part(progress, 0.1, 0.3)
        )
        if held is not None:
            blocks = held.blocks if blocks is None else blocks
            if files.network is None and held.network is not None:
                walk = held.network
        if candidates is None and files.land is not None:
            candidates = self._street_nodes(files.land, walk, crs)
        if candidates is None and held is not None:
            candidates = held.candidates
        ground = Ground.of(
            layer, register, people, policy=policy, blocks=blocks, candidates=candidates
        )
        notes = list(ground.notes)
        if candidates is None:
            ground, note = with_points_as_candidates(ground)
            notes.append(note)
        progress(0.3, WALKING)
        return planned(ground, walk, wishes, policy, crs, notes, part(progress, 0.4, 1.0))

    def _places(self, path: Path | None, crs: str) -> gpd.GeoDataFrame | None:
        if path is None:
            return None
        layer = self.read_places(path, working_crs=crs)
        known = layer["community"].astype(str).str.strip() != ""
        return layer if known.all() else layer.drop(columns="community")

    def _street_nodes(
        self, path: Path, walk: WalkNetwork | StraightLine, crs: str
    ) -> gpd.GeoDataFrame:
        streets = getattr(walk, "streets", None)
        if streets is None:
            raise ParameterError(
                "以用地内的道路节点为备选点（--land）需要步行网络（--network）。",
                "Street nodes inside land (--land) need a walking network (--network).",
                parameter="--land",
            )
        land = self.formats.read_boundaries(path, working_crs=crs)
        return street_candidates(streets.nodes_xy, land)

    def _layers(
        self, files: PlanFiles
    ) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, pd.DataFrame, Policy]:
        """Read the files; what is missing comes from the database, all or nothing of the layers."""
        given = (files.communities, files.facilities, files.population)
        if any(given) and not all(given):
            raise ParameterError(
                "从文件规划时，--communities、--facilities、--population 需同时给出。",
                "To plan from files give --communities, --facilities and --population.",
                parameter="--communities",
            )
        if files.communities and files.facilities and files.population:
            layer = self.formats.read_boundaries(
                files.communities, working_crs=self.surveys.working_crs
            )
            register = self.formats.read_facilities(
                files.facilities, working_crs=layer.crs.to_string()
            )
            people = self.formats.read_population(files.population)
            return layer, register, people, self.surveys.policy(files.policy)
        held = self.snapshots.current()
        held.boundary_version()
        policy = held.policy if files.policy is None else self.surveys.policy(files.policy)
        return held.communities, held.facilities, held.population, policy


def check_wishes(wishes: PlanWishes) -> None:
    """Refuse an objective or a kind that there is not, with a `ParameterError`."""
    for name, value, allowed in (
        ("--objective", wishes.objective, OBJECTIVES),
        ("--kind", wishes.kind, FACILITY_KINDS),
    ):
        if value not in allowed:
            raise ParameterError(
                f"{name} 的值 {value!r} 不可用；可用：{'、'.join(allowed)}。",
                f"{name} has {value!r}; allowed: {', '.join(allowed)}.",
                parameter=name,
            )


def with_minutes(policy: Policy, wishes: PlanWishes) -> Policy:
    """Give the policy under which a plan counts: its kind and its longest walk."""
    kinds = policy.covering_kinds if wishes.kind in policy.covering_kinds else (wishes.kind,)
    policy = replace(policy, covering_kinds=kinds)
    if wishes.minutes is None:
        return policy
    return replace(policy, walk_limit="minutes", walk_minutes=float(wishes.minutes))


def with_points_as_candidates(ground: Ground) -> tuple[Ground, Text]:
    """Make the demand points candidates, and say so."""
    points = pd.DataFrame(
        {
            "name": "",
            "community": ground.community_of.to_numpy(),
            "street": ground.communities["street"].reindex(ground.community_of).to_numpy(),
            "kind": "",
            "status": "candidate",
            "is_candidate": True,
            "x": ground.origins_xy[:, 0],
            "y": ground.origins_xy[:, 1],
        },
        index=ground.demand.index.astype(str),
    )
    points = points[~points.index.isin(ground.sites.index)]
    note = Text(
        f"没有备选点文件：以 {len(points)} 个人口点为备选点。",
        f"No file of candidates: the {len(points)} demand points are the candidates.",
    )
    return replace(ground, sites=pd.concat([ground.sites, points])), note


def planned(
    ground: Ground,
    walk: WalkNetwork | StraightLine,
    wishes: PlanWishes,
    policy: Policy,
    crs: str,
    notes: list[Text],
    progress: Progress,
) -> Plan:
    """Choose sites on a ground; see `Planning.plan`."""
    speed = policy.walking_speed_m_s
    limit_s = policy.walk_limit_s
    if policy.rule == "straight":
        raise InputError(
            "规划尚不支持直线距离规则（straight）；请在策略中改用 inside 或 walking。",
            "Plans can't be made by the rule of straight distances; use inside or walking in the "
            "policy.",
        )
    if policy.stations_needed > 1:
        raise InputError(
            f"规划按一个站点即覆盖计算，策略却要求 {policy.stations_needed} 个。请改为 1。",
            "Plans count a community as covered by one station, but the policy asks for "
            f"{policy.stations_needed}. Make it 1.",
        )
    cost = ground.cost(walk, cutoff_s=limit_s, speed_m_s=speed)
    sites = ground.sites
    counts = sites["kind"].isin(policy.covering_kinds) & ~sites["is_candidate"]
    statuses = (*policy.covering_statuses, *policy.planned_statuses)
    fixed = sites.index[counts & sites["status"].isin(statuses)]
    candidates = sites.index[sites["is_candidate"].astype(bool)]
    limits = _limits(wishes.limits, sites)
    siting = _choose(ground, cost, wishes, policy, fixed, candidates, limits, limit_s, progress)
    chosen = pd.Index(siting.sites, dtype=object)
    notes += [*walk.notes, *siting.notes]
    return Plan(
        wishes=wishes,
        policy=policy,
        siting=siting,
        sites=tuple(_site(sites, str(site)) for site in chosen),
        before=figures_of(ground, cost, fixed, policy, limit_s),
        after=figures_of(ground, cost, fixed.append(chosen), policy, limit_s),
        method=walk.method,
        crs=crs,
        fixed=len(fixed),
        candidates=len(candidates),
        notes=tuple(dict.fromkeys(notes)),
    )


def _limits(limits: Limits, sites: pd.DataFrame) -> Limits:
    """Take costs and streets from the candidates where the caller gives none."""
    costs = limits.costs or sites["cost"].dropna().to_dict()
    groups = limits.groups or sites["street"].fillna("").to_dict()
    return replace(limits, costs=costs, groups=groups)


def _choose(
    ground: Ground,
    cost: pd.DataFrame,
    wishes: PlanWishes,
    policy: Policy,
    fixed: pd.Index[Any],
    candidates: pd.Index[Any],
    limits: Limits,
    limit_s: float,
    progress: Progress,
) -> Siting:
    arguments: dict[str, Any] = {
        "cutoff_s": limit_s,
        "fixed": list(fixed),
        "candidates": list(candidates),
        "limits": limits,
        "time_limit_s": wishes.time_limit_s,
        "progress": progress,
    }
    if wishes.objective == "elders":
        return SITINGS["mclp"].choose(cost, ground.demand, p=wishes.new, **arguments)
    ageing = ground.communities.index[ground.communities["ageing"].astype(bool)]
    communities = Communities(
        ageing=list(ageing),
        of_site=ground.sites["community"].to_dict(),
        of_origin=ground.community_of,
        rule=policy.rule,
        share=policy.covered_share,
    )
    choose = partial(
        SITINGS["policy"].choose, cost, ground.demand, communities=communities, **arguments
    )
    if wishes.objective == "policy":
        return choose(p=wishes.new)
    return fewest_for_target(
        lambda p: choose(p=p),
        target=policy.target,
        ageing=len(ageing),
        candidates=len(candidates),
    )


def figures_of(
    ground: Ground, cost: pd.DataFrame, counted: pd.Index[Any], policy: Policy, reach_s: float
) -> Figures:
    """Count what some sites cover and reach."""
    tables = ground.tables(cost, counted, speed_m_s=policy.walking_speed_m_s, reach_s=reach_s)
    ageing = ground.communities["ageing"].astype(bool)
    both = int((covered(tables, CoverageRule.of(policy)) & ageing).sum())
    walk = CoverageRule(kind="walking", limit_m=policy.walk_length_m)
    reached = int(ground.demand[within_reach(tables, walk)].sum())
    total, elders = int(ageing.sum()), int(ground.demand.sum())
    return Figures(
        ageing=total,
        covered=both,
        rate=both / total if total else None,
        elders=elders,
        elders_in_reach=reached,
        reach_share=reached / elders if elders else None,
    )


def _site(sites: pd.DataFrame, site: str) -> dict[str, Any]:
    row: dict[str, Any] = dict(sites.loc[site])
    cost = float(row["cost"])
    return {
        "id": site,
        "name": str(row["name"] or ""),
        "community": row["community"],
        "street": str(row["street"] or ""),
        "x": float(row["x"]),
        "y": float(row["y"]),
        "cost": cost if cost == cost else None,
    }
