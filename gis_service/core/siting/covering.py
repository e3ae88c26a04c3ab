"""Fewest sites that leave nobody out: set covering, exact, with its own reductions.

Before HiGHS sees it, rows that hold all candidates of another row are dropped (who serves the
other serves them), a row with a single candidate forces that one, and beaten candidates go; again
and again until nothing changes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from gis_service.core.compiled import compiled
from gis_service.core.siting.arrays import Ints, Pairs
from gis_service.core.siting.control import Control
from gis_service.core.siting.limits import Room
from gis_service.core.siting.merging import undominated
from gis_service.core.siting.programme import Programme


def fewest(pairs: Pairs, room: Room, *, control: Control) -> tuple[Ints | None, float]:
    """Choose as few candidates as serve every row that has one.

    Returns
    -------
    chosen
        Candidate numbers, sorted; None when the limits can't be kept or the time ran out first.
    bound
        No choice has fewer (infinite when the limits can't be kept).
    """
    number = np.arange(pairs.candidates)
    forced: list[int] = []
    plain = room.is_plain
    pairs = _ones(pairs)
    while True:
        control.tell(0.1)
        size = (pairs.candidates, pairs.demands)
        pairs = _binding_rows(pairs)
        if plain:
            single = np.flatnonzero(np.diff(pairs.row_starts) == 1)
            taken = np.unique(pairs.columns[pairs.row_starts[single]])
            forced.extend(number[taken].tolist())
            pairs, number = _without(pairs, number, taken)
            keep = undominated(
                pairs, cost=np.zeros(pairs.candidates), group=np.zeros(pairs.candidates, int)
            )
            pairs, _ = pairs.narrowed(keep, had=np.zeros(pairs.demands))
            number = number[keep]
        if (pairs.candidates, pairs.demands) == size:
            break
    held = np.array(sorted(forced), dtype=np.int64)
    if not pairs.demands:
        fits = room.allows(held)
        return (held if fits else None), float(len(held)) if fits else np.inf
    chosen, bound = _programmed(pairs, room.without(held).of(number), control=control)
    if chosen is None:
        return None, len(held) + bound
    return np.sort(np.concatenate([held, number[chosen]])), len(held) + bound


def _ones(pairs: Pairs) -> Pairs:
    return Pairs.of_columns(
        pairs.starts, pairs.rows, np.ones(len(pairs.rows)), demands=pairs.demands
    )


def _without(pairs: Pairs, number: Ints, taken: Ints) -> tuple[Pairs, Ints]:
    """Drop taken candidates with the rows that they serve."""
    had = np.zeros(pairs.demands)
    for column in taken.tolist():
        had[pairs.rows[pairs.starts[column] : pairs.starts[column + 1]]] = 1.0
    keep = np.ones(pairs.candidates, dtype=bool)
    keep[taken] = False
    rest, _ = pairs.narrowed(keep, had=had)
    return rest, number[keep]


def _binding_rows(pairs: Pairs) -> Pairs:
    keep = _binding(pairs.starts, pairs.rows, pairs.row_starts, pairs.columns)
    had = np.where(keep, 0.0, 1.0)
    kept, _ = pairs.narrowed(np.ones(pairs.candidates, dtype=bool), had=had)
    return kept


@compiled
def _binding(starts: Any, rows: Any, row_starts: Any, columns: Any) -> Any:
    """Rows of which no other row's candidates are a part; of equal ones the first."""
    count = len(row_starts) - 1
    keep = np.ones(count, np.bool_)
    for row in range(count):
        length = row_starts[row + 1] - row_starts[row]
        if length == 0:
            keep[row] = False
            continue
        for at in range(row_starts[row], row_starts[row + 1]):
            column = columns[at]
            for place in range(starts[column], starts[column + 1]):
                other = rows[place]
                size = row_starts[other + 1] - row_starts[other]
                if other == row or not keep[other] or size > length:
                    continue
                if columns[row_starts[other]] != column or (size == length and other > row):
                    continue
                mine = at
                inside = True
                for theirs in range(row_starts[other], row_starts[other + 1]):
                    while mine < row_starts[row + 1] and columns[mine] < columns[theirs]:
                        mine += 1
                    if mine == row_starts[row + 1] or columns[mine] != columns[theirs]:
                        inside = False
                        break
                if inside:
                    keep[row] = False
                    break
            if not keep[row]:
                break
    return keep


def _programmed(pairs: Pairs, room: Room, *, control: Control) -> tuple[Ints | None, float]:
    from gis_service.core.siting.solving import add_room

    programme = Programme()
    programme.add_columns(-np.ones(pairs.candidates), whole=True)
    matrix = sparse.csr_matrix(
        (np.ones(len(pairs.columns)), pairs.columns, pairs.row_starts),
        shape=(pairs.demands, pairs.candidates),
    )
    programme.add_rows(matrix, lower=1.0)
    add_room(programme, room, pairs.candidates)
    found = programme.solve(control, gap=1 - 1e-6)
    bound = float(np.ceil(-found.bound - 1e-6)) if np.isfinite(found.bound) else np.inf
    if found.values is None:
        return None, bound if found.is_infeasible else 0.0
    return np.flatnonzero(found.values > 0.5), bound
