"""Taking out vertices again that nobody needs.

Noding gives an edge a vertex wherever another line met it. Where that line is gone afterwards,
the vertex goes too, and the edge is what it was, bit for bit.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np
import shapely

from gis_service.core.resolutions.arrangement import Arrangement, decode
from gis_service.core.resolutions.noding import HALF_DIAGONAL, Ints


@dataclass(frozen=True, kw_only=True, eq=False)
class Draft:
    """The edges of some parts of a community, its land on their left."""

    row: int
    parts: Ints
    start: Ints
    end: Ints


def straightened(arrangement: Arrangement, drafts: list[Draft]) -> list[Draft]:
    """Remove inserted nodes that join just two edges and that no community had as its vertex."""
    count = len(arrangement.codes)
    had = np.concatenate([d.row * count + d.start for d in drafts] or [np.empty(0, np.int64)])
    still = np.intersect1d(had, arrangement.original) % count
    free = np.setdiff1d(arrangement.inserted, still)
    if not len(free):
        return drafts
    web = _Web(arrangement, drafts, free)
    for item in free.tolist():
        web.drop(item)
    return [
        replace(draft, start=edges[:, 0], end=edges[:, 1])
        for draft, edges in zip(drafts, web.edges(), strict=True)
    ]


class _Web:
    """Edges at the nodes in question, which are few: a chain is taken apart one node at a time."""

    def __init__(self, arrangement: Arrangement, drafts: list[Draft], free: Ints) -> None:
        self.codes = arrangement.codes
        self.free = set(free.tolist())
        self.kept: list[Ints] = []
        self.loose: list[set[tuple[int, int]]] = []
        self.ways: defaultdict[int, set[tuple[int, int, int]]] = defaultdict(set)
        self.dropped: dict[frozenset[int], list[int]] = {}
        for number, draft in enumerate(drafts):
            both = np.column_stack((draft.start, draft.end))
            at = np.isin(both, free).any(axis=1)
            self.kept.append(both[~at])
            self.loose.append({(int(a), int(b)) for a, b in both[at]})
            for a, b in self.loose[number]:
                self._link(number, a, b)

    def _link(self, number: int, start: int, end: int) -> None:
        for item in (start, end):
            if item in self.free:
                self.ways[item].add((number, start, end))

    def drop(self, item: int) -> None:
        """Take a node out of all communities, if it lies on one line between two others."""
        ways = self.ways[item]
        ends = {start for _, start, end in ways if end == item}
        ends |= {end for _, start, end in ways if start == item}
        users = {number for number, _, _ in ways}
        if len(ends) != 2 or item in ends or len(ways) != 2 * len(users):
            return
        one, other = sorted(ends)
        through = [item]
        for side in (one, other):
            through += self.dropped.get(frozenset((side, item)), [])
        line = shapely.LineString(decode(self.codes[np.array([one, other])]))
        points = shapely.points(decode(self.codes[np.array(through)]))
        if (shapely.distance(points, line) > HALF_DIAGONAL).any():
            return
        for number in users:
            (start,) = (a for n, a, b in ways if n == number and b == item)
            (end,) = (b for n, a, b in ways if n == number and a == item)
            self._replace(number, (start, item, end))
        self.dropped[frozenset((one, other))] = through

    def _replace(self, number: int, path: tuple[int, int, int]) -> None:
        start, item, end = path
        for a, b in ((start, item), (item, end)):
            self.loose[number].discard((a, b))
            for other in {a, b} - {item}:
                if other in self.free:
                    self.ways[other].discard((number, a, b))
        self.loose[number].add((start, end))
        self._link(number, start, end)

    def edges(self) -> list[Ints]:
        """Give the edges of each draft."""
        return [
            np.vstack((kept, np.array(sorted(loose), dtype=np.int64).reshape(-1, 2)))
            for kept, loose in zip(self.kept, self.loose, strict=True)
        ]
