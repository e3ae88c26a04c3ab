"""The policy's own objective: most ageing communities covered, and among those choices most elders.

Lexicographic: no number of elders outweighs one community more. A community is covered by the
rule of the policy (`gis_service.core.metrics.rules`): by a site inside, or when a share of its
elders have a site within the limit.

With the rule ``inside`` both ranks are one covering programme in which a community weighs more
than all elders together; HiGHS decides one rank after the other. With a walk it is

.. math:: \\max \\sum_c z_c, \\quad \\tau W_c z_c \\le \\sum_{i \\in c} w_i x_i, \\quad
          x_i \\le \\sum_{j: t_{ij} \\le T} y_j, \\quad \\sum_j y_j \\le p .
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from gis_service.core.siting.answer import Answer
from gis_service.core.siting.arrays import Ints, Pairs
from gis_service.core.siting.control import Control
from gis_service.core.siting.limits import Limits
from gis_service.core.siting.mclp import covering_pairs
from gis_service.core.siting.question import Question
from gis_service.core.siting.shares import ByShares, choose_by_shares
from gis_service.core.siting.solving import choose
from gis_service.errors import ParameterError
from gis_service.model.progress import Progress, silent
from gis_service.model.siting import Siting


@dataclass(frozen=True, kw_only=True)
class Communities:
    """What the policy's objective must know of communities.

    Attributes
    ----------
    ageing
        Codes of the ageing communities: those that count.
    of_site
        Community in which each candidate and each existing site lies.
    of_origin
        Community of each demand point (needed by the rule ``walking``).
    rule
        ``inside``, or ``walking`` (and ``straight``, with a table of straight distances): enough
        elders within the cutoff.
    share
        Share of a community's elders that must be within the cutoff.
    """

    ageing: Iterable[str]
    of_site: Mapping[Hashable, str | None]
    of_origin: pd.Series[Any] | None = None
    rule: str = "inside"
    share: float = 0.5


def policy(
    cost_table: pd.DataFrame,
    demand: pd.Series[Any],
    *,
    p: int,
    cutoff_s: float,
    communities: Communities,
    fixed: Iterable[Hashable] = (),
    candidates: Iterable[Hashable] | None = None,
    limits: Limits | None = None,
    time_limit_s: float = 60.0,
    progress: Progress = silent,
) -> Siting:
    """Choose the p new sites that cover most ageing communities, then reach most elders.

    Parameters are those of `mclp`; candidates that reach nobody may still cover the community in
    which they lie.

    Returns
    -------
    Siting
        ``communities``: ageing communities covered with the plan, of which no choice covers more
        than ``communities_bound``; ``objective``: elders within reach, of which no choice that
        covers as many communities reaches more than ``bound``.

    Examples
    --------
    >>> table = pd.DataFrame({"origin": [1, 2], "facility": ["a", "b"], "seconds": [60.0, 60.0]})
    >>> plan = policy(table, pd.Series({1: 50, 2: 20}), p=1, cutoff_s=60,
    ...               communities=Communities(ageing=["B"], of_site={"a": "A", "b": "B"}))
    >>> plan.sites, plan.communities, plan.objective
    (('b',), 1, 20.0)
    """
    control = Control(time_limit_s=time_limit_s, progress=progress)
    limits = limits or Limits()
    held = list(dict.fromkeys(fixed))
    if candidates is None:
        listed = set(cost_table["facility"].unique()) | set(communities.of_site)
        candidates = listed - set(held)
    question = Question.of(
        cost_table, demand, cutoff_s=cutoff_s, fixed=held, candidates=candidates, limits=limits
    )
    room = question.room(limits, p=p)
    forced = question.numbers(limits.forced_in)
    result: ByShares | None = None
    if communities.rule == "inside":
        before, rows = _inside_rows(question, communities, held=held)
        pairs, major = _ranked_pairs(question, rows)
        found = choose(pairs, room, forced=forced, control=control, unit=question.unit, major=major)
        chosen = found.chosen
        rank = np.floor(found.worth / major + 1e-9)
        covered, elders = int(rank), float(found.worth - rank * major)
        top = int(np.floor(found.bound / major + 1e-9))
        bound = elders if found.bound == found.worth else _elders_bound(pairs, major)
        if top == covered:
            bound = min(bound, float(found.bound - rank * major))
        by_site = _covered_by(question, rows, chosen)
        ranked: Pairs | None = pairs
    elif communities.rule in ("walking", "straight"):
        result = choose_by_shares(
            question, room, communities=communities, forced=forced, control=control
        )
        ranked, chosen, before = None, result.chosen, result.before
        covered, top = result.covered, result.covered_bound
        elders, bound, by_site = result.elders, result.elders_bound, result.by_site
    else:
        raise ParameterError(
            f"规则 {communities.rule!r} 不可用；可用 inside、walking、straight。",
            f"The rule {communities.rule!r} is not known; inside, walking, straight are.",
            parameter="rule",
        )
    answer = Answer(
        question=question,
        pairs=covering_pairs(question),
        room=room,
        chosen=chosen,
        forced=forced,
        ranked=ranked,
    )
    served = question.served_before
    plan = answer.siting(
        "policy",
        objective=served + elders,
        bound=served + bound,
        before=served,
        control=control,
        communities=by_site,
    )
    if result is not None:
        as_good = [one for one in plan.runners_up if result.covers_as_many(one.sites)]
        plan = replace(plan, runners_up=tuple(as_good))
    return _with_rank(plan, covered=before + covered, top=before + top)


def _with_rank(plan: Siting, *, covered: int, top: int) -> Siting:
    """Say the first rank; optimal only when both are proven."""
    gap = plan.gap if top == covered else max(plan.gap, (top - covered) / max(covered, 1))
    return replace(
        plan,
        communities=covered,
        communities_bound=top,
        optimal=plan.optimal and top == covered,
        gap=gap,
    )


@dataclass(frozen=True, eq=False)
class _Rows:
    """Ageing communities without a site inside, and the candidates that lie in them."""

    codes: list[str]
    site: Ints
    row: Ints


def _inside_rows(
    question: Question, communities: Communities, *, held: list[Hashable]
) -> tuple[int, _Rows]:
    ageing = set(communities.ageing)
    have = {communities.of_site.get(site) for site in held} & ageing
    open_ = sorted(ageing - have)
    number = {code: at for at, code in enumerate(open_)}
    lies = [number.get(communities.of_site.get(site) or "", -1) for site in question.sites]
    row = np.array(lies, dtype=np.int64)
    inside = np.flatnonzero(row >= 0)
    return len(have), _Rows(open_, inside, row[inside])


def _ranked_pairs(question: Question, rows: _Rows) -> tuple[Pairs, float]:
    """Elder rows, then a row for each community that weighs more than all elders together."""
    major = float(np.floor(question.demand.sum())) + 1.0
    open_ = ~np.isfinite(question.fixed_s)[question.origin]
    origin = question.origin[open_]
    first = len(question.origins)
    pairs = Pairs.build(
        np.concatenate([question.site[open_], rows.site]),
        np.concatenate([origin, first + rows.row]),
        np.concatenate([question.demand[origin], np.full(len(rows.row), major)]),
        shape=(len(question.sites), first + len(rows.codes)),
    )
    return pairs, major


def _elders_bound(pairs: Pairs, major: float) -> float:
    filled = np.diff(pairs.row_starts) > 0
    worth = pairs.row_saving[pairs.row_starts[:-1][filled]]
    return float(worth[worth < major].sum())


def _covered_by(question: Question, rows: _Rows, chosen: Ints) -> dict[Hashable, tuple[str, ...]]:
    found: dict[Hashable, tuple[str, ...]] = {}
    taken: set[str] = set()
    for site, row in zip(rows.site.tolist(), rows.row.tolist(), strict=True):
        code = rows.codes[row]
        if site in chosen and code not in taken:
            taken.add(code)
            found[question.sites[site]] = (code,)
    return found
