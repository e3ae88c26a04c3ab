"""Matching the findings of two runs: what is the same, has changed, has gone or is new.

Definition
----------
Only findings of one check are compared. A pair fits by land when their common area is more than
the 1 mm grid leaves along their lines (for findings without area: when they are nearer than
`NEAR_M`; for findings without a place: when their keys are equal).

1. Pairs with the same communities are matched first: each later finding goes to the earlier one
   with which it has most land in common. So a finding that falls into parts keeps all of them,
   and where two grow together the larger keeps the whole; the other is ``gone`` into it.
2. What is left on *both* sides (communities were re-coded, split or joined) is matched by land
   alone, if at least `LEAST_SHARE` of the smaller of the two is common.

*Same*: one part, same communities, and the land differs by no more than the grid leaves.

Why it matters: a case keeps its number when a survey is imported again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.core.topology import GRID_M, Objects
from gis_service.model.findings import Finding

NEAR_M = 1.0
"""Findings without area are the same fault when they are no farther apart."""

LEAST_SHARE = 0.5
"""Of the smaller land, when the communities' codes don't tell."""

MatchState = Literal["same", "changed", "gone", "new"]
Ints = NDArray[np.intp]
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Match:
    """One earlier finding and what became of it; or a new finding.

    Attributes
    ----------
    state
        ``same``, ``changed``, ``gone`` (no ``after``) or ``new`` (no ``before``).
    before
        Position among the earlier findings; None for a new one.
    after
        Positions among the later findings, ascending: several where the land fell into parts.
    absorbed_by
        For a ``gone`` one: position of the earlier finding that took over its land; None when the
        land is no finding any more.
    """

    state: MatchState
    before: int | None
    after: tuple[int, ...] = ()
    absorbed_by: int | None = None


def match_findings(before: Sequence[Finding], after: Sequence[Finding]) -> list[Match]:
    """Match the findings of two runs.

    Parameters
    ----------
    before, after
        In one metric CRS; their order does not matter for what is matched.

    Returns
    -------
    list of Match
        One for each earlier finding, in its order, then one for each new finding in its order.

    Examples
    --------
    >>> from gis_service.model.text import Text
    >>> def overlap(key, codes, x):
    ...     return Finding(key=key, check="overlap", severity="dispute", communities=codes,
    ...                    geometry=shapely.box(x, 0, x + 10, 10), point=(x + 5, 5), area_m2=100,
    ...                    width_m=10, text=Text("", ""))
    >>> old = [overlap("overlap:A+B:1", ("A", "B"), 0), overlap("overlap:B+C:1", ("B", "C"), 50)]
    >>> new = [overlap("overlap:A+B:1", ("A", "B"), 2), overlap("overlap:D+E:1", ("D", "E"), 90)]
    >>> [(match.state, match.before, match.after) for match in match_findings(old, new)]
    [('changed', 0, (0,)), ('gone', 1, ()), ('new', None, (1,))]
    """
    old, new, weight, share = _pairs(before, after)
    alike = np.array(
        [before[i].communities == after[j].communities for i, j in zip(old, new, strict=True)],
        dtype=bool,
    )
    owner = _heaviest(old, new, weight, chosen=alike, keys=_ranks(before), size=len(after))
    taken = np.zeros(len(before), dtype=bool)
    taken[owner[owner >= 0]] = True
    free = ~alike & ~taken[old] & (owner[new] < 0) & (share >= LEAST_SHARE)
    second = _heaviest(old, new, weight, chosen=free, keys=_ranks(before), size=len(after))
    owner = np.where(owner < 0, second, owner)
    return _matches(before, after, owner, pairs=(old, new, weight))


def _pairs(
    before: Sequence[Finding], after: Sequence[Finding]
) -> tuple[Ints, Ints, Floats, Floats]:
    """Find pairs of one check that fit by place: positions, common m², share of the smaller."""
    one, two = _shapes(before), _shapes(after)
    tree = shapely.STRtree(two)
    old, new = tree.query(one, predicate="dwithin", distance=NEAR_M)
    checks = np.array([f.check for f in before], dtype=object)
    other = np.array([f.check for f in after], dtype=object)
    kept = checks[old] == other[new] if len(old) else np.zeros(0, dtype=bool)
    old, new = old[kept], new[kept]
    areas, areas_after = shapely.area(one), shapely.area(two)
    smaller = np.minimum(areas[old], areas_after[new])
    common = shapely.area(shapely.intersection(one[old], two[new]))
    rest = GRID_M * np.minimum(shapely.length(one[old]), shapely.length(two[new]))
    flat = (areas[old] == 0) | (areas_after[new] == 0)
    fits = (common > rest) | flat
    weight = np.where(flat, 1 / (1 + shapely.distance(one[old], two[new])), common)
    share = np.where(
        flat, 1.0, np.divide(common, smaller, out=np.zeros(len(old)), where=smaller > 0)
    )
    placeless = _placeless(before, after, one, two)
    return (
        np.r_[old[fits], placeless[0]].astype(np.intp),
        np.r_[new[fits], placeless[1]].astype(np.intp),
        np.r_[weight[fits], np.ones(len(placeless[0]))],
        np.r_[share[fits], np.zeros(len(placeless[0]))],
    )


def _placeless(
    before: Sequence[Finding], after: Sequence[Finding], one: Objects, two: Objects
) -> tuple[list[int], list[int]]:
    """Pair findings that have no place on either side by their keys."""
    lost = {after[j].key: j for j in np.flatnonzero(shapely.is_missing(two)).tolist()}
    pairs = [
        (i, lost[before[i].key])
        for i in np.flatnonzero(shapely.is_missing(one)).tolist()
        if before[i].key in lost
    ]
    return [i for i, _ in pairs], [j for _, j in pairs]


def _heaviest(
    old: Ints, new: Ints, weight: Floats, *, chosen: NDArray[np.bool_], keys: Ints, size: int
) -> Ints:
    """Give each later finding the earlier one of the heaviest chosen pair; -1 without any."""
    owner = np.full(size, -1, dtype=np.intp)
    at = np.flatnonzero(chosen)
    order = at[np.lexsort((-keys[old[at]], weight[at]))]  # the last one written stays
    owner[new[order]] = old[order]
    return owner


def _ranks(findings: Sequence[Finding]) -> Ints:
    """Give the rank of each by its key, so that row order never decides."""
    keys = np.array([finding.key for finding in findings], dtype=object)
    ranks = np.empty(len(keys), dtype=np.intp)
    ranks[np.argsort(keys, kind="stable")] = np.arange(len(keys))
    return ranks


def _matches(
    before: Sequence[Finding],
    after: Sequence[Finding],
    owner: Ints,
    *,
    pairs: tuple[Ints, Ints, Floats],
) -> list[Match]:
    parts: list[list[int]] = [[] for _ in before]
    for later, earlier in enumerate(owner.tolist()):
        if earlier >= 0:
            parts[earlier].append(later)
    heir = _heirs(owner, pairs, size=len(before))
    found = []
    for earlier, mine in enumerate(parts):
        if mine:
            same = len(mine) == 1 and _is_same(before[earlier], after[mine[0]])
            state: MatchState = "same" if same else "changed"
            found.append(Match(state=state, before=earlier, after=tuple(mine)))
        else:
            found.append(Match(state="gone", before=earlier, absorbed_by=heir[earlier]))
    fresh = np.flatnonzero(owner < 0).tolist()
    return [*found, *(Match(state="new", before=None, after=(later,)) for later in fresh)]


def _heirs(owner: Ints, pairs: tuple[Ints, Ints, Floats], *, size: int) -> list[int | None]:
    """For each earlier finding, the other one whose later finding covers most of its land."""
    old, new, weight = pairs
    best: list[tuple[float, int] | None] = [None] * size
    for earlier, later, common in zip(old.tolist(), new.tolist(), weight.tolist(), strict=True):
        heir, known = int(owner[later]), best[earlier]
        if heir not in (-1, earlier) and (known is None or common > known[0]):
            best[earlier] = (common, heir)
    return [None if item is None else item[1] for item in best]


def _is_same(earlier: Finding, later: Finding) -> bool:
    if earlier.communities != later.communities or earlier.severity != later.severity:
        return False
    one, two = earlier.geometry, later.geometry
    if one is None or two is None:
        return one is None and two is None
    if shapely.equals_exact(one, two, tolerance=GRID_M, normalize=True):
        return True
    if one.area == 0 and two.area == 0:
        return bool(shapely.equals(one, two))
    return bool(one.symmetric_difference(two).area <= GRID_M * (one.length + two.length) / 2)


def _shapes(findings: Sequence[Finding]) -> Objects:
    shapes = np.empty(len(findings), dtype=object)
    shapes[:] = [finding.geometry for finding in findings]
    return shapes
