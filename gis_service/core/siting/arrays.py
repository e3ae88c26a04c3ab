"""Pairs of candidates and demand as compressed rows, built in time linear in the pairs.

Everything is ordered by id, whatever the order of the input's rows, so that the same question
has the same answer bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gis_service.core.compiled import compiled

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
Ints = np.ndarray[tuple[int], np.dtype[np.int64]]
Bools = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Pairs:
    """Which candidate serves which demand, and what that is worth.

    Attributes
    ----------
    starts, rows, saving
        By candidate: ``rows[starts[j]:starts[j + 1]]`` are its demand rows, ascending.
    row_starts, columns, row_saving
        The same by demand row; candidates ascending.
    """

    starts: Ints
    rows: Ints
    saving: Floats
    row_starts: Ints
    columns: Ints
    row_saving: Floats

    @property
    def candidates(self) -> int:
        """Number of candidates."""
        return len(self.starts) - 1

    @property
    def demands(self) -> int:
        """Number of demand rows."""
        return len(self.row_starts) - 1

    @classmethod
    def build(cls, column: Any, row: Any, saving: Any, *, shape: tuple[int, int]) -> Pairs:
        """Sort pairs (candidate, demand row, saving) both ways; of a repeated pair the best counts.

        ``shape`` is (candidates, demand rows).
        """
        column = np.ascontiguousarray(column, dtype=np.int32)
        row = np.ascontiguousarray(row, dtype=np.int32)
        saving = np.ascontiguousarray(saving, dtype=np.float64)
        if not _is_rising(row):
            row_starts, column, saving = _scatter(row, column, saving, shape[1])
            row = np.repeat(np.arange(shape[1], dtype=np.int32), np.diff(row_starts))
        starts, rows, worth = _scatter(column, row, saving, shape[0])
        if _repeats(starts, rows):
            starts, rows, worth = _without_repeats(starts, rows, worth)
        return cls.of_columns(starts, rows, worth, demands=shape[1])

    @classmethod
    def of_columns(cls, starts: Ints, rows: Ints, saving: Floats, *, demands: int) -> Pairs:
        """Complete pairs that are sorted by candidate with those by demand row."""
        expanded = np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))
        row_starts, columns, row_saving = _scatter(rows, expanded, saving, demands)
        return cls(
            starts=starts,
            rows=rows,
            saving=saving,
            row_starts=row_starts,
            columns=columns,
            row_saving=row_saving,
        )

    def narrowed(self, keep: Bools, *, had: Floats) -> tuple[Pairs, Ints]:
        """Keep some candidates, take what each row already has (``had``) off, drop empty rows.

        Returns
        -------
        pairs
            Of the kept candidates, renumbered; only savings above ``had``.
        rows
            For each kept demand row its number before.
        """
        starts, rows, saving = _narrow(self.starts, self.rows, self.saving, keep, had)
        used = np.zeros(self.demands, dtype=np.bool_)
        used[rows] = True
        number = np.cumsum(used, dtype=np.int32) - np.int32(1)
        kept = np.flatnonzero(used)
        pairs = Pairs.of_columns(starts, number[rows], saving, demands=len(kept))
        return pairs, kept


@compiled
def _is_rising(key: Any) -> bool:
    rising = True
    for at in range(1, len(key)):
        rising = rising and key[at] >= key[at - 1]
    return rising


@compiled
def _repeats(starts: Any, rows: Any) -> bool:
    for column in range(len(starts) - 1):
        for at in range(starts[column] + 1, starts[column + 1]):
            if rows[at] == rows[at - 1]:
                return True
    return False


@compiled
def _scatter(key: Any, other: Any, value: Any, size: int) -> Any:
    """Counting sort of (other, value) by key; stable."""
    starts = np.zeros(size + 1, np.int64)
    for at in range(len(key)):
        starts[key[at] + 1] += 1
    for at in range(size):
        starts[at + 1] += starts[at]
    fill = starts[:-1].copy()
    others = np.empty(len(key), np.int32)
    values = np.empty(len(key), np.float64)
    for at in range(len(key)):
        place = fill[key[at]]
        fill[key[at]] = place + 1
        others[place] = other[at]
        values[place] = value[at]
    return starts, others, values


@compiled
def _without_repeats(starts: Any, rows: Any, saving: Any) -> Any:
    kept_starts = np.zeros(len(starts), np.int64)
    kept_rows = np.empty(len(rows), np.int32)
    kept = np.empty(len(rows), np.float64)
    count = 0
    for column in range(len(starts) - 1):
        begin = count
        for at in range(starts[column], starts[column + 1]):
            if count > begin and kept_rows[count - 1] == rows[at]:
                kept[count - 1] = max(kept[count - 1], saving[at])
            else:
                kept_rows[count] = rows[at]
                kept[count] = saving[at]
                count += 1
        kept_starts[column + 1] = count
    return kept_starts, kept_rows[:count].copy(), kept[:count].copy()


@compiled
def _narrow(starts: Any, rows: Any, saving: Any, keep: Any, had: Any) -> Any:
    columns = 0
    count = 0
    for column in range(len(starts) - 1):
        if keep[column]:
            columns += 1
            for at in range(starts[column], starts[column + 1]):
                if saving[at] > had[rows[at]]:
                    count += 1
    kept_starts = np.zeros(columns + 1, np.int64)
    kept_rows = np.empty(count, np.int32)
    kept = np.empty(count, np.float64)
    columns = 0
    count = 0
    for column in range(len(starts) - 1):
        if keep[column]:
            for at in range(starts[column], starts[column + 1]):
                if saving[at] > had[rows[at]]:
                    kept_rows[count] = rows[at]
                    kept[count] = saving[at] - had[rows[at]]
                    count += 1
            columns += 1
            kept_starts[columns] = count
    return kept_starts, kept_rows, kept


@compiled
def column_sums(starts: Any, saving: Any) -> Any:
    """Sum of each candidate's savings."""
    sums = np.zeros(len(starts) - 1)
    for column in range(len(starts) - 1):
        total = 0.0
        for at in range(starts[column], starts[column + 1]):
            total += saving[at]
        sums[column] = total
    return sums


@compiled
def best_of(starts: Any, rows: Any, saving: Any, chosen: Any, demands: int) -> Any:
    """For each demand row the best saving that the chosen candidates give."""
    best = np.zeros(demands)
    for column in chosen:
        for at in range(starts[column], starts[column + 1]):
            if saving[at] > best[rows[at]]:
                best[rows[at]] = saving[at]
    return best
