"""When a community is covered: a station inside, enough elders within a walk, or within a distance.

inside
    At least ``needed`` counted facilities lie in the community.
walking
    At least ``share`` of its elders have ``needed`` counted facilities within ``limit_m`` metres of
    even walking (at 0.8 m/s, 15 minutes are 720 m). With a share of 0.5 that is: its median elder.
straight
    The same with straight distances.

A community without elders is covered by no walk. A distance equal to the limit counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gis_service.core.metrics.tables import Tables, by_community, latest_s, positions
from gis_service.errors import ParameterError
from gis_service.model.policy import RULES, Policy


@dataclass(frozen=True, kw_only=True)
class CoverageRule:
    """One way to say that a community is covered.

    Attributes
    ----------
    kind
        ``inside``, ``walking`` or ``straight``.
    limit_m
        Longest walk, or straight distance, in metres; not used by ``inside``.
    share
        Share of the community's elders that must be within the limit.
    needed
        Facilities needed.
    """

    kind: str
    limit_m: float = 0.0
    share: float = 0.5
    needed: int = 1

    def __post_init__(self) -> None:
        if self.kind not in RULES:
            raise ParameterError(
                f"覆盖规则 {self.kind!r} 不可用；可用：{'、'.join(RULES)}。",
                f"The rule {self.kind!r} is not known; these are: {', '.join(RULES)}.",
                parameter="rule",
            )

    @classmethod
    def of(cls, policy: Policy) -> CoverageRule:
        """Give the rule that a policy chooses.

        Examples
        --------
        >>> CoverageRule.of(Policy(rule="walking", walking_speed_m_s=0.8)).limit_m
        720.0
        """
        limits = {"walking": policy.walk_length_m, "straight": policy.straight_distance_m}
        return cls(
            kind=policy.rule,
            limit_m=limits.get(policy.rule, 0.0),
            share=policy.covered_share,
            needed=policy.stations_needed,
        )


def covered(tables: Tables, rule: CoverageRule) -> pd.Series[Any]:
    """Say of each community (index: code) whether the rule holds."""
    codes = tables.communities.index
    if rule.kind == "inside":
        place = tables.facilities["community"]
        count = place[place.notna()].astype(str).value_counts()
        return (count.reindex(codes).fillna(0) >= rule.needed).rename("covered")
    reached = tables.demand.astype(float).where(within_reach(tables, rule), 0.0)
    inside = by_community(tables, reached).reindex(codes).fillna(0.0)
    total = by_community(tables, tables.demand.astype(float)).reindex(codes).fillna(0.0)
    enough = inside >= rule.share * total - 1e-9
    return (enough & (total > 0)).rename("covered")


def within_reach(tables: Tables, rule: CoverageRule) -> pd.Series[Any]:
    """Say of each origin whether ``needed`` counted facilities lie within the rule's limit."""
    if rule.kind == "straight":
        limit, nearest = rule.limit_m, tables.nearest_m
        table = None if rule.needed == 1 or tables.straight is None else tables.straight
        times = "metres"
    else:
        limit, nearest = rule.limit_m / tables.speed_m_s, tables.nearest_s
        table, times = tables.cost, "seconds"
    if rule.needed == 1 or table is None:
        return nearest() <= latest_s(limit)
    near = table[times].to_numpy(dtype=np.float64) <= latest_s(limit)
    return facility_count(tables, table[near]) >= rule.needed


def facility_count(tables: Tables, pairs: pd.DataFrame) -> pd.Series[Any]:
    """Count the distinct counted facilities among an origin's pairs."""
    row = positions(pairs["origin"], tables.demand.index)
    facility = positions(pairs["facility"], tables.facilities.index)
    keep = (row >= 0) & (facility >= 0)
    width = max(1, len(tables.facilities))
    distinct = np.unique(row[keep] * width + facility[keep])
    count = np.bincount(distinct // width, minlength=len(tables.demand))
    return pd.Series(count, index=tables.demand.index, name="facilities")


def is_within_tables(tables: Tables, rule: CoverageRule) -> bool:
    """Whether the tables reach as far as the rule asks; else its answer would be too low."""
    if rule.kind == "walking":
        return rule.limit_m / tables.speed_m_s <= latest_s(tables.reach_s)
    if rule.kind == "straight":
        return tables.straight is not None and rule.limit_m <= latest_s(tables.reach_m)
    return True
