"""Who is within reach: shares of elders by walking time, by number of stations, and their times."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from gis_service.core.metrics.rules import CoverageRule, covered, within_reach
from gis_service.core.metrics.tables import Floats, Ints, Tables, by_community, measures, stack


def coverage_rate(tables: Tables, rule: CoverageRule) -> pd.DataFrame:
    """Say which ageing communities are covered: numerator covered, denominator ageing."""
    ageing = tables.communities["ageing"].fillna(False).astype(bool)
    return measures(
        tables,
        numerator=(covered(tables, rule) & ageing).astype(float),
        denominator=ageing.astype(float),
    )


def walking_share(tables: Tables, *, length_m: float, needed: int = 1) -> pd.DataFrame:
    """Say how many elders have ``needed`` stations within a walk of ``length_m``.

    Numerator: those elders; denominator: all elders of the demand points.
    """
    rule = CoverageRule(kind="walking", limit_m=length_m, needed=needed)
    demand = tables.demand.astype(float)
    reached = demand.where(within_reach(tables, rule), 0.0)
    return measures(
        tables,
        numerator=by_community(tables, reached),
        denominator=by_community(tables, demand),
    )


def nearest_time(tables: Tables) -> pd.DataFrame:
    """Seconds to the nearest station: parts ``mean``, ``median`` and ``p90``.

    ``mean`` is over elders who have a station in the cost table: numerator is elders × seconds,
    denominator those elders. ``median`` and ``p90`` are over all elders: the least time within
    which half and 90 % of them reach a station; the denominator is all elders, the numerator the
    elders within that time. The value is infinite where the cost table does not reach so far, and
    NaN where nobody lives.
    """
    seconds = tables.nearest_s()
    demand = tables.demand.astype(float)
    reached = np.isfinite(seconds)
    walked = (demand * seconds.where(reached, 0.0)).where(reached, 0.0)
    mean = measures(
        tables,
        numerator=by_community(tables, walked),
        denominator=by_community(tables, demand.where(reached, 0.0)),
        part="mean",
    )
    parts = [mean]
    for part, share in (("median", 0.5), ("p90", 0.9)):
        parts.append(_quantiles(tables, seconds, share=share, part=part))
    return pd.concat(parts, ignore_index=True)


def _quantiles(tables: Tables, seconds: pd.Series[Any], *, share: float, part: str) -> pd.DataFrame:
    place = tables.community_of.reindex(tables.demand.index)
    known = (place.notna() & place.isin(tables.communities.index)).to_numpy()
    code = place.to_numpy()[known]
    street = tables.communities["street"].reindex(code).fillna("").astype(str).to_numpy()
    times = seconds.to_numpy(dtype=np.float64)[known]
    weights = tables.demand.to_numpy(dtype=np.float64)[known]
    whole = np.full(len(code), "", dtype=object)
    names: dict[str, Any] = {
        "community": tables.communities.index,
        "street": sorted(set(tables.communities["street"].fillna("").astype(str))),
        "district": [""],
    }
    levels = {}
    for level, groups in (("community", code), ("street", street), ("district", whole)):
        codes, distinct = pd.factorize(groups)
        found = grouped_quantile(codes, times, weights=weights, share=share)
        frame = pd.DataFrame(found, index=distinct, columns=["value", "numerator", "denominator"])
        levels[level] = frame.reindex(names[level])
    frame = stack({level: part_.fillna({"denominator": 0.0}) for level, part_ in levels.items()})
    values = pd.concat([levels[level].sort_index(key=_as_text) for level in levels])["value"]
    return frame.assign(part=part, value=values.to_numpy())


def _as_text(index: pd.Index[Any]) -> pd.Index[Any]:
    return index.astype(str)


def grouped_quantile(group: Ints, values: Floats, *, weights: Floats, share: float) -> Any:
    """Least value within which a share of each group's weight lies.

    Returns
    -------
    ndarray
        Shape (groups, 3): that value (NaN for a group without weight), the weight at or below it,
        and the group's weight.

    Examples
    --------
    >>> grouped_quantile(np.array([0, 0, 1]), np.array([5.0, 9.0, 2.0]),
    ...                  weights=np.array([1.0, 3.0, 0.0]), share=0.5).tolist()
    [[9.0, 4.0, 4.0], [nan, 0.0, 0.0]]
    """
    count = int(group.max()) + 1 if len(group) else 0
    total = np.bincount(group, weights=weights, minlength=count)
    order = np.lexsort((values, group))
    group, values, weights = group[order], values[order], weights[order]
    start = np.searchsorted(group, np.arange(count))
    running = np.cumsum(weights)
    before = np.where(start > 0, running[start - 1], 0.0) if count else running
    running = running - before[group]
    enough = (running >= share * total[group] * (1 - 1e-12)) & (weights > 0)
    result = np.full((count, 3), np.nan)
    result[:, 1], result[:, 2] = 0.0, total
    rows = np.flatnonzero(enough)[::-1]
    result[group[rows], 0] = values[rows]  # the first of each group is written last
    has = total > 0
    result[~has, 0] = np.nan
    at_or_below = values <= result[group, 0]
    result[:, 1] = np.bincount(group, weights=weights * at_or_below, minlength=count)
    return result
