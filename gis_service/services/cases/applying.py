"""Applying an approved proposal: a new boundary version, the case and the audit entry, or nothing.

The outcome is computed and proven again on the newest version before anything is written. When
another version comes in between, it is computed once more on that one. It must be what was
approved, bit for bit, for every community that gains or loses land; changes elsewhere do not
matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import geopandas as gpd

from gis_service.core.checks import run_checks
from gis_service.errors import ConflictError, GisServiceError, StaleError
from gis_service.model.cases import Case, CaseEvent, StoredProposal
from gis_service.model.findings import Finding
from gis_service.model.people import Actor
from gis_service.model.versions import BoundaryVersion
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
from gis_service.services.cases.moving import demand_move, moved, proposal_of
from gis_service.services.cases.previewing import (
    Preview,
    changed_codes,
    is_identical,
    params_of,
    previewed,
)
from gis_service.services.ports import UnitOfWork
from gis_service.services.snapshots import Snapshot

ATTEMPTS = 5
"""How often the outcome is computed anew because another version came in between."""


class StoreLayer(Protocol):
    """Writes a layer as the next version; see `Boundaries.store_layer`."""

    def __call__(
        self,
        unit: UnitOfWork,
        layer: gpd.GeoDataFrame,
        *,
        findings: list[Finding],
        outline: gpd.GeoDataFrame | None,
        author: str,
        reason: str,
        document: str = ...,
        case: str = ...,
        survey: Mapping[str, Any] | None = ...,
        is_sample: bool = ...,
    ) -> BoundaryVersion: ...


@dataclass(frozen=True, kw_only=True, eq=False)
class _Outcome:
    """What is about to be written, and the version that it continues."""

    preview: Preview
    kept: StoredProposal
    base: BoundaryVersion
    outline: gpd.GeoDataFrame | None
    findings: list[Finding]


@dataclass(frozen=True, kw_only=True)
class Applying:
    """The use case that carries out a decision."""

    desk: Desk
    store_layer: StoreLayer

    def apply(
        self, actor: Actor, number: str, *, expected: int | None = None, text: str = ""
    ) -> Case:
        """Carry out the approved proposal of a case.

        A proposal of joint management changes no line: the case becomes *joint* until its date,
        and no boundary version is made.

        Raises
        ------
        StaleError
            When the case changed since the actor saw it, or the boundary version changed where
            the proposal does; ``details`` hold both states, the proposal stays stored and is
            marked stale, so that it can be rebased.
        ForbiddenError, ConflictError
            When the actor may not, or the case is not approved.
        """
        for _ in range(ATTEMPTS):
            snapshot = self.desk.newest()
            case = self.desk.read(actor, number)
            require(actor, "case.apply", streets=case.streets)
            demand_version(case, expected)
            if case.boundary_version > snapshot.boundary_version().number:
                continue  # a version came in while the snapshot was read
            outcome = self._outcome(actor, case, snapshot)
            applied = self._written(actor, case, outcome, text=text)
            if applied is not None:
                self.desk.snapshots.forget()
                return applied
        raise ConflictError(
            "界线正被频繁更新，未能应用。请稍候再试。",
            "The boundaries are being changed again and again; nothing was applied. Try later.",
            case=number,
        )

    def _outcome(self, actor: Actor, case: Case, snapshot: Snapshot) -> _Outcome:
        """Compute the approved proposal anew on the newest version, or say that it is stale."""
        with self.desk.database.reading() as unit:
            demand_move(actor, case, "apply", policy=policy_of(unit).cases)
            if case.chosen is None:
                raise _without_proposal(case)
            kept = proposal_of(unit, case, case.chosen)
        base = snapshot.boundary_version()
        today = self.desk.clock()[:10]
        try:
            preview = previewed(
                snapshot, case, by=kept.resolution, params=params_of(kept.params), today=today
            )
        except GisServiceError as error:
            raise self._stale(actor, case, kept, base=base, now=None, why=error) from error
        if not is_identical(kept, preview.proposal):
            raise self._stale(actor, case, kept, base=base, now=preview, why=None)
        findings: list[Finding] = []
        if preview.proposal.changes:
            findings = run_checks(preview.layer, outline=snapshot.outline, policy=snapshot.policy)
        return _Outcome(
            preview=preview,
            kept=kept,
            base=base,
            outline=snapshot.outline,
            findings=findings,
        )

    def _written(self, actor: Actor, seen: Case, outcome: _Outcome, *, text: str) -> Case | None:
        """Write version, case and entry in one transaction; None when the base has changed."""
        try:
            with self.desk.database.writing(user=actor.name, action="case.apply") as unit:
                before = case_of(unit, seen.number)
                demand_version(before, seen.version)
                demand_move(actor, before, "apply", policy=policy_of(unit).cases)
                if unit.boundaries.current() != outcome.base:
                    raise _Overtaken
                digest = digest_of(unit, before.number)
                after, event = self._decided(unit, actor, before, outcome, text=text)
                unit.cases.save(after)
                unit.cases.mark_proposal(before.number, outcome.kept.number, "applied")
                subject = f"case {before.number}"
                if outcome.preview.proposal.changes:
                    version = self._stored(unit, actor, after, outcome)
                    subject += f", boundary version {version.number}"
                    after = replace(after, applied_version=version.number)
                    event = replace(event, data=dict(event.data) | {"version": version.number})
                    unit.cases.note_applied(after)
                unit.cases.add_event(after.number, event)
                unit.record(subject=subject, before=digest, after=digest_of(unit, after.number))
        except _Overtaken:
            return None
        return after

    def _decided(
        self, unit: UnitOfWork, actor: Actor, before: Case, outcome: _Outcome, *, text: str
    ) -> tuple[Case, CaseEvent]:
        at, policy = self.desk.clock(), policy_of(unit).cases
        proposal = outcome.preview.proposal
        data: dict[str, Any] = {
            "proposal": outcome.kept.number,
            "proposed_on_version": outcome.kept.base_version,
            "base_version": outcome.base.number,
            "figures": outcome.preview.table.to_mapping(),
        }
        if proposal.allowed:
            until = proposal.allowed[0].until
            after = replace(entered(before, "joint", at=at, policy=policy), until=until)
            data["until"] = until
        else:
            after = entered(before, "applied", at=at, policy=policy)
        after = replace(after, version=before.version + 1, changed_at=at)
        return after, moved(actor, before, after, move="apply", text=text, data=data)

    def _stored(
        self, unit: UnitOfWork, actor: Actor, case: Case, outcome: _Outcome
    ) -> BoundaryVersion:
        return self.store_layer(
            unit,
            outcome.preview.layer,
            findings=outcome.findings,
            outline=outcome.outline,
            author=actor.name,
            reason=f"案件 {case.number} / case {case.number}",
            document=case.document,
            case=case.number,
            is_sample=outcome.base.is_sample,
        )

    def _stale(
        self,
        actor: Actor,
        case: Case,
        kept: StoredProposal,
        *,
        base: BoundaryVersion,
        now: Preview | None,
        why: GisServiceError | None,
    ) -> StaleError:
        """Mark a proposal stale, and give the error that shows both states."""
        with self.desk.database.writing(user=actor.name, action="case.stale") as unit:
            before = case_of(unit, case.number)
            demand_version(before, case.version)
            digest = digest_of(unit, case.number)
            unit.cases.mark_proposal(case.number, kept.number, "stale")
            event = CaseEvent(
                at=self.desk.clock(),
                user=actor.name,
                kind="proposal",
                state=before.state,
                data={"proposal": kept.number, "stale_on_version": base.number},
            )
            saved(unit, before, event, at=event.at)
            unit.record(
                subject=f"case {case.number}", before=digest, after=digest_of(unit, case.number)
            )
        reasons = ("", "") if why is None else (f"原因：{why.zh}", f" Reason: {why.en}")
        return StaleError(
            f"方案 {kept.number} 依据的是边界版本 {kept.base_version}，现为版本 {base.number}，"
            f"相关社区的界线已改变，不能直接落图。方案仍保留，请重算（rebase）后再送审。{reasons[0]}",
            f"Proposal {kept.number} was made on boundary version {kept.base_version}; it is "
            f"{base.number} now, and lines that it changes are no longer the same. The proposal "
            f"is kept: rebase it and send it to review again.{reasons[1]}",
            case=case.number,
            proposal=kept.number,
            reason="stale-proposal",
            base_version=kept.base_version,
            current_version=base.number,
            communities=changed_codes(kept, None if now is None else now.proposal),
            stored=dict(kept.facts),
            now=None if now is None else now.to_mapping(),
        )


class _Overtaken(Exception):  # noqa: N818 -- no fault: it only undoes the transaction
    """Another version was written between computing and writing."""


def _without_proposal(case: Case) -> ConflictError:
    return ConflictError(
        f"案件 {case.number} 没有选定的方案，不能落图。请退回后重新提出。",
        f"Case {case.number} has no chosen proposal. Return it and propose one.",
        case=case.number,
    )
