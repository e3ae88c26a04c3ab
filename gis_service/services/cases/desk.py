"""The desk: where a case is opened by its number, checked and changed, one entry a change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from hashlib import sha256

import orjson
from shapely.geometry.base import BaseGeometry

from gis_service.errors import NotFoundError, StaleError
from gis_service.model.cases import Case, CaseEvent
from gis_service.model.casework import CasePolicy, State
from gis_service.model.people import Actor
from gis_service.model.policy import DEFAULT_POLICY, Policy
from gis_service.services.access import require
from gis_service.services.ports import Clock, Database, UnitOfWork
from gis_service.services.snapshots import Snapshot, Snapshots

Work = Callable[[UnitOfWork, Case], tuple[Case, CaseEvent]]
"""Gives the case as it shall be and the line of its timeline; raises to change nothing."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What all use cases on cases share: the database, the clock and the newest state."""

    database: Database
    clock: Clock
    snapshots: Snapshots

    def newest(self) -> Snapshot:
        """Give the snapshot of the newest state, waiting for it to be read where needed."""
        self.snapshots.refresh()
        return self.snapshots.current()

    def read(self, actor: Actor, number: str) -> Case:
        """Give a case that the actor may see.

        Raises
        ------
        NotFoundError
            When there is no such case.
        UnauthenticatedError, ForbiddenError
            When nobody has signed in, or the case lies in other streets than the actor's.
        """
        with self.database.reading() as unit:
            case = case_of(unit, number)
        require(actor, "read.cases", streets=case.streets)
        return case

    def change(
        self, actor: Actor, number: str, *, action: str, expected: int | None, work: Work
    ) -> Case:
        """Change one case: one transaction, one line of its timeline, one audit entry.

        Parameters
        ----------
        action
            Name of the permission.
        expected
            The version that the actor saw; None: whatever it is now (command line).

        Raises
        ------
        StaleError
            When the case is no longer of the expected version.
        """
        with self.database.writing(user=actor.name, action=action) as unit:
            before = case_of(unit, number)
            require(actor, action, streets=before.streets)
            demand_version(before, expected)
            digest = digest_of(unit, number)
            after, event = work(unit, before)
            after = saved(unit, after, event, at=self.clock())
            unit.record(subject=f"case {number}", before=digest, after=digest_of(unit, number))
        return after


def saved(unit: UnitOfWork, case: Case, event: CaseEvent, *, at: str) -> Case:
    """Write a changed case and its event, and give it as it was written."""
    after = replace(case, version=case.version + 1, changed_at=at)
    unit.cases.save(after)
    unit.cases.add_event(case.number, replace(event, at=at, state=after.state))
    return after


def case_of(unit: UnitOfWork, number: str) -> Case:
    """Give a case, or a `NotFoundError` that says so."""
    case = unit.cases.get(number)
    if case is None:
        raise NotFoundError(
            f"没有案件 {number}。请在案件台账中查看全部编号。",
            f"There is no case {number}. See all numbers in the ledger of cases.",
            case=number,
        )
    return case


def demand_version(case: Case, expected: int | None) -> None:
    """Raise a `StaleError` when the case is not of the version that somebody saw."""
    if expected is not None and case.version != expected:
        raise StaleError(
            f"案件 {case.number} 已被他人修改（您看到的是第 {expected} 次修改，现在是第 "
            f"{case.version} 次）。请重新打开后再操作；您填写的内容不会丢失。",
            f"Case {case.number} was changed by somebody else (you saw change {expected}, it is "
            f"at {case.version}). Open it again and repeat; what you entered is not lost.",
            case=case.number,
            expected=expected,
            current=case.version,
        )


def policy_of(unit: UnitOfWork) -> Policy:
    """Give the stored policy, else the built-in one."""
    version = unit.register.current("policy")
    return DEFAULT_POLICY if version is None else unit.register.policy(version)


def entered(case: Case, state: State, *, at: str, policy: CasePolicy) -> Case:
    """Give a case that enters a state at an instant, with the state's due date.

    Examples
    --------
    >>> from gis_service.model.casework import DEFAULT_CASE_POLICY
    >>> case = Case(number="LH-2026-0001", kind="gap", state="found", parties=(), streets=(),
    ...             parts=(), area_m2=1.0, crs="EPSG:4547", boundary_version=1,
    ...             opened_at="", changed_at="", state_since="")
    >>> entered(case, "negotiating", at="2026-01-31T08:00:00.000Z", policy=DEFAULT_CASE_POLICY).due
    '2026-04-01'
    """
    days = policy.days_in(state)
    due = None
    if days is not None:
        due = (date.fromisoformat(at[:10]) + timedelta(days=days)).isoformat()
    return replace(case, state=state, state_since=at, due=due)


def cleared(unit: UnitOfWork, case: Case) -> Case:
    """Give a case of which nothing is under review any more; its proposals stay."""
    if case.chosen is not None:
        unit.cases.mark_proposal(case.number, case.chosen, "draft")
    return replace(case, chosen=None, proposed_by="", reviewed_by="", approved_by="", document="")


def digest_of(unit: UnitOfWork, number: str) -> str:
    """Give the SHA-256 of a case's whole record; "" when there is no such case.

    It covers the case, its timeline, proposals and evidence, but not what a new boundary version
    notes of a case whose land did not move.
    """
    case = unit.cases.get(number)
    if case is None:
        return ""
    record = asdict(replace(case, parts=(), boundary_version=0, crs=""))
    record["events"] = [
        asdict(replace(event, before=None, after=None))
        | {"before": _hex(event.before), "after": _hex(event.after)}
        for event in unit.cases.events(number)
    ]
    record["proposals"] = [
        asdict(replace(proposal, changes=()))
        | {
            "changes": [
                [change.code, _hex(change.before), _hex(change.after)]
                for change in proposal.changes
            ]
        }
        for proposal in unit.cases.proposals(number)
    ]
    record["evidence"] = [asdict(item) for item in unit.cases.evidence(number)]
    return sha256(orjson.dumps(record, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _hex(shape: BaseGeometry | None) -> str:
    return "" if shape is None else shape.wkb.hex()
