"""Boundary cases: their rows, events, proposals and evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from gis_service.errors import StaleError
from gis_service.model.cases import (
    Case,
    CaseEvent,
    Evidence,
    Part,
    ProposalState,
    StoredChange,
    StoredProposal,
)
from gis_service.model.casework import State
from gis_service.storage.cases_tables import (
    boundary_case,
    case_change,
    case_event,
    case_evidence,
    case_part,
    case_proposal,
)

_PLAIN = (
    "number", "kind", "state", "area_m2", "crs", "boundary_version", "opened_at", "changed_at",
    "state_since", "due", "assignee", "has_moved", "chosen", "proposed_by", "reviewed_by",
    "approved_by", "document", "applied_version", "until", "into", "version",
)  # fmt: skip


MOST_NAMED = 500
"""Numbers that are named in one statement."""


class Cases:
    """The cases within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def next_sequence(self, year: int) -> int:
        """Give the next number of a year, from 1."""
        highest = select(func.max(boundary_case.c.sequence)).where(boundary_case.c.year == year)
        return int(self._connection.scalar(highest) or 0) + 1

    def add(self, cases: Sequence[Case], *, year: int, first: int) -> None:
        """Keep new cases; ``first`` is the number within the year of the first of them."""
        rows = [
            _row(case) | {"year": year, "sequence": sequence}
            for sequence, case in enumerate(cases, start=first)
        ]
        if rows:
            self._connection.execute(insert(boundary_case), rows)
            self._write_parts(cases)

    def get(self, number: str) -> Case | None:
        """Give one; None when there is none."""
        query = select(boundary_case).where(boundary_case.c.number == number)
        return next(iter(self._cases(self._connection.execute(query).all())), None)

    def all(self, *, states: Iterable[State] | None = None) -> list[Case]:
        """Give all (in some states), ordered by year and number."""
        query = select(boundary_case).order_by(boundary_case.c.year, boundary_case.c.sequence)
        if states is not None:
            query = query.where(boundary_case.c.state.in_(sorted(states)))
        return self._cases(self._connection.execute(query).all())

    def stamp(self) -> str:
        """Give what changes whenever any case changes: every change raises one version by one."""
        query = select(func.count(), func.coalesce(func.sum(boundary_case.c.version), 0))
        count, versions = self._connection.execute(query).one()
        return f"{count}.{versions}"

    def save(self, case: Case) -> None:
        """Write a case whose ``version`` is one more than the stored one's."""
        seen = (boundary_case.c.number == case.number) & (
            boundary_case.c.version == case.version - 1
        )
        done = self._connection.execute(update(boundary_case).where(seen).values(_row(case)))
        if done.rowcount != 1:
            raise StaleError(
                f"案件 {case.number} 已被他人修改。请重新打开后再操作；您填写的内容不会丢失。",
                f"Case {case.number} was changed by somebody else. Open it again and repeat; "
                "what you entered is not lost.",
                case=case.number,
            )
        self._replace_parts([case])

    def note_seen(self, cases: Sequence[Case]) -> None:
        """Write the land and the boundary version of cases whose land did not move."""
        if not cases:
            return
        one = boundary_case.c.number == bindparam("which")
        seen = update(boundary_case).where(one)
        seen = seen.values(boundary_version=bindparam("seen"), crs=bindparam("seen_crs"))
        self._connection.execute(
            seen,
            [
                {"which": case.number, "seen": case.boundary_version, "seen_crs": case.crs}
                for case in cases
            ],
        )
        self._replace_parts(cases)

    def note_applied(self, case: Case) -> None:
        """Write the boundary version that carries a case's decision."""
        one = boundary_case.c.number == case.number
        done = {"applied_version": case.applied_version}
        self._connection.execute(update(boundary_case).where(one).values(done))

    def add_event(self, number: str, event: CaseEvent) -> None:
        """Write a line of a timeline."""
        self.add_events([(number, event)])

    def add_events(self, events: Sequence[tuple[str, CaseEvent]]) -> None:
        """Write lines of several cases' timelines."""
        rows = [
            {
                "case": number,
                "at": event.at,
                "user": event.user,
                "kind": event.kind,
                "state": event.state,
                "text": event.text,
                "data": dict(event.data),
                "before": _wkb(event.before),
                "after": _wkb(event.after),
            }
            for number, event in events
        ]
        if rows:
            self._connection.execute(insert(case_event), rows)

    def events(self, number: str) -> list[CaseEvent]:
        """Give the timeline, oldest first."""
        query = select(case_event).where(case_event.c.case == number).order_by(case_event.c.id)
        return [
            CaseEvent(
                id=row.id,
                at=row.at,
                user=row.user,
                kind=row.kind,
                state=row.state,
                text=row.text,
                data=row.data,
                before=_shape(row.before),
                after=_shape(row.after),
            )
            for row in self._connection.execute(query)
        ]

    def add_proposal(self, proposal: StoredProposal) -> None:
        """Keep a proposal."""
        values = {
            name: getattr(proposal, name)
            for name in ("case", "number", "created_at", "author", "base_version", "resolution",
                         "note", "state", "rebased_from")
        }  # fmt: skip
        values |= {"params": dict(proposal.params), "facts": dict(proposal.facts)}
        added = insert(case_proposal).values(values).returning(case_proposal.c.id)
        key = self._connection.execute(added).scalar_one()
        rows = [
            {
                "proposal": key,
                "code": change.code,
                "before": shapely.to_wkb(change.before),
                "after": shapely.to_wkb(change.after),
                "gained_m2": change.gained_m2,
                "lost_m2": change.lost_m2,
            }
            for change in proposal.changes
        ]
        if rows:
            self._connection.execute(insert(case_change), rows)

    def proposals(self, number: str) -> list[StoredProposal]:
        """Give a case's proposals by number, with their changes."""
        query = select(case_proposal).where(case_proposal.c.case == number)
        rows = self._connection.execute(query.order_by(case_proposal.c.number)).all()
        ids = [row.id for row in rows]
        changes = defaultdict(list)
        wanted = select(case_change).where(case_change.c.proposal.in_(ids))
        for row in self._connection.execute(wanted.order_by(case_change.c.id)):
            changes[row.proposal].append(
                StoredChange(
                    code=row.code,
                    before=shapely.from_wkb(row.before),
                    after=shapely.from_wkb(row.after),
                    gained_m2=row.gained_m2,
                    lost_m2=row.lost_m2,
                )
            )
        return [_proposal(row, tuple(changes[row.id])) for row in rows]

    def mark_proposal(self, number: str, proposal: int, state: ProposalState) -> None:
        """Set a proposal's state, the only thing of it that changes."""
        one = (case_proposal.c.case == number) & (case_proposal.c.number == proposal)
        self._connection.execute(update(case_proposal).where(one).values(state=state))

    def add_evidence(self, evidence: Evidence) -> Evidence:
        """Keep the facts of a file; the database gives its id."""
        names = ("case", "at", "user", "name", "sha256", "size", "media_type", "note")
        values = {name: getattr(evidence, name) for name in names}
        added = insert(case_evidence).values(values).returning(case_evidence.c.id)
        return replace(evidence, id=self._connection.execute(added).scalar_one())

    def evidence(self, number: str) -> list[Evidence]:
        """Give the facts of a case's files, oldest first."""
        query = select(case_evidence).where(case_evidence.c.case == number)
        rows = self._connection.execute(query.order_by(case_evidence.c.id))
        return [Evidence(**row._mapping) for row in rows]

    def _cases(self, rows: Sequence[Row[Any]]) -> list[Case]:
        parts = self._parts([row.number for row in rows])
        return [
            Case(
                **{name: row._mapping[name] for name in _PLAIN},
                parties=tuple(row.parties),
                streets=tuple(row.streets),
                parts=parts[row.number],
            )
            for row in rows
        ]

    def _parts(self, numbers: Sequence[str]) -> dict[str, tuple[Part, ...]]:
        query = select(case_part).order_by(case_part.c.case, case_part.c.position)
        if len(numbers) <= MOST_NAMED:
            query = query.where(case_part.c.case.in_(numbers))
        rows = self._connection.execute(query).all()
        shapes = shapely.from_wkb([row.geometry for row in rows]) if rows else []
        found: dict[str, tuple[Part, ...]] = dict.fromkeys(numbers, ())
        for row, shape in zip(rows, shapes, strict=True):
            if row.case in found:
                found[row.case] += (Part(key=row.key, geometry=shape),)
        return found

    def _replace_parts(self, cases: Sequence[Case]) -> None:
        before = self._parts([case.number for case in cases])
        new = [case for case in cases if _content(before[case.number]) != _content(case.parts)]
        for start in range(0, len(new), MOST_NAMED):
            some = [case.number for case in new[start : start + MOST_NAMED]]
            self._connection.execute(delete(case_part).where(case_part.c.case.in_(some)))
        self._write_parts(new)

    def _write_parts(self, cases: Sequence[Case]) -> None:
        rows = [
            {
                "case": case.number,
                "position": position,
                "key": part.key,
                "geometry": shapely.to_wkb(part.geometry),
            }
            for case in cases
            for position, part in enumerate(case.parts)
        ]
        if rows:
            self._connection.execute(insert(case_part), rows)


def _content(parts: Iterable[Part]) -> list[tuple[str, bytes]]:
    return [(part.key, shapely.to_wkb(part.geometry)) for part in parts]


def _row(case: Case) -> dict[str, Any]:
    lists = {"parties": list(case.parties), "streets": list(case.streets)}
    return {name: getattr(case, name) for name in _PLAIN} | lists


def _proposal(row: Row[Any], changes: tuple[StoredChange, ...]) -> StoredProposal:
    return StoredProposal(
        case=row.case,
        number=row.number,
        created_at=row.created_at,
        author=row.author,
        base_version=row.base_version,
        resolution=row.resolution,
        params=row.params,
        note=row.note,
        facts=row.facts,
        changes=changes,
        state=row.state,
        rebased_from=row.rebased_from,
    )


def _wkb(shape: BaseGeometry | None) -> bytes | None:
    return None if shape is None else shapely.to_wkb(shape)


def _shape(value: bytes | None) -> BaseGeometry | None:
    return None if value is None else shapely.from_wkb(value)
