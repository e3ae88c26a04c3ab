"""A siting question as it is asked: tables with ids, turned into arrays and back."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gis_service.core.metrics.tables import latest_s, positions, require_amounts, require_times
from gis_service.core.siting.arrays import Bools, Floats, Ints
from gis_service.core.siting.limits import Limits, Room, make_room, require_count


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """Who lives where, who can be reached from which site, and in what time.

    Attributes
    ----------
    origins, demand
        Ids of the demand points, sorted, and their demand.
    sites
        Ids of the candidates, sorted; those forced out are not among them.
    site, origin, seconds
        The pairs within the cutoff, as positions in ``sites`` and ``origins``; in any order.
    fixed_s
        For each origin the time to the nearest existing or committed site; infinite if none.
    """

    origins: pd.Index[Any]
    demand: Floats
    sites: list[Hashable]
    site: Ints
    origin: Ints
    seconds: Floats
    fixed_s: Floats

    @classmethod
    def of(
        cls,
        cost_table: pd.DataFrame,
        demand: pd.Series[Any],
        *,
        cutoff_s: float | None,
        fixed: Iterable[Hashable] = (),
        candidates: Iterable[Hashable] | None = None,
        limits: Limits | None = None,
    ) -> Question:
        """Read the tables; the order of their rows does not matter.

        Raises
        ------
        InputError
            When columns are missing, ids repeat, times or demand are negative or not finite.
        """
        require_times(cost_table, cutoff_s=cutoff_s)
        require_amounts(demand, name="demand")
        demand = demand[demand.to_numpy() > 0]
        origins = _sorted(demand.index)
        people = demand.reindex(origins).to_numpy(dtype=np.float64)
        seconds = cost_table["seconds"].to_numpy(dtype=np.float64)
        facilities, column = _numbered(cost_table["facility"])
        taken = set(fixed)
        listed = set(facilities if candidates is None else candidates)
        sites = _ordered(listed - taken - set(() if limits is None else limits.forced_out))
        place = {site: at for at, site in enumerate(sites)}
        of_site = np.array([place.get(one, -1) for one in facilities], dtype=np.int64)
        is_fixed = np.array([one in taken for one in facilities], dtype=bool)
        row = positions(cost_table["origin"], origins)
        near = row >= 0
        if cutoff_s is not None:
            near &= seconds <= latest_s(cutoff_s)
        fixed_s = np.full(len(origins), np.inf)
        if is_fixed.any():
            held = near & is_fixed[column]
            np.minimum.at(fixed_s, row[held], seconds[held])
        column = of_site[column] if len(of_site) else column
        near &= column >= 0
        return cls(
            origins=origins,
            demand=people,
            sites=sites,
            site=column[near],
            origin=row[near],
            seconds=seconds[near],
            fixed_s=fixed_s,
        )

    @property
    def unit(self) -> float:
        """1 where all demand is in whole people, else 0."""
        whole = bool((self.demand == np.floor(self.demand)).all())
        return 1.0 if whole and self.demand.sum() < 2**52 else 0.0

    @property
    def served_before(self) -> float:
        """Demand that existing and committed sites serve within the cutoff."""
        return float(self.demand[np.isfinite(self.fixed_s)].sum())

    def room(self, limits: Limits, *, p: int) -> Room:
        """Check p and the limits, and give them as arrays over ``sites``."""
        p = require_count(p, candidates=len(self.sites))
        return make_room(limits, sites=self.sites, p=p)

    def numbers(self, ids: Sequence[Hashable]) -> Ints:
        """Positions of some sites."""
        place = {site: at for at, site in enumerate(self.sites)}
        return np.array(sorted(place[one] for one in ids), dtype=np.int64)

    def names(self, numbers: Ints) -> tuple[Hashable, ...]:
        """Ids of some sites, in their order."""
        return tuple(self.sites[at] for at in np.sort(numbers).tolist())


def _sorted(index: pd.Index[Any]) -> pd.Index[Any]:
    if index.is_monotonic_increasing:
        return index
    return pd.Index(_ordered(index))


def _ordered(ids: Iterable[Hashable]) -> list[Hashable]:
    """Sort ids; numbers by value, all else by text."""
    listed = list(ids)
    numbers = [one for one in listed if isinstance(one, (int, np.integer))]
    if len(numbers) == len(listed):
        return [*sorted(numbers)]
    return sorted(listed, key=lambda one: (str(one), type(one).__name__))


def _numbered(column: pd.Series[Any]) -> tuple[list[Hashable], Ints]:
    """Distinct values of a column, and for each row which one it holds."""
    values = column.to_numpy()
    if values.dtype.kind in "iu" and len(values):
        low, high = int(values.min()), int(values.max())
        if high - low < 4 * len(values) + 1000:
            present: Bools = np.zeros(high - low + 1, dtype=bool)
            present[values - low] = True
            number = np.cumsum(present) - 1
            return [*(np.flatnonzero(present) + low).tolist()], number[values - low]
    codes, names = pd.factorize(column)
    return list(names), codes.astype(np.int64)
