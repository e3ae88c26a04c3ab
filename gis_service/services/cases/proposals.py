"""Proposals on a case: previewed without a trace, kept side by side, recomputed when stale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import shapely

from gis_service.core.resolutions import (
    RESOLUTIONS,
    Ground,
    ResolutionParams,
    apply_proposal,
    clean,
)
from gis_service.errors import ConflictError, GisServiceError, ParameterError, ResolutionError
from gis_service.model.cases import SLIVERS, Case, CaseEvent, StoredChange, StoredProposal
from gis_service.model.people import Actor
from gis_service.model.proposals import Proposal
from gis_service.services.access import require
from gis_service.services.cases.desk import Desk, entered, policy_of
from gis_service.services.cases.moving import date_of, mark_chosen, proposal_of, text_of
from gis_service.services.cases.opening import finding_of
from gis_service.services.cases.outcomes import OutcomeTable, outcome_table
from gis_service.services.ports import UnitOfWork
from gis_service.services.snapshots import Snapshot

MOST_PROPOSALS = 50
"""Of one case; nobody compares more."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Preview:
    """What a resolution would do to a case; nothing of it is written.

    Attributes
    ----------
    proposal
        The outcome of the resolution with its proof.
    base_version
        The boundary version on which it was computed.
    layer
        The communities afterwards.
    before
        The communities as they are.
    table
        The figures of each community and of the district.
    """

    case: Case
    proposal: Proposal
    base_version: int
    before: gpd.GeoDataFrame
    layer: gpd.GeoDataFrame
    table: OutcomeTable

    def to_mapping(self) -> dict[str, Any]:
        """Give figures, proof and remaining findings as plain JSON types."""
        remaining = [
            {
                "key": finding.key,
                "check": finding.check,
                "severity": finding.severity,
                "area_m2": round(finding.area_m2, 3),
                "text": finding.text._asdict(),
            }
            for finding in self.proposal.findings_after
        ]
        facts = self.proposal.to_mapping()
        return {
            "case": self.case.number,
            "base_version": self.base_version,
            "resolution": facts["resolution"],
            "params": facts["params"],
            "figures": self.table.to_mapping(),
            "filled_m2": facts["filled_m2"],
            "balance_m2": facts["balance_m2"],
            "proof": facts["proof"],
            "findings_after": remaining,
            "allowed": facts["allowed"],
            "skipped": facts["skipped"],
        }


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
        return self._computed(case, by=by, params=params or ResolutionParams())

    def _computed(self, case: Case, *, by: str, params: ResolutionParams) -> Preview:
        if not case.is_open:
            raise _closed(case)
        snapshot = self.desk.snapshots.current()
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
        preview = self._computed(case, by=by, params=params or ResolutionParams())
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
        case = self.desk.read(actor, number)
        require(actor, "case.propose", streets=case.streets)
        with self.desk.database.reading() as unit:
            old = proposal_of(unit, case, proposal)
        preview = self._computed(case, by=old.resolution, params=params_of(old.params))
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


def previewed(
    snapshot: Snapshot, case: Case, *, by: str, params: ResolutionParams, today: str
) -> Preview:
    """Compute a resolution of a case's land on a snapshot."""
    version = snapshot.boundary_version()
    resolution = RESOLUTIONS.find(by)
    if (case.kind == SLIVERS) != (by == "clean"):
        raise _wrong_kind(case, by)
    if by == "joint" and params.until is not None and date_of(params.until) <= today:
        raise ParameterError(
            f"共管期限 {params.until} 不在将来。请填写今天（{today}）之后的日期。",
            f"The date {params.until} is not to come. Give one after today, {today}.",
            parameter="until",
        )
    ground = Ground.of(snapshot.communities, policy=snapshot.policy)
    if case.kind == SLIVERS:
        proposal = clean(ground, outline=snapshot.outline)
        if not proposal.changes:
            raise _nothing_to_clean(case)
    else:
        proposal = resolution.propose(ground, finding_of(case), params)
    layer = apply_proposal(snapshot.communities, proposal)
    parties = () if case.kind == SLIVERS else case.parties
    return Preview(
        case=case,
        proposal=proposal,
        base_version=version.number,
        before=snapshot.communities,
        layer=layer,
        table=outcome_table(snapshot, proposal, after=layer, parties=parties),
    )


def compared(snapshot: Snapshot, case: Case, kept: StoredProposal, *, today: str) -> dict[str, Any]:
    """Give a stored proposal and the same resolution on a snapshot, side by side."""
    now, problem, identical = None, None, False
    try:
        preview = previewed(
            snapshot, case, by=kept.resolution, params=params_of(kept.params), today=today
        )
        now, identical = preview.to_mapping(), is_identical(kept, preview.proposal)
    except GisServiceError as error:
        problem = {"code": error.code, "text": {"zh": error.zh, "en": error.en}}
    return {
        "case": case.number,
        "proposal": kept.number,
        "base_version": kept.base_version,
        "current_version": snapshot.boundary_version().number,
        "stored": dict(kept.facts),
        "now": now,
        "identical": identical,
        "problem": problem,
    }


def is_identical(kept: StoredProposal, proposal: Proposal) -> bool:
    """Tell whether a proposal changes the same communities in the same way, bit for bit."""
    old = {change.code: change for change in kept.changes}
    new = {change.code: change for change in proposal.changes}
    return (
        len(old) == len(kept.changes) == len(proposal.changes)
        and old.keys() == new.keys()
        and all(
            shapely.equals_identical(old[code].before, new[code].before)
            and shapely.equals_identical(old[code].after, new[code].after)
            for code in old
        )
    )


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


def params_of(stored_params: Mapping[str, Any]) -> ResolutionParams:
    """Give the parameters of a stored proposal."""
    lines = stored_params.get("lines")
    return ResolutionParams(
        to=stored_params.get("to"),
        lines=None if lines is None else shapely.from_wkt(lines),
        owners=tuple((float(x), float(y), str(c)) for x, y, c in stored_params.get("owners", ())),
        until=stored_params.get("until"),
    )


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


def _wrong_kind(case: Case, by: str) -> ResolutionError:
    if case.kind == SLIVERS:
        return ResolutionError(
            f"案件 {case.number} 是细缝清理，只能用 clean，不能用 {by}。",
            f"Case {case.number} cleans slivers; use clean, not {by}.",
            reason="wrong-kind",
            allowed=["clean"],
        )
    allowed = [name for name in RESOLUTIONS if name != "clean"]
    return ResolutionError(
        f"clean 只用于细缝，案件 {case.number} 是争议，须由人决定。可用：{'、'.join(allowed)}。",
        f"clean serves slivers only; case {case.number} is a dispute. Use {', '.join(allowed)}.",
        reason="wrong-kind",
        allowed=allowed,
    )


def _nothing_to_clean(case: Case) -> ResolutionError:
    return ResolutionError(
        f"案件 {case.number}：现有界线中已没有可清理的细缝。可以撤回此案。",
        f"Case {case.number}: the boundaries have no sliver left that can be cleaned. The case "
        "can be withdrawn.",
        reason="nothing-to-do",
    )
