"""What a choice of sites must keep to: how many, which ones, what they cost, how many a street."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gis_service.core.siting.arrays import Bools, Floats, Ints
from gis_service.errors import InputError, ParameterError

NO_CAP = 1 << 40


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Wishes and limits in terms of ids, as a caller gives them.

    Attributes
    ----------
    forced_in
        Candidates that must be among the new sites; they count in p.
    forced_out
        Candidates that must not be.
    budget, costs
        Most that the new sites may cost together, and each candidate's cost (missing: unusable).
    caps, groups
        Most new sites in a group (a street), and each candidate's group.
    """

    forced_in: tuple[Hashable, ...] = ()
    forced_out: tuple[Hashable, ...] = ()
    budget: float | None = None
    costs: Mapping[Hashable, float] = field(default_factory=dict)
    caps: Mapping[Hashable, int] = field(default_factory=dict)
    groups: Mapping[Hashable, Hashable] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class Room:
    """The limits as arrays over the candidates of one programme.

    Attributes
    ----------
    count
        Most sites that may be chosen.
    cost, budget
        Cost by candidate and the most that they may cost together (infinite: no limit).
    group, caps
        Number of each candidate's group, and the most sites in each group.
    """

    count: int
    cost: Floats
    budget: float
    group: Ints
    caps: Ints

    @property
    def is_plain(self) -> bool:
        """Whether only the number of sites is limited."""
        return self.budget == np.inf and bool((self.caps >= self.count).all())

    def of(self, keep: Bools | Ints) -> Room:
        """Give the room for some of the candidates."""
        return replace(self, cost=self.cost[keep], group=self.group[keep])

    def without(self, chosen: Ints) -> Room:
        """Give what room is left when some candidates are taken; may be negative."""
        caps = self.caps.copy()
        np.subtract.at(caps, self.group[chosen], 1)
        return replace(
            self,
            count=self.count - len(chosen),
            budget=self.budget - float(self.cost[chosen].sum()),
            caps=caps,
        )

    def allows(self, chosen: Ints) -> bool:
        """Whether these candidates may be taken together."""
        left = self.without(chosen)
        return left.count >= 0 and left.budget >= -1e-9 and bool((left.caps >= 0).all())

    def usable(self) -> Bools:
        """Tell which candidates fit by themselves."""
        usable: Bools = (self.cost <= self.budget + 1e-9) & (self.caps[self.group] > 0)
        return usable


def make_room(limits: Limits, *, sites: Sequence[Hashable], p: int) -> Room:
    """Turn limits into arrays over ``sites``.

    Raises
    ------
    InputError
        When more is asked than can be: p above the candidates, unknown ids, sites forced in that
        are too many, too dear or too many for a street.
    """
    position = {site: at for at, site in enumerate(sites)}
    _refuse_unknown(limits, position)
    names = sorted({str(limits.groups.get(site, "")) for site in sites})
    number = {name: at for at, name in enumerate(names)}
    caps = {str(group): most for group, most in limits.caps.items()}
    cost = np.zeros(len(sites))
    if limits.budget is not None:
        cost = np.array([float(limits.costs.get(site, np.inf)) for site in sites])
        if (cost < 0).any() or np.isnan(cost).any():
            raise ParameterError(
                "备选点的费用须为非负数。",
                "Costs of candidates must be numbers of 0 or more.",
                parameter="costs",
            )
    room = Room(
        count=p,
        cost=cost,
        budget=np.inf if limits.budget is None else float(limits.budget),
        group=np.array([number[str(limits.groups.get(s, ""))] for s in sites], dtype=np.int64),
        caps=np.array([caps.get(name, NO_CAP) for name in names], dtype=np.int64),
    )
    forced = np.array([position[site] for site in limits.forced_in], dtype=np.int64)
    if not room.allows(forced):
        raise InputError(
            f"必选的 {len(forced)} 个点本身已超出数量（{p}）、预算或街道上限。"
            "请减少必选点或放宽限制。",
            f"The {len(forced)} sites that are forced in exceed the number ({p}), the budget or a "
            "street's cap by themselves. Force fewer sites in or widen the limits.",
            forced_in=[str(site) for site in limits.forced_in],
        )
    return room


def require_count(p: object, *, candidates: int) -> int:
    """Check the number of new sites."""
    if isinstance(p, bool) or not isinstance(p, (int, np.integer)) or not 0 <= int(p) <= candidates:
        raise InputError(
            f"新增站点数 {p!r} 不可用：须为 0 到 {candidates}（可用备选点数）之间的整数。"
            "请减少数量或增加备选点。",
            f"The number of new sites {p!r} is not usable: a whole number from 0 to {candidates}, "
            "the number of usable candidates, is allowed. Ask for fewer or give more candidates.",
            parameter="p",
        )
    return int(p)


def _refuse_unknown(limits: Limits, position: Mapping[Hashable, int]) -> None:
    both = set(limits.forced_in) & set(limits.forced_out)
    strange = [s for s in limits.forced_in if s not in position and s not in both]
    if both or strange or len(set(limits.forced_in)) != len(limits.forced_in):
        named = ", ".join(str(site) for site in sorted(both or set(strange), key=str)) or "-"
        raise InputError(
            f"必选点不可用：{named}。必选点须是备选点，不得重复，也不得同时排除。",
            f"Sites that are forced in can't be used: {named}. They must be candidates, once each, "
            "and not forced out as well.",
            sites=named,
        )
