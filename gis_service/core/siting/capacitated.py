"""Capacitated maximal covering: most elders served, no site beyond its places.

:math:`\\max \\sum_{ij} f_{ij}` with :math:`\\sum_j f_{ij} \\le w_i`,
:math:`\\sum_i f_{ij} \\le c_j y_j`, :math:`\\sum_j y_j \\le p` over pairs within the cutoff
(Current and Storbeck 1988). Existing sites serve within their capacity, too; elders may be divided
between sites, and with whole people and places the flows are whole.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from gis_service.core.metrics.tables import require_amounts
from gis_service.core.siting.arrays import Floats, Ints
from gis_service.core.siting.control import Control
from gis_service.core.siting.limits import Limits, Room, make_room, require_count
from gis_service.core.siting.programme import Programme
from gis_service.core.siting.question import Question
from gis_service.core.siting.solving import add_room
from gis_service.model.progress import Progress, silent
from gis_service.model.siting import Alternative, Reason, Siting

WITHIN = 0.01
MOST_ALTERNATIVES = 3


def capacitated_mclp(
    cost_table: pd.DataFrame,
    demand: pd.Series[Any],
    *,
    p: int,
    cutoff_s: float,
    capacity: pd.Series[Any],
    fixed: Iterable[Hashable] = (),
    candidates: Iterable[Hashable] | None = None,
    limits: Limits | None = None,
    time_limit_s: float = 60.0,
    progress: Progress = silent,
) -> Siting:
    """Choose the p new sites with which most elders get a place within the cutoff.

    Parameters are those of `mclp`; ``capacity`` are places by facility, existing ones included
    (not listed: none).

    Returns
    -------
    Siting
        ``objective``: elders with a place, those of existing sites included. ``runners_up`` are
        the next best choices of all, not only exchanges.

    Examples
    --------
    >>> table = pd.DataFrame({"origin": [1, 2], "facility": ["a", "b"], "seconds": [60.0, 60.0]})
    >>> plan = capacitated_mclp(table, pd.Series({1: 50, 2: 20}), p=1, cutoff_s=60,
    ...                         capacity=pd.Series({"a": 10, "b": 30}))
    >>> plan.sites, plan.objective
    (('b',), 20.0)
    """
    control = Control(time_limit_s=time_limit_s, progress=progress)
    limits = limits or Limits()
    require_amounts(capacity, name="capacity")
    held = list(dict.fromkeys(fixed))
    listed = set(cost_table["facility"].unique() if candidates is None else candidates)
    everything = (listed - set(limits.forced_out)) | set(held)
    question = Question.of(cost_table, demand, cutoff_s=cutoff_s, candidates=everything)
    old = np.array([site in set(held) for site in question.sites], dtype=bool)
    new = [site for site, is_old in zip(question.sites, old, strict=True) if not is_old]
    room = make_room(limits, sites=new, p=require_count(p, candidates=len(new)))
    flows = _Flows.of(question, capacity, old=old)
    forced = np.array([site in set(limits.forced_in) for site in question.sites])
    before = flows.solve(room, control, must=old, count=0)[1]
    chosen, objective, bound, flow = flows.best(room, control, must=old | forced)
    if bound < objective + max(question.unit, 1e-9) * (1 - 1e-6):
        bound = objective
    others = _others(flows, room, control, chosen=chosen, must=old | forced, best=objective)
    return Siting(
        model="capacitated",
        sites=tuple(question.sites[at] for at in chosen if not old[at]),
        objective=objective,
        bound=bound,
        gap=(bound - objective) / max(objective, 1e-9),
        optimal=bound == objective,
        runners_up=others,
        reasons=flows.reasons(chosen=chosen, flow=flow, best=objective),
        seconds=control.seconds,
        before=before,
        notes=control.notes() if bound != objective else (),
    )


@dataclass(frozen=True, eq=False)
class _Flows:
    """Distinct pairs (origin, site) with the capacities."""

    question: Question
    origin: Ints
    site: Ints
    capacity: Floats
    old: Any

    @classmethod
    def of(cls, question: Question, capacity: pd.Series[Any], *, old: Any) -> _Flows:
        width = max(1, len(question.sites))
        key = np.unique(question.origin * width + question.site)
        places = capacity.reindex(question.sites).fillna(0.0).to_numpy(dtype=np.float64)
        return cls(question, key // width, key % width, places, old)

    def solve(
        self,
        room: Room,
        control: Control,
        *,
        must: Any,
        count: int | None = None,
        cuts: tuple[Ints, ...] = (),
    ) -> tuple[Any, float, float]:
        """Solve; gives the values (None: none), the objective and the bound."""
        sites, pairs = len(self.question.sites), len(self.origin)
        programme = Programme()
        programme.add_columns(np.zeros(sites), whole=True)
        upper = np.minimum(self.question.demand[self.origin], self.capacity[self.site])
        programme.add_columns(np.ones(pairs), upper=upper)
        at = np.arange(pairs)
        total = sparse.csr_matrix(
            (np.ones(pairs), (self.origin, sites + at)),
            shape=(len(self.question.origins), sites + pairs),
        )
        programme.add_rows(total, upper=self.question.demand)
        load = sparse.csr_matrix(
            (
                np.r_[np.ones(pairs), -self.capacity],
                (np.r_[self.site, np.arange(sites)], np.r_[sites + at, np.arange(sites)]),
            ),
            shape=(sites, sites + pairs),
        )
        programme.add_rows(load, upper=0.0)
        tight = sparse.csr_matrix(
            (np.r_[np.ones(pairs), -upper], (np.r_[at, at], np.r_[sites + at, self.site])),
            shape=(pairs, sites + pairs),
        )
        programme.add_rows(tight, upper=0.0)
        self._limit(programme, room, must=must, count=count)
        for cut in cuts:
            row = np.zeros((1, sites))
            row[0, cut] = 1.0
            programme.add_rows(sparse.csr_matrix(row), upper=float(len(cut) - 1))
        found = programme.solve(control, gap=self.question.unit * (1 - 1e-6))
        values = found.values  # noqa: PD011 - not a frame's
        return values, found.objective, found.bound

    def _limit(self, programme: Programme, room: Room, *, must: Any, count: int | None) -> None:
        sites = len(self.question.sites)
        new = np.flatnonzero(~self.old)
        chosen = sparse.csr_matrix(
            (np.ones(len(new)), (np.zeros(len(new), dtype=int), new)), shape=(1, sites)
        )
        if count == 0:
            programme.add_rows(chosen, upper=0.0)
        elif len(new):
            wide = Programme()
            wide.add_columns(np.zeros(len(new)))
            add_room(wide, room, len(new))
            place = sparse.csr_matrix(
                (np.ones(len(new)), (np.arange(len(new)), new)), shape=(len(new), sites)
            )
            for matrix, low, high in wide.rows:
                programme.add_rows(matrix @ place, lower=low, upper=high)
        programme.add_rows(sparse.identity(sites, format="csr"), lower=must.astype(float))

    def best(self, room: Room, control: Control, *, must: Any) -> tuple[Ints, float, float, Floats]:
        values, objective, bound = self.solve(room, control, must=must)
        if values is None:
            chosen = np.flatnonzero(must)
            return chosen, 0.0, float(self.question.demand.sum()), np.zeros(len(self.origin))
        sites = len(self.question.sites)
        return np.flatnonzero(values[:sites] > 0.5), objective, bound, values[sites:]

    def reasons(self, *, chosen: Ints, flow: Floats, best: float) -> tuple[Reason, ...]:
        found = []
        for one in (at for at in chosen.tolist() if not self.old[at]):
            rest = np.zeros(len(self.question.sites), dtype=bool)
            rest[chosen[chosen != one]] = True
            kept = np.flatnonzero(rest)
            alone = self._served_by(kept)
            mine = (self.site == one) & (flow > 1e-6)
            found.append(
                Reason(
                    site=self.question.sites[one],
                    gained=best - alone,
                    served=float(flow[self.site == one].sum()),
                    origins=tuple(self.question.origins[self.origin[mine]].tolist()),
                )
            )
        return tuple(found)

    def _served_by(self, sites: Ints) -> float:
        """Most elders that some sites can serve: a linear programme."""
        mine = np.flatnonzero(np.isin(self.site, sites))
        programme = Programme()
        programme.add_columns(np.ones(len(mine)), upper=np.inf)
        at = np.arange(len(mine))
        for group, limit in ((self.origin, self.question.demand), (self.site, self.capacity)):
            matrix = sparse.csr_matrix(
                (np.ones(len(mine)), (group[mine], at)), shape=(len(limit), len(mine))
            )
            programme.add_rows(matrix, upper=limit)
        return programme.solve(Control()).objective if len(mine) else 0.0


def _others(
    flows: _Flows, room: Room, control: Control, *, chosen: Ints, must: Any, best: float
) -> tuple[Alternative, ...]:
    """The next best choices, each proven by cutting off the better ones."""
    found: list[Alternative] = []
    cuts: list[Ints] = [chosen[~must[chosen]]]
    while len(found) < MOST_ALTERNATIVES and len(cuts[-1]) and not control.is_over:
        values, objective, _ = flows.solve(room, control, must=must, cuts=tuple(cuts))
        if values is None or objective < (1 - WITHIN) * best - 1e-9:
            break
        sites = np.flatnonzero(values[: len(flows.question.sites)] > 0.5)
        named = tuple(flows.question.sites[at] for at in sites if not flows.old[at])
        found.append(Alternative(sites=named, objective=objective))
        cuts.append(sites[~must[sites]])
    return tuple(found)
