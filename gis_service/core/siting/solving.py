"""The best choice of sites with its proof: heuristics, bounds, reductions, then HiGHS on the rest.

1. Demand that the same candidates serve alike is merged.
2. A greedy choice, improved by exchanges, is a first lower bound.
3. Lagrangian prices give an upper bound; candidates that no better choice can hold are dropped,
   those that each better choice must hold are set; the prices go on with what is left.
4. When the bounds meet, that is the proof. Else dominated candidates are dropped and HiGHS solves
   the rest as :math:`u_{ik} \\le u_{i,k-1} + \\sum_{j: s_{ij} = s_{ik}} y_j`, with one u for each
   row i and each distinct saving (Cornuejols, Nemhauser and Wolsey 1980).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from gis_service.core.siting.arrays import Floats, Ints, Pairs, best_of
from gis_service.core.siting.bounds import Prices, descend, fixings, start_prices
from gis_service.core.siting.control import Control
from gis_service.core.siting.exchange import greedy_choice, improve, worth
from gis_service.core.siting.limits import Room
from gis_service.core.siting.merging import merge_demand, undominated
from gis_service.core.siting.programme import Programme

STEPS = 50
MOST_ROUNDS = 20
SMALL_PAIRS = 6000
"""Below so many pairs HiGHS is quicker than more prices."""


MERGED_FIRST = 500_000
"""Above so many pairs demand is merged only when most candidates have been dropped."""


LIKELY = 1000
"""So many candidates, and ten more for each site, are tried in exchanges."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Proven:
    """A choice, what it is worth, and what no choice exceeds."""

    chosen: Ints
    worth: float
    bound: float


def best_choice(
    pairs: Pairs, room: Room, *, control: Control, unit: float = 0.0, major: float = 0.0
) -> Proven:
    """Choose the candidates that save most.

    Parameters
    ----------
    unit
        All worths are multiples of it (1 where the demand is in whole people); 0: any number.
    major
        Savings are ``major`` × a whole number of the first rank + the rest, less than ``major``
        in sum: HiGHS then decides the first rank first. 0: one rank only.

    Returns
    -------
    Proven
        Candidate numbers as in ``pairs``, sorted; ``bound == worth`` when proven.
    """
    usable = room.usable()
    number = np.flatnonzero(usable)
    if not len(number) or not len(pairs.rows) or room.count <= 0:
        return Proven(chosen=np.empty(0, dtype=np.int64), worth=0.0, bound=0.0)
    small = pairs
    if not usable.all():
        small, _ = pairs.narrowed(usable, had=np.zeros(pairs.demands))
    if len(small.rows) <= MERGED_FIRST:
        small = merge_demand(small)
    search = _Search(small, room.of(number), number, control, unit, major)
    return search.run()


def choose(
    pairs: Pairs,
    room: Room,
    *,
    forced: Ints,
    control: Control,
    unit: float = 0.0,
    major: float = 0.0,
) -> Proven:
    """Choose as `best_choice`, with some candidates forced in; they count in the room."""
    if not len(forced):
        return best_choice(pairs, room, control=control, unit=unit, major=major)
    had = best_of(pairs.starts, pairs.rows, pairs.saving, forced, pairs.demands)
    free = np.ones(pairs.candidates, dtype=bool)
    free[forced] = False
    rest, _ = pairs.narrowed(free, had=had)
    found = best_choice(
        rest, room.without(forced).of(free), control=control, unit=unit, major=major
    )
    base = float(had.sum())
    chosen = np.sort(np.concatenate([forced, np.flatnonzero(free)[found.chosen]]))
    return Proven(chosen=chosen, worth=base + found.worth, bound=base + found.bound)


class _Search:
    """The state between the rounds: what is left, the best choice so far, the lowest bound."""

    def __init__(
        self,
        pairs: Pairs,
        room: Room,
        number: Ints,
        control: Control,
        unit: float,
        major: float,
    ) -> None:
        self.pairs, self.room, self.number = pairs, room, number
        self.control, self.unit, self.major = control, unit, major
        self.chosen = np.empty(0, dtype=np.int64)
        self.best = 0.0
        self.bound = np.inf

    def run(self) -> Proven:
        self.control.tell(0.0)
        self._offer(greedy_choice(self.pairs, self.room))
        if len(self.pairs.rows) <= MERGED_FIRST:
            self._offer(improve(self.pairs, self.room, np.searchsorted(self.number, self.chosen)))
        prices = self._reduce()
        if not self._is_proven() and not self.control.is_over:
            self._finish(prices)
        if self._is_proven():
            self.bound = self.best
        return Proven(chosen=self.chosen, worth=self.best, bound=float(max(self.bound, self.best)))

    def _is_proven(self) -> bool:
        slack = 1e-9 * max(1.0, abs(self.best))
        return self.bound < self.best + max(self.unit * (1 - 1e-6), slack)

    def _wanted(self) -> float:
        return self.best + self.unit * (1 - 1e-6)

    def _offer(self, chosen: Ints) -> None:
        """Take a choice (numbers of what is left) when it is better."""
        if not self.room.allows(chosen):
            return
        value = worth(self.pairs, chosen)
        if value > self.best:
            self.best, self.chosen = value, np.sort(self.number[chosen])

    def _reduce(self) -> Prices | None:
        price, money = start_prices(self.pairs)
        pace = 1.0
        prices: Prices | None = None
        for turn in range(MOST_ROUNDS):
            scale = _row_scale(self.pairs)
            prices, pace = descend(
                self.pairs,
                self.room,
                prices=(price, money),
                scale=scale,
                known=self.best,
                steps=STEPS,
                pace=pace,
            )
            self.control.tell(0.5 * (turn + 1) / MOST_ROUNDS)
            self.bound = min(self.bound, prices.bound)
            if self._is_proven() or self.control.is_over:
                break
            price, money = prices.price, prices.money
            inner, value = prices.inner, prices.value
            self._offer(prices.chosen)
            may, _ = fixings(prices, self.room, wanted=self._wanted())
            if may.sum() <= 0.9 * len(may):
                price = self._keep(may, price)
                inner = np.searchsorted(np.flatnonzero(may), inner)
                value, prices = prices.value[may], None
            self._exchange(inner, value)
            if self._is_proven():
                break
            little = len(self.pairs.rows) <= SMALL_PAIRS
            if little:
                break
        return prices

    def _exchange(self, inner: Ints, value: Floats) -> None:
        """Improve an inner choice by exchanges with the candidates that the prices favour."""
        few = LIKELY + 10 * self.room.count
        if len(value) <= few:
            self._offer(improve(self.pairs, self.room, inner))
            return
        likely = np.zeros(len(value), dtype=bool)
        likely[np.argsort(-value, kind="stable")[:few]] = True
        likely[inner] = True
        number = np.flatnonzero(likely)
        pairs, _ = self.pairs.narrowed(likely, had=np.zeros(self.pairs.demands))
        found = improve(pairs, self.room.of(number), np.searchsorted(number, inner))
        self._offer(number[found])

    def _keep(self, may: np.ndarray, price: Floats) -> Floats:
        large = len(self.pairs.rows) > MERGED_FIRST
        pairs, rows = self.pairs.narrowed(may, had=np.zeros(self.pairs.demands))
        price = price[rows]
        if large and len(pairs.rows) <= MERGED_FIRST:
            pairs = merge_demand(pairs)
            price = np.zeros(pairs.demands)
        self.pairs = pairs
        self.room = self.room.of(may)
        self.number = self.number[may]
        return price

    def _finish(self, prices: Prices | None) -> None:
        pairs, room = self.pairs, self.room
        must = np.empty(0, dtype=np.int64)
        if prices is not None:
            may, held = fixings(prices, room, wanted=self._wanted())
            must = np.flatnonzero(held & may)
            if not room.allows(must):  # what a better choice must hold can't be taken together
                self.bound = self.best
                return
        had = best_of(pairs.starts, pairs.rows, pairs.saving, must, pairs.demands)
        free = np.ones(pairs.candidates, dtype=bool)
        if prices is not None:
            free = may.copy()
        free[must] = False
        rest, _ = pairs.narrowed(free, had=had)
        rest = merge_demand(rest)
        left = room.without(must).of(free)
        names = np.flatnonzero(free)
        keep = undominated(rest, cost=left.cost, group=left.group)
        rest, _ = rest.narrowed(keep, had=np.zeros(rest.demands))
        rest, left, names = merge_demand(rest), left.of(keep), names[keep]
        solved, bound = _solve(rest, left, control=self.control, unit=self.unit, major=self.major)
        self.bound = min(self.bound, max(self.best, float(had.sum()) + bound))
        if solved is not None:
            self._offer(np.sort(np.concatenate([must, names[solved]])))


def _row_scale(pairs: Pairs) -> Floats:
    scale = np.zeros(pairs.demands)
    filled = np.diff(pairs.row_starts) > 0
    scale[filled] = np.maximum.reduceat(pairs.row_saving, pairs.row_starts[:-1][filled])
    return scale


def _solve(
    pairs: Pairs, room: Room, *, control: Control, unit: float, major: float
) -> tuple[Ints | None, float]:
    """Solve what is left by HiGHS; gives the choice (None: none found) and the upper bound."""
    if not pairs.candidates or room.count <= 0:
        return np.empty(0, dtype=np.int64), 0.0
    programme, gain = _programme(pairs, room)
    sites = slice(0, pairs.candidates)
    if not major:
        found = programme.solve(control, gap=unit * (1 - 1e-6), gain=gain)
        if found.values is None:
            return None, found.bound
        return np.flatnonzero(found.values[sites] > 0.5), found.bound
    rank = np.floor(gain / major + 1e-9)
    first = programme.solve(control, gap=1 - 1e-6, gain=rank)
    if first.values is None:
        return None, first.bound * major + float((gain - rank * major).sum())
    reached = np.floor(first.objective + 1e-6)
    programme.add_rows(sparse.csr_matrix(rank), lower=reached)
    second = programme.solve(control, gap=unit * (1 - 1e-6), gain=gain - rank * major)
    bound = max(np.floor(first.bound + 1e-6), reached) * major + second.bound
    if np.floor(first.bound + 1e-6) > reached:  # the first rank is not proven
        bound = np.floor(first.bound + 1e-6) * major + float((gain - rank * major).sum())
    best = first if second.values is None else second
    return np.flatnonzero(best.values[sites] > 0.5), bound


def _programme(pairs: Pairs, room: Room) -> tuple[Programme, Floats]:
    """Columns: the sites, then one a row and distinct saving; see the module."""
    order = np.lexsort((-pairs.row_saving, _row_of(pairs)))
    row, saving = _row_of(pairs)[order], pairs.row_saving[order]
    site = pairs.columns[order]
    new_row = np.r_[True, row[1:] != row[:-1]]
    new = new_row | np.r_[True, saving[1:] != saving[:-1]]
    level = np.cumsum(new) - 1
    height = saving[new]
    first = new_row[new]
    below = np.where(np.r_[first[1:], True], 0.0, np.r_[height[1:], 0.0])
    programme = Programme()
    programme.add_columns(np.zeros(pairs.candidates), whole=True)
    base = programme.add_columns(height - below)
    count = len(height)
    levels = np.arange(count)
    chained = levels[~first]
    data = np.concatenate([np.ones(count), -np.ones(len(chained)), -np.ones(len(site))])
    at_row = np.concatenate([levels, chained, level])
    at_column = np.concatenate([base + levels, base + chained - 1, site])
    shape = (count, programme.size)
    programme.add_rows(sparse.csr_matrix((data, (at_row, at_column)), shape=shape), upper=0.0)
    add_room(programme, room, pairs.candidates)
    return programme, np.concatenate(programme.gain)


def add_room(programme: Programme, room: Room, candidates: int) -> None:
    """Add the limits over the first columns, the sites."""
    programme.add_rows(sparse.csr_matrix(np.ones((1, candidates))), upper=float(room.count))
    if room.budget < np.inf:
        programme.add_rows(sparse.csr_matrix(room.cost[None, :]), upper=room.budget + 1e-9)
    for group in np.flatnonzero(room.caps < room.count):
        members = (room.group == group).astype(np.float64)
        if members.any():
            programme.add_rows(sparse.csr_matrix(members[None, :]), upper=float(room.caps[group]))


def _row_of(pairs: Pairs) -> Ints:
    return np.repeat(np.arange(pairs.demands), np.diff(pairs.row_starts))
