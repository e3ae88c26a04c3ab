"""Location set covering: the fewest new sites with which the target is reached.

:math:`\\min \\sum_j y_j` with :math:`\\sum_i w_i x_i \\ge \\tau W` (Toregas et al. 1971; with
a target below 1 the partial form). Among the choices with the fewest sites, one with most elders
in reach.

With a target of 1 it is a set covering programme. Below, the least p whose maximal covering
reaches the target is looked for: bounds and heuristics decide most p at once, and only the p on
the edge need a proof.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from gis_service.core.siting.answer import Answer
from gis_service.core.siting.arrays import Ints, Pairs
from gis_service.core.siting.control import Control
from gis_service.core.siting.covering import fewest
from gis_service.core.siting.exchange import worth
from gis_service.core.siting.limits import Limits, Room
from gis_service.core.siting.mclp import covering_pairs
from gis_service.core.siting.question import Question
from gis_service.core.siting.solving import choose
from gis_service.errors import InputError, ParameterError
from gis_service.model.progress import Progress, silent
from gis_service.model.siting import Siting


def lscp(
    cost_table: pd.DataFrame,
    demand: pd.Series[Any],
    *,
    cutoff_s: float,
    target: float = 1.0,
    fixed: Iterable[Hashable] = (),
    candidates: Iterable[Hashable] | None = None,
    limits: Limits | None = None,
    time_limit_s: float = 60.0,
    progress: Progress = silent,
) -> Siting:
    """Choose the fewest new sites with which a share of the demand is within the cutoff.

    Parameters are those of `mclp`; ``target`` is the wanted share (0 to 1) of all demand.

    Returns
    -------
    Siting
        ``objective``: number of new sites; ``bound``: no choice needs fewer.

    Raises
    ------
    InputError
        When even all candidates together don't reach the target, or the limits don't allow it.

    Examples
    --------
    >>> table = pd.DataFrame({"origin": [1, 2, 2, 3], "facility": ["a", "a", "b", "b"],
    ...                       "seconds": [60.0, 60.0, 60.0, 60.0]})
    >>> people = pd.Series({1: 5, 2: 10, 3: 20})
    >>> lscp(table, people, cutoff_s=60).sites, lscp(table, people, cutoff_s=60, target=0.8).sites
    (('a', 'b'), ('b',))
    """
    if not 0 < target <= 1:
        raise ParameterError(
            f"目标 {target!r} 不可用；须大于 0 且不超过 1。",
            f"The target {target!r} is not usable; more than 0 and at most 1 is allowed.",
            parameter="target",
        )
    control = Control(time_limit_s=time_limit_s, progress=progress)
    limits = limits or Limits()
    question = Question.of(
        cost_table, demand, cutoff_s=cutoff_s, fixed=fixed, candidates=candidates, limits=limits
    )
    room = question.room(limits, p=len(question.sites))
    pairs = covering_pairs(question)
    forced = question.numbers(limits.forced_in)
    wanted = target * float(question.demand.sum()) - question.served_before
    wanted -= 1e-9 * max(1.0, wanted)
    _refuse_unreachable(pairs, question, wanted=wanted, target=target)
    unit = question.unit
    chosen, bound = _fewest(pairs, room, forced=forced, wanted=wanted, control=control, unit=unit)
    if chosen is None:
        raise InputError(
            f"在预算、街道上限或时限内找不到达到目标 {target:.0%} 的方案。请放宽限制。",
            f"Within the budget, the caps or the time no choice reaches the target of {target:.0%}."
            " Widen the limits.",
        )
    answer = Answer(question=question, pairs=pairs, room=room, chosen=chosen, forced=forced)
    return answer.siting(
        "lscp",
        objective=float(len(chosen)),
        bound=bound,
        before=float("nan"),
        control=control,
        least_change=wanted - worth(pairs, chosen),
    )


def _refuse_unreachable(pairs: Pairs, question: Question, *, wanted: float, target: float) -> None:
    served = np.diff(pairs.row_starts) > 0
    most = float(question.demand[served].sum())
    if most < wanted:
        lost = (~served) & ~np.isfinite(question.fixed_s)
        some = ", ".join(str(one) for one in question.origins[np.flatnonzero(lost)[:5]])
        total = float(question.demand.sum())
        share = (most + question.served_before) / total if total else 1.0
        raise InputError(
            f"即使启用全部备选点，也只有 {share:.1%} 的长者可达，达不到目标 {target:.1%}；"
            f"{int(lost.sum())} 个需求点够不着任何备选点（如 {some}）。请增加备选点、放宽时限"
            "或降低目标。",
            f"Even with all candidates only {share:.1%} of the elders are within reach, below the "
            f"target of {target:.1%}; {int(lost.sum())} demand points reach no candidate (such as "
            f"{some}). Give more candidates, allow more time or lower the target.",
            origins=[str(one) for one in question.origins[np.flatnonzero(lost)[:100]]],
        )


def _fewest(
    pairs: Pairs, room: Room, *, forced: Ints, wanted: float, control: Control, unit: float
) -> tuple[Ints | None, float]:
    """Find the least number of sites; gives a choice of so many that serves most, and the bound."""
    rows = _row_worth(pairs)
    everybody = len(rows) == 0 or wanted > float(rows.sum()) - 0.5 * float(rows.min())
    if everybody and room.is_plain and not len(forced):
        chosen, bound = fewest(pairs, room, control=control)
        return chosen, bound
    low, high = max(len(forced) - 1, -1), pairs.candidates
    best: Ints | None = None
    proven = low + 1
    step = 1
    while low + 1 < high:
        p = min(high - 1, low + step) if best is None else (low + high) // 2
        capped = Room(count=p, cost=room.cost, budget=room.budget, group=room.group, caps=room.caps)
        found = choose(pairs, capped, forced=forced, control=control, unit=unit)
        if found.worth >= wanted:
            high, best = min(p, len(found.chosen)), found.chosen
        elif found.bound < wanted:
            low = p
            step *= 2
            proven = p + 1
        else:  # the time ran out between the two
            low = p
            step *= 2
    if best is None:
        capped = room
        found = choose(pairs, capped, forced=forced, control=control, unit=unit)
        if found.worth < wanted:
            return None, float(proven)
        best = found.chosen
    return best, float(min(proven, len(best)))


def _row_worth(pairs: Pairs) -> Any:
    filled = np.diff(pairs.row_starts) > 0
    return pairs.row_saving[pairs.row_starts[:-1][filled]]
