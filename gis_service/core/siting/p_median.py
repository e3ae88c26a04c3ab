"""p-median: the p new sites that make all walks together shortest.

:math:`\\min \\sum_i w_i \\min_{j \\in J \\cup F} t_{ij}` (Hakimi 1964; ReVelle and Swain 1970)
with F the existing and committed sites. With a cutoff, an elder farther than it (or with no way)
counts the cutoff, so that the figure stays finite and far walks are not bought at any price;
without one, everybody must be able to reach a site.

It is solved as the choice of sites that save most against what holds without them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from gis_service.core.siting.answer import Answer
from gis_service.core.siting.arrays import Floats, Pairs
from gis_service.core.siting.control import Control
from gis_service.core.siting.limits import Limits
from gis_service.core.siting.question import Question
from gis_service.core.siting.solving import choose
from gis_service.errors import InputError
from gis_service.model.progress import Progress, silent
from gis_service.model.siting import Siting


def p_median(
    cost_table: pd.DataFrame,
    demand: pd.Series[Any],
    *,
    p: int,
    cutoff_s: float | None = None,
    fixed: Iterable[Hashable] = (),
    candidates: Iterable[Hashable] | None = None,
    limits: Limits | None = None,
    time_limit_s: float = 60.0,
    progress: Progress = silent,
) -> Siting:
    """Choose the p new sites with the least weighted time.

    Parameters are those of `mclp`, but ``cutoff_s`` is what an elder counts who is farther than it
    or has no way; None: everybody must reach a site.

    Returns
    -------
    Siting
        ``objective`` in elders × seconds; ``before`` infinite where somebody has no way now.

    Raises
    ------
    InputError
        Also when no choice of p sites gives everybody a way (``cutoff_s=None``).

    Examples
    --------
    >>> table = pd.DataFrame({"origin": [1, 1, 2, 2], "facility": ["a", "b"] * 2,
    ...                       "seconds": [10.0, 30.0, 40.0, 20.0]})
    >>> p_median(table, pd.Series({1: 3, 2: 1}), p=1).objective
    70.0
    """
    control = Control(time_limit_s=time_limit_s, progress=progress)
    limits = limits or Limits()
    question = Question.of(
        cost_table, demand, cutoff_s=cutoff_s, fixed=fixed, candidates=candidates, limits=limits
    )
    room = question.room(limits, p=p)
    without, penalised = _without(question, cutoff_s)
    pairs = _saving_pairs(question, without)
    forced = question.numbers(limits.forced_in)
    found = choose(pairs, room, forced=forced, control=control)
    total = float((question.demand * without).sum())
    if cutoff_s is None:
        _refuse_unreached(question, found.chosen)
    if penalised:
        total, worth = _exact(question, found.chosen), 0.0
        bound = total if found.bound == found.worth else _lowest(question)
    else:
        worth = found.worth
        bound = total - found.bound
    before = float((question.demand * np.minimum(question.fixed_s, without)).sum())
    if penalised and not np.isfinite(question.fixed_s).all():
        before = float("inf")
    answer = Answer(question=question, pairs=pairs, room=room, chosen=found.chosen, forced=forced)
    objective = total - worth
    if found.bound == found.worth:
        bound = objective
    return answer.siting(
        "p_median", objective=objective, bound=bound, before=before, control=control, sign=-1.0
    )


def _without(question: Question, cutoff_s: float | None) -> tuple[Floats, bool]:
    """Seconds by origin against which sites save, and whether some of them are only a penalty.

    Without a cutoff, a second more than the farthest site will do where each candidate has a way
    (any choice is better); else a penalty above all else makes the programme give everybody a way.
    """
    if cutoff_s is not None:
        return np.minimum(question.fixed_s, cutoff_s), False
    farthest = np.zeros(len(question.origins))
    np.maximum.at(farthest, question.origin, question.seconds)
    ways = np.zeros(len(question.origins), dtype=np.int64)
    distinct = np.unique(question.origin * max(1, len(question.sites)) + question.site)
    np.add.at(ways, distinct // max(1, len(question.sites)), 1)
    held = np.isfinite(question.fixed_s)
    everywhere = (ways == len(question.sites)) & (len(question.sites) > 0)
    penalty = (float((question.demand * farthest).sum()) + 1.0) / question.demand + farthest
    lacking = ~held & ~everywhere
    without = np.where(held, question.fixed_s, np.where(everywhere, farthest + 1.0, penalty))
    return without, bool(lacking.any())


def _saving_pairs(question: Question, without: Floats) -> Pairs:
    saving = question.demand[question.origin] * (without[question.origin] - question.seconds)
    useful = saving > 0
    return Pairs.build(
        question.site[useful],
        question.origin[useful],
        saving[useful],
        shape=(len(question.sites), len(question.origins)),
    )


def _nearest(question: Question, chosen: Any) -> Floats:
    best = question.fixed_s.copy()
    mine = np.isin(question.site, chosen)
    np.minimum.at(best, question.origin[mine], question.seconds[mine])
    return best


def _exact(question: Question, chosen: Any) -> float:
    return float((question.demand * _nearest(question, chosen)).sum())


def _lowest(question: Question) -> float:
    """Weighted seconds if all candidates were taken: below any choice."""
    return _exact(question, np.arange(len(question.sites)))


def _refuse_unreached(question: Question, chosen: Any) -> None:
    lost = np.flatnonzero(~np.isfinite(_nearest(question, chosen)))
    if len(lost):
        some = ", ".join(str(one) for one in question.origins[lost[:5]])
        raise InputError(
            f"按所给数量无法让所有人都有路可达：{len(lost)} 个需求点够不着任何所选站点"
            f"（如 {some}）。请增加数量、增加备选点，或给出时间上限 cutoff_s。",
            f"No choice of so many sites gives everybody a way: {len(lost)} demand points reach "
            f"none (such as {some}). Allow more sites, give more candidates, or give cutoff_s.",
            origins=[str(one) for one in question.origins[lost[:100]]],
        )
