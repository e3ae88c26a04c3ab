"""Open disputes as data: how each may end, and the tables as they would then be."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from gis_service.core.metrics.tables import Tables
from gis_service.model.policy import Policy


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One way in which a dispute may end.

    Attributes
    ----------
    name
        What it is called, for people.
    origins, facilities
        New community (code; None: in none) of demand points and facilities.
    people
        By community the change of columns of ``Tables.communities``, such as
        ``{"A": {"residents": -120, "from_60": -20, "elders": -20}, "B": {...}}``.
    """

    name: str = ""
    origins: Mapping[Hashable, str | None] = field(default_factory=dict)
    facilities: Mapping[Hashable, str | None] = field(default_factory=dict)
    people: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Dispute:
    """An open case with its possible outcomes; what holds now need not be listed."""

    id: str
    outcomes: tuple[Outcome, ...]

    @property
    def choices(self) -> tuple[Outcome, ...]:
        """What holds now, then the outcomes."""
        return (NOW, *self.outcomes)


NOW = Outcome(name="now")
"""Nothing moves."""


def apply_outcomes(tables: Tables, chosen: Sequence[Outcome], *, policy: Policy) -> Tables:
    """Give the tables as they would be after some outcomes, later ones over earlier ones.

    Where people move and the communities have the columns ``residents`` and ``from_<age>`` of the
    policy's rules, it is decided anew which communities are ageing.
    """
    community_of, facilities = tables.community_of, tables.facilities
    communities = tables.communities
    origins = {k: v for outcome in chosen for k, v in outcome.origins.items()}
    moved = {k: v for outcome in chosen for k, v in outcome.facilities.items()}
    if origins:
        community_of = _replaced(community_of, origins)
    if moved:
        facilities = facilities.assign(community=_replaced(facilities["community"], moved))
    people = [change for outcome in chosen for change in outcome.people.items()]
    if people:
        communities = _with_people(communities, people, policy=policy)
    return tables.reassigned(
        communities=communities, community_of=community_of, facilities=facilities
    )


def _replaced(column: pd.Series[Any], changes: Mapping[Hashable, str | None]) -> pd.Series[Any]:
    """Put other values in some rows; ids that the column does not have are left out."""
    values = column.to_numpy(dtype=object, copy=True)
    rows = column.index.get_indexer(pd.Index([*changes]))
    for row, value in zip(rows.tolist(), changes.values(), strict=True):
        if row >= 0:
            values[row] = value
    return pd.Series(values, index=column.index, name=column.name)


def _with_people(
    communities: pd.DataFrame,
    people: Sequence[tuple[str, Mapping[str, float]]],
    *,
    policy: Policy,
) -> pd.DataFrame:
    changed = communities.copy()
    for code, columns in people:
        here = changed.index == code
        for column, change in columns.items():
            changed[column] = changed[column].astype(float) + here * float(change)
    needed = ["residents", *(f"from_{rule.age}" for rule in policy.ageing)]
    if all(column in changed for column in needed):
        residents = changed["residents"].astype(float)
        ageing = pd.Series(False, index=changed.index)
        for rule in policy.ageing:
            elders = changed[f"from_{rule.age}"].astype(float)
            ageing |= (residents > 0) & (elders >= rule.share * residents - 1e-9)
        changed["ageing"] = ageing
    return changed


def touched(tables: Tables, dispute: Dispute) -> set[str]:
    """Codes of the communities that any outcome of the dispute changes."""
    found: set[Any] = set()
    places = tables.facilities["community"]
    for outcome in dispute.outcomes:
        found |= set(outcome.origins.values()) | set(outcome.facilities.values())
        found |= set(outcome.people)
        found |= set(tables.community_of.reindex(list(outcome.origins)))
        found |= set(places.reindex(list(outcome.facilities)))
    return {str(code) for code in found if isinstance(code, str) and code}
