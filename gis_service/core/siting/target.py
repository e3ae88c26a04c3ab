"""The fewest new sites with which the policy's target is met."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import ceil

from gis_service.errors import InputError
from gis_service.model.siting import Siting


def fewest_for_target(
    choose: Callable[[int], Siting], *, target: float, ageing: int, candidates: int
) -> Siting:
    """Find the least p whose best plan covers the wanted share of the ageing communities.

    Parameters
    ----------
    choose
        Gives the plan of the objective ``policy`` with p new sites.
    target, ageing
        Wanted share, and the number of ageing communities.
    candidates
        Most new sites.

    Returns
    -------
    Siting
        The plan with the fewest sites; ``objective`` is their number and ``bound`` the number
        below which no plan reaches the target.

    Raises
    ------
    InputError
        When even all candidates don't reach it.
    """
    wanted = ceil(target * ageing - 1e-9)
    plans: dict[int, Siting] = {}

    def covers(p: int) -> bool:
        plans[p] = choose(p)
        return (plans[p].communities or 0) >= wanted

    if not covers(candidates):
        most = plans[candidates].communities or 0
        raise InputError(
            f"即使启用全部 {candidates} 个备选点，也只能覆盖 {most} 个老龄化社区，"
            f"目标需要 {wanted} 个。请增加备选点、放宽规则或降低目标。",
            f"Even with all {candidates} candidates only {most} ageing communities are covered; "
            f"the target needs {wanted}. Give more candidates, another rule or a lower target.",
            wanted=wanted,
            most=most,
        )
    low, high, step = -1, candidates, 1
    while low + 1 < high:
        p = min(low + step, high - 1) if high == candidates else (low + high) // 2
        if covers(p):
            high = p
        else:
            low, step = p, step * 2
    beaten = [p for p, plan in plans.items() if (plan.communities_bound or 0) < wanted]
    bound = float(max(beaten, default=-1) + 1)
    plan = plans[high]
    return replace(
        plan,
        model="lscp",
        objective=float(high),
        bound=min(bound, float(high)),
        gap=(high - bound) / max(high, 1),
        optimal=bound == high and plan.optimal,
        runners_up=tuple(replace(other, objective=float(high)) for other in plan.runners_up),
    )
