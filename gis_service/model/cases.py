"""Cases: findings that people decide, with their timeline, proposals and evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from shapely.geometry.base import BaseGeometry

from gis_service.model.casework import OPEN, State
from gis_service.model.text import Text

SLIVERS = "slivers"
"""Kind of the one case that cleans all slivers by one reviewed proposal."""

CASE_KINDS: dict[str, Text] = {
    "overlap": Text("重叠", "overlap"),
    "gap": Text("空白（三不管）", "gap"),
    "outside": Text("超出辖区", "outside the district"),
    SLIVERS: Text("细缝清理", "slivers"),
}
"""Kind of a case (the check that found it) → what it is called."""

M2_PER_HA = 10_000.0
M2_PER_MU = 10_000.0 / 15.0

EventKind = Literal[
    "opened", "changed", "moved", "comment", "assigned", "due", "evidence", "proposal", "merged",
    "split", "linked",
]  # fmt: skip

ProposalState = Literal["draft", "chosen", "stale", "superseded", "applied"]


@dataclass(frozen=True, kw_only=True)
class Part:
    """One finding of a case: its key in the newest version, and its land (working CRS)."""

    key: str
    geometry: BaseGeometry


@dataclass(frozen=True, kw_only=True)
class Case:
    """One dispute and where it stands.

    Attributes
    ----------
    number
        What people call it, for example ``LH-2026-0001``; never used twice.
    kind
        The check that found it, or ``slivers``.
    state
        Where it stands; see `gis_service.model.casework`.
    parties, streets
        Sorted codes of the communities concerned, and their streets.
    parts
        The findings that it decides: mostly one, several after a merge or where a survey cut the
        land in two.
    area_m2
        Of all parts, in the working CRS.
    boundary_version
        The version in which its land was last seen.
    opened_at, changed_at, state_since
        ISO 8601 in UTC: when it was found, last touched, and when it came into its state.
    due
        ISO date by which it must leave its state; None: no date.
    assignee
        Login name of who works on it; "" for nobody.
    has_moved
        Whether its land changed since it was opened (see the events for before and after).
    chosen
        Number of the proposal that goes through review; None before it is proposed.
    proposed_by, reviewed_by, approved_by
        Login names of who moved it there last; "" when nobody did.
    document
        Number of the approving document.
    applied_version
        The boundary version that carries the decision.
    until
        ISO date until which the land is held jointly.
    into
        Number of the case into which it was merged.
    version
        Counts its changes from 1: who changes it must have seen this one.
    """

    number: str
    kind: str
    state: State
    parties: tuple[str, ...]
    streets: tuple[str, ...]
    parts: tuple[Part, ...]
    area_m2: float
    crs: str
    boundary_version: int
    opened_at: str
    changed_at: str
    state_since: str
    due: str | None = None
    assignee: str = ""
    has_moved: bool = False
    chosen: int | None = None
    proposed_by: str = ""
    reviewed_by: str = ""
    approved_by: str = ""
    document: str = ""
    applied_version: int | None = None
    until: str | None = None
    into: str | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Whether people still have to decide it, or to decide it again."""
        return self.state in OPEN

    def is_overdue(self, today: str) -> bool:
        """Tell whether its date has passed on ``today`` (ISO date).

        A case that is held jointly is overdue when the agreed date has passed.
        """
        limit = self.until if self.state == "joint" else self.due
        return limit is not None and today > limit


@dataclass(frozen=True, kw_only=True)
class CaseEvent:
    """One line of a case's timeline; nothing of it is ever changed.

    ``before`` and ``after`` are the land where it moved; ``data`` holds JSON types.
    """

    at: str
    user: str
    kind: EventKind
    state: State
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    before: BaseGeometry | None = None
    after: BaseGeometry | None = None
    id: int = 0


@dataclass(frozen=True, kw_only=True)
class StoredChange:
    """One community of a stored proposal, before and after, bit for bit as it was previewed."""

    code: str
    before: BaseGeometry
    after: BaseGeometry
    gained_m2: float
    lost_m2: float


@dataclass(frozen=True, kw_only=True)
class StoredProposal:
    """A proposal that somebody kept; it is never changed, only its state is.

    Attributes
    ----------
    number
        Counts within the case, from 1.
    base_version
        The boundary version on which it was computed.
    resolution, params
        Name on the shelf, and `ResolutionParams` as plain JSON types.
    note
        What its author says to it.
    facts
        Figures, proof and remaining findings as they were previewed (JSON types).
    changes
        Communities before and after.
    state
        ``draft``, ``chosen`` (goes through review), ``stale`` (the land changed), ``superseded``
        (by a rebased one) or ``applied``.
    rebased_from
        Number of the proposal that it recomputes on a newer version.
    """

    case: str
    number: int
    created_at: str
    author: str
    base_version: int
    resolution: str
    params: Mapping[str, Any]
    note: str
    facts: Mapping[str, Any]
    changes: tuple[StoredChange, ...] = ()
    state: ProposalState = "draft"
    rebased_from: int | None = None


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One file that was handed in: its bytes are kept by their SHA-256.

    ``media_type`` was recognised from the content, ``name`` is safe for a download.
    """

    id: int
    case: str
    at: str
    user: str
    name: str
    sha256: str
    size: int
    media_type: str
    note: str = ""
