"""Communities covered by a share of their elders: the integer programme of the walking rules."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from gis_service.core.siting.arrays import Bools, Floats, Ints, Pairs
from gis_service.core.siting.control import Control
from gis_service.core.siting.limits import Room
from gis_service.core.siting.programme import Programme
from gis_service.core.siting.question import Question
from gis_service.core.siting.solving import add_room
from gis_service.errors import ParameterError

if TYPE_CHECKING:
    from gis_service.core.siting.policy import Communities


@dataclass(frozen=True, eq=False)
class _Shares:
    """Demand by community; origins in no ageing community have -1."""

    codes: list[str]
    community: Ints
    lacking: Any


@dataclass(frozen=True, kw_only=True, eq=False)
class ByShares:
    """The choice with both ranks; ``before`` are communities covered without new sites."""

    chosen: Ints
    before: int
    covered: int
    covered_bound: int
    elders: float
    elders_bound: float
    by_site: dict[Hashable, tuple[str, ...]]
    question: Question
    shares: _Shares

    def covers_as_many(self, sites: tuple[Hashable, ...]) -> bool:
        """Whether another choice covers as many communities."""
        served = _served(self.question, self.question.numbers(sites))
        return int(_reached(self.shares, self.question, served).sum()) >= self.covered


def choose_by_shares(
    question: Question,
    room: Room,
    *,
    communities: Communities,
    forced: Ints,
    control: Control,
) -> ByShares:
    """Choose most communities, then most elders; see `gis_service.core.siting.policy`."""
    before, shares = _shares(question, communities)
    merged, group_of, weight = _merged(question, shares)
    sites = len(question.sites)
    programme = Programme()
    programme.add_columns(np.zeros(sites), whole=True)
    first = programme.add_columns(np.zeros(merged.demands))
    last = programme.add_columns(np.zeros(len(shares.codes)), whole=True)
    _link(programme, merged, first)
    _ask_shares(programme, shares, group_of, weight, first=first, last=last)
    add_room(programme, room, sites)
    if len(forced):
        held = np.zeros((len(forced), sites))
        held[np.arange(len(forced)), forced] = 1.0
        programme.add_rows(sparse.csr_matrix(held), lower=1.0)
    rank = np.zeros(programme.size)
    rank[last:] = 1.0
    worth = np.zeros(programme.size)
    worth[first:last] = weight
    top = programme.solve(control, gap=1 - 1e-6, gain=rank)
    reached = 0.0 if not np.isfinite(top.objective) else float(np.floor(top.objective + 1e-6))
    programme.add_rows(sparse.csr_matrix(rank), lower=reached)
    best = programme.solve(control, gap=question.unit * (1 - 1e-6), gain=worth)
    values = best.values if best.values is not None else top.values
    chosen = forced if values is None else np.flatnonzero(values[:sites] > 0.5)
    served = _served(question, chosen)
    elders = float(question.demand[served].sum())
    slack = max(question.unit * (1 - 1e-6), 1e-9 * max(1.0, elders))
    bound = elders if best.bound < elders + slack else float(best.bound)
    if not np.isfinite(bound):
        bound = float(weight.sum())
    done = _reached(shares, question, served)
    bound_rank = top.bound if np.isfinite(top.bound) else float(len(shares.codes))
    return ByShares(
        chosen=chosen,
        before=before,
        covered=int(done.sum()),
        covered_bound=max(int(np.floor(bound_rank + 1e-6)), int(done.sum())),
        elders=elders,
        elders_bound=bound,
        by_site=_credited(question, shares, done, chosen),
        question=question,
        shares=shares,
    )


def _shares(question: Question, communities: Communities) -> tuple[int, _Shares]:
    if communities.of_origin is None:
        raise ParameterError(
            "按步行规则选址需要知道每个需求点所在的社区（of_origin）。",
            "To choose by a walking rule, the community of each demand point is needed "
            "(of_origin).",
            parameter="of_origin",
        )
    place = communities.of_origin.reindex(question.origins)
    codes = sorted({str(code) for code in communities.ageing} & set(place.dropna().astype(str)))
    number = {code: at for at, code in enumerate(codes)}
    row = np.array([number.get(str(code), -1) for code in place], dtype=np.int64)
    known = row >= 0
    total = np.bincount(row[known], weights=question.demand[known], minlength=len(codes))
    have = known & np.isfinite(question.fixed_s)
    served = np.bincount(row[have], weights=question.demand[have], minlength=len(codes))
    lacking = communities.share * total - 1e-9 - served
    open_ = lacking > 0
    renumber = np.where(open_, np.cumsum(open_) - 1, -1)
    row[known] = renumber[row[known]]
    left = [code for code, keep in zip(codes, open_.tolist(), strict=True) if keep]
    return int((~open_).sum()), _Shares(left, row, lacking[open_])


def _merged(question: Question, shares: _Shares) -> tuple[Pairs, Any, Any]:
    """Merge open demand of one community that the same candidates reach."""
    open_: Bools = ~np.isfinite(question.fixed_s)[question.origin]
    pairs = Pairs.build(
        question.site[open_],
        question.origin[open_],
        np.ones(int(open_.sum())),
        shape=(len(question.sites), len(question.origins)),
    )
    sets: dict[tuple[int, bytes], int] = {}
    group = np.full(len(question.origins), -1, dtype=np.int64)
    starts, columns = pairs.row_starts.tolist(), pairs.columns
    for origin in np.flatnonzero(np.diff(pairs.row_starts) > 0).tolist():
        key = (
            int(shares.community[origin]),
            columns[starts[origin] : starts[origin + 1]].tobytes(),
        )
        group[origin] = sets.setdefault(key, len(sets))
    has = group >= 0
    weight = np.bincount(group[has], weights=question.demand[has], minlength=len(sets))
    column = np.repeat(np.arange(pairs.candidates), np.diff(pairs.starts))
    merged = Pairs.build(
        column, group[pairs.rows], np.ones(len(column)), shape=(pairs.candidates, len(sets))
    )
    community = np.array([key[0] for key in sets], dtype=np.int64)
    return merged, community, weight


def _link(programme: Programme, merged: Pairs, first: int) -> None:
    rows = np.repeat(np.arange(merged.demands), np.diff(merged.row_starts))
    each = np.arange(merged.demands)
    matrix = sparse.csr_matrix(
        (
            np.r_[np.ones(merged.demands), -np.ones(len(rows))],
            (np.r_[each, rows], np.r_[first + each, merged.columns]),
        ),
        shape=(merged.demands, programme.size),
    )
    programme.add_rows(matrix, upper=0.0)


def _ask_shares(
    programme: Programme,
    shares: _Shares,
    group_of: Ints,
    weight: Floats,
    *,
    first: int,
    last: int,
) -> None:
    mine = np.flatnonzero(group_of >= 0)
    each = np.arange(len(shares.codes))
    matrix = sparse.csr_matrix(
        (
            np.r_[shares.lacking, -weight[mine]],
            (np.r_[each, group_of[mine]], np.r_[last + each, first + mine]),
        ),
        shape=(len(shares.codes), programme.size),
    )
    programme.add_rows(matrix, upper=0.0)


def _served(question: Question, chosen: Ints) -> Ints:
    near = np.isin(question.site, chosen) & ~np.isfinite(question.fixed_s)[question.origin]
    return np.unique(question.origin[near])


def _reached(shares: _Shares, question: Question, served: Ints) -> Bools:
    row = shares.community[served]
    inside = np.bincount(
        row[row >= 0],
        weights=question.demand[served][row >= 0],
        minlength=len(shares.codes),
    )
    done: Bools = inside >= shares.lacking
    return done


def _credited(
    question: Question, shares: _Shares, done: Bools, chosen: Ints
) -> dict[Hashable, tuple[str, ...]]:
    """Credit each newly covered community to the sites without which it would not be."""
    found: dict[Hashable, tuple[str, ...]] = {}
    for one in chosen.tolist():
        without = _reached(shares, question, _served(question, chosen[chosen != one]))
        lost: Any = np.flatnonzero(done & ~without)
        found[question.sites[one]] = tuple(shares.codes[at] for at in lost.tolist())
    return found
