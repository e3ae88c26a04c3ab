"""How far open disputes can move a figure, and which ones decide.

Each dispute ends in exactly one of its outcomes; what holds now is one of them. An outcome moves
demand points, facilities or people from one community to another. The range is the least and the
greatest value over all combinations.

Exact where a figure adds up over communities (``Metric.is_sum``): disputes that share no community
are independent, so each connected group is enumerated apart, and the extreme of
:math:`\\sum n / \\sum d` over one option a group is found by Dinkelbach's iteration (1967). A group
with more than ``most`` combinations is replaced by its communities, each free by itself: bounds,
not exact. Other figures are enumerated as a whole while there are few, else the figure's own
limits are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import isnan, prod

import pandas as pd

from gis_service.core.metrics.disputes import Dispute, Outcome, apply_outcomes, touched
from gis_service.core.metrics.shelf import Metric
from gis_service.core.metrics.tables import Tables
from gis_service.model.policy import Policy

MOST = 4096
Ratio = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class DisputeRange:
    """How far the open disputes can move a figure.

    Attributes
    ----------
    value
        As things are now; NaN when there is none.
    low, high
        Least and greatest value over all outcomes.
    exact
        Whether both are reached by some combination; else they are bounds.
    deciding
        Ids of the disputes whose outcome changes the figure, sorted.
    """

    value: float
    low: float
    high: float
    exact: bool
    deciding: tuple[str, ...]


def dispute_range(
    tables: Tables,
    disputes: Iterable[Dispute],
    *,
    metric: Metric,
    policy: Policy,
    level: str = "district",
    place: str = "",
    part: str = "",
    most: int = MOST,
) -> DisputeRange:
    """Compute a figure for every outcome of the open disputes.

    Parameters
    ----------
    tables
        As things are now.
    level, place, part
        Which figure of the metric: as in MEASURE_COLUMNS.
    most
        Combinations up to which a group of disputes is enumerated.
    """
    listed = sorted(disputes, key=lambda dispute: dispute.id)
    figure = _Figure(tables, metric, policy, level, place, part)
    value = figure.value(())
    if not listed:
        return DisputeRange(value=value, low=value, high=value, exact=True, deciding=())
    if metric.is_sum:
        return _sum_range(figure, listed, value=value, most=most)
    return _whole_range(figure, listed, value=value, most=most)


@dataclass(frozen=True, eq=False)
class _Figure:
    """One figure of a metric, under any choice of outcomes."""

    tables: Tables
    metric: Metric
    policy: Policy
    level: str
    place: str
    part: str

    def measured(self, chosen: Sequence[Outcome]) -> pd.DataFrame:
        changed = apply_outcomes(self.tables, chosen, policy=self.policy)
        frame = self.metric.compute(changed, self.policy)
        return frame.loc[frame["part"] == self.part]

    def value(self, chosen: Sequence[Outcome]) -> float:
        frame = self.measured(chosen)
        row = frame[(frame["level"] == self.level) & (frame["place"] == self.place)]
        return float(row["value"].iloc[0]) if len(row) else float("nan")

    def ratios(self, chosen: Sequence[Outcome]) -> dict[str, Ratio]:
        """Numerator and denominator of the communities that belong to the figure's place."""
        frame = self.measured(chosen)
        frame = frame[frame["level"] == "community"]
        if self.level == "street":
            streets = self.tables.communities["street"].fillna("").astype(str)
            mine = set(streets.index[streets == self.place].astype(str))
            frame = frame[frame["place"].isin(mine)]
        elif self.level == "community":
            frame = frame[frame["place"] == self.place]
        rows = zip(frame["place"], frame["numerator"], frame["denominator"], strict=True)
        return {place: (n, d) for place, n, d in rows}

    @property
    def factor(self) -> float:
        """Value over ratio: 1,000 for figures per 1,000."""
        frame = self.measured(())
        known = frame[(frame["numerator"] > 0) & (frame["denominator"] > 0)]
        if not len(known):
            return 1.0
        first = known.iloc[0]
        return float(first["value"] * first["denominator"] / first["numerator"])


def _groups(tables: Tables, disputes: Sequence[Dispute]) -> list[tuple[set[str], list[Dispute]]]:
    """Bring together the disputes that share a community, directly or through others."""
    groups: list[tuple[set[str], list[Dispute]]] = []
    for dispute in disputes:
        codes, members = touched(tables, dispute), [dispute]
        apart = []
        for group in groups:
            if group[0] & codes:
                codes, members = codes | group[0], group[1] + members
            else:
                apart.append(group)
        groups = [*apart, (codes, members)]
    return groups


def _combinations(disputes: Sequence[Dispute]) -> int:
    return prod(len(dispute.choices) for dispute in disputes)


def _sum_range(
    figure: _Figure, disputes: Sequence[Dispute], *, value: float, most: int
) -> DisputeRange:
    now = figure.ratios(())
    options: list[list[Ratio]] = []
    free: set[str] = set()
    exact, bounded = True, True
    deciding: set[str] = set()
    for codes, members in _groups(figure.tables, disputes):
        free |= codes
        if _combinations(members) <= most:
            found, decisive = _enumerated(figure, members, codes)
            options.append(found)
            deciding |= decisive
            continue
        exact = False
        deciding |= _deciding_alone(figure, members, codes, now)
        for code in sorted(codes):
            touching = [d for d in members if code in touched(figure.tables, d)]
            if _combinations(touching) > most:
                bounded = False
                break
            options.append(_enumerated(figure, touching, {code})[0])
    if not bounded:
        low, high = figure.metric.lowest, figure.metric.highest
        return DisputeRange(
            value=value, low=low, high=high, exact=False, deciding=tuple(sorted(deciding))
        )
    rest = [ratio for code, ratio in now.items() if code not in free]
    base = (sum(n for n, _ in rest), sum(d for _, d in rest))
    factor = figure.factor
    return DisputeRange(
        value=value,
        low=factor * extreme_ratio(base, options, sign=-1.0),
        high=factor * extreme_ratio(base, options, sign=1.0),
        exact=exact,
        deciding=tuple(sorted(deciding)),
    )


def _enumerated(
    figure: _Figure, members: Sequence[Dispute], codes: set[str]
) -> tuple[list[Ratio], set[str]]:
    """All sums over ``codes``, and the members that change one, all others held."""
    sums: dict[tuple[int, ...], Ratio] = {}
    choices = [range(len(dispute.choices)) for dispute in members]
    for choice in product(*choices):
        chosen = [d.choices[at] for d, at in zip(members, choice, strict=True) if at]
        ratios = figure.ratios(chosen)
        mine = [ratios[code] for code in sorted(codes & ratios.keys())]
        sums[choice] = (sum(n for n, _ in mine), sum(d for _, d in mine))
    deciding = set()
    for at, dispute in enumerate(members):
        by_others: dict[tuple[int, ...], Ratio] = {}
        for choice, ratio in sums.items():
            others = (*choice[:at], *choice[at + 1 :])
            if by_others.setdefault(others, ratio) != ratio:
                deciding.add(dispute.id)
                break
    return list(dict.fromkeys(sums.values())), deciding


def _deciding_alone(
    figure: _Figure, members: Sequence[Dispute], codes: set[str], now: Mapping[str, Ratio]
) -> set[str]:
    return {
        dispute.id
        for dispute in members
        for outcome in dispute.outcomes
        if any(figure.ratios([outcome]).get(code) != now.get(code) for code in codes)
    }


def extreme_ratio(base: Ratio, options: Sequence[Sequence[Ratio]], *, sign: float) -> float:
    """Greatest (sign 1) or least (-1) ratio of sums, one option of each group; NaN if none is.

    Examples
    --------
    >>> extreme_ratio((3.0, 5.0), [[(0.0, 0.0), (1.0, 1.0)], [(0.0, 1.0), (1.0, 1.0)]], sign=1.0)
    0.7142857142857143
    """
    best = float("nan")
    guess = sign * -1e18
    while True:
        parts = [max(group, key=lambda r: sign * (r[0] - guess * r[1])) for group in options]
        above = base[0] + sum(n for n, _ in parts)
        below = base[1] + sum(d for _, d in parts)
        if below <= 0:
            parts = [max(group, key=lambda r: r[1]) for group in options]
            above = base[0] + sum(n for n, _ in parts)
            below = base[1] + sum(d for _, d in parts)
            if below <= 0:
                return best
        ratio = above / below
        if not isnan(best) and sign * (ratio - best) <= 1e-15:
            return best
        best = guess = ratio


def _whole_range(
    figure: _Figure, disputes: Sequence[Dispute], *, value: float, most: int
) -> DisputeRange:
    if _combinations(disputes) > most:
        alone = {
            dispute.id
            for dispute in disputes
            for outcome in dispute.outcomes
            if _differs(figure.value([outcome]), value)
        }
        return DisputeRange(
            value=value,
            low=figure.metric.lowest,
            high=figure.metric.highest,
            exact=False,
            deciding=tuple(sorted(alone)),
        )
    values: dict[tuple[int, ...], float] = {}
    for choice in product(*(range(len(dispute.choices)) for dispute in disputes)):
        chosen = [d.choices[at] for d, at in zip(disputes, choice, strict=True) if at]
        values[choice] = figure.value(chosen)
    deciding = set()
    for at, dispute in enumerate(disputes):
        by_others: dict[tuple[int, ...], float] = {}
        for choice, found in values.items():
            others = (*choice[:at], *choice[at + 1 :])
            if _differs(by_others.setdefault(others, found), found):
                deciding.add(dispute.id)
                break
    known = [found for found in values.values() if not isnan(found)]
    return DisputeRange(
        value=value,
        low=min(known, default=float("nan")),
        high=max(known, default=float("nan")),
        exact=True,
        deciding=tuple(sorted(deciding)),
    )


def _differs(one: float, two: float) -> bool:
    return one != two and not (isnan(one) and isnan(two))
