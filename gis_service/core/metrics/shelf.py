"""What the metrics shelf holds: a name, what it says, and a pure function over tidy tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from gis_service.core.metrics.capacity import access_of, capacity_ratio, floating_access
from gis_service.core.metrics.equity import equity
from gis_service.core.metrics.reach import coverage_rate, nearest_time, walking_share
from gis_service.core.metrics.rules import CoverageRule
from gis_service.core.metrics.tables import Tables
from gis_service.model.policy import Policy
from gis_service.model.text import Text
from gis_service.registry import Registry

Compute = Callable[[Tables, Policy], pd.DataFrame]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One figure.

    Attributes
    ----------
    title, unit
        What it is called and what its values are counted in.
    definition
        What numerator and denominator are.
    compute
        Tables and policy → MEASURE_COLUMNS.
    is_sum
        Whether a community's numerator and denominator depend on that community alone and add up:
        then dispute ranges are exact however many disputes there are.
    lowest, highest
        Limits of the value.
    """

    title: Text
    unit: Text
    definition: Text
    compute: Compute
    is_sum: bool = True
    lowest: float = 0.0
    highest: float = float("inf")


SHARE = Text("比例", "share")
SECONDS = Text("秒", "seconds")


def limit_s(tables: Tables, policy: Policy) -> float:
    """Time of the policy's longest walk at the speed of the cost table."""
    return policy.walk_length_m / tables.speed_m_s


def _presence(tables: Tables, policy: Policy) -> pd.DataFrame:
    return coverage_rate(tables, CoverageRule(kind="inside", needed=policy.stations_needed))


def _coverage(tables: Tables, policy: Policy) -> pd.DataFrame:
    return coverage_rate(tables, CoverageRule.of(policy))


def _walking_share(tables: Tables, policy: Policy) -> pd.DataFrame:
    return walking_share(tables, length_m=policy.walk_length_m)


def _stations_in_reach(tables: Tables, policy: Policy) -> pd.DataFrame:
    needed = max(2, policy.stations_needed)
    return walking_share(tables, length_m=policy.walk_length_m, needed=needed)


def _nearest_time(tables: Tables, policy: Policy) -> pd.DataFrame:  # noqa: ARG001
    return nearest_time(tables)


def _capacity(tables: Tables, policy: Policy) -> pd.DataFrame:  # noqa: ARG001
    return capacity_ratio(tables)


def _two_step(tables: Tables, policy: Policy) -> pd.DataFrame:
    return floating_access(tables, cutoff_s=limit_s(tables, policy))


def _enhanced(tables: Tables, policy: Policy) -> pd.DataFrame:
    name = "step" if policy.decay == "none" else policy.decay
    return floating_access(tables, cutoff_s=limit_s(tables, policy), decay_name=name)


def _equity(tables: Tables, policy: Policy) -> pd.DataFrame:
    cutoff_s = limit_s(tables, policy)
    return equity(tables, access_of(tables, cutoff_s=cutoff_s, decay_name=policy.decay))


METRICS: Registry[Metric] = Registry(
    "metric",
    [
        (
            "presence",
            Metric(
                title=Text("社区内有站点", "station inside"),
                unit=SHARE,
                definition=Text(
                    "老龄化社区中，社区内有计入站点的个数 / 老龄化社区个数",
                    "ageing communities with a counted station inside / ageing communities",
                ),
                compute=_presence,
                highest=1.0,
            ),
        ),
        (
            "coverage",
            Metric(
                title=Text("老龄化社区覆盖率", "coverage of ageing communities"),
                unit=SHARE,
                definition=Text(
                    "按策略规则被覆盖的老龄化社区个数 / 老龄化社区个数",
                    "ageing communities that the policy's rule covers / ageing communities",
                ),
                compute=_coverage,
                highest=1.0,
            ),
        ),
        (
            "walking_share",
            Metric(
                title=Text("步行可达长者比例", "elders within a walk"),
                unit=SHARE,
                definition=Text(
                    "步行时限内可达站点的长者 / 全部长者",
                    "elders with a station within the walk / all elders",
                ),
                compute=_walking_share,
                highest=1.0,
            ),
        ),
        (
            "nearest_time",
            Metric(
                title=Text("到最近站点的时间", "time to the nearest station"),
                unit=SECONDS,
                definition=Text(
                    "均值、中位数、P90，按长者加权",
                    "mean, median and P90, by elders",
                ),
                compute=_nearest_time,
                is_sum=False,
            ),
        ),
        (
            "two_step_fca",
            Metric(
                title=Text("两步移动搜寻（2SFCA）", "2SFCA"),
                unit=Text("席位/长者", "places per elder"),
                definition=Text(
                    "分到本地长者的席位 / 长者", "places that fall to the elders / elders"
                ),
                compute=_two_step,
            ),
        ),
        (
            "e2sfca",
            Metric(
                title=Text("带衰减的两步移动搜寻（E2SFCA）", "E2SFCA"),
                unit=Text("席位/长者", "places per elder"),
                definition=Text(
                    "同上，远处的席位打折", "the same; a place farther away counts for less"
                ),
                compute=_enhanced,
            ),
        ),
        (
            "capacity",
            Metric(
                title=Text("每千名长者席位和床位", "places and beds per 1,000 elders"),
                unit=Text("每千名长者", "per 1,000 elders"),
                definition=Text(
                    "1000 × 社区内设施的席位（床位）/ 长者",
                    "1,000 × places (beds) of the facilities inside / elders",
                ),
                compute=_capacity,
            ),
        ),
        (
            "stations_in_reach",
            Metric(
                title=Text("多站可达长者比例", "elders with several stations in reach"),
                unit=SHARE,
                definition=Text(
                    "步行时限内可达 n 个及以上站点的长者 / 全部长者（n 取策略值，至少 2）",
                    "elders with n or more stations within the walk / all elders "
                    "(n as the policy says, at least 2)",
                ),
                compute=_stations_in_reach,
                highest=1.0,
            ),
        ),
        (
            "equity",
            Metric(
                title=Text("公平性", "equity"),
                unit=SHARE,
                definition=Text(
                    "可达性的基尼系数，及可达性最差的四分之一长者所占份额",
                    "Gini of access, and the share of access of the worst-served quarter",
                ),
                compute=_equity,
                is_sum=False,
                highest=1.0,
            ),
        ),
    ],
)
"""The metrics, by name, in the order in which reports show them."""
