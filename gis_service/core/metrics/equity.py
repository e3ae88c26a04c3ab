"""How evenly access is spread: Gini, and what share the worst-served quarter of elders has.

Elders stand in the order of their access. The Lorenz curve L(q) is the share of all access that
the first share q of them has; elders of one origin have the same access, so it is straight
between origins. Gini is :math:`1 - 2\\int_0^1 L`, and the second figure is L(0.25): 0.25 where
access is even. Both are NaN where nobody lives or nobody has any access.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from gis_service.core.metrics.tables import Floats, Ints, Tables, stack

WORST = 0.25


def equity(tables: Tables, access: pd.Series[Any]) -> pd.DataFrame:
    """Give parts ``gini`` and ``worst_quarter`` of access per elder (index: origin).

    The denominator is the group's access in total (places that fall to its elders); the numerator
    is Gini's share of it, and what the worst-served quarter has of it.
    """
    place = tables.community_of.reindex(tables.demand.index)
    known = (place.notna() & place.isin(tables.communities.index)).to_numpy()
    code = place.to_numpy()[known]
    street = tables.communities["street"].reindex(code).fillna("").astype(str).to_numpy()
    score = access.reindex(tables.demand.index).fillna(0.0).to_numpy(dtype=np.float64)[known]
    weight = tables.demand.to_numpy(dtype=np.float64)[known]
    names: dict[str, Any] = {
        "community": tables.communities.index,
        "street": sorted(set(tables.communities["street"].fillna("").astype(str))),
        "district": [""],
    }
    groups = {"community": code, "street": street, "district": np.full(len(code), "", object)}
    figures = {}
    for level, values in groups.items():
        codes, distinct = pd.factorize(values)
        figures[level] = pd.DataFrame(
            lorenz(codes, score, weights=weight),
            index=distinct,
            columns=["total", "gini", "worst_quarter"],
        ).reindex(names[level])
    frames = []
    for part in ("gini", "worst_quarter"):
        levels = {
            level: pd.DataFrame(
                {
                    "numerator": (frame["total"] * frame[part]).fillna(0.0),
                    "denominator": frame["total"].fillna(0.0),
                }
            )
            for level, frame in figures.items()
        }
        frames.append(stack(levels, part=part))
    return pd.concat(frames, ignore_index=True)


def lorenz(group: Ints, score: Floats, *, weights: Floats) -> Any:
    """Give for each group: Σ weight × score, Gini, and L(0.25).

    Examples
    --------
    >>> lorenz(np.array([0, 0]), np.array([0.0, 1.0]), weights=np.array([3.0, 1.0])).tolist()
    [[1.0, 0.75, 0.0]]
    """
    count = int(group.max()) + 1 if len(group) else 0
    order = np.lexsort((score, group))
    group, score, weights = group[order], score[order], weights[order]
    people = np.bincount(group, weights=weights, minlength=count)
    total = np.bincount(group, weights=weights * score, minlength=count)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = weights / people[group]
        part = weights * score / total[group]
    start = np.searchsorted(group, np.arange(count))
    right, above = _running(share, start, group), _running(part, start, group)
    left, below = right - share, above - part
    usable = (people > 0) & (total > 0)
    area = np.bincount(group, weights=np.nan_to_num(share * (above + below)), minlength=count)
    inside = (left < WORST) & (right >= WORST * (1 - 1e-12))
    with np.errstate(invalid="ignore", divide="ignore"):
        there = below + part * (WORST - left) / share
    quarter = np.zeros(count)
    quarter[group[inside]] = there[inside]
    result = np.column_stack([total, 1.0 - area, np.clip(quarter, 0.0, 1.0)])
    result[~usable, 1:] = np.nan
    return result


def _running(values: Floats, start: Ints, group: Ints) -> Floats:
    running = np.cumsum(np.nan_to_num(values))
    before = np.r_[0.0, running][start]
    result: Floats = running - before[group]
    return result
