"""What the coverage page shows: the rate by every definition, walks, times, beds, and the range."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from gis_service.core.metrics.definitions import ageing_definitions
from gis_service.core.metrics.rules import CoverageRule, covered, within_reach
from gis_service.core.metrics.sensitivity import sensitivity, threshold_name
from gis_service.core.metrics.shelf import METRICS
from gis_service.core.metrics.tables import Tables
from gis_service.core.topology import Topology
from gis_service.model.policy import Policy
from gis_service.model.text import Text
from gis_service.services.scenes import Scene, Scenes

KEPT = 4

TITLES: dict[str, Text] = {name: metric.title for name, metric in METRICS.items()}
DEFINITIONS: dict[str, Text] = {name: metric.definition for name, metric in METRICS.items()}


@dataclass(frozen=True, kw_only=True, eq=False)
class Outlook:
    """The figures of one state under one policy, as plain JSON types.

    Attributes
    ----------
    scene
        What they were computed from.
    figures
        The district's figures; see `Outlooks.read`.
    sensitivity
        Rule × threshold × definition of ageing → rate, met or not, the chosen one marked.
    communities, streets
        One row a place.
    """

    scene: Scene
    figures: dict[str, Any]
    sensitivity: list[dict[str, Any]]
    communities: list[dict[str, Any]]
    streets: list[dict[str, Any]]

    def to_mapping(self) -> dict[str, Any]:
        """Give everything as plain JSON types."""
        scene = self.scene
        return {
            "versions": scene.versions(),
            "method": scene.walk.method,
            "rule": scene.policy.rule,
            "walk_length_m": scene.policy.walk_length_m,
            "walking_speed_m_s": scene.policy.walking_speed_m_s,
            "figures": self.figures,
            "sensitivity": self.sensitivity,
            "streets": self.streets,
            "communities": self.communities,
            "policy": scene.policy.to_mapping(),
            "definitions": {name: text._asdict() for name, text in DEFINITIONS.items()},
            "notes": [note._asdict() for note in scene.notes],
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class Outlooks:
    """Gives the outlook of the newest state; each is computed once."""

    scenes: Scenes
    _kept: OrderedDict[int, tuple[Scene, Outlook]] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def read(self, policy: Policy | None = None) -> Outlook:
        """Give the figures of the newest state; by default under its own policy.

        Raises
        ------
        NotFoundError
            Before the first import of boundaries.
        """
        scene = self.scenes.current(policy)
        with self._lock:
            if id(scene) not in self._kept:
                self._kept[id(scene)] = (scene, _outlook(scene))
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            return self._kept[id(scene)][1]


def _outlook(scene: Scene) -> Outlook:
    tables = scene.tables(scene.counted())
    measured = _measured(scene, tables)
    table = _sensitivity(scene, tables)
    chosen = next(row for row in table if row["chosen"])
    return Outlook(
        scene=scene,
        figures=_figures(scene, chosen, measured["district"].loc[""]),
        sensitivity=table,
        communities=_communities(scene, tables, measured["community"]),
        streets=_streets(scene, tables, measured["street"]),
    )


def _sensitivity(scene: Scene, tables: Tables) -> list[dict[str, Any]]:
    definitions, chosen = ageing_definitions(
        Topology.of(scene.snapshot.communities),
        scene.snapshot.population,
        policy=scene.policy,
        index=tables.communities.index,
    )
    table = sensitivity(tables, policy=scene.policy, ageing=definitions, chosen_ageing=chosen)
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return [{str(key): value for key, value in row.items()} | {"name": _name(row)} for row in rows]


def _name(row: dict[Any, Any]) -> dict[str, str]:
    known = {key: float("nan") if value is None else value for key, value in row.items()}
    return threshold_name(known)._asdict()


def _measured(scene: Scene, tables: Tables) -> dict[str, pd.DataFrame]:
    """Give for each level a frame: place × figure."""
    capacity = scene.tables(scene.open())
    frames = {
        "reach": METRICS["walking_share"].compute(tables, scene.policy),
        "nearest": METRICS["nearest_time"].compute(tables, scene.policy),
        "per_1000": METRICS["capacity"].compute(capacity, scene.policy),
        "access": METRICS["e2sfca"].compute(tables, scene.policy),
    }
    levels: dict[str, dict[str, Any]] = {"community": {}, "street": {}, "district": {}}
    for name, frame in frames.items():
        for (level, part), group in frame.groupby(["level", "part"], sort=False):
            title = f"{name}_{part}" if part else name
            held = group.set_index("place")
            levels[str(level)][title] = held["value"]
            levels[str(level)][f"{title}_of"] = held["numerator"]
    return {level: pd.DataFrame(columns) for level, columns in levels.items()}


def _figures(scene: Scene, chosen: dict[str, Any], district: Any) -> dict[str, Any]:
    report = scene.snapshot.report(scene.policy)
    is_inside = scene.policy.rule == "inside" and scene.policy.stations_needed == 1
    elders = int(scene.ground.demand.sum())
    return {
        "ageing": chosen["ageing"],
        "covered": chosen["covered"],
        "rate": _plain(chosen["rate"]),
        "target": chosen["target"],
        "needed": chosen["needed"],
        "met": chosen["met"],
        "definition": chosen["name"],
        "elders": elders,
        "elders_in_reach": int(district["reach_of"]),
        "reach_share": _plain(district["reach"]),
        "nearest_mean_s": _plain(district["nearest_mean"]),
        "nearest_median_s": _plain(district["nearest_median"]),
        "nearest_p90_s": _plain(district["nearest_p90"]),
        "beds": _plain(district["per_1000_beds_of"]),
        "beds_per_1000": _plain(district["per_1000_beds"]),
        "places_per_1000": _plain(district["per_1000_places"]),
        "range": list(report.range) if is_inside and report.range else None,
        "uncertain_facilities": len(report.uncertain),
    }


def _communities(scene: Scene, tables: Tables, measured: pd.DataFrame) -> list[dict[str, Any]]:
    frame = tables.communities
    is_covered = covered(tables, CoverageRule.of(scene.policy))
    inside = covered(tables, CoverageRule(kind="inside", needed=scene.policy.stations_needed))
    measured = measured.reindex(frame.index.astype(str))
    columns = [name for name in measured.columns if not name.endswith("_of")]
    rows = []
    for at, code in enumerate(frame.index):
        row = frame.iloc[at]
        elders = _plain(row["elders"])
        residents = _plain(row["residents"])
        figures: dict[str, Any] = {name: _plain(measured[name].iloc[at]) for name in columns}
        rows.append(
            {
                "code": str(code),
                "name": str(row["name"]),
                "street": str(row["street"]),
                "residents": residents,
                "elders": elders,
                "elder_share": elders / residents if elders is not None and residents else None,
                "ageing": None if elders is None else bool(row["ageing"]),
                "covered": bool(is_covered.iloc[at]),
                "inside": bool(inside.iloc[at]),
            }
            | figures
        )
    return rows


def _streets(scene: Scene, tables: Tables, measured: pd.DataFrame) -> list[dict[str, Any]]:
    frame = tables.communities
    ageing = frame["ageing"].fillna(False).astype(bool)
    both = covered(tables, CoverageRule.of(scene.policy)) & ageing
    street = frame["street"].fillna("").astype(str)
    elders = frame["elders"].astype(float).groupby(street).sum()
    rows = []
    for name, total in ageing.groupby(street).sum().items():
        figures: dict[str, Any] = {
            str(column): _plain(value) for column, value in measured.loc[str(name)].items()
        }
        count = int(both[street == name].sum())
        rows.append(
            {
                "street": str(name),
                "communities": int((street == name).sum()),
                "ageing": int(total),
                "covered": count,
                "rate": count / int(total) if total else None,
                "elders": _plain(elders.get(str(name))),
            }
            | figures
        )
    return rows


def unreached(scene: Scene) -> pd.DataFrame:
    """Give the demand points without a station within the policy's walk.

    Returns
    -------
    DataFrame
        Index: id of the point; columns community, elders, x, y, seconds (infinite: farther than
        the times go). These are figures of single blocks: enter the read in the audit trail.
    """
    tables = scene.tables(scene.counted())
    rule = CoverageRule(kind="walking", limit_m=scene.policy.walk_length_m)
    left = ~within_reach(tables, rule).to_numpy()
    frame = pd.DataFrame(
        {
            "community": scene.ground.community_of.to_numpy(),
            "elders": scene.ground.demand.to_numpy(),
            "x": scene.ground.origins_xy[:, 0],
            "y": scene.ground.origins_xy[:, 1],
            "seconds": tables.nearest_s().to_numpy(),
        },
        index=scene.ground.demand.index,
    )
    return pd.DataFrame(frame.loc[left])


def _plain(value: Any) -> float | int | None:
    """Give a number of numpy as Python's; what is missing or infinite as None."""
    if value is None or value is pd.NA:
        return None
    number = float(value)
    if not np.isfinite(number):
        return None
    return int(number) if number == int(number) and abs(number) < 2**53 else number
