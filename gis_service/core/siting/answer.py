"""What is said about a choice besides its sites: why each one, and what comes close."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gis_service.core.siting.arrays import Ints, Pairs, best_of
from gis_service.core.siting.exchange import exchanges
from gis_service.core.siting.limits import Room
from gis_service.core.siting.question import Question
from gis_service.model.siting import Alternative, Reason

WITHIN = 0.01
MOST_ALTERNATIVES = 5


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """A choice with the question that it answers; numbers are positions in ``question.sites``."""

    question: Question
    pairs: Pairs
    room: Room
    chosen: Ints
    forced: Ints


def runners_up(answer: Answer, *, objective: float, sign: float = 1.0) -> tuple[Alternative, ...]:
    """Give the choices within 1 % that differ by one exchanged site, best first.

    ``sign`` is -1 where a smaller objective is better.
    """
    free = np.setdiff1d(answer.chosen, answer.forced)
    if not len(free):
        return ()
    change = exchanges(answer.pairs, answer.room, answer.chosen)
    change = change[:, ~np.isin(answer.chosen, answer.forced)]
    near = change >= -WITHIN * abs(objective) - 1e-9
    into, out = np.nonzero(near)
    best = np.lexsort((out, into, -change[into, out]))[:MOST_ALTERNATIVES]
    found = []
    for at in best.tolist():
        sites = np.append(answer.chosen[answer.chosen != free[out[at]]], into[at])
        found.append(
            Alternative(
                sites=answer.question.names(sites),
                objective=objective + sign * float(change[into[at], out[at]]),
            )
        )
    return tuple(found)


def reasons_of(answer: Answer) -> tuple[Reason, ...]:
    """Say of each chosen site what it alone brings, and whose nearest new site it is."""
    pairs, question, chosen = answer.pairs, answer.question, answer.chosen
    mine = np.isin(question.site, chosen)
    order = np.lexsort((question.site[mine], question.seconds[mine], question.origin[mine]))
    site, origin = question.site[mine][order], question.origin[mine][order]
    first = np.r_[True, origin[1:] != origin[:-1]] if len(origin) else np.zeros(0, dtype=bool)
    newly = first & ~np.isfinite(question.fixed_s[origin])
    site, origin = site[newly], origin[newly]
    best = best_of(pairs.starts, pairs.rows, pairs.saving, chosen, pairs.demands)
    found = []
    for one in chosen.tolist():
        others = best_of(
            pairs.starts, pairs.rows, pairs.saving, chosen[chosen != one], pairs.demands
        )
        served = origin[site == one]
        found.append(
            Reason(
                site=question.sites[one],
                gained=float((best - others).sum()),
                served=float(question.demand[served].sum()),
                origins=tuple(question.origins[served].tolist()),
            )
        )
    return tuple(found)
