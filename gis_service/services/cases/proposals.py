"""Proposals on a case: previewed without a trace, kept side by side, recomputed when stale."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from gis_service.core.resolutions import ResolutionParams
from gis_service.errors import ConflictError
from gis_service.model.cases import Case, CaseEvent, StoredChange, StoredProposal
from gis_service.model.people import Actor
from gis_service.services.access import require
from gis_service.services.cases.desk import Desk, entered, policy_of
from gis_service.services.cases.moving import mark_chosen, proposal_of, text_of
from gis_service.services.cases.previewing import Preview, compared, params_of, previewed
from gis_service.services.ports import UnitOfWork
from gis_service.services.snapshots import Snapshot

MOST_PROPOSALS = 50
"""Of one case; nobody compares more."""


@dataclass(frozen=True, kw_only=True)
class Proposals:
    """The use cases on a case's proposals."""

    desk: Desk

    def preview(
        self, actor: Actor, number: str, *, by: str, params: ResolutionParams | None = None
    ) -> Preview:
        """Compute a resolution on the newest version; nothing is written.

        Parameters
        ----------
        by
            Name of the resolution: award, split, median, follow, joint, longest_border, fill; for
            the case of slivers only clean.
        params
            What it needs, in the working CRS.

        Raises
        ------
        ConflictError
            When the case is closed.
        NotFoundError, ResolutionError, ParameterError
            When there is no such resolution, or it does not fit; it says why.
        """
        case = self.desk.read(actor, number)
        snapshot = self.desk.snapshots.current()
        return self._computed(case, snapshot, by=by, params=params or ResolutionParams())

    def _computed(
        self, case: Case, snapshot: Snapshot, *, by: str, params: ResolutionParams
    ) -> Preview:
        if not case.is_open:
            raise _closed(case)
        return previewed(snapshot, case, by=by, params=params, today=self.desk.clock()[:10])

    def keep(
        self,
        actor: Actor,
        number: str,
        *,
        by: str,
        params: ResolutionParams | None = None,
        note: str = "",
        expected: int | None = None,
    ) -> StoredProposal:
        """Compute a resolution and keep it beside the case's other proposals.

        Raises
        ------
        StaleError
            When the case changed since the actor saw it.
        ForbiddenError
            When the actor may not propose on this case.
        """
        case = self.desk.read(actor, number)
        require(actor, "case.propose", streets=case.streets)
        snapshot = self.desk.snapshots.current()
        preview = self._computed(case, snapshot, by=by, params=params or ResolutionParams())
        kept: list[StoredProposal] = []

        def work(unit: UnitOfWork, now: Case) -> tuple[Case, CaseEvent]:
            if not now.is_open:
                raise _closed(now)
            kept.append(stored(unit, preview, actor=actor, note=note, at=self.desk.clock()))
            return now, _proposal_event(actor, now, kept[0])

        self.desk.change(actor, number, action="case.propose", expected=expected, work=work)
        return kept[0]

    def of(self, actor: Actor, number: str) -> list[StoredProposal]:
        """Give all proposals of a case, by number."""
        self.desk.read(actor, number)
        with self.desk.database.reading() as unit:
            return unit.cases.proposals(number)

    def get(self, actor: Actor, number: str, proposal: int) -> StoredProposal:
        """Give one proposal of a case."""
        case = self.desk.read(actor, number)
        with self.desk.database.reading() as unit:
            return proposal_of(unit, case, proposal)

    def compare(self, actor: Actor, number: str, proposal: int) -> dict[str, Any]:
        """Say how a stored proposal stands to the newest version: both states, side by side.

        Returns
        -------
        dict
            ``stored`` and ``now`` (facts as `Preview.to_mapping` gives them; ``now`` None when
            it can't be computed any more), ``identical``, ``current_version``, ``problem``.
        """
        case = self.desk.read(actor, number)
        with self.desk.database.reading() as unit:
            kept = proposal_of(unit, case, proposal)
        snapshot = self.desk.snapshots.current()
        return compared(snapshot, case, kept, today=self.desk.clock()[:10])

    def rebase(
        self, actor: Actor, number: str, *, proposal: int, expected: int | None = None
    ) -> tuple[Case, StoredProposal]:
        """Compute a stored proposal again on the newest version and keep it beside the old one.

        A case whose proposed, reviewed or approved proposal is rebased goes back to *proposed*,
        because what was reviewed is no longer what would be applied. The old proposal stays,
        marked superseded.

        Raises
        ------
        ResolutionError
            When the resolution does not fit the land any more; nothing changes.
        """
        snapshot = self.desk.newest()
        case = self.desk.read(actor, number)
        require(actor, "case.propose", streets=case.streets)
        with self.desk.database.reading() as unit:
            old = proposal_of(unit, case, proposal)
        preview = self._computed(case, snapshot, by=old.resolution, params=params_of(old.params))
        kept: list[StoredProposal] = []

        def work(unit: UnitOfWork, now: Case) -> tuple[Case, CaseEvent]:
            at = self.desk.clock()
            new = stored(unit, preview, actor=actor, note=old.note, at=at, rebased_from=proposal)
            kept.append(new)
            unit.cases.mark_proposal(number, proposal, "superseded")
            after = now
            if now.chosen == proposal:
                mark_chosen(unit, now, new.number)
                kept[0] = replace(new, state="chosen")
                after = replace(
                    now, chosen=new.number, proposed_by=actor.name, reviewed_by="", approved_by="",
                    document="",
                )  # fmt: skip
                if now.state in ("proposed", "reviewed", "approved"):
                    after = entered(after, "proposed", at=at, policy=policy_of(unit).cases)
            return after, _proposal_event(actor, after, new)

        changed = self.desk.change(
            actor, number, action="case.propose", expected=expected, work=work
        )
        return changed, kept[0]


def stored(
    unit: UnitOfWork,
    preview: Preview,
    *,
    actor: Actor,
    note: str,
    at: str,
    rebased_from: int | None = None,
) -> StoredProposal:
    """Keep a preview as the case's next proposal."""
    number = preview.case.number
    existing = unit.cases.proposals(number)
    if len(existing) >= MOST_PROPOSALS:
        raise ConflictError(
            f"案件 {number} 已有 {MOST_PROPOSALS} 个方案，不能再增加。请在现有方案中选择。",
            f"Case {number} has {MOST_PROPOSALS} proposals already. Choose among them.",
            case=number,
        )
    proposal = StoredProposal(
        case=number,
        number=1 + max((item.number for item in existing), default=0),
        created_at=at,
        author=actor.name,
        base_version=preview.base_version,
        resolution=preview.proposal.resolution,
        params=preview.proposal.params,
        note=text_of(note),
        facts=preview.to_mapping(),
        changes=tuple(
            StoredChange(
                code=change.code,
                before=change.before,
                after=change.after,
                gained_m2=change.gained_m2,
                lost_m2=change.lost_m2,
            )
            for change in preview.proposal.changes
        ),
        rebased_from=rebased_from,
    )
    unit.cases.add_proposal(proposal)
    return proposal


def _proposal_event(actor: Actor, case: Case, proposal: StoredProposal) -> CaseEvent:
    data = {
        "proposal": proposal.number,
        "resolution": proposal.resolution,
        "base_version": proposal.base_version,
    }
    if proposal.rebased_from is not None:
        data["rebased_from"] = proposal.rebased_from
    return CaseEvent(
        at=proposal.created_at,
        user=actor.name,
        kind="proposal",
        state=case.state,
        text=proposal.note,
        data=data,
    )


def _closed(case: Case) -> ConflictError:
    return ConflictError(
        f"案件 {case.number} 已结案，不能再提方案。需要时请重新立案。",
        f"Case {case.number} is closed; no proposal can be made. Reopen it if needed.",
        case=case.number,
        state=case.state,
    )
