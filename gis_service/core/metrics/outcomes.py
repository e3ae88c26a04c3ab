"""How far the uncertain facilities can move the number of covered communities.

Each uncertain facility ends in exactly one of its outcomes: a community, or none. Covered are the
certain communities and the wanted ones that an outcome names.

high
    Exact: the largest matching between facilities and wanted communities (Kuhn's augmenting
    paths), since one facility covers one community.
low
    The fewest communities that can be hit by facilities that can't end elsewhere. Facilities that
    share no community are enumerated apart. Exact while such a group has at most `MOST_OUTCOMES`
    combinations; beyond that the group counts as 1, a safe lower bound.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import product
from math import prod

Outcome = int | None

MOST_OUTCOMES = 2**16
"""Combinations of outcomes up to which the low end is exact."""


def covered_range(
    outcomes: Sequence[Sequence[Outcome]], *, wanted: Iterable[int], certain: Iterable[int]
) -> tuple[int, int]:
    """Give the least and the greatest number of covered communities.

    Parameters
    ----------
    outcomes
        For each uncertain facility, the communities it may count for (None: for none).
    wanted
        Communities that count (the ageing ones).
    certain
        Communities that are covered whatever happens.

    Examples
    --------
    >>> covered_range([(1, 2), (1, 2)], wanted=[1, 2, 3], certain=[3])
    (2, 3)
    >>> covered_range([(1, None)], wanted=[1], certain=[])
    (0, 1)
    """
    sure = set(wanted) & set(certain)
    open_ = set(wanted) - sure
    gains = [{o for o in options if o in open_} for options in outcomes]
    forced = [
        gain for gain, options in zip(gains, outcomes, strict=True) if gain.issuperset(options)
    ]
    low = sum(_fewest(group) for group in _linked([sorted(_ints(gain)) for gain in forced if gain]))
    high = _largest_matching([sorted(_ints(gain)) for gain in gains])
    return len(sure) + low, len(sure) + high


def _ints(values: Iterable[Outcome]) -> list[int]:
    return [value for value in values if value is not None]


def _fewest(group: list[list[int]]) -> int:
    if prod(len(options) for options in group) > MOST_OUTCOMES:
        return 1
    return min(len(set(choice)) for choice in product(*group))


def _linked(options: list[list[int]]) -> list[list[list[int]]]:
    """Group facilities that share a community, directly or through others."""
    groups: list[tuple[set[int], list[list[int]]]] = []
    for choice in options:
        joined: tuple[set[int], list[list[int]]] = (set(choice), [choice])
        apart = []
        for group in groups:
            if group[0] & joined[0]:
                joined = (joined[0] | group[0], joined[1] + group[1])
            else:
                apart.append(group)
        groups = [*apart, joined]
    return [members for _, members in groups]


def _largest_matching(options: list[list[int]]) -> int:
    taken_by: dict[int, int] = {}

    def place(facility: int, seen: set[int]) -> bool:
        for community in options[facility]:
            if community in seen:
                continue
            seen.add(community)
            if community not in taken_by or place(taken_by[community], seen):
                taken_by[community] = facility
                return True
        return False

    return sum(place(facility, set()) for facility in range(len(options)))


def deciding(
    outcomes: Sequence[Sequence[Outcome]],
    *,
    base: Sequence[Outcome],
    wanted: Iterable[int],
    certain: Iterable[int],
) -> list[bool]:
    """Tell of each facility whether its outcome alone can change the number of covered ones.

    All others count for what they count for now (``base``).

    Examples
    --------
    >>> deciding([(1, None), (1, 2)], base=[1, 2], wanted=[1, 2], certain=[])
    [True, True]
    >>> deciding([(1, None)], base=[1], wanted=[1], certain=[1])
    [False]
    """
    wanted = set(wanted)
    certain = set(certain)
    holders: defaultdict[Outcome, int] = defaultdict(int)
    for community in base:
        holders[community] += 1
    result = []
    for options, mine in zip(outcomes, base, strict=True):
        gains = {
            o in wanted and o not in certain and holders[o] - (o == mine) == 0 for o in options
        }
        result.append(len(gains) > 1)
    return result
