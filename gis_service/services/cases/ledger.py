"""The ledger: the cases that an actor may see, filtered, sorted and added up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from gis_service.core.metrics.lands import METHOD, LandFigures, figures_of_lands
from gis_service.core.topology import Topology
from gis_service.errors import NotFoundError, ParameterError
from gis_service.model.cases import Case, CaseEvent, Evidence, StoredProposal
from gis_service.model.people import Actor
from gis_service.services.access import require
from gis_service.services.cases.desk import Desk, case_of
from gis_service.services.cases.opening import land_of_case
from gis_service.services.cases.outcomes import people_of
from gis_service.services.snapshots import Snapshot


@dataclass(frozen=True, kw_only=True)
class CaseFilter:
    """Which cases, in which order; every condition that is given must hold.

    Attributes
    ----------
    states, kinds
        Any of these; empty: all.
    street, community, assignee
        Touches this street (name), concerns this community (code), is worked on by this person
        (``-``: by nobody).
    min_area_m2, max_area_m2, min_people, max_people, min_age_days, max_age_days
        Both ends included. Where the people are unknown, a condition on them does not hold.
    overdue, is_open
        Only those (True) or only the others (False).
    sort
        A key of `SORTS`, with ``-`` before it for the other direction.
    """

    states: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    street: str | None = None
    community: str | None = None
    assignee: str | None = None
    min_area_m2: float | None = None
    max_area_m2: float | None = None
    min_people: float | None = None
    max_people: float | None = None
    min_age_days: int | None = None
    max_age_days: int | None = None
    overdue: bool | None = None
    is_open: bool | None = None
    sort: str = "number"


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """One line of the ledger: a case with what lies on its land today.

    Attributes
    ----------
    figures
        Residents and elders (estimated; None: unknown) and facilities on its land.
    age_days
        Days since it was opened.
    overdue
        Whether its date has passed.
    """

    case: Case
    figures: LandFigures
    age_days: int
    overdue: bool


SORTS: dict[str, Callable[[CaseRow], Any]] = {
    "number": lambda row: row.case.number,
    "area": lambda row: row.case.area_m2,
    "people": lambda row: -1.0 if row.figures.residents is None else row.figures.residents,
    "elders": lambda row: -1.0 if row.figures.elders is None else row.figures.elders,
    "age": lambda row: row.age_days,
    "due": lambda row: row.case.due or "9999",
    "state": lambda row: row.case.state,
    "kind": lambda row: row.case.kind,
    "street": lambda row: row.case.streets,
    "assignee": lambda row: row.case.assignee,
    "changed": lambda row: row.case.changed_at,
}
"""What the ledger can be sorted by; cases that are equal follow by number."""


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Sums over all cases that fit, not over one page; people are None where all are unknown."""

    cases: int
    overdue: int
    area_m2: float
    residents: float | None
    elders: float | None
    facilities: int
    by_state: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class LedgerPage:
    """Some of the cases that fit, and the totals over all that do."""

    rows: tuple[CaseRow, ...]
    totals: Totals
    offset: int


@dataclass(frozen=True, kw_only=True)
class CaseFile:
    """One case with everything around it."""

    row: CaseRow
    events: tuple[CaseEvent, ...]
    proposals: tuple[StoredProposal, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a case stands among those that fit: "3 of 17", and its neighbours' numbers."""

    position: int
    matched: int
    previous: str | None
    next: str | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Ledger:
    """The use cases that read cases."""

    desk: Desk
    _held: dict[tuple[Any, ...], LandFigures] = field(default_factory=dict, repr=False)

    def page(
        self,
        actor: Actor,
        wanted: CaseFilter | None = None,
        *,
        limit: int | None = 50,
        offset: int = 0,
    ) -> LedgerPage:
        """Give the cases that fit; street staff see those of their street.

        Raises
        ------
        UnauthenticatedError, ForbiddenError
            When the actor may not read cases.
        ParameterError
            When ``sort`` is not one of `SORTS`.
        """
        rows = self._fitting(actor, wanted or CaseFilter())
        end = None if limit is None else offset + limit
        return LedgerPage(rows=tuple(rows[offset:end]), totals=_totals(rows), offset=offset)

    def place(self, actor: Actor, number: str, wanted: CaseFilter | None = None) -> Place:
        """Say where a case stands among those that fit.

        Raises
        ------
        NotFoundError
            When it is not among them.
        """
        numbers = [row.case.number for row in self._fitting(actor, wanted or CaseFilter())]
        if number not in numbers:
            raise NotFoundError(
                f"案件 {number} 不在当前筛选之内。",
                f"Case {number} is not among those that fit.",
                case=number,
            )
        at = numbers.index(number)
        return Place(
            position=at + 1,
            matched=len(numbers),
            previous=numbers[at - 1] if at else None,
            next=numbers[at + 1] if at + 1 < len(numbers) else None,
        )

    def get(self, actor: Actor, number: str) -> CaseRow:
        """Give one case with what lies on its land."""
        case = self.desk.read(actor, number)
        return self._rows([case])[0]

    def file(self, actor: Actor, number: str) -> CaseFile:
        """Give one case with its timeline, proposals and evidence, all of one moment."""
        with self.desk.database.reading() as unit:
            case = case_of(unit, number)
            require(actor, "read.cases", streets=case.streets)
            events, proposals = unit.cases.events(number), unit.cases.proposals(number)
            evidence = unit.cases.evidence(number)
        return CaseFile(
            row=self._rows([case])[0],
            events=tuple(events),
            proposals=tuple(proposals),
            evidence=tuple(evidence),
        )

    def _fitting(self, actor: Actor, wanted: CaseFilter) -> list[CaseRow]:
        require(actor, "read.cases")
        name = wanted.sort.removeprefix("-")
        if name not in SORTS:
            raise ParameterError(
                f"不能按“{name}”排序；可用：{'、'.join(SORTS)}。",
                f"The ledger can't be sorted by {name!r}; allowed: {', '.join(SORTS)}.",
                parameter="sort",
                allowed=list(SORTS),
            )
        with self.desk.database.reading() as unit:
            cases = unit.cases.all()
        if actor.role == "street":
            cases = [case for case in cases if actor.street in case.streets]
        cases = [case for case in cases if _fits(case, wanted)]
        rows = [row for row in self._rows(cases) if _row_fits(row, wanted)]
        rows.sort(key=lambda row: row.case.number)
        return sorted(rows, key=SORTS[name], reverse=wanted.sort.startswith("-"))

    def _rows(self, cases: Sequence[Case]) -> list[CaseRow]:
        snapshot = self.desk.snapshots.current()
        today = self.desk.clock()[:10]
        figures = self._figures(snapshot, cases)
        return [
            CaseRow(
                case=case,
                figures=found,
                age_days=(date.fromisoformat(today) - date.fromisoformat(case.opened_at[:10])).days,
                overdue=case.is_overdue(today),
            )
            for case, found in zip(cases, figures, strict=True)
        ]

    def _figures(self, snapshot: Snapshot, cases: Sequence[Case]) -> list[LandFigures]:
        """Give the figures of each case's land, computed once a state of case and snapshot."""
        keys = [(c.number, c.version, c.boundary_version, snapshot.key) for c in cases]
        missing = [at for at, key in enumerate(keys) if key not in self._held]
        if missing:
            if len(self._held) > 20_000:
                self._held.clear()
            lands = np.array([land_of_case(cases[at]) for at in missing], dtype=object)
            topology = Topology.of(snapshot.communities)
            found = figures_of_lands(
                lands,
                topology=topology,
                people=people_of(topology, snapshot),
                facilities=snapshot.facilities,
                policy=snapshot.policy,
            )
            self._held.update(zip((keys[at] for at in missing), found, strict=True))
        return [self._held[key] for key in keys]


def row_mapping(row: CaseRow) -> dict[str, Any]:
    """Give a line of the ledger as plain JSON types, without its land."""
    case = row.case
    return {
        "number": case.number,
        "kind": case.kind,
        "state": case.state,
        "parties": list(case.parties),
        "streets": list(case.streets),
        "area_m2": round(case.area_m2, 2),
        "residents": _tenth(row.figures.residents),
        "elders": _tenth(row.figures.elders),
        "people_method": METHOD,
        "facilities": list(row.figures.facilities),
        "assignee": case.assignee,
        "due": case.due,
        "overdue": row.overdue,
        "age_days": row.age_days,
        "opened_at": case.opened_at,
        "changed_at": case.changed_at,
        "state_since": case.state_since,
        "has_moved": case.has_moved,
        "chosen": case.chosen,
        "proposed_by": case.proposed_by,
        "reviewed_by": case.reviewed_by,
        "approved_by": case.approved_by,
        "document": case.document,
        "boundary_version": case.boundary_version,
        "applied_version": case.applied_version,
        "until": case.until,
        "into": case.into,
        "version": case.version,
    }


def _fits(case: Case, wanted: CaseFilter) -> bool:
    nobody = "" if wanted.assignee == "-" else wanted.assignee
    return (
        (not wanted.states or case.state in wanted.states)
        and (not wanted.kinds or case.kind in wanted.kinds)
        and (wanted.street is None or wanted.street in case.streets)
        and (wanted.community is None or wanted.community in case.parties)
        and (nobody is None or case.assignee == nobody)
        and (wanted.is_open is None or case.is_open == wanted.is_open)
        and _within(case.area_m2, wanted.min_area_m2, wanted.max_area_m2)
    )


def _row_fits(row: CaseRow, wanted: CaseFilter) -> bool:
    return (
        _within(row.figures.residents, wanted.min_people, wanted.max_people)
        and _within(row.age_days, wanted.min_age_days, wanted.max_age_days)
        and (wanted.overdue is None or row.overdue == wanted.overdue)
    )


def _within(value: float | None, low: float | None, high: float | None) -> bool:
    if low is None and high is None:
        return True
    if value is None:
        return False
    return (low is None or value >= low) and (high is None or value <= high)


def _totals(rows: Sequence[CaseRow]) -> Totals:
    states: dict[str, int] = {}
    for row in rows:
        states[row.case.state] = states.get(row.case.state, 0) + 1
    return Totals(
        cases=len(rows),
        overdue=sum(row.overdue for row in rows),
        area_m2=sum(row.case.area_m2 for row in rows),
        residents=_sum(row.figures.residents for row in rows),
        elders=_sum(row.figures.elders for row in rows),
        facilities=len({name for row in rows for name in row.figures.facilities}),
        by_state=states,
    )


def _sum(values: Any) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _tenth(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
