"""What is said about a choice besides its sites: why each one, and what comes close."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np

from gis_service.core.siting.arrays import Bools, Floats, Ints, Pairs, column_sums
from gis_service.core.siting.control import Control
from gis_service.core.siting.exchange import exchanges, losses
from gis_service.core.siting.limits import Room
from gis_service.core.siting.question import Question
from gis_service.model.siting import Alternative, Reason, Siting

WITHIN = 0.01
MOST_ALTERNATIVES = 5
FIRST_LOOK = 1000


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """A choice with the question that it answers; numbers are positions in ``question.sites``."""

    question: Question
    pairs: Pairs
    room: Room
    chosen: Ints
    forced: Ints
    ranked: Pairs | None = None
    """Savings by which other choices are compared, where those of ``pairs`` don't tell."""

    def siting(
        self,
        model: str,
        *,
        objective: float,
        bound: float,
        before: float,
        control: Control,
        sign: float = 1.0,
        least_change: float | None = None,
        communities: Mapping[Hashable, tuple[str, ...]] | None = None,
    ) -> Siting:
        """Say the choice with its proof, what comes close, and why each site.

        ``sign`` is -1 where a smaller objective is better; ``least_change`` the least change of
        the savings with which another choice is as good, where they are not the objective;
        ``communities`` those that become covered, by site.
        """
        return Siting(
            model=model,
            sites=self.question.names(self.chosen),
            objective=objective,
            bound=bound,
            gap=abs(bound - objective) / max(abs(objective), 1e-9),
            optimal=bound == objective,
            runners_up=runners_up(self, objective=objective, sign=sign, least_change=least_change),
            reasons=reasons_of(self, communities=communities),
            before=before,
            notes=control.notes() if bound != objective else (),
            seconds=control.seconds,
        )


def runners_up(
    answer: Answer, *, objective: float, sign: float = 1.0, least_change: float | None = None
) -> tuple[Alternative, ...]:
    """Give the choices within 1 % that differ by one exchanged site, best first.

    ``sign`` and ``least_change`` as in `Answer.siting`.
    """
    free = np.setdiff1d(answer.chosen, answer.forced)
    if not len(free):
        return ()
    pairs = answer.ranked or answer.pairs
    least = -WITHIN * abs(objective) if least_change is None else least_change
    # What a candidate brings is at most all its savings, and the site that goes takes its own.
    most = column_sums(pairs.starts, pairs.saving) - losses(pairs, answer.chosen).min()
    first = np.zeros(pairs.candidates, dtype=bool)
    first[np.argsort(-most, kind="stable")[:FIRST_LOOK]] = True
    change = _changes(answer, pairs, first)
    if pairs.candidates > FIRST_LOOK:
        ranked = np.sort(change, axis=None)[::-1]
        enough = float(ranked[min(MOST_ALTERNATIVES, len(ranked)) - 1])
        change = _changes(answer, pairs, most >= max(least, enough) - 1e-9)
    near = change >= least - 1e-9
    into, out = np.nonzero(near)
    best = np.lexsort((out, into, -change[into, out]))[:MOST_ALTERNATIVES]
    found = []
    for at in best.tolist():
        sites = np.append(answer.chosen[answer.chosen != free[out[at]]], into[at])
        found.append(
            Alternative(
                sites=answer.question.names(sites),
                objective=objective
                if least_change is not None
                else objective + sign * float(change[into[at], out[at]]),
            )
        )
    return tuple(found)


def _changes(answer: Answer, pairs: Pairs, able: Bools) -> Floats:
    """Change for each exchange of a site that is not forced in; -inf where not looked at."""
    able = able.copy()
    able[answer.chosen] = True
    number = np.flatnonzero(able)
    some, _ = pairs.narrowed(able, had=np.zeros(pairs.demands))
    here = np.searchsorted(number, answer.chosen)
    change = np.full((pairs.candidates, len(answer.chosen)), -np.inf)
    change[number] = exchanges(some, answer.room.of(number), here)
    return change[:, ~np.isin(answer.chosen, answer.forced)]


def reasons_of(
    answer: Answer, *, communities: Mapping[Hashable, tuple[str, ...]] | None = None
) -> tuple[Reason, ...]:
    """Say of each chosen site what it alone brings, and whose nearest new site it is."""
    pairs, question, chosen = answer.pairs, answer.question, answer.chosen
    is_chosen = np.zeros(len(question.sites), dtype=bool)
    is_chosen[chosen] = True
    mine = np.flatnonzero(is_chosen[question.site])
    order = np.lexsort((question.site[mine], question.seconds[mine], question.origin[mine]))
    site, origin = question.site[mine][order], question.origin[mine][order]
    first = np.r_[True, origin[1:] != origin[:-1]] if len(origin) else np.zeros(0, dtype=bool)
    newly = first & ~np.isfinite(question.fixed_s[origin])
    site, origin = site[newly], origin[newly]
    found = []
    for one, loss in zip(chosen.tolist(), losses(pairs, chosen).tolist(), strict=True):
        served = origin[site == one]
        found.append(
            Reason(
                site=question.sites[one],
                gained=loss,
                served=float(question.demand[served].sum()),
                origins=tuple(question.origins[served].tolist()),
                communities=(communities or {}).get(question.sites[one], ()),
            )
        )
    return tuple(found)
