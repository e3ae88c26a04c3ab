"""Good choices quickly: greedy first, then exchanges of one site for another.

Both are exact about what they report: ``worth`` is recomputed, never accumulated. What they find
is only a lower bound; the proof comes from `bounds` and `programme`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gis_service.core.compiled import compiled
from gis_service.core.siting.arrays import Floats, Ints, Pairs, best_of
from gis_service.core.siting.limits import Room

MOST_EXCHANGES = 200


def worth(pairs: Pairs, chosen: Ints) -> float:
    """What a choice saves altogether."""
    best = best_of(pairs.starts, pairs.rows, pairs.saving, chosen, pairs.demands)
    return float(best.sum())


def greedy_choice(pairs: Pairs, room: Room) -> Ints:
    """Choose greedily; sorted candidate numbers."""
    chosen = _greedy(
        pairs.starts,
        pairs.rows,
        pairs.saving,
        pairs.demands,
        room.count,
        room.cost,
        room.budget,
        room.group,
        room.caps,
    )
    return np.sort(chosen)


def improve(pairs: Pairs, room: Room, chosen: Ints) -> Ints:
    """Exchange one site at a time, the best exchange first, while that helps."""
    for _ in range(MOST_EXCHANGES):
        if not len(chosen) or pairs.candidates <= len(chosen):
            break
        change, out, into = _best_exchange(exchanges(pairs, room, chosen), chosen)
        if change <= 1e-9:
            break
        kept = chosen[chosen != out]
        chosen = np.sort(np.append(kept, into))
    return chosen


def exchanges(pairs: Pairs, room: Room, chosen: Ints) -> Floats:
    """Change of worth for each exchange: rows candidates, columns the chosen in their order.

    -inf where the limits forbid it or the candidate is chosen already.
    """
    change: Floats = _exchanges(
        pairs.starts, pairs.rows, pairs.saving, pairs.demands, np.asarray(chosen, dtype=np.int64)
    )
    if not room.is_plain:
        left = room.without(chosen)
        dear = left.budget + room.cost[chosen][None, :] - room.cost[:, None] < -1e-9
        same = room.group[chosen][None, :] == room.group[:, None]
        full = (left.caps[room.group] <= 0)[:, None] & ~same
        change[dear | full] = -np.inf
    change[chosen, :] = -np.inf
    return change


def losses(pairs: Pairs, chosen: Ints) -> Floats:
    """What is lost when one of the chosen goes and the others stay, in their order."""
    numbers = np.asarray(chosen, dtype=np.int64)
    lost: Floats = _best_two(pairs.starts, pairs.rows, pairs.saving, pairs.demands, numbers)[3]
    return lost


def _best_exchange(change: Floats, chosen: Ints) -> tuple[float, int, int]:
    at = int(np.argmax(change))
    into, out = divmod(at, len(chosen))
    return float(change[into, out]), int(chosen[out]), into


@compiled
def _greedy(
    starts: Any,
    rows: Any,
    saving: Any,
    demands: int,
    count: int,
    cost: Any,
    budget: float,
    group: Any,
    caps: Any,
) -> Any:
    """Lazy greedy: gains only fall, so one that is still on top after a fresh look is the best."""
    candidates = len(starts) - 1
    gain = np.zeros(candidates)
    for column in range(candidates):
        for at in range(starts[column], starts[column + 1]):
            gain[column] += saving[at]
    fresh = np.full(candidates, -1, np.int64)
    best = np.zeros(demands)
    left = caps.copy()
    money = budget
    chosen = np.empty(min(count, candidates), np.int64)
    size = 0
    while size < count:
        top = -1
        for column in range(candidates):
            if gain[column] > 0 and (top < 0 or gain[column] > gain[top]):
                top = column
        if top < 0:
            break
        if left[group[top]] <= 0 or cost[top] > money + 1e-9:
            gain[top] = -1.0
            continue
        if fresh[top] == size:
            for at in range(starts[top], starts[top + 1]):
                best[rows[at]] = max(best[rows[at]], saving[at])
            chosen[size] = top
            size += 1
            left[group[top]] -= 1
            money -= cost[top]
            gain[top] = -1.0
            continue
        total = 0.0
        for at in range(starts[top], starts[top + 1]):
            total += max(0.0, saving[at] - best[rows[at]])
        gain[top] = total
        fresh[top] = size
    return chosen[:size].copy()


@compiled
def _best_two(starts: Any, rows: Any, saving: Any, demands: int, chosen: Any) -> Any:
    """Best and second saving of each row, who gives the best, and the loss of each chosen."""
    first = np.zeros(demands)
    second = np.zeros(demands)
    holder = np.full(demands, -1, np.int64)
    for place in range(len(chosen)):
        for at in range(starts[chosen[place]], starts[chosen[place] + 1]):
            row = rows[at]
            if saving[at] > first[row]:
                second[row] = first[row]
                first[row] = saving[at]
                holder[row] = place
            elif saving[at] > second[row]:
                second[row] = saving[at]
    loss = np.zeros(len(chosen))
    for row in range(demands):
        if holder[row] >= 0:
            loss[holder[row]] += first[row] - second[row]
    return first, second, holder, loss


@compiled
def _exchanges(starts: Any, rows: Any, saving: Any, demands: int, chosen: Any) -> Any:
    """Whitaker's fast interchange: what each candidate adds for each chosen one that goes."""
    first, second, holder, loss = _best_two(starts, rows, saving, demands, chosen)
    candidates = len(starts) - 1
    change = np.empty((candidates, len(chosen)))
    for column in range(candidates):
        gained = 0.0
        for place in range(len(chosen)):
            change[column, place] = -loss[place]
        for at in range(starts[column], starts[column + 1]):
            row = rows[at]
            worth = saving[at]
            if worth > first[row]:
                gained += worth - first[row]
                if holder[row] >= 0:
                    change[column, holder[row]] += first[row] - second[row]
            elif worth > second[row] and holder[row] >= 0:
                change[column, holder[row]] += worth - second[row]
        for place in range(len(chosen)):
            change[column, place] += gained
    return change
