"""Demand that the same candidates serve alike is one demand; candidates that another beats go."""

from __future__ import annotations

from typing import Any

import numpy as np

from gis_service.core.compiled import compiled
from gis_service.core.siting.arrays import Bools, Ints, Pairs


def merge_demand(pairs: Pairs) -> Pairs:
    """Merge the demand rows that have the same candidates with the same relative savings.

    For coverage (one saving a row, its weight) rows merge when their sets of candidates are equal;
    the merged row's saving is the sum. Rows whose savings differ between candidates merge when
    the savings themselves are equal up to one factor that is exact in floating point; others stay.

    Examples
    --------
    >>> pairs = Pairs.build([0, 1, 0, 1, 1], [0, 0, 1, 1, 2], [5, 5, 2, 2, 1], shape=(2, 3))
    >>> merged = merge_demand(pairs)
    >>> merged.demands, merged.row_saving.tolist()
    (2, [7.0, 7.0, 1.0])
    """
    if not pairs.demands:
        return pairs
    keys = _row_keys(pairs.row_starts, pairs.columns, pairs.row_saving)
    order = np.argsort(keys, kind="stable")
    group = _groups(keys, order, pairs.row_starts, pairs.columns, pairs.row_saving)
    count = int(group.max()) + 1
    if count == pairs.demands:
        return pairs
    starts, rows, saving = _merge(pairs.starts, pairs.rows, pairs.saving, group, count)
    return Pairs.of_columns(starts, rows, saving, demands=count)


@compiled
def _row_keys(row_starts: Any, columns: Any, saving: Any) -> Any:
    keys = np.empty(len(row_starts) - 1, np.uint64)
    for row in range(len(row_starts) - 1):
        key = np.uint64(1469598103934665603)
        first = saving[row_starts[row]] if row_starts[row] < row_starts[row + 1] else 1.0
        for at in range(row_starts[row], row_starts[row + 1]):
            key = (key ^ np.uint64(columns[at])) * np.uint64(1099511628211)
            share = np.uint64(np.int64(saving[at] / first * 1048576.0))
            key = (key ^ share) * np.uint64(1099511628211)
            key = key ^ (key >> np.uint64(29))
        keys[row] = key
    return keys


@compiled
def _same_row(one: int, two: int, row_starts: Any, columns: Any, saving: Any) -> bool:
    length = row_starts[one + 1] - row_starts[one]
    if length != row_starts[two + 1] - row_starts[two]:
        return False
    if length == 0:
        return True
    first, second = row_starts[one], row_starts[two]
    for at in range(length):
        if columns[first + at] != columns[second + at]:
            return False
        if saving[first + at] * saving[second] != saving[second + at] * saving[first]:
            return False
    return True


@compiled
def _groups(keys: Any, order: Any, row_starts: Any, columns: Any, saving: Any) -> Any:
    """Number the groups by their first row; equal keys are compared in full."""
    leader = np.empty(len(keys), np.int64)
    begin = 0
    for place in range(len(order)):
        row = order[place]
        if place and keys[row] != keys[order[begin]]:
            begin = place
        leader[row] = row
        for earlier in range(begin, place):
            other = order[earlier]
            if leader[other] == other and _same_row(other, row, row_starts, columns, saving):
                leader[row] = other
                break
    group = np.empty(len(keys), np.int32)
    count = 0
    for row in range(len(keys)):
        if leader[row] == row:
            group[row] = count
            count += 1
        else:
            group[row] = group[leader[row]]
    return group


@compiled
def _merge(starts: Any, rows: Any, saving: Any, group: Any, count: int) -> Any:
    last = np.full(count, -1, np.int64)
    place = np.empty(count, np.int64)
    merged_starts = np.zeros(len(starts), np.int64)
    merged_rows = np.empty(len(rows), np.int32)
    merged = np.empty(len(rows), np.float64)
    filled = 0
    for column in range(len(starts) - 1):
        for at in range(starts[column], starts[column + 1]):
            row = group[rows[at]]
            if last[row] == column:
                merged[place[row]] += saving[at]
            else:
                last[row] = column
                place[row] = filled
                merged_rows[filled] = row
                merged[filled] = saving[at]
                filled += 1
        merged_starts[column + 1] = filled
    return merged_starts, merged_rows[:filled].copy(), merged[:filled].copy()


def undominated(pairs: Pairs, *, cost: Any, group: Ints) -> Bools:
    """Tell which candidates no other one beats.

    A candidate is beaten by one that saves at least as much on every demand row, costs no more
    and is in the same group (caps); of equal ones the first stays.

    Examples
    --------
    >>> pairs = Pairs.build([0, 1, 1], [0, 0, 1], [5, 5, 2], shape=(2, 2))
    >>> undominated(pairs, cost=np.zeros(2), group=np.zeros(2, dtype=np.int64)).tolist()
    [False, True]
    """
    kept: Bools = _undominated(
        pairs.starts,
        pairs.rows,
        pairs.saving,
        pairs.row_starts,
        pairs.columns,
        np.asarray(cost, dtype=np.float64),
        np.asarray(group, dtype=np.int64),
    )
    return kept


@compiled
def _beats(other: int, one: int, starts: Any, rows: Any, saving: Any) -> bool:
    """Whether ``other`` saves at least as much as ``one`` on every row of ``one``."""
    at = starts[other]
    end = starts[other + 1]
    for mine in range(starts[one], starts[one + 1]):
        while at < end and rows[at] < rows[mine]:
            at += 1
        if at == end or rows[at] != rows[mine] or saving[at] < saving[mine]:
            return False
    return True


@compiled
def _undominated(
    starts: Any, rows: Any, saving: Any, row_starts: Any, columns: Any, cost: Any, group: Any
) -> Any:
    count = len(starts) - 1
    keep = np.ones(count, np.bool_)
    for one in range(count):
        if starts[one] == starts[one + 1]:
            keep[one] = False
            continue
        rarest = rows[starts[one]]
        for at in range(starts[one], starts[one + 1]):
            row = rows[at]
            if row_starts[row + 1] - row_starts[row] < row_starts[rarest + 1] - row_starts[rarest]:
                rarest = row
        for at in range(row_starts[rarest], row_starts[rarest + 1]):
            other = columns[at]
            if other == one or not keep[other]:
                continue
            if cost[other] > cost[one] or group[other] != group[one]:
                continue
            larger = starts[other + 1] - starts[other] >= starts[one + 1] - starts[one]
            if not larger or not _beats(other, one, starts, rows, saving):
                continue
            equal = (
                starts[other + 1] - starts[other] == starts[one + 1] - starts[one]
                and cost[other] == cost[one]
                and _beats(one, other, starts, rows, saving)
            )
            if not equal or other < one:
                keep[one] = False
                break
    return keep
