"""A finding opened for a decision: its land as faces, and who may get them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NoReturn

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.core.proof import failures, prove
from gis_service.core.resolutions.arrangement import Arrangement, arrange
from gis_service.core.resolutions.borders import border_lengths
from gis_service.core.resolutions.ground import Ground
from gis_service.core.resolutions.noding import Ints
from gis_service.core.resolutions.redrawing import redraw
from gis_service.core.resolutions.refusal import refuse
from gis_service.core.resolutions.resolution import ResolutionParams
from gis_service.core.topology import Objects
from gis_service.model.findings import Finding
from gis_service.model.proposals import Proposal

CLAIMED_TWICE = ("overlap", "enclave")
UNCLAIMED = ("gap",)
MIXED = ("crossing", "edge_mismatch")
"""Both kinds of land in one finding: lines that were drawn twice."""

RESOLVABLE = (*CLAIMED_TWICE, *UNCLAIMED, *MIXED)
"""Checks whose findings are land that a resolution can give to somebody."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Dispute:
    """One finding with the arrangement of its land and its parties.

    Attributes
    ----------
    parties
        Rows that may get the land: its claimants, or the neighbours of unclaimed land.
    claimed
        Whether anybody claims the land.
    """

    finding: Finding
    arrangement: Arrangement
    parties: tuple[int, ...]
    claimed: bool

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the parties, in their order."""
        return tuple(str(self.arrangement.ground.topology.codes[row]) for row in self.parties)

    def party(self, code: str) -> int:
        """Give the row of the party with ``code``, or refuse."""
        rows = [row for row, own in zip(self.parties, self.codes, strict=True) if own == code]
        if len(rows) > 1:
            refuse(
                f"编码 {code} 在这里有 {len(rows)} 行，无法确定划归哪一行。请先改正重复的编码。",
                f"Code {code} stands in {len(rows)} rows here, so it doesn't tell who gets the "
                "land. Correct the repeated code first.",
                reason="ambiguous-code",
            )
        if not rows:
            role = ("认领方", "claimants") if self.claimed else ("相邻社区", "neighbours")
            refuse(
                f"{code!r} 不是这块地的{role[0]}。可选：{'、'.join(self.codes)}。",
                f"{code!r} is not among the {role[1]} of this land. "
                f"Choose one of {', '.join(self.codes)}.",
                reason="not-a-party",
                allowed=list(self.codes),
            )
        return rows[0]


def land_of(finding: Finding, *, checks: tuple[str, ...] = RESOLVABLE) -> Objects:
    """Give the polygons of a finding, or refuse a finding of another kind."""
    parts = np.empty(0, dtype=object)
    if finding.check in checks and finding.geometry is not None:
        parts = shapely.get_parts(shapely.get_parts(finding.geometry))
        parts = parts[shapely.get_type_id(parts) == 3]
    if not len(parts):
        refuse(
            f"{finding.key} 不能这样处理：此方式只适用于 {'、'.join(checks)}。"
            "请按问题说明改正原始资料。",
            f"{finding.key} can't be resolved this way; it serves {', '.join(checks)} only. "
            "Correct the source as the finding's text says.",
            reason="wrong-kind",
            check=finding.check,
            allowed=list(checks),
        )
    return parts


def open_dispute(
    ground: Ground,
    finding: Finding,
    *,
    checks: tuple[str, ...] = RESOLVABLE,
    lines: BaseGeometry | None = None,
) -> Dispute:
    """Arrange the land of ``finding`` and find its parties.

    Raises
    ------
    ResolutionError
        When the finding is of another kind, or the layer no longer has it.
    """
    arrangement = arrange(ground, land_of(finding, checks=checks), lines=lines)
    if not len(arrangement.faces):
        refuse_stale(finding)
    areas = shapely.area(arrangement.faces)
    largest = arrangement.claimants(int(np.argmax(areas)))
    claimed = bool(largest)
    codes = ground.topology.codes
    if finding.check in MIXED:
        parties = np.unique(arrangement.claimed % len(ground.topology)).tolist()
        stale = not parties
    elif finding.check in CLAIMED_TWICE:
        parties = largest
        stale = sorted(str(codes[row]) for row in parties) != sorted(finding.communities)
    else:
        whole = np.zeros(len(arrangement.faces), dtype=np.int64)
        parties = sorted(border_lengths(arrangement, whole).get(0, {}))
        stale = claimed or not parties
    if stale:
        refuse_stale(finding)
    return Dispute(
        finding=finding, arrangement=arrangement, parties=tuple(parties), claimed=claimed
    )


def conclude(
    arrangement: Arrangement,
    owners: Ints,
    *,
    name: str,
    params: ResolutionParams,
    findings: tuple[str, ...],
) -> Proposal:
    """Redraw the communities so that each face is its owner's, prove it, and propose it.

    Raises
    ------
    ResolutionError
        When a community would be emptied, or part of the proof does not hold.
    """
    draft = drafted(arrangement, owners, name=name, params=params, findings=findings)
    return proven(arrangement.ground, draft, bent_m=arrangement.bent_m)


def drafted(
    arrangement: Arrangement,
    owners: Ints,
    *,
    name: str,
    params: ResolutionParams,
    findings: tuple[str, ...],
) -> Proposal:
    """Redraw the communities so that each face is its owner's; not proven yet."""
    size = len(arrangement.ground.topology)
    unclaimed = np.setdiff1d(np.flatnonzero(owners >= 0), arrangement.claimed // size)
    return Proposal(
        resolution=name,
        params=params.to_mapping(),
        findings=findings,
        land=shapely.multipolygons(arrangement.lands),
        changes=redraw(arrangement, owners),
        filled_m2=float(shapely.area(arrangement.faces[unclaimed]).sum()),
    )


def proven(ground: Ground, draft: Proposal, *, bent_m: float) -> Proposal:
    """Give the proposal with its proof, or refuse it because part of the proof does not hold."""
    proof = prove(
        ground.layer,
        topology=ground.topology,
        policy=ground.policy,
        lands=shapely.get_parts(draft.land),
        changes=draft.changes,
        bent_m=bent_m,
        filled_m2=draft.filled_m2,
    )
    failed = failures(proof.checks)
    if failed:
        refuse(
            f"{draft.resolution} 的结果无法证明：{'；'.join(check.title.zh for check in failed)}。"
            "请换一种方式，或先处理相邻的问题。",
            f"The outcome of {draft.resolution} can't be proven: "
            f"{'; '.join(check.title.en for check in failed)}. "
            "Choose another resolution, or resolve the findings beside it first.",
            reason="unproven",
            failed={check.name: check.value for check in failed},
            findings=list(draft.findings),
        )
    return replace(
        draft,
        balance_m2=proof.balance_m2,
        proof=proof.checks,
        findings_before=proof.before,
        findings_after=proof.after,
    )


def refuse_stale(finding: Finding) -> NoReturn:
    """Refuse a finding that the layer does not have (any more)."""
    refuse(
        f"图层中已没有 {finding.key} 所述的情况。请重新检查后再处理。",
        f"The layer no longer shows {finding.key}. Check it again, then decide.",
        reason="stale-finding",
        finding=finding.key,
    )
