"""How the rate depends on the definition: rule × threshold → rate, met or not.

No published formula says what "70 % of ageing communities have a station" means, and the
definition decides whether the target is met; so the figure is always shown with this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

import numpy as np
import pandas as pd

from gis_service.core.metrics.rules import CoverageRule, covered, is_within_tables
from gis_service.core.metrics.tables import Tables
from gis_service.model.policy import (
    WALK_DISTANCE_M,
    WALK_MINUTES,
    WALKING_SPEEDS_M_S,
    Policy,
)
from gis_service.model.text import Text

SENSITIVITY_COLUMNS = (
    "ageing_rule",
    "rule",
    "minutes",
    "speed_m_s",
    "limit_m",
    "covered",
    "ageing",
    "rate",
    "target",
    "needed",
    "met",
    "chosen",
)
"""Columns of the table; ``minutes`` and ``speed_m_s`` are NaN where a distance is the threshold,
``covered``, ``rate``, ``needed`` and ``met`` are missing where the tables don't reach so far."""

STRAIGHT_M = (300.0, 500.0, 800.0, 1000.0)


def sensitivity(
    tables: Tables,
    *,
    policy: Policy,
    ageing: Mapping[str, pd.Series[Any]] | None = None,
    chosen_ageing: str = "",
) -> pd.DataFrame:
    """Compute the rate under every rule and threshold in use, the policy's own one marked.

    Parameters
    ----------
    tables
        Their cost table should reach as far as the farthest threshold (15 minutes at 1.0 m/s and
        1,000 m: 1,000 s at 1.0 m/s).
    policy
        The chosen rule, threshold and target.
    ageing
        For each definition of ageing a bool by community; by default only
        ``tables.communities["ageing"]``.
    chosen_ageing
        Which of them the policy chooses.

    Returns
    -------
    DataFrame
        SENSITIVITY_COLUMNS; exactly one row is ``chosen``.
    """
    definitions = ageing or {chosen_ageing: tables.communities["ageing"]}
    chosen = CoverageRule.of(policy)
    by_minutes = policy.walk_limit == "minutes"
    rows = []
    for minutes, speed, rule in thresholds(policy):
        is_known = is_within_tables(tables, rule)
        is_covered = covered(tables, rule) if is_known else None
        same = rule == chosen and (rule.kind != "walking" or np.isfinite(minutes) == by_minutes)
        if same and np.isfinite(minutes):
            same = minutes == policy.walk_minutes and speed == policy.walking_speed_m_s
        for name, is_ageing in definitions.items():
            figures = _figures(is_covered, is_ageing, target=policy.target)
            row = {"ageing_rule": name, "rule": rule.kind, "minutes": minutes, "speed_m_s": speed}
            limit = rule.limit_m if rule.kind != "inside" else np.nan
            rows.append(
                row
                | {"limit_m": limit, "target": policy.target}
                | figures
                | {"chosen": same and name == chosen_ageing}
            )
    table = pd.DataFrame(rows, columns=list(SENSITIVITY_COLUMNS))
    return table.astype({"covered": "Int64", "needed": "Int64", "met": "boolean"})


def thresholds(policy: Policy) -> list[tuple[float, float, CoverageRule]]:
    """List (minutes, speed, rule): those in use and the policy's own; NaN where not by time.

    Examples
    --------
    >>> rules = thresholds(Policy())
    >>> len(rules), rules[0][2].kind, [r.limit_m for m, s, r in rules if (m, s) == (15.0, 0.8)]
    (15, 'inside', [720.0])
    """
    share, needed = policy.covered_share, policy.stations_needed
    none = float("nan")
    by_time = {(m, s) for m in WALK_MINUTES for s in WALKING_SPEEDS_M_S.values()}
    lengths, straight = {WALK_DISTANCE_M}, set(STRAIGHT_M)
    if policy.rule == "walking" and policy.walk_limit == "minutes":
        by_time.add((policy.walk_minutes, policy.walking_speed_m_s))
    elif policy.rule == "walking":
        lengths.add(policy.walk_distance_m)
    elif policy.rule == "straight":
        straight.add(policy.straight_distance_m)

    def rule(kind: str, limit_m: float = 0.0) -> CoverageRule:
        return CoverageRule(kind=kind, limit_m=limit_m, share=share, needed=needed)

    return [
        (none, none, rule("inside")),
        *((m, s, rule("walking", round(m * 60 * s, 6))) for m, s in sorted(by_time)),
        *((none, none, rule("walking", length)) for length in sorted(lengths)),
        *((none, none, rule("straight", length)) for length in sorted(straight)),
    ]


def _figures(
    is_covered: pd.Series[Any] | None, is_ageing: pd.Series[Any], *, target: float
) -> dict[str, Any]:
    total = int(is_ageing.sum())
    if is_covered is None:
        empty = {"covered": None, "rate": np.nan, "needed": None, "met": None}
        return empty | {"ageing": total}
    both = int((is_covered & is_ageing.reindex(is_covered.index).fillna(False)).sum())
    needed = max(0, ceil(target * total - 1e-9) - both)
    return {
        "covered": both,
        "ageing": total,
        "rate": both / total if total else np.nan,
        "needed": needed,
        "met": needed == 0 if total else None,
    }


def threshold_name(row: Mapping[str, Any]) -> Text:
    """Say a row's rule and threshold in words.

    Examples
    --------
    >>> threshold_name({"rule": "walking", "minutes": 15.0, "speed_m_s": 0.8, "limit_m": 720.0}).en
    'walking ≤ 15 min at 0.8 m/s (720 m)'
    """
    limit = row["limit_m"]
    if row["rule"] == "inside":
        return Text("社区内有站点", "a station inside")
    if row["rule"] == "straight":
        return Text(f"直线距离 ≤ {limit:,.0f} m", f"straight ≤ {limit:,.0f} m")
    minutes, speed = row["minutes"], row["speed_m_s"]
    if minutes != minutes:
        return Text(f"步行 ≤ {limit:,.0f} m", f"walking ≤ {limit:,.0f} m")
    return Text(
        f"步行 ≤ {minutes:g} 分钟，{speed:g} m/s（{limit:,.0f} m）",
        f"walking ≤ {minutes:g} min at {speed:g} m/s ({limit:,.0f} m)",
    )
