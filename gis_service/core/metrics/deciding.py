"""Which open cases change what is ageing, covered and reached, if decided one way or the other.

Each case ends in one of its outcomes: its land goes, with the people and facilities on it, to one
community. All effects are sums over the cases, so every combination is a sum of columns.

Exact for each case alone (all others undecided, as they are now). Exact for all combinations too,
while those of the cases that can matter are at most `MOST_COMBINATIONS`: a case can't matter when
no combination at all changes a flag of a community that it touches, which the sums of the least
and of the greatest effects tell. Outcomes that divide the land (split, median) lie between.
Covered means: a counted facility inside (the policy's rule ``inside``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from gis_service.core.metrics.lands import People, Transfer
from gis_service.model.policy import Policy

MOST_COMBINATIONS = 2**12

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Ending:
    """One way in which a case can end.

    Attributes
    ----------
    to
        Row of the community that gets the land.
    transfers
        Whose people go there.
    facilities
        For each counted facility on the land: the row for which it counts now, or None.
    """

    to: int
    transfers: tuple[Transfer, ...] = ()
    facilities: tuple[int | None, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What is otherwise than now when one case ends one way; rows, ascending."""

    to: int
    ageing_gained: tuple[int, ...]
    ageing_lost: tuple[int, ...]
    covered_gained: tuple[int, ...]
    covered_lost: tuple[int, ...]
    ageing: int
    covered: int
    reached: bool


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One case: its effects by ending, and what hangs on it.

    Attributes
    ----------
    changes_communities
        Whether its endings, all others undecided, differ in what is ageing or covered.
    changes_target
        Whether they differ in the target being reached.
    turns_target
        Whether there is any combination of the others in which it alone decides about the
        target; None where there are too many combinations.
    """

    effects: tuple[Effect, ...]
    changes_communities: bool
    changes_target: bool
    turns_target: bool | None


@dataclass(frozen=True, kw_only=True)
class Deciding:
    """All open cases together.

    ``rates`` is the lowest and highest rate over all combinations, ``reached`` in how many of the
    ``combinations`` the target is reached; both None where there are too many.
    """

    now: Effect
    decisions: tuple[Decision, ...]
    combinations: int
    rates: tuple[float, float] | None
    reached: int | None


def deciding(
    cases: Sequence[Sequence[Ending]],
    *,
    people: People,
    stations: NDArray[np.int64],
    policy: Policy,
) -> Deciding:
    """Work out what hangs on each case, and on all of them together.

    Parameters
    ----------
    cases
        The endings of each open case, at least one each.
    people, stations
        By row, as they are now: people, and how many counted facilities count for it.

    Examples
    --------
    >>> people = People(ages=(60,), residents=np.array([100.0, 100.0]),
    ...                 older=np.array([[15.0, 8.0]]))
    >>> endings = [Ending(to=0, facilities=(0,)), Ending(to=1, facilities=(0,))]
    >>> found = deciding([endings], people=people, stations=np.array([1, 0]),
    ...                  policy=Policy(ageing=Policy().ageing[:1]))
    >>> found.decisions[0].changes_target, found.rates, found.reached
    (True, (0.0, 1.0), 1)
    """
    now = _effects(people, stations, policy, deltas=_nothing(people), to=[-1])[0]
    columns = [_deltas(endings, people) for endings in cases]
    alone = [
        _effects(people, stations, policy, deltas=delta, to=[ending.to for ending in endings])
        for delta, endings in zip(columns, cases, strict=True)
    ]
    combinations = prod(len(endings) for endings in cases)
    matter = _that_matter(columns, people, stations, policy)
    kept = [columns[k] for k in matter]
    sizes = tuple(len(delta) for delta in kept)
    rates, reached = None, None
    turning: list[bool | None] = [None if k in matter else False for k in range(len(cases))]
    if prod(sizes) <= MOST_COMBINATIONS:
        ageing, covered = _counts(people, stations, policy, deltas=_all(kept, people))
        rate = np.where(ageing > 0, covered / np.maximum(ageing, 1), 1.0)
        good = _is_reached(ageing, covered, policy).reshape(sizes)
        rates = (float(rate.min()), float(rate.max()))
        reached = int(good.sum()) * (combinations // prod(sizes))
        for axis, k in enumerate(matter):
            turning[k] = bool((good.max(axis=axis) != good.min(axis=axis)).any())
    return Deciding(
        now=now,
        decisions=tuple(
            Decision(
                effects=tuple(effects),
                changes_communities=len({_flags(effect) for effect in effects}) > 1,
                changes_target=len({effect.reached for effect in effects}) > 1,
                turns_target=turns,
            )
            for effects, turns in zip(alone, turning, strict=True)
        ),
        combinations=combinations,
        rates=rates,
        reached=reached,
    )


def _flags(effect: Effect) -> tuple[tuple[int, ...], ...]:
    return (
        effect.ageing_gained,
        effect.ageing_lost,
        effect.covered_gained,
        effect.covered_lost,
    )


def _nothing(people: People) -> Floats:
    return np.zeros((1, 2 + len(people.ages), len(people.residents)))


def _deltas(endings: Sequence[Ending], people: People) -> Floats:
    """Give endings × (residents, older by age, stations) × rows: what each ending adds."""
    values = np.nan_to_num(np.vstack([people.residents, people.older]))
    result = np.zeros((len(endings), len(values) + 1, values.shape[1]))
    for at, ending in enumerate(endings):
        for source, target, share in ending.transfers:
            result[at, :-1, source] -= share * values[:, source]
            result[at, :-1, target] += share * values[:, source]
        for base in ending.facilities:
            if base is not None:
                result[at, -1, base] -= 1
            result[at, -1, ending.to] += 1
    return result


def _all(columns: Sequence[Floats], people: People) -> Floats:
    """Give the sum of what each combination of endings adds, the last case turning quickest."""
    total = _nothing(people)
    for delta in columns:
        total = (total[:, None] + delta[None]).reshape(-1, *delta.shape[1:])
    return total


def _that_matter(
    columns: Sequence[Floats], people: People, stations: NDArray[np.int64], policy: Policy
) -> list[int]:
    """Give the cases that touch a community of which some combination could change a flag."""
    if not columns:
        return []

    def bounds(base: Floats, effects: Sequence[Floats]) -> tuple[Floats, Floats]:
        low = base + sum(effect.min(axis=0) for effect in effects)
        return low, base + sum(effect.max(axis=0) for effect in effects)

    low, high = bounds(stations.astype(float), [delta[:, -1] for delta in columns])
    changes = (low > 0.5) != (high > 0.5)
    low, high = bounds(people.residents, [delta[:, 0] for delta in columns])
    some, always = np.zeros((2, len(stations)), dtype=bool)
    maybe = (low > 0) != (high > 0)
    for rule in policy.ageing:
        at = people.ages.index(rule.age)
        over = [delta[:, 1 + at] - rule.share * delta[:, 0] for delta in columns]
        low, high = bounds(people.older[at] - rule.share * people.residents, over)
        some |= high >= -2e-9
        always |= low >= 0
    changes |= ~np.isnan(people.residents) & (maybe | (some & ~always))
    return [k for k, delta in enumerate(columns) if (delta != 0).any(axis=(0, 1))[changes].any()]


def _states(
    people: People, stations: NDArray[np.int64], policy: Policy, *, deltas: Floats
) -> tuple[Bools, Bools]:
    """Tell of each state and row whether it is ageing, and whether it is covered."""
    moved = replace(
        people,
        residents=people.residents + deltas[:, 0],
        older=people.older[:, None] + np.moveaxis(deltas[:, 1:-1], 1, 0),
    )
    return moved.are_ageing(policy), stations + deltas[:, -1] > 0.5


def _counts(
    people: People, stations: NDArray[np.int64], policy: Policy, *, deltas: Floats
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count the ageing and the ageing and covered ones; rows that nothing touches just once."""
    touched = np.flatnonzero((deltas != 0).any(axis=(0, 1)))
    rest = np.setdiff1d(np.arange(len(stations)), touched)
    sums = np.zeros((2, len(deltas)), dtype=np.int64)
    for rows, some in ((touched, deltas[:, :, touched]), (rest, deltas[:1, :, rest])):
        part = replace(people, residents=people.residents[rows], older=people.older[:, rows])
        ageing, covered = _states(part, stations[rows], policy, deltas=some)
        sums += np.stack([ageing.sum(axis=1), (ageing & covered).sum(axis=1)])
    return sums[0], sums[1]


def _effects(
    people: People,
    stations: NDArray[np.int64],
    policy: Policy,
    *,
    deltas: Floats,
    to: Sequence[int],
) -> list[Effect]:
    states = _states(people, stations, policy, deltas=np.concatenate([_nothing(people), deltas]))
    (was_ageing, *ageing), (was_covered, *covered) = states
    return [
        Effect(
            to=target,
            ageing_gained=_rows(old & ~was_ageing),
            ageing_lost=_rows(was_ageing & ~old),
            covered_gained=_rows(has & ~was_covered),
            covered_lost=_rows(was_covered & ~has),
            ageing=int(old.sum()),
            covered=int((old & has).sum()),
            reached=bool(_is_reached(old.sum(), (old & has).sum(), policy)),
        )
        for target, old, has in zip(to, ageing, covered, strict=True)
    ]


def _rows(flags: Bools) -> tuple[int, ...]:
    return tuple(np.flatnonzero(flags).tolist())


def _is_reached(ageing: NDArray[np.int64], covered: NDArray[np.int64], policy: Policy) -> Bools:
    needed = np.ceil(policy.target * np.asarray(ageing) - 1e-9)
    return np.asarray(covered >= needed)
