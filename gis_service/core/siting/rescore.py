"""What a plan is worth after a site was dragged, put in or taken out: at once, without solving."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gis_service.core.metrics.tables import latest_s, positions, require_amounts, require_times
from gis_service.core.siting.arrays import Floats, Ints
from gis_service.errors import NotFoundError


@dataclass(frozen=True, kw_only=True)
class Score:
    """What a set of sites reaches.

    Attributes
    ----------
    elders, share
        Elders within the cutoff, and their share of all (NaN where there are none).
    weighted_s
        Σ elders × seconds to the nearest site, at most ``cutoff_s`` each.
    farthest_s
        Seconds of the worst-served demand point; infinite where one has no way in the table.
    """

    elders: float
    share: float
    weighted_s: float
    farthest_s: float


@dataclass(frozen=True, eq=False)
class Scorer:
    """A cost table made ready to score many sets of sites.

    Examples
    --------
    >>> table = pd.DataFrame({"origin": [1, 2, 2], "facility": ["a", "a", "b"],
    ...                       "seconds": [60.0, 90.0, 30.0]})
    >>> scorer = Scorer.of(table, pd.Series({1: 5, 2: 10}), cutoff_s=60)
    >>> scorer.score(["a"]).elders, scorer.score(["a", "b"]).elders
    (5.0, 15.0)
    """

    demand: Floats
    origins: pd.Index[Any]
    facilities: pd.Index[Any]
    starts: Ints
    origin: Ints
    seconds: Floats
    cutoff_s: float

    @classmethod
    def of(cls, cost_table: pd.DataFrame, demand: pd.Series[Any], *, cutoff_s: float) -> Scorer:
        """Sort the table by facility."""
        require_times(cost_table, cutoff_s=cutoff_s)
        people = require_amounts(demand, name="demand")
        codes, names = pd.factorize(cost_table["facility"], sort=True)
        origin = positions(cost_table["origin"], demand.index)
        keep = (origin >= 0) & (codes >= 0)
        order = np.argsort(codes[keep], kind="stable")
        starts = np.searchsorted(codes[keep][order], np.arange(len(names) + 1))
        seconds = cost_table["seconds"].to_numpy(dtype=np.float64)[keep][order]
        return cls(
            people, demand.index, pd.Index(names), starts, origin[keep][order], seconds, cutoff_s
        )

    def score(self, sites: Iterable[Hashable], *, moved: pd.DataFrame | None = None) -> Score:
        """Score a set of sites (existing ones included).

        Parameters
        ----------
        sites
            Ids in the cost table.
        moved
            Columns origin and seconds: times to a site that was dragged to where the table has
            none; it counts besides.

        Raises
        ------
        NotFoundError
            When the table has no such site.
        """
        best = np.full(len(self.demand), np.inf)
        for number in self._numbers(sites):
            part = slice(self.starts[number], self.starts[number + 1])
            np.minimum.at(best, self.origin[part], self.seconds[part])
        if moved is not None:
            origin = positions(moved["origin"], self.origins)
            known = origin >= 0
            np.minimum.at(best, origin[known], moved["seconds"].to_numpy(dtype=float)[known])
        return self._scored(best)

    def _scored(self, best: Floats) -> Score:
        total = float(self.demand.sum())
        elders = float(self.demand[best <= latest_s(self.cutoff_s)].sum())
        peopled = self.demand > 0
        return Score(
            elders=elders,
            share=elders / total if total else float("nan"),
            weighted_s=float((self.demand * np.minimum(best, self.cutoff_s)).sum()),
            farthest_s=float(best[peopled].max()) if peopled.any() else 0.0,
        )

    def _numbers(self, sites: Iterable[Hashable]) -> list[int]:
        listed = list(dict.fromkeys(sites))
        numbers = self.facilities.get_indexer(pd.Index(listed)) if listed else np.empty(0, int)
        lost = [str(site) for site, at in zip(listed, numbers, strict=True) if at < 0]
        if lost:
            raise NotFoundError(
                f"时间表中没有站点：{', '.join(lost[:5])}。请用备选点或既有站点的编号。",
                f"The cost table has no sites {', '.join(lost[:5])}. Use ids of candidates or "
                "existing sites.",
                sites=lost,
            )
        return [int(at) for at in numbers]
