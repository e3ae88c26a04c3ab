"""p-center: the p new sites with which the worst-served elder walks least.

:math:`\\min \\max_i \\min_{j \\in J \\cup F} t_{ij}` (Hakimi 1964), F the existing and committed
sites. The answer is one of the times in the table: they are halved, and each is decided by set
covering (Minieka 1970).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from gis_service.core.metrics.tables import latest_s
from gis_service.core.siting.answer import Answer
from gis_service.core.siting.arrays import Floats, Ints, Pairs
from gis_service.core.siting.control import Control
from gis_service.core.siting.covering import fewest
from gis_service.core.siting.exchange import worth
from gis_service.core.siting.limits import Limits, Room
from gis_service.core.siting.question import Question
from gis_service.errors import InputError
from gis_service.model.progress import Progress, silent
from gis_service.model.siting import Siting


def p_center(
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
    """Choose the p new sites with the least longest time; everybody with demand must be reached.

    Parameters are those of `mclp`; times above ``cutoff_s`` are no ways.

    Returns
    -------
    Siting
        ``objective``: seconds of the worst-served demand point. Fewer than p sites are returned
        when more would not shorten it.

    Raises
    ------
    InputError
        When no choice of p sites reaches everybody.

    Examples
    --------
    >>> table = pd.DataFrame({"origin": [1, 1, 2, 2], "facility": ["a", "b"] * 2,
    ...                       "seconds": [10.0, 30.0, 40.0, 20.0]})
    >>> p_center(table, pd.Series({1: 3, 2: 1}), p=1).objective
    30.0
    """
    control = Control(time_limit_s=time_limit_s, progress=progress)
    limits = limits or Limits()
    question = Question.of(
        cost_table, demand, cutoff_s=cutoff_s, fixed=fixed, candidates=candidates, limits=limits
    )
    room = question.room(limits, p=p)
    forced = question.numbers(limits.forced_in)
    everywhere = np.arange(len(question.sites))
    best_s = nearest_s(question, everywhere)
    if len(best_s) and not np.isfinite(best_s).all():
        raise _unreached(question, np.flatnonzero(~np.isfinite(best_s)), p=p)
    least = float(best_s.max()) if len(best_s) else 0.0
    held = nearest_s(question, forced)
    times = np.unique(np.r_[question.seconds, held[np.isfinite(held)], least])
    times = times[times >= least]
    chosen, bound = _halve(question, room, forced, times=times, control=control)
    if chosen is None:
        raise _unreached(question, np.flatnonzero(~np.isfinite(held)), p=p)
    reached = nearest_s(question, chosen)
    objective = float(reached.max()) if len(reached) else 0.0
    before_s = question.fixed_s
    pairs = _pairs_within(question, objective, held=before_s)
    answer = Answer(question=question, pairs=pairs, room=room, chosen=chosen, forced=forced)
    rows = float((np.diff(pairs.row_starts) > 0).sum())
    return answer.siting(
        "p_center",
        objective=objective,
        bound=min(bound, objective),
        before=float(before_s.max()) if len(before_s) else 0.0,
        control=control,
        sign=-1.0,
        least_change=rows - worth(pairs, chosen),
    )


def nearest_s(question: Question, chosen: Ints) -> Floats:
    """Seconds to the nearest of the fixed and the chosen sites by origin; infinite if none."""
    best = question.fixed_s.copy()
    mine = np.isin(question.site, chosen)
    np.minimum.at(best, question.origin[mine], question.seconds[mine])
    return best


def _halve(
    question: Question, room: Room, forced: Ints, *, times: Floats, control: Control
) -> tuple[Ints | None, float]:
    """Find the least time that ``room.count`` sites allow; gives the choice and the bound."""
    held = nearest_s(question, forced)
    free = np.ones(len(question.sites), dtype=bool)
    free[forced] = False
    left = room.without(forced).of(free)
    low, high = -1, len(times)
    best: Ints | None = None
    bound = float(times[0]) if len(times) else 0.0
    while low + 1 < high and not control.is_over:
        middle = (low + high) // 2
        pairs = _pairs_within(question, float(times[middle]), held=held)
        lost = (held > latest_s(float(times[middle]))) & (np.diff(pairs.row_starts) == 0)
        found: Ints | None = None
        fewer = np.inf
        if not lost.any():
            rest, _ = pairs.narrowed(free, had=np.zeros(pairs.demands))
            found, fewer = fewest(rest, left, control=control)
        if found is not None and len(found) <= left.count:
            high = middle
            best = np.sort(np.concatenate([forced, np.flatnonzero(free)[found]]))
        elif fewer > left.count:
            low = middle
            bound = float(times[min(middle + 1, len(times) - 1)])
        else:  # the time ran out
            break
    return best, bound


def _pairs_within(question: Question, seconds: float, *, held: Floats) -> Pairs:
    """Pairs of the demand that is not held within the time; a saving of 1 each."""
    limit = latest_s(seconds)
    near = (question.seconds <= limit) & (held[question.origin] > limit)
    return Pairs.build(
        question.site[near],
        question.origin[near],
        np.ones(int(near.sum())),
        shape=(len(question.sites), len(question.origins)),
    )


def _unreached(question: Question, lost: Ints, *, p: int) -> InputError:
    some = ", ".join(str(one) for one in question.origins[lost[:5]])
    return InputError(
        f"用 {p} 个新站点无法让所有人都可达（如 {some}）。请增加数量、增加备选点或放宽时限。",
        f"With {p} new sites not everybody can be reached (such as {some}). Allow more sites, give "
        "more candidates or allow more time.",
        origins=[str(one) for one in question.origins[lost[:100]]],
    )
