"""The ground of the newest state under a policy: who lives where, and how long the walks are."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from gis_service.core.ground import Ground
from gis_service.core.metrics.tables import Tables
from gis_service.model.policy import WALK_DISTANCE_M, WALK_MINUTES, WALKING_SPEEDS_M_S, Policy
from gis_service.model.text import Text
from gis_service.services.planning_layers import HeldLayers, PlanningLayers
from gis_service.services.snapshots import Snapshot, Snapshots

if TYPE_CHECKING:
    from gis_service.core.network import WalkNetwork
    from gis_service.core.networks.straight import StraightLine

KEPT = 4
FARTHEST_STRAIGHT_M = 1000.0
FAR_S = 3600.0
"""Walking times are listed up to an hour where the pairs are few, so that medians are known."""
FEW_PAIRS = 4_000_000

VERSION_NAMES: dict[str, Text] = {
    "boundaries": Text("社区边界", "Boundaries"),
    "facilities": Text("设施名册", "Facility register"),
    "population": Text("分年龄人口", "Residents by age"),
    "policy": Text("策略", "Policy"),
    "blocks": Text("居住街区", "Residential blocks"),
    "candidates": Text("备选点", "Candidate sites"),
    "network": Text("步行网络", "Walking network"),
}
"""What figures are computed from, by the names of `Scene.versions`."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """One state under one policy, with its walking times.

    Attributes
    ----------
    walk
        The network, or straight lines with the policy's detour.
    reach_s
        Cutoff of the cost table.
    notes
        What a reader must know.
    """

    snapshot: Snapshot
    layers: HeldLayers
    policy: Policy
    ground: Ground
    walk: WalkNetwork | StraightLine
    reach_s: float
    notes: tuple[Text, ...]

    @cached_property
    def cost(self) -> pd.DataFrame:
        """Times from every demand point to every site."""
        speed = self.policy.walking_speed_m_s
        return self.ground.cost(self.walk, cutoff_s=self.reach_s, speed_m_s=speed)

    @cached_property
    def straight(self) -> pd.DataFrame:
        """Straight distances from every demand point to every site."""
        from gis_service.core.networks.straight import straight_line

        table = self.ground.cost(
            straight_line(1.0, crs=self.snapshot.crs), cutoff_s=self.reach_m, speed_m_s=1.0
        )
        return table.rename(columns={"seconds": "metres"})

    @property
    def reach_m(self) -> float:
        """Cutoff of the straight distances."""
        return max(FARTHEST_STRAIGHT_M, self.policy.straight_distance_m)

    @property
    def is_network(self) -> bool:
        """Whether times were walked on a network."""
        return self.walk.method == "network"

    def counted(self, *, planned: bool = False) -> pd.Index[Any]:
        """Ids of the facilities that cover: open ones, with ``planned`` the committed ones too."""
        sites, policy = self.ground.sites, self.policy
        statuses = (*policy.covering_statuses, *(policy.planned_statuses if planned else ()))
        counts = sites["kind"].isin(policy.covering_kinds) & ~sites["is_candidate"].astype(bool)
        return sites.index[counts & sites["status"].isin(statuses)]

    def open(self) -> pd.Index[Any]:
        """Ids of the open facilities of every kind."""
        sites = self.ground.sites
        is_open = sites["status"].isin(self.policy.covering_statuses)
        return sites.index[is_open & ~sites["is_candidate"].astype(bool)]

    def tables(self, counted: pd.Index[Any]) -> Tables:
        """Give the tables of the metrics with some of the sites counting."""
        made = self.ground.tables(
            self.cost, counted, speed_m_s=self.policy.walking_speed_m_s, reach_s=self.reach_s
        )
        return made.changed(
            straight=self.straight, reach_m=self.reach_m, is_network=self.is_network
        )

    def versions(self) -> dict[str, int]:
        """Numbers of everything that the figures are computed from; 0 where there is none."""
        names = ("boundaries", "facilities", "population", "policy")
        return dict(zip(names, self.snapshot.key, strict=True)) | self.layers.versions()


@dataclass(frozen=True, kw_only=True, eq=False)
class Scenes:
    """Gives the scene of the newest state; each is made once."""

    snapshots: Snapshots
    layers: PlanningLayers
    _kept: OrderedDict[tuple[Any, ...], Scene] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def current(self, policy: Policy | None = None) -> Scene:
        """Give the newest state under a policy; by default its own.

        Raises
        ------
        NotFoundError
            Before the first import of boundaries.
        """
        snapshot = self.snapshots.current()
        snapshot.boundary_version()
        chosen = policy or snapshot.policy
        layers = self.layers.current(snapshot.crs)
        key = (snapshot.key, layers.numbers, chosen)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = _scene(snapshot, layers, chosen)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]


def _scene(snapshot: Snapshot, layers: HeldLayers, policy: Policy) -> Scene:
    walk: WalkNetwork | StraightLine
    if layers.network is None:
        from gis_service.core.networks.straight import straight_line

        walk = straight_line(policy.detour, crs=snapshot.crs)
    else:
        walk = layers.network
    ground = Ground.of(
        snapshot.communities,
        snapshot.facilities,
        snapshot.population,
        policy=policy,
        blocks=layers.blocks,
        candidates=layers.candidates,
    )
    notes = dict.fromkeys([*layers.notes, *ground.notes, *walk.notes])
    return Scene(
        snapshot=snapshot,
        layers=layers,
        policy=policy,
        ground=ground,
        walk=walk,
        reach_s=_reach_s(policy, pairs=len(ground.demand) * len(ground.sites)),
        notes=tuple(notes),
    )


def _reach_s(policy: Policy, *, pairs: int) -> float:
    """As far as the farthest threshold of the sensitivity table, and an hour while that is few."""
    longest = max(WALK_MINUTES) * 60 * max(WALKING_SPEEDS_M_S.values())
    farthest = max(longest, WALK_DISTANCE_M, policy.walk_length_m)
    needed = farthest / policy.walking_speed_m_s
    return max(needed, FAR_S) if pairs <= FEW_PAIRS else needed


def with_site(scene: Scene, frame: pd.DataFrame) -> Scene:
    """Give the scene with further sites, and the walks to them; what is there stays.

    Parameters
    ----------
    frame
        Rows in the form of ``ground.sites``, with ids that it has not.
    """
    ground = replace(scene.ground, sites=frame)
    cutoff, speed = scene.reach_s, scene.policy.walking_speed_m_s
    walked = ground.cost(scene.walk, cutoff_s=cutoff, speed_m_s=speed)
    both = replace(scene.ground, sites=pd.concat([scene.ground.sites, frame]))
    made = replace(scene, ground=both)
    made.__dict__["cost"] = pd.concat([scene.cost, walked], ignore_index=True)
    return made
