r"""Upper bounds by Lagrangian relaxation, and what they let us leave out.

The programme: choose candidates J, at most q, within caps and budget, to maximise
:math:`\sum_i \max_{j \in J} s_{ij}`. With a price :math:`\lambda_i \ge 0` on serving row i once
(and :math:`\mu \ge 0` on money) no choice is worth more than

.. math:: \sum_i \lambda_i + \mu B + \max_J \sum_{j \in J} r_j, \qquad
          r_j = \sum_i \max(0, s_{ij} - \lambda_i) - \mu c_j .

The inner choice is the best independent set of a truncated partition matroid: greedy by
:math:`r_j` solves it. Prices follow the subgradient with Polyak's steps. A candidate j outside
the inner choice can't be in any choice that is better than the best known one when the bound less
the least chosen r plus :math:`r_j` is below it; one inside must be in every such choice when the
bound less :math:`r_j` plus the best r outside is.

Reference: Daskin, *Network and Discrete Location*, 2nd ed. 2013, section 4.5 (maximal covering by
Lagrangian relaxation); Beasley 1993, *Lagrangean heuristics for location problems*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gis_service.core.compiled import compiled
from gis_service.core.siting.arrays import Bools, Floats, Ints, Pairs
from gis_service.core.siting.limits import Room

FRESH = 0.3
"""Share of the newest subgradient in the direction; the rest is what came before."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Prices:
    """The prices with what they prove.

    Attributes
    ----------
    price, money
        λ by demand row, and μ.
    bound
        No choice is worth more.
    value
        r by candidate.
    inner
        The inner choice under these prices.
    best, chosen
        The best choice met on the way and its worth.
    """

    price: Floats
    money: float
    bound: float
    value: Floats
    inner: Ints
    best: float
    chosen: Ints


def start_prices(pairs: Pairs) -> tuple[Floats, float]:
    """Begin with nothing priced: then only rows near several good candidates ever get a price."""
    return np.zeros(pairs.demands), 0.0


def descend(
    pairs: Pairs,
    room: Room,
    *,
    prices: tuple[Floats, float],
    scale: Floats,
    known: float,
    steps: int,
    pace: float,
) -> tuple[Prices, float]:
    """Lower the bound by ``steps`` subgradient steps from given prices.

    Parameters
    ----------
    scale
        Largest saving of each demand row; steps are in its proportion.
    known
        Worth of the best known choice: Polyak's target.
    pace
        Factor of the steps; halved when the bound stalls.

    Returns
    -------
    Prices
        Those of the lowest bound; its bound is recomputed from scratch.
    pace
        For the next call.
    """
    price, money, best, chosen, pace = _descend(
        pairs.starts,
        pairs.rows,
        pairs.saving,
        pairs.row_starts,
        pairs.columns,
        pairs.row_saving,
        prices[0],
        prices[1],
        scale,
        known,
        steps,
        pace,
        room.count,
        room.cost,
        room.budget,
        room.group,
        room.caps,
    )
    value = _values(pairs.starts, pairs.rows, pairs.saving, price) - money * _finite(room.cost)
    inner = _select(value, room.count, room.group, room.caps)
    spare = money * room.budget if money > 0 else 0.0
    bound = float(price.sum()) + spare + float(value[inner].sum())
    # Sums of n terms carry a rounding error; the bound is raised by more than that.
    bound += 1e-12 * (abs(bound) + float(price.sum()))
    return (
        Prices(
            price=price,
            money=money,
            bound=bound,
            value=value,
            inner=inner,
            best=best,
            chosen=np.sort(chosen),
        ),
        pace,
    )


def fixings(prices: Prices, room: Room, *, wanted: float) -> tuple[Bools, Bools]:
    """Tell which candidates may be in a choice worth ``wanted`` or more, and which must be."""
    value, inner = prices.value, prices.inner
    full = len(inner) >= room.count
    least = max(0.0, float(value[inner].min())) if full and len(inner) else 0.0
    inside = np.zeros(len(value), dtype=bool)
    inside[inner] = True
    slack = 1e-9 * max(1.0, abs(prices.bound))
    may = inside | (prices.bound - least + value >= wanted - slack)
    outside = value[~inside]
    best_outside = max(0.0, float(outside.max())) if len(outside) else 0.0
    must = inside & (prices.bound - value + best_outside < wanted - slack)
    return may, must


def _finite(cost: Floats) -> Floats:
    return np.where(np.isfinite(cost), cost, 0.0)


@compiled
def _values(starts: Any, rows: Any, saving: Any, price: Any) -> Any:
    value = np.zeros(len(starts) - 1)
    for column in range(len(starts) - 1):
        total = 0.0
        for at in range(starts[column], starts[column + 1]):
            surplus = saving[at] - price[rows[at]]
            if surplus > 0.0:
                total += surplus
        value[column] = total
    return value


@compiled
def _select(value: Any, count: int, group: Any, caps: Any) -> Any:
    """Best independent set: highest values first, the first of equals, caps kept; sorted."""
    candidates = len(value)
    capped = False
    for cap in caps:
        capped = capped or cap < count
    if count <= 0:
        return np.empty(0, np.int64)
    if not capped:
        chosen = np.empty(min(count, candidates), np.int64)
        size = 0
        limit = 0.0
        if candidates > count:
            limit = max(0.0, -np.partition(-value, count - 1)[count - 1])
        for column in range(candidates):
            if value[column] > limit:
                chosen[size] = column
                size += 1
        for column in range(candidates):
            if size >= count or limit <= 0.0:
                break
            if value[column] == limit:
                chosen[size] = column
                size += 1
        return np.sort(chosen[:size])
    order = np.argsort(-value, kind="mergesort")
    left = caps.copy()
    chosen = np.empty(min(count, candidates), np.int64)
    size = 0
    for column in order:
        if size == count or value[column] <= 0.0:
            break
        if left[group[column]] > 0:
            left[group[column]] -= 1
            chosen[size] = column
            size += 1
    return np.sort(chosen[:size])


@compiled
def _descend(
    starts: Any,
    rows: Any,
    saving: Any,
    row_starts: Any,
    columns: Any,
    row_saving: Any,
    price_given: Any,
    money: float,
    scale: Any,
    known: float,
    steps: int,
    pace: float,
    count: int,
    cost: Any,
    budget: float,
    group: Any,
    caps: Any,
) -> Any:
    demands = len(price_given)
    candidates = len(starts) - 1
    price = price_given.copy()
    best_price = price_given.copy()
    best_money = money
    limited = budget < np.inf
    per_money = scale.sum() / max(1.0, budget * budget) if limited else 0.0
    value = _values(starts, rows, saving, price)
    total = price.sum()
    lowest = np.inf
    best = known
    best_chosen = np.empty(0, np.int64)
    stalled = 0
    served = np.zeros(demands, np.int32)
    reach = np.zeros(demands)
    listed = np.zeros(demands, np.bool_)
    active = np.empty(demands, np.int64)
    actives = 0
    heading = np.ones(demands)
    heading_money = 0.0
    for row in range(demands):
        if price[row] > 0.0:
            listed[row] = True
            active[actives] = row
            actives += 1
    for _ in range(steps):
        reduced = value
        if limited:
            reduced = value - money * cost
        inner = _select(reduced, count, group, caps)
        bound = total
        spent = 0.0
        for column in inner:
            bound += reduced[column]
            spent += cost[column]
        if limited:
            bound += money * budget
        worth = 0.0
        for column in inner:
            for at in range(starts[column], starts[column + 1]):
                row = rows[at]
                if saving[at] > reach[row]:
                    worth += saving[at] - reach[row]
                    reach[row] = saving[at]
                if saving[at] > price[row]:
                    served[row] += 1
                    if not listed[row]:
                        listed[row] = True
                        active[actives] = row
                        actives += 1
        if worth > best and (not limited or spent <= budget + 1e-9):
            best = worth
            best_chosen = inner.copy()
        if bound < lowest - 1e-9 * max(1.0, abs(lowest)) or lowest == np.inf:
            if bound < lowest:
                lowest = bound
                best_price[:] = price
                best_money = money
            stalled = 0
        else:
            stalled += 1
            if stalled >= 12:
                pace *= 0.6
                stalled = 0
        norm = 0.0
        for at in range(actives):
            row = active[at]
            heading[row] += FRESH * (1.0 - served[row] - heading[row])
            if price[row] > 0.0 or heading[row] < 0.0:
                norm += scale[row] * heading[row] * heading[row]
        slope_money = 0.0
        if limited:
            heading_money += FRESH * (budget - spent - heading_money)
            slope_money = heading_money
            if money > 0.0 or slope_money < 0.0:
                norm += per_money * slope_money * slope_money
        if norm > 0.0:
            step = pace * max(bound - best, 1e-9 * max(1.0, abs(bound))) / norm
            kept = 0
            for at in range(actives):
                row = active[at]
                before = price[row]
                after = max(0.0, before - step * scale[row] * heading[row])
                if after != before:
                    for place in range(row_starts[row], row_starts[row + 1]):
                        had = max(0.0, row_saving[place] - before)
                        has = max(0.0, row_saving[place] - after)
                        value[columns[place]] += has - had
                    total += after - before
                    price[row] = after
                if after > 0.0 or heading[row] < 0.99:
                    active[kept] = row
                    kept += 1
                else:
                    listed[row] = False
                    heading[row] = 1.0
            actives = kept
            if limited:
                money = max(0.0, money - step * per_money * slope_money)
        for column in inner:
            for at in range(starts[column], starts[column + 1]):
                served[rows[at]] = 0
                reach[rows[at]] = 0.0
        if norm <= 0.0:
            break
    for column in range(candidates):
        if value[column] < 0.0:
            value[column] = 0.0
    return best_price, best_money, best, best_chosen, pace
