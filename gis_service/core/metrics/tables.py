"""The tidy tables that metrics read, and the one form in which they answer."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from gis_service.errors import InputError, ParameterError

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
Ints = np.ndarray[tuple[int], np.dtype[np.int64]]

COST_COLUMNS = ("origin", "facility", "seconds")
MEASURE_COLUMNS = ("level", "place", "part", "numerator", "denominator", "value")
"""Columns of every metric's answer.

``level`` is community, street or district; ``place`` the community's code, the street's name, ""
for the district; ``part`` what is measured where a metric has several figures ("" else); ``value``
is numerator / denominator unless the metric says otherwise, NaN where the denominator is 0.
"""
LEVELS = ("community", "street", "district")


@dataclass(frozen=True, kw_only=True, eq=False)
class Tables:
    """Everything that a metric may read; all indexes are ids.

    Attributes
    ----------
    communities
        Index: code; columns street (text), elders (people of the policy's age; NaN: unknown),
        ageing (bool). All communities, also those without demand points.
    demand
        Elders by origin.
    community_of
        Community (code) by origin; None or NaN: in none.
    facilities
        Index: facility; columns community (code or None), places, beds (NaN: unknown). Those that
        count for the metric.
    cost
        Columns origin, facility, seconds.
    straight
        Columns origin, facility, metres: straight distances; None: not computed.
    speed_m_s
        Walking speed at which ``cost`` was computed.
    reach_s, reach_m
        Cutoffs with which ``cost`` and ``straight`` were computed: farther pairs are not listed.
    is_network
        False where ``cost`` are straight distances with a detour factor.
    """

    communities: pd.DataFrame
    demand: pd.Series[Any]
    community_of: pd.Series[Any]
    facilities: pd.DataFrame
    cost: pd.DataFrame
    straight: pd.DataFrame | None = None
    speed_m_s: float = 1.0
    reach_s: float = float("inf")
    reach_m: float = float("inf")
    is_network: bool = True
    _kept: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    def changed(self, **changes: Any) -> Tables:
        """Give the same tables with some replaced."""
        return replace(self, _kept={}, **changes)

    def kept(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Compute something that depends on demand and times only, once."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def reassigned(
        self,
        *,
        communities: pd.DataFrame,
        community_of: pd.Series[Any],
        facilities: pd.DataFrame,
    ) -> Tables:
        """Give the tables with other communities for the same demand, facilities and times."""
        return replace(
            self, communities=communities, community_of=community_of, facilities=facilities
        )

    def nearest_s(self) -> pd.Series[Any]:
        """Seconds to the nearest counted facility by origin; infinite when none is in the table."""
        found: pd.Series[Any] = self.kept(
            "nearest", lambda: nearest(self.cost, self.demand.index, self.facilities.index)
        )
        return found

    def nearest_m(self) -> pd.Series[Any]:
        """Straight metres to the nearest counted facility by origin; infinite when none."""
        straight = self.straight
        if straight is None:
            raise InputError(
                "没有直线距离表，无法按直线距离计算。",
                "There is no table of straight distances to compute from.",
            )
        table = straight.rename(columns={"metres": "seconds"})
        found: pd.Series[Any] = self.kept(
            "straight", lambda: nearest(table, self.demand.index, self.facilities.index)
        )
        return found


def nearest(
    cost: pd.DataFrame, origins: pd.Index[Any], facilities: pd.Index[Any]
) -> pd.Series[Any]:
    """Least seconds by origin over some facilities; infinite where there is none.

    Examples
    --------
    >>> cost = pd.DataFrame({"origin": [1, 1], "facility": ["a", "b"], "seconds": [9.0, 7.0]})
    >>> nearest(cost, pd.Index([1, 2]), pd.Index(["a", "b"])).tolist()
    [7.0, inf]
    """
    row = positions(cost["origin"], origins)
    counted = positions(cost["facility"], facilities) >= 0
    keep = (row >= 0) & counted
    best = np.full(len(origins), np.inf)
    np.minimum.at(best, row[keep], cost["seconds"].to_numpy(dtype=np.float64)[keep])
    return pd.Series(best, index=origins, name="seconds")


def latest_s(cutoff_s: float) -> float:
    """Longest time that counts within a cutoff: equal to the microsecond counts.

    Examples
    --------
    >>> 900.0000004 <= latest_s(900) < 900.000001
    True
    """
    return round(float(cutoff_s), 6) + 4.9e-7


def positions(column: pd.Series[Any], index: pd.Index[Any]) -> Ints:
    """Position in ``index`` of each value of a column; -1 where it is not there.

    Examples
    --------
    >>> positions(pd.Series(["b", "z"]), pd.Index(["a", "b"])).tolist()
    [1, -1]
    """
    values = column.to_numpy()
    if values.dtype.kind in "iu" and index.dtype.kind in "iu" and len(index) and len(values):
        low, high = int(index.min()), int(index.max())
        if high - low < 8 * len(index) + 1000:
            whole = len(index) == high - low + 1 and index.is_monotonic_increasing
            if whole and low <= int(values.min()) and int(values.max()) <= high:
                inside: Ints = values - low if low else values
                return inside
            place = np.full(high - low + 3, -1, dtype=np.int64)
            place[index.to_numpy() - low + 1] = np.arange(len(index))
            return np.asarray(place[np.clip(values - (low - 1), 0, high - low + 2)])
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, distinct = column.cat.codes.to_numpy(), column.cat.categories
    else:
        codes, distinct = pd.factorize(column)
    found = np.append(np.asarray(index.get_indexer(pd.Index(distinct)), dtype=np.int64), -1)
    return np.asarray(found[codes], dtype=np.int64)


def require_times(cost: pd.DataFrame, *, cutoff_s: float | None = None) -> None:
    """Refuse a cost table without its columns, or with times that are none."""
    missing = [name for name in COST_COLUMNS if name not in cost]
    if missing:
        raise InputError(
            f"时间表缺少列：{', '.join(missing)}；需要 origin、facility、seconds。",
            f"The cost table lacks columns: {', '.join(missing)}; origin, facility and seconds "
            "are needed.",
            columns=missing,
        )
    seconds = cost["seconds"].to_numpy(dtype=np.float64)
    if len(seconds) and not (seconds.min() >= 0 and seconds.max() < np.inf):
        raise InputError(
            "时间表的秒数含负数、空值或无穷大；须为 0 或以上的有限数。够不着的组合请不要列出。",
            "The cost table's seconds hold negative, missing or infinite values; finite numbers "
            "of 0 or more are allowed. Leave out pairs that are out of reach.",
        )
    if cutoff_s is not None and not 0 <= cutoff_s < np.inf:
        raise ParameterError(
            f"时间上限 {cutoff_s!r} 秒不可用；须为 0 或以上的有限数。",
            f"The cutoff of {cutoff_s!r} s is not usable; a finite number of 0 or more is allowed.",
            parameter="cutoff_s",
        )


def require_amounts(values: pd.Series[Any], *, name: str) -> Floats:
    """Give amounts by id as floats; refuse repeated ids, negative and missing values."""
    if not values.index.is_unique:
        raise InputError(
            f"{name} 表的编号有重复；每个编号只能有一行。请先按编号汇总。",
            f"Ids repeat in the table of {name}; one row an id is allowed. Sum them by id first.",
            table=name,
        )
    amounts = values.to_numpy(dtype=np.float64)
    if len(amounts) and not (amounts.min() >= 0 and amounts.max() < np.inf):
        raise InputError(
            f"{name} 表含负数、空值或无穷大；须为 0 或以上的有限数。请先更正。",
            f"The table of {name} holds negative, missing or infinite values; finite numbers of 0 "
            "or more are allowed. Correct them first.",
            table=name,
        )
    return amounts


def measures(
    tables: Tables,
    *,
    numerator: pd.Series[Any],
    denominator: pd.Series[Any],
    part: str = "",
    factor: float = 1.0,
) -> pd.DataFrame:
    """Add up numerators and denominators by community (index: code) for streets and the district.

    ``value`` is ``factor × numerator / denominator``.
    """
    codes = tables.communities.index
    by_community = pd.DataFrame(
        {
            "numerator": numerator.reindex(codes).fillna(0.0).astype(float),
            "denominator": denominator.reindex(codes).fillna(0.0).astype(float),
        }
    )
    street = tables.communities["street"].fillna("").astype(str)
    by_street = by_community.groupby(street, sort=True).sum()
    district = by_community.sum()
    return stack(
        {
            "community": by_community,
            "street": by_street,
            "district": pd.DataFrame([district], index=[""]),
        },
        part=part,
        factor=factor,
    )


def stack(
    levels: Mapping[str, pd.DataFrame], *, part: str = "", factor: float = 1.0
) -> pd.DataFrame:
    """Bring frames of numerator and denominator by place into the form of MEASURE_COLUMNS."""
    frames = []
    for level in LEVELS:
        if level not in levels:
            continue
        frame = levels[level]
        above = frame["numerator"].to_numpy(dtype=np.float64)
        below = frame["denominator"].to_numpy(dtype=np.float64)
        value = np.full(len(frame), np.nan)
        np.divide(factor * above, below, out=value, where=below != 0)
        frames.append(
            pd.DataFrame(
                {
                    "level": level,
                    "place": frame.index.astype(str),
                    "part": part,
                    "numerator": above,
                    "denominator": below,
                    "value": value,
                }
            ).sort_values("place", kind="stable")
        )
    return pd.concat(frames, ignore_index=True)


def by_community(tables: Tables, values: pd.Series[Any]) -> pd.Series[Any]:
    """Sum values by origin to their communities; origins in none are left out."""
    place = tables.community_of.reindex(values.index)
    known = place.notna()
    return values[known].groupby(place[known].astype(str)).sum()
