"""What a resolution would do to a case: computed and proven, nothing of it written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
from gis_service.errors import GisServiceError, ParameterError, ResolutionError
from gis_service.model.cases import SLIVERS, Case, StoredProposal
from gis_service.model.proposals import Proposal
from gis_service.services.cases.moving import date_of
from gis_service.services.cases.opening import finding_of
from gis_service.services.cases.outcomes import OutcomeTable, outcome_table
from gis_service.services.snapshots import Snapshot


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
    try:
        if case.kind == SLIVERS:
            proposal = clean(ground, outline=snapshot.outline)
        else:
            proposal = resolution.propose(ground, finding_of(case), params)
    except shapely.errors.GEOSException as error:
        raise _incomputable(case, by) from error
    if case.kind == SLIVERS and not proposal.changes:
        raise _nothing_to_clean(case)
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
    """Tell whether a proposal changes the same land of the same communities, bit for bit."""
    return not changed_codes(kept, proposal)


def changed_codes(kept: StoredProposal, now: Proposal | None) -> list[str]:
    """Give the communities whose land a stored proposal and a new one don't change alike.

    Their geometries before and after are compared bit for bit. A neighbour whose line only gets
    a vertex neither gains nor loses land and does not count.
    """
    old = {c.code: (c.before, c.after) for c in kept.changes if c.gained_m2 or c.lost_m2}
    changes = () if now is None else now.changes
    new = {c.code: (c.before, c.after) for c in changes if c.gained_m2 or c.lost_m2}
    return sorted(
        code
        for code in old.keys() | new.keys()
        if code not in old
        or code not in new
        or not all(
            shapely.equals_identical(one, other)
            for one, other in zip(old[code], new[code], strict=True)
        )
    )


def params_of(stored_params: Mapping[str, Any]) -> ResolutionParams:
    """Give the parameters of a stored proposal."""
    lines = stored_params.get("lines")
    return ResolutionParams(
        to=stored_params.get("to"),
        lines=None if lines is None else shapely.from_wkt(lines),
        owners=tuple((float(x), float(y), str(c)) for x, y, c in stored_params.get("owners", ())),
        until=stored_params.get("until"),
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


def _incomputable(case: Case, by: str) -> ResolutionError:
    """Say that GEOS gave up; it does on rare shapes, for example points on one circle."""
    return ResolutionError(
        f"案件 {case.number} 的这块地无法用 {by} 算出界线（几何计算失败）。"
        "请换一种方式，例如画线分割。",
        f"The line can't be computed by {by} on the land of case {case.number} (the geometry "
        "library gave up). Choose another way, for example a split by a drawn line.",
        reason="incomputable",
        case=case.number,
    )


def _nothing_to_clean(case: Case) -> ResolutionError:
    return ResolutionError(
        f"案件 {case.number}：现有界线中已没有可清理的细缝。可以撤回此案。",
        f"Case {case.number}: the boundaries have no sliver left that can be cleaned. The case "
        "can be withdrawn.",
        reason="nothing-to-do",
    )
