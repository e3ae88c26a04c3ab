"""Proposals: what a resolution would change, who gains and loses, and why it may be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shapely.geometry.base import BaseGeometry

from gis_service.model.findings import Finding
from gis_service.model.text import Text


@dataclass(frozen=True, kw_only=True)
class Change:
    """One community before and after, in the layer's stored coordinates.

    ``row`` is its position in the layer, from 0. ``gained_m2`` and ``lost_m2`` are the disputed
    or unclaimed land that it takes over or gives up; both are 0 where its line only gets
    vertices that a neighbour's line needs.
    """

    row: int
    code: str
    before: BaseGeometry
    after: BaseGeometry
    gained_m2: float = 0.0
    lost_m2: float = 0.0


@dataclass(frozen=True, kw_only=True)
class ProofCheck:
    """One thing that was verified on the result: what, the value seen, the limit, whether it holds.

    ``value`` and ``limit`` are counts, or m² or m as ``name`` says.
    """

    name: str
    title: Text
    value: float
    limit: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether the value keeps to its limit."""
        return self.value <= self.limit


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """Land that stays as it is until a date (ISO 8601), for the list of allowed findings.

    ``check`` and ``communities`` are those of the finding, whose key is ``finding``.
    """

    finding: str
    land: BaseGeometry
    until: str
    check: str = ""
    communities: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """A finding that a resolution of many left as it was, and why."""

    finding: str
    reason: Text


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A resolution with its parameters and its outcome; nothing is written by making one.

    Attributes
    ----------
    resolution, params
        Name on the shelf and what it was given, as plain JSON types.
    findings
        Keys of the findings that it resolves.
    land
        The land decided on, in the layer's CRS; None when there is none.
    changes
        The communities whose coordinates change, by position in the layer. Everything else stays
        bit for bit.
    filled_m2
        Unclaimed land that gets an owner.
    balance_m2
        Change of the union's area beyond ``filled_m2``: 0 within the 1 mm grid.
    proof
        What was verified; a proposal is made only when all of it holds.
    findings_before, findings_after
        What the checks see in the neighbourhood of the changed communities.
    allowed
        Land that becomes an allowed finding until a date (`joint`).
    skipped
        Findings that a resolution of many (`clean`) had to leave.

    Examples
    --------
    >>> proposal = Proposal(resolution="award", params={"to": "A"}, findings=("overlap:A+B:1",))
    >>> invert(proposal).resolution, invert(invert(proposal)) == proposal
    ('undo award', True)
    """

    resolution: str
    params: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[str, ...] = ()
    land: BaseGeometry | None = None
    changes: tuple[Change, ...] = ()
    filled_m2: float = 0.0
    balance_m2: float = 0.0
    proof: tuple[ProofCheck, ...] = ()
    findings_before: tuple[Finding, ...] = ()
    findings_after: tuple[Finding, ...] = ()
    allowed: tuple[Allowance, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    @property
    def communities(self) -> tuple[str, ...]:
        """Codes of the communities that change, sorted."""
        return tuple(sorted(change.code for change in self.changes))

    @property
    def is_proven(self) -> bool:
        """Whether every check of the proof holds."""
        return all(check.ok for check in self.proof)

    def to_mapping(self) -> dict[str, Any]:
        """Give the facts as plain JSON types, without geometries."""
        return {
            "resolution": self.resolution,
            "params": dict(self.params),
            "findings": list(self.findings),
            "communities": [
                {
                    "code": change.code,
                    "row": change.row + 1,
                    "gained_m2": round(change.gained_m2, 3),
                    "lost_m2": round(change.lost_m2, 3),
                }
                for change in self.changes
            ],
            "filled_m2": round(self.filled_m2, 3),
            "balance_m2": round(self.balance_m2, 6),
            "proof": [
                {"name": c.name, "value": c.value, "limit": c.limit, "ok": c.ok, **_text(c.title)}
                for c in self.proof
            ],
            "findings_after": [finding.key for finding in self.findings_after],
            "allowed": [{"finding": a.finding, "until": a.until} for a in self.allowed],
            "skipped": [{"finding": s.finding, **_text(s.reason)} for s in self.skipped],
        }


def invert(proposal: Proposal) -> Proposal:
    """Give the proposal that undoes ``proposal``: both sides of a shared line at once."""
    name = proposal.resolution
    return replace(
        proposal,
        resolution=name.removeprefix("undo ") if name.startswith("undo ") else f"undo {name}",
        changes=tuple(
            replace(
                change,
                before=change.after,
                after=change.before,
                gained_m2=change.lost_m2,
                lost_m2=change.gained_m2,
            )
            for change in proposal.changes
        ),
        filled_m2=-proposal.filled_m2,
        balance_m2=-proposal.balance_m2,
        findings_before=proposal.findings_after,
        findings_after=proposal.findings_before,
    )


def _text(text: Text) -> dict[str, dict[str, str]]:
    return {"text": {"zh": text.zh, "en": text.en}}
