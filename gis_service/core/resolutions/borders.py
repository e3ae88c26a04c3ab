"""Along which lines a piece of disputed land continues into whose land."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gis_service.core.resolutions.arrangement import Arrangement
from gis_service.core.resolutions.noding import Ints

Lengths = dict[int, dict[int, float]]
"""Piece → row → metres."""


def border_lengths(arrangement: Arrangement, pieces: Ints) -> Lengths:
    """Measure how long each piece borders on each community's other land, in metres.

    ``pieces`` numbers the piece of each face. A community's land continues beyond an edge of the
    piece when it lies on the edge's other side, or claims the piece and has no boundary there.
    """
    size, count = len(arrangement.ground.topology), len(arrangement.codes)
    ids = arrangement.start * count + arrangement.end
    back = arrangement.end * count + arrangement.start
    piece = pieces[arrangement.face]
    outer = np.flatnonzero(~_same_piece_behind(ids, back, piece))
    near = np.flatnonzero(arrangement.edges.near)
    edge_ids, edge_row = arrangement.edges.ids(count)[near], arrangement.edges.row[near]
    order = np.argsort(edge_ids, kind="stable")
    edge_ids, edge_row = edge_ids[order], edge_row[order]
    beyond, row = _joined(back[outer], edge_ids, edge_row)
    along, own = _joined(ids[outer], edge_ids, edge_row)
    claimed_face = arrangement.claimed // size
    inside, claimant = _joined(arrangement.face[outer], claimed_face, arrangement.claimed % size)
    through = np.setdiff1d(inside * size + claimant, along * size + own)
    across = np.union1d(beyond * size + row, through)
    totals: Lengths = {}
    for edge, who in zip((across // size).tolist(), (across % size).tolist(), strict=True):
        at = int(outer[edge])
        lengths = totals.setdefault(int(piece[at]), {})
        lengths[who] = lengths.get(who, 0.0) + float(arrangement.length[at])
    return totals


def connected(arrangement: Arrangement) -> Ints:
    """Number the faces so that those with a common edge that nobody drew are one piece."""
    count = len(arrangement.codes)
    ids = arrangement.start * count + arrangement.end
    back = arrangement.end * count + arrangement.start
    order = np.argsort(ids)
    at = np.minimum(np.searchsorted(ids[order], back), len(ids) - 1)
    shared = (ids[order][at] == back) & ~np.isin(ids, arrangement.drawn)
    one, other = arrangement.face[shared], arrangement.face[order[at[shared]]]
    same = arrangement.land[one] == arrangement.land[other]
    return linked(
        len(arrangement.faces), zip(one[same].tolist(), other[same].tolist(), strict=True)
    )


def linked(count: int, pairs: Iterable[tuple[int, int]]) -> Ints:
    """Number things from 0 so that linked ones have the same number.

    Examples
    --------
    >>> linked(4, [(0, 2), (3, 2)]).tolist()
    [0, 1, 0, 0]
    """
    parent = list(range(count))

    def root(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for one, other in pairs:
        parent[max(root(one), root(other))] = min(root(one), root(other))
    roots = [root(item) for item in range(count)]
    return np.asarray(np.unique(roots, return_inverse=True)[1].ravel(), dtype=np.int64)


def longest(lengths: dict[int, float], codes: object) -> int | None:
    """Give the row with the longest border; of equal ones (to 1 mm) that with the first code."""
    if not lengths:
        return None
    names = np.asarray(codes, dtype=object)
    return min(lengths, key=lambda row: (-round(lengths[row], 3), str(names[row]), row))


def _same_piece_behind(ids: Ints, back: Ints, piece: Ints) -> np.ndarray:
    order = np.argsort(ids)
    at = np.minimum(np.searchsorted(ids[order], back), max(len(ids) - 1, 0))
    behind = order[at]
    return np.asarray((ids[behind] == back) & (piece[behind] == piece))


def _joined(wanted: Ints, keys: Ints, values: Ints) -> tuple[Ints, Ints]:
    """Join on sorted ``keys``: positions in ``wanted``, and the values found for them."""
    begin = np.searchsorted(keys, wanted, side="left")
    count = np.searchsorted(keys, wanted, side="right") - begin
    use = np.repeat(np.arange(len(wanted)), count)
    step = np.arange(len(use)) - np.repeat(np.cumsum(count) - count, count)
    return use, values[begin[use] + step]
