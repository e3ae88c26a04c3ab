"""Casework: from a finding to an agreed, applied and filed line.

::

    cases.ledger      filter, sort, totals; one case with everything around it
    cases.moving      negotiate, propose, review, approve, return, withdraw, reopen, file
    cases.editing     comment, assign, due date, merge, split, open the slivers
    cases.evidence    files, kept by their SHA-256
    cases.proposals   preview, keep, compare, rebase
    cases.applying    carry out a decision: version + case + audit entry in one transaction
    cases.deciding    which open cases change what is ageing, covered, reached
"""

from __future__ import annotations

from dataclasses import dataclass

from gis_service.services.cases.applying import Applying, StoreLayer
from gis_service.services.cases.deciding import Deciding
from gis_service.services.cases.desk import Desk
from gis_service.services.cases.editing import Editing
from gis_service.services.cases.evidence import EvidenceDesk
from gis_service.services.cases.ledger import Ledger
from gis_service.services.cases.moving import Moving
from gis_service.services.cases.opening import CaseFollower
from gis_service.services.cases.proposals import Proposals
from gis_service.services.ports.cases import EvidenceFiles

__all__ = ["CaseFollower", "Cases", "Desk"]


@dataclass(frozen=True, kw_only=True)
class Cases:
    """All use cases on boundary cases; ``desk`` is what they share."""

    desk: Desk
    ledger: Ledger
    moving: Moving
    editing: Editing
    evidence: EvidenceDesk
    proposals: Proposals
    applying: Applying
    deciding: Deciding

    @classmethod
    def of(
        cls,
        desk: Desk,
        *,
        pattern: str,
        store_layer: StoreLayer,
        files: EvidenceFiles,
        max_evidence_bytes: int,
    ) -> Cases:
        """Wire them: ``pattern`` makes the numbers, ``store_layer`` writes boundary versions."""
        return cls(
            desk=desk,
            ledger=Ledger(desk=desk),
            moving=Moving(desk=desk),
            editing=Editing(desk=desk, pattern=pattern),
            evidence=EvidenceDesk(desk=desk, files=files, max_bytes=max_evidence_bytes),
            proposals=Proposals(desk=desk),
            applying=Applying(desk=desk, store_layer=store_layer),
            deciding=Deciding(desk=desk),
        )
