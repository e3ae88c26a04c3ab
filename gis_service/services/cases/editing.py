"""Working on a case without moving it: comments, who and when, merging and splitting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gis_service.errors import ConflictError, ParameterError
from gis_service.model.cases import SLIVERS, Case, CaseEvent, EventKind, Part
from gis_service.model.casework import OPEN, STATES
from gis_service.model.people import Actor
from gis_service.services.access import require
from gis_service.services.cases.desk import (
    Desk,
    case_of,
    demand_version,
    digest_of,
    entered,
    policy_of,
    saved,
)
from gis_service.services.cases.moving import date_of, text_of
from gis_service.services.cases.opening import draft_of, land_of_case, opened, streets_by_code
from gis_service.services.ports import UnitOfWork

EARLY = ("found", "negotiating")
"""States in which a case can be merged or split: nothing of it is under review."""


@dataclass(frozen=True, kw_only=True)
class Editing:
    """The use cases that change a case but not its state; ``pattern`` makes new numbers."""

    desk: Desk
    pattern: str

    def comment(self, actor: Actor, number: str, *, text: str, expected: int | None = None) -> Case:
        """Write a comment into the timeline."""
        if not text.strip():
            raise ParameterError(
                "意见为空。请填写内容。", "The comment is empty. Write something.", parameter="text"
            )
        return self._edit(actor, number, expected, kind="comment", text=text)

    def assign(
        self, actor: Actor, number: str, *, assignee: str, expected: int | None = None
    ) -> Case:
        """Give the case to somebody by login name; "" to nobody."""
        name = assignee.strip()
        data = {"assignee": name}
        return self._edit(
            actor, number, expected, kind="assigned", data=data, changes={"assignee": name}
        )

    def set_due(
        self, actor: Actor, number: str, *, due: str | None, expected: int | None = None
    ) -> Case:
        """Set the ISO date by which the case must leave its state; None: no date."""
        day = None if due is None else date_of(due)
        return self._edit(
            actor, number, expected, kind="due", data={"due": day}, changes={"due": day}
        )

    def merge(
        self, actor: Actor, number: str, *, others: Sequence[str], expected: int | None = None
    ) -> Case:
        """Let one case take over the land of others of the same kind and parties.

        The others are closed as merged and keep their timeline, proposals and evidence.

        Raises
        ------
        ConflictError
            When kinds or parties differ, or one of them is under review or closed: then each
            is decided by itself.
        """
        wanted = [other for other in dict.fromkeys(others) if other != number]
        if not wanted:
            raise ParameterError(
                "没有给出要并入的案件。", "No case to merge is given.", parameter="others"
            )
        with self.desk.database.writing(user=actor.name, action="case.merge") as unit:
            before = case_of(unit, number)
            require(actor, "case.edit", streets=before.streets)
            demand_version(before, expected)
            taken = [case_of(unit, other) for other in wanted]
            for case in taken:
                require(actor, "case.edit", streets=case.streets)
            _demand_alike([before, *taken])
            digest = digest_of(unit, number)
            at = self.desk.clock()
            policy = policy_of(unit).cases
            for case in taken:
                closed = entered(replace(case, into=number), "merged", at=at, policy=policy)
                event = _event(actor, closed, "merged", at=at, data={"into": number})
                saved(unit, closed, event, at=at)
            parts = (*before.parts, *(part for case in taken for part in case.parts))
            after = _with_parts(before, parts)
            event = _event(actor, after, "merged", at=at, data={"from": wanted})
            event = replace(event, before=land_of_case(before), after=land_of_case(after))
            after = saved(unit, after, event, at=at)
            unit.record(
                subject=f"case {number} ← {', '.join(wanted)}",
                before=digest,
                after=digest_of(unit, number),
            )
        return after

    def split(
        self, actor: Actor, number: str, *, parts: Sequence[int], expected: int | None = None
    ) -> tuple[Case, Case]:
        """Give some of a case's parts (from 1) a case of their own; gives both.

        Raises
        ------
        ParameterError
            When the parts don't exist, or none or all of them are named.
        """
        with self.desk.database.writing(user=actor.name, action="case.split") as unit:
            before = case_of(unit, number)
            require(actor, "case.edit", streets=before.streets)
            demand_version(before, expected)
            _demand_early(before)
            chosen = _chosen_parts(before, parts)
            digest = digest_of(unit, number)
            at = self.desk.clock()
            mine = tuple(before.parts[i] for i in chosen)
            draft = replace(
                _with_parts(before, mine),
                version=1,
                assignee="",
                has_moved=False,
                opened_at=at,
                changed_at=at,
            )
            (new,) = opened(
                unit,
                [draft],
                pattern=self.pattern,
                policy=policy_of(unit).cases,
                events=[_event(actor, before, "split", at=at, data={"from": number})],
            )
            rest = tuple(p for i, p in enumerate(before.parts) if i not in chosen)
            after = _with_parts(before, rest)
            event = _event(actor, after, "split", at=at, data={"into": new.number})
            after = saved(unit, after, event, at=at)
            unit.record(
                subject=f"case {number} → {new.number}",
                before=digest,
                after=digest_of(unit, number),
            )
        return after, new

    def open_slivers(self, actor: Actor) -> Case:
        """Open the one case that cleans all slivers of the newest version together.

        Raises
        ------
        ConflictError
            When there is one already, or no sliver.
        """
        require(actor, "case.edit", streets=None)
        snapshot = self.desk.snapshots.current()
        version = snapshot.boundary_version()
        slivers = [
            f for f in snapshot.findings if f.severity == "sliver" and f.geometry is not None
        ]
        if not slivers:
            raise ConflictError(
                f"边界版本 {version.number} 中没有细缝，无需清理。",
                f"Boundary version {version.number} has no sliver; nothing is to be cleaned.",
            )
        with self.desk.database.writing(user=actor.name, action="case.open") as unit:
            existing = [c for c in unit.cases.all(states=OPEN) if c.kind == SLIVERS]
            if existing:
                raise ConflictError(
                    f"已有细缝清理案件 {existing[0].number}。请在其中办理。",
                    f"There is a case of slivers already: {existing[0].number}. Work on it.",
                    case=existing[0].number,
                )
            at = self.desk.clock()
            draft = draft_of(
                slivers,
                streets=streets_by_code(snapshot.communities),
                version=version,
                at=at,
                kind=SLIVERS,
            )
            require(actor, "case.edit", streets=draft.streets)
            event = _event(actor, draft, "opened", at=at, data={"version": version.number})
            policy = policy_of(unit).cases
            (case,) = opened(unit, [draft], pattern=self.pattern, policy=policy, events=[event])
            unit.record(
                subject=f"case {case.number}", before="", after=digest_of(unit, case.number)
            )
        return case

    def _edit(
        self,
        actor: Actor,
        number: str,
        expected: int | None,
        *,
        kind: EventKind,
        text: str = "",
        data: Mapping[str, Any] | None = None,
        changes: Mapping[str, Any] | None = None,
    ) -> Case:
        def work(_unit: UnitOfWork, case: Case) -> tuple[Case, CaseEvent]:
            after = replace(case, **dict(changes or {}))
            at = self.desk.clock()
            return after, _event(actor, after, kind, at=at, text=text_of(text), data=data)

        return self.desk.change(actor, number, action="case.edit", expected=expected, work=work)


def _event(
    actor: Actor,
    case: Case,
    kind: EventKind,
    *,
    at: str,
    text: str = "",
    data: Mapping[str, Any] | None = None,
) -> CaseEvent:
    return CaseEvent(
        at=at, user=actor.name, kind=kind, state=case.state, text=text, data=dict(data or {})
    )


def _with_parts(case: Case, parts: tuple[Part, ...]) -> Case:
    return replace(case, parts=parts, area_m2=float(sum(part.geometry.area for part in parts)))


def _chosen_parts(case: Case, parts: Sequence[int]) -> set[int]:
    chosen = {part - 1 for part in parts}
    count = len(case.parts)
    if not chosen or not chosen <= set(range(count)) or len(chosen) == count:
        raise ParameterError(
            f"案件 {case.number} 有 {count} 块地；请给出其中一部分的序号（1 至 {count}），"
            "不能全选或不选。",
            f"Case {case.number} has {count} pieces of land; name some of them (1 to {count}), "
            "not none and not all.",
            parameter="parts",
            count=count,
        )
    return chosen


def _demand_early(case: Case) -> None:
    if case.state not in EARLY:
        raise ConflictError(
            f"案件 {case.number} 处于“{STATES[case.state].zh}”，不能合并或拆分；"
            "只有“已发现”和“协商中”的案件可以。",
            f"Case {case.number} is {STATES[case.state].en}; only cases that are found or being "
            "negotiated can be merged or split.",
            case=case.number,
            state=case.state,
        )


def _demand_alike(cases: Sequence[Case]) -> None:
    for case in cases:
        _demand_early(case)
    kinds = {(case.kind, case.parties) for case in cases}
    if len(kinds) > 1 or cases[0].kind == SLIVERS:
        listed = "；".join(f"{case.number}（{'、'.join(case.parties)}）" for case in cases)
        raise ConflictError(
            f"只有同一类型、当事社区完全相同的案件才能合并；这里是：{listed}。请分别办理。",
            "Only disputes of one kind between the same communities can be merged. "
            "Decide these one by one.",
            cases=[case.number for case in cases],
        )
