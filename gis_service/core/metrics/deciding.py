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
from numpy.typing import ArrayLike, NDArray

from gis_service.core.metrics.lands import People, Transfer
from gis_service.model.policy import Policy

MOST_COMBINATIONS = 2**12

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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
    scene = _Scene.of(people, stations, policy)
    columns = [_column(endings, people) for endings in cases]
    alone = [
        scene.effects(column, to=[ending.to for ending in endings])
        for column, endings in zip(columns, cases, strict=True)
    ]
    combinations = prod(len(endings) for endings in cases)
    matter = _that_matter(columns, scene)
    kept = [columns[k] for k in matter]
    sizes = tuple(len(column.values) for column in kept)
    rates, reached = None, None
    turning: list[bool | None] = [None if k in matter else False for k in range(len(cases))]
    if prod(sizes) <= MOST_COMBINATIONS:
        ageing, covered = scene.counts(_all(kept, people))
        rate = np.where(ageing > 0, covered / np.maximum(ageing, 1), 1.0)
        good = _is_reached(ageing, covered, policy).reshape(sizes)
        rates = (float(rate.min()), float(rate.max()))
        reached = int(good.sum()) * (combinations // prod(sizes))
        for axis, k in enumerate(matter):
            turning[k] = bool((good.max(axis=axis) != good.min(axis=axis)).any())
    return Deciding(
        now=scene.now,
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


@dataclass(frozen=True, kw_only=True, eq=False)
class _Column:
    """What each ending adds: states × (residents, older by age, stations) × ``rows``."""

    rows: Ints
    values: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class _Scene:
    """All communities as they are now, and what follows from that."""

    people: People
    stations: NDArray[np.int64]
    policy: Policy
    ageing: Bools
    covered: Bools
    now: Effect

    @classmethod
    def of(cls, people: People, stations: NDArray[np.int64], policy: Policy) -> _Scene:
        ageing, covered = people.are_ageing(policy), stations > 0
        total, both = int(ageing.sum()), int((ageing & covered).sum())
        reached = bool(_is_reached(total, both, policy))
        now = Effect(
            to=-1,
            ageing_gained=(),
            ageing_lost=(),
            covered_gained=(),
            covered_lost=(),
            ageing=total,
            covered=both,
            reached=reached,
        )
        return cls(
            people=people,
            stations=stations,
            policy=policy,
            ageing=ageing,
            covered=covered,
            now=now,
        )

    def states(self, column: _Column) -> tuple[Bools, Bools]:
        """Tell of each state and row of a column: is it ageing, is it covered."""
        rows, added = column.rows, column.values
        moved = replace(
            self.people,
            residents=self.people.residents[rows] + added[:, 0],
            older=self.people.older[:, None, rows] + np.moveaxis(added[:, 1:-1], 1, 0),
        )
        return moved.are_ageing(self.policy), self.stations[rows] + added[:, -1] > 0.5

    def counts(self, column: _Column) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Count the ageing, and the ageing and covered ones, of the whole district by state."""
        ageing, covered = self.states(column)
        was, had = self.ageing[column.rows], self.covered[column.rows]
        total = self.now.ageing - was.sum() + ageing.sum(axis=1)
        both = self.now.covered - (was & had).sum() + (ageing & covered).sum(axis=1)
        return total, both

    def effects(self, column: _Column, *, to: Sequence[int]) -> list[Effect]:
        """Say what is otherwise than now in each state of a column."""
        (ageing, covered), (total, both) = self.states(column), self.counts(column)
        was, had = self.ageing[column.rows], self.covered[column.rows]
        return [
            Effect(
                to=target,
                ageing_gained=_named(column, ageing[at] & ~was),
                ageing_lost=_named(column, was & ~ageing[at]),
                covered_gained=_named(column, covered[at] & ~had),
                covered_lost=_named(column, had & ~covered[at]),
                ageing=int(total[at]),
                covered=int(both[at]),
                reached=bool(_is_reached(total[at], both[at], self.policy)),
            )
            for at, target in enumerate(to)
        ]


def _column(endings: Sequence[Ending], people: People) -> _Column:
    touched = {ending.to for ending in endings}
    for ending in endings:
        touched |= {row for source, target, _ in ending.transfers for row in (source, target)}
        touched |= {base for base in ending.facilities if base is not None}
    rows = np.array(sorted(touched), dtype=np.int64)
    at = {row: place for place, row in enumerate(rows.tolist())}
    known = np.nan_to_num(np.vstack([people.residents[rows], people.older[:, rows]]))
    values = np.zeros((len(endings), len(known) + 1, len(rows)))
    for state, ending in zip(values, endings, strict=True):
        for source, target, share in ending.transfers:
            state[:-1, at[source]] -= share * known[:, at[source]]
            state[:-1, at[target]] += share * known[:, at[source]]
        for base in ending.facilities:
            if base is not None:
                state[-1, at[base]] -= 1
            state[-1, at[ending.to]] += 1
    return _Column(rows=rows, values=values)


def _all(columns: Sequence[_Column], people: People) -> _Column:
    """Give the sum of what each combination of endings adds, the last case turning quickest."""
    rows = np.array(sorted({int(r) for column in columns for r in column.rows}), dtype=np.int64)
    total = np.zeros((1, 2 + len(people.ages), len(rows)))
    for column in columns:
        added = np.zeros((len(column.values), *total.shape[1:]))
        added[:, :, np.searchsorted(rows, column.rows)] = column.values
        total = (total[:, None] + added[None]).reshape(-1, *total.shape[1:])
    return _Column(rows=rows, values=total)


def _that_matter(columns: Sequence[_Column], scene: _Scene) -> list[int]:
    """Give the cases that touch a community whose flags some combination could change from now."""
    people, policy = scene.people, scene.policy

    def bounds(base: Floats, effects: Sequence[Floats]) -> tuple[Floats, Floats]:
        low, high = base.copy(), base.copy()
        for column, effect in zip(columns, effects, strict=True):
            low[column.rows] += np.minimum(effect.min(axis=0), 0)
            high[column.rows] += np.maximum(effect.max(axis=0), 0)
        return low, high

    low, high = bounds(scene.stations.astype(float), [c.values[:, -1] for c in columns])
    changes = (low > 0.5) != (high > 0.5)
    low, high = bounds(people.residents, [c.values[:, 0] for c in columns])
    some, always = np.zeros((2, len(low)), dtype=bool)
    maybe = (low > 0) != (high > 0)
    for rule in policy.ageing:
        at = people.ages.index(rule.age)
        over = [c.values[:, 1 + at] - rule.share * c.values[:, 0] for c in columns]
        low, high = bounds(people.older[at] - rule.share * people.residents, over)
        some |= high >= -2e-9
        always |= low >= 0
    changes |= ~np.isnan(people.residents) & (maybe | (some & ~always))
    return [
        k
        for k, column in enumerate(columns)
        if ((column.values != 0).any(axis=(0, 1)) & changes[column.rows]).any()
    ]


def _flags(effect: Effect) -> tuple[tuple[int, ...], ...]:
    return (
        effect.ageing_gained,
        effect.ageing_lost,
        effect.covered_gained,
        effect.covered_lost,
    )


def _named(column: _Column, flags: Bools) -> tuple[int, ...]:
    return tuple(column.rows[flags].tolist())


def _is_reached(ageing: ArrayLike, covered: ArrayLike, policy: Policy) -> Bools:
    needed = np.ceil(policy.target * np.asarray(ageing) - 1e-9)
    return np.asarray(np.asarray(covered) >= needed)
