"""Maximal covering: the p new sites that bring most elders within the time.

:math:`\\max \\sum_i w_i x_i` with :math:`x_i \\le \\sum_{j: t_{ij} \\le T} y_j`,
:math:`\\sum_j y_j \\le p` (Church and ReVelle 1974). Elders whom an existing or committed site
reaches are covered from the start. A time equal to the cutoff counts.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from gis_service.core.siting.answer import Answer
from gis_service.core.siting.arrays import Pairs
from gis_service.core.siting.control import Control
from gis_service.core.siting.limits import Limits
from gis_service.core.siting.question import Question
from gis_service.core.siting.solving import choose
from gis_service.model.progress import Progress, silent
from gis_service.model.siting import Siting


def mclp(
    cost_table: pd.DataFrame,
    demand: pd.Series[Any],
    *,
    p: int,
    cutoff_s: float,
    fixed: Iterable[Hashable] = (),
    candidates: Iterable[Hashable] | None = None,
    limits: Limits | None = None,
    time_limit_s: float = 60.0,
    progress: Progress = silent,
) -> Siting:
    """Choose the p new sites that bring most demand within the cutoff.

    Parameters
    ----------
    cost_table
        Columns origin, facility, seconds: the times to candidates and to existing sites. Pairs
        that are not listed are out of reach.
    demand
        Elders by origin (index: ids as in ``origin``).
    p
        Number of *new* sites; existing ones don't count. Fewer are returned when more would
        bring nobody within reach.
    cutoff_s
        Time that still counts, in seconds.
    fixed
        Ids of existing and committed sites.
    candidates
        Ids that may be chosen; by default all facilities of the table that are not fixed.
    limits
        Sites forced in or out, budget, caps.

    Returns
    -------
    Siting
        ``objective``: elders within reach with the plan, those of existing sites included.

    Raises
    ------
    InputError
        When the tables can't be used or the limits can't be kept.

    Examples
    --------
    >>> table = pd.DataFrame({"origin": [1, 2, 2, 3], "facility": ["a", "a", "b", "b"],
    ...                       "seconds": [60.0, 60.0, 60.0, 60.0]})
    >>> plan = mclp(table, pd.Series({1: 5, 2: 10, 3: 20}), p=1, cutoff_s=60)
    >>> plan.sites, plan.objective, plan.optimal
    (('b',), 30.0, True)
    """
    control = Control(time_limit_s=time_limit_s, progress=progress)
    limits = limits or Limits()
    question = Question.of(
        cost_table, demand, cutoff_s=cutoff_s, fixed=fixed, candidates=candidates, limits=limits
    )
    room = question.room(limits, p=p)
    pairs = covering_pairs(question)
    forced = question.numbers(limits.forced_in)
    found = choose(pairs, room, forced=forced, control=control, unit=question.unit)
    before = question.served_before
    answer = Answer(question=question, pairs=pairs, room=room, chosen=found.chosen, forced=forced)
    return answer.siting(
        "mclp",
        objective=before + found.worth,
        bound=before + found.bound,
        before=before,
        control=control,
    )


def covering_pairs(question: Question) -> Pairs:
    """Pairs of a covering question: a saving is the whole demand of a row not yet covered."""
    site, row = question.site, question.origin
    held = np.isfinite(question.fixed_s)
    if held.any():
        open_ = ~held[row]
        site, row = site[open_], row[open_]
    return Pairs.build(
        site,
        row,
        question.demand[row],
        shape=(len(question.sites), len(question.origins)),
    )
